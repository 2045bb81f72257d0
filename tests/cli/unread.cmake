# What cannot be read, pipes and fifos.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME cli_unread COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/unread_test.py $<TARGET_FILE:hn>)
set_tests_properties(cli_unread PROPERTIES SKIP_RETURN_CODE 77)
