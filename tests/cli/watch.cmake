# A git repository that follows, commit by commit, waiting for one, and for others to have it.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
if(TARGET hn)
  add_test(NAME cli_watch COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/watch_test.py
    $<TARGET_FILE:hn>)
  # What other devices have signed to hold.
  add_test(NAME cli_replicas COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/replicas_test.py
    $<TARGET_FILE:hn>)
  add_test(NAME cli_wait COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/wait_test.py
    $<TARGET_FILE:hn>)
endif()
