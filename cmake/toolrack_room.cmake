# toolrack_room(NAME SOURCES a.cpp ... [USES other rooms and libraries ...])
#
# A room is a folder of host/ and one static library. It sees its own folder and the rooms that it
# uses, by "room/file.hpp"; tests/layers fails when an include crosses a wall that USES does not open.
function(toolrack_room name)
    cmake_parse_arguments(room "" "" "SOURCES;USES" ${ARGN})
    add_library(toolrack_${name} STATIC ${room_SOURCES})
    target_include_directories(toolrack_${name} PUBLIC ${CMAKE_SOURCE_DIR}/host)
    target_link_libraries(toolrack_${name} PUBLIC ${room_USES})
    # What is heavy, seldom changes and is known to every room but one, which uses none.
    if(name STREQUAL "base")
        target_precompile_headers(toolrack_base PRIVATE asio.hpp)
    elseif(NOT name STREQUAL "schema")
        target_precompile_headers(toolrack_${name} REUSE_FROM toolrack_base)
    endif()
endfunction()

# For a folder of tests. Claims are read once and run once: what is under test is sanitized in full, the claims
# themselves and the plugins made for them only by ASan, which halves the time to compile them.
macro(toolrack_compile_quickly)
    if(TOOLRACK_SANITIZE MATCHES "undefined")
        add_compile_options(-O0 -fno-sanitize=undefined)
    endif()
endmacro()

# toolrack_unit_test(ROOM [PRECOMPILE header] a_test.cpp ...): one program of claims per room. Most of the time to compile
# a claim is spent on what every one of them includes: that is the header, and otherwise the one of the room base.
function(toolrack_unit_test room)
    cmake_parse_arguments(test "" "PRECOMPILE" "" ${ARGN})
    add_executable(test_${room} ${test_UNPARSED_ARGUMENTS})
    target_link_libraries(test_${room} PRIVATE toolrack_${room} toolrack_catch)
    if(test_PRECOMPILE)
        target_precompile_headers(test_${room} PRIVATE ${test_PRECOMPILE})
    else()
        target_precompile_headers(test_${room} REUSE_FROM test_base)
    endif()
    add_test(NAME unit.${room} COMMAND test_${room})
endfunction()
