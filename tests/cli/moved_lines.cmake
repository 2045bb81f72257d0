# The colours of moved lines, beside git's.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME cli_moved_lines
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/moved_lines_test.py $<TARGET_FILE:hn>)
