# What hn log, diff and show print, beside git on random histories.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME cli_beside_git
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/beside_git_test.py $<TARGET_FILE:hn>)
# What is shown of functions.
add_test(NAME cli_functions
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/functions_test.py $<TARGET_FILE:hn>)
