# Many merges asked of one program.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
if(TARGET hn)
  add_test(NAME cli_merge_pairs COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/merge_pairs_test.py
    $<TARGET_FILE:hn>)
endif()
