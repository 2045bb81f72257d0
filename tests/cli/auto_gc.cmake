# Collections that nobody asks for.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME cli_auto_gc
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/auto_gc_test.py $<TARGET_FILE:hn>)
