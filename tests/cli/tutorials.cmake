# Every page under tutorials/ is a test: its commands are run with the hn that was built, and what
# they print is compared with the page.
find_package(Python3 COMPONENTS Interpreter REQUIRED)

file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/tutorials/*.md)
foreach(page IN LISTS pages)
  get_filename_component(name ${page} NAME_WE)
  add_test(NAME cli_${name}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run_tutorial.py $<TARGET_FILE:hn> ${page})
endforeach()
