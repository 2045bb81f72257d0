# A user who may not write.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME cli_read_only COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/read_only_test.py $<TARGET_FILE:hn>)
set_tests_properties(cli_read_only PROPERTIES SKIP_RETURN_CODE 77)
