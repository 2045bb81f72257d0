# What another user put beside a repository runs nothing.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME cli_foreign_settings
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/foreign_settings_test.py $<TARGET_FILE:hn>)
set_tests_properties(cli_foreign_settings PROPERTIES SKIP_RETURN_CODE 77)
