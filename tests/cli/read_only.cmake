# A user who may not write.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME cli_read_only COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/read_only_test.py $<TARGET_FILE:hn>)
set_tests_properties(cli_read_only PROPERTIES SKIP_RETURN_CODE 77)
# What goes wrong round a commit or a checkout, and the memory that a long file costs.
add_test(NAME cli_bad_input_files
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/bad_input_test.py $<TARGET_FILE:hn>)
add_test(NAME cli_large_file
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/large_file_test.py $<TARGET_FILE:hn>)
