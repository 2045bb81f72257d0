# What a watcher says of a working tree, beside a look at all of it.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
if(TARGET hn)
  add_test(NAME cli_watched_tree COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/watched_tree_test.py
    $<TARGET_FILE:hn>)
endif()
