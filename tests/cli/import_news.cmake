# Imports from a URL that bring what is new.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
if(TARGET hn)
  add_test(NAME cli_import_news COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/import_news_test.py
    $<TARGET_FILE:hn>)
  set_tests_properties(cli_import_news PROPERTIES SKIP_RETURN_CODE 77)
endif()
