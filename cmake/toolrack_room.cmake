# toolrack_room(NAME SOURCES a.cpp ... [USES other rooms and libraries ...])
#
# A room is a folder of host/ and one static library. It sees its own folder and the rooms that it
# uses, by "room/file.hpp"; tests/layers fails when an include crosses a wall that USES does not open.
function(toolrack_room name)
    cmake_parse_arguments(room "" "" "SOURCES;USES" ${ARGN})
    add_library(toolrack_${name} STATIC ${room_SOURCES})
    target_include_directories(toolrack_${name} PUBLIC ${CMAKE_SOURCE_DIR}/host)
    target_link_libraries(toolrack_${name} PUBLIC ${room_USES})
endfunction()

# toolrack_unit_test(ROOM a_test.cpp ...): one program of claims per room.
function(toolrack_unit_test room)
    add_executable(test_${room} ${ARGN})
    target_link_libraries(test_${room} PRIVATE toolrack_${room} toolrack_catch)
    # Claims are read once and run once: what is under test is sanitized in full, the claims themselves
    # only by ASan, which halves the time to compile them.
    if(TOOLRACK_SANITIZE MATCHES "undefined")
        target_compile_options(test_${room} PRIVATE -O0 -fno-sanitize=undefined)
    endif()
    add_test(NAME unit.${room} COMMAND test_${room})
endfunction()
