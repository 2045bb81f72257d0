# Daemons of two users on one machine.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
if(TARGET hn)
  add_test(NAME cli_daemon COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/daemon_test.py
    $<TARGET_FILE:hn>)
  # Many clones of one that sends slowly.
  add_test(NAME cli_turns COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/turns_test.py
    $<TARGET_FILE:hn>)
endif()
