# Filters of changed paths, made by a process of their own.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME cli_filters
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/filters_test.py $<TARGET_FILE:hn>)
