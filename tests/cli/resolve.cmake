# Conflicts that are ended by a choice, or by a merge tool.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME cli_resolve COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/resolve_test.py $<TARGET_FILE:hn>)
