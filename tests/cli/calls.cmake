# What commands cost in calls of the system, as hn-store(5) says.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME cli_calls COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/calls_test.py $<TARGET_FILE:hn>
  ${PROJECT_SOURCE_DIR}/man/hn-store.5)
set_tests_properties(cli_calls PROPERTIES SKIP_RETURN_CODE 77)
