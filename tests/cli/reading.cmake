# What hn log, diff and show print, beside git on random histories.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME cli_reading
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/reading_test.py $<TARGET_FILE:hn>)
