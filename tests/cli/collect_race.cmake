# Commands beside collections.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
if(TARGET hn)
  add_test(NAME cli_collect_race
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/collect_race_test.py $<TARGET_FILE:hn>)
endif()
