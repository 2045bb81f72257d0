# Help, pages and completions say the same: they all come from the table of commands, or are held to it.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
if(TARGET hn)
  add_test(NAME cli_table COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/table_test.py
    $<TARGET_FILE:hn>)
endif()
