# Which libraries a command loads, and what is said where one is missing.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME cli_start COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/start_test.py $<TARGET_FILE:hn>)
set_tests_properties(cli_start PROPERTIES SKIP_RETURN_CODE 77)
