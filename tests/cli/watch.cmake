# A git repository that follows, commit by commit, and waiting for one.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
if(TARGET hn)
  add_test(NAME cli_watch COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/watch_test.py
    $<TARGET_FILE:hn>)
  add_test(NAME cli_wait COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/wait_test.py
    $<TARGET_FILE:hn>)
endif()
