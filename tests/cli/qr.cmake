# QR codes of links, held to another program's.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
if(TARGET hn)
  add_test(NAME cli_qr COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/qr_test.py
    $<TARGET_FILE:hn>)
  set_tests_properties(cli_qr PROPERTIES SKIP_RETURN_CODE 77)
endif()
