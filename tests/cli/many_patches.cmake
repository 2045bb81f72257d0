# Patches of many files, which several threads make.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME cli_many_patches
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/many_patches_test.py $<TARGET_FILE:hn>)
