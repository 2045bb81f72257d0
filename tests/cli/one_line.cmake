# Lines of subjects, with and without the history index.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME cli_one_line
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/one_line_test.py $<TARGET_FILE:hn>)
