# The verbs of the working tree, beside git's in the same folder.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME cli_working_tree_beside_git
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/working_tree_test.py $<TARGET_FILE:hn>)
