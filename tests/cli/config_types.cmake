# Typed settings, beside git's.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME cli_config_types
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/config_types_test.py $<TARGET_FILE:hn>)
