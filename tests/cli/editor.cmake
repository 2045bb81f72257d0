# A message that is typed into an editor.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME cli_editor COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/editor_test.py $<TARGET_FILE:hn>)
