# Conflicts that are ended by a choice, or by a merge tool.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME cli_resolve COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/resolve_test.py $<TARGET_FILE:hn>)
# What is told of merges that nobody made.
add_test(NAME cli_merged COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/merged_test.py $<TARGET_FILE:hn>)
# Resolutions that come again, and the styles of markers.
add_test(NAME cli_remember COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/remember_test.py $<TARGET_FILE:hn>)
