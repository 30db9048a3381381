# toolrack_room(NAME SOURCES a.cpp ... [USES other rooms and libraries ...])
#
# A room is a folder of host/ and one static library. It includes its own headers and those of the rooms in USES, as
# "room/file.hpp"; tests/layers fails on any other include.
function(toolrack_room name)
    cmake_parse_arguments(room "" "" "SOURCES;USES" ${ARGN})
    add_library(toolrack_${name} STATIC ${room_SOURCES})
    target_include_directories(toolrack_${name} PUBLIC ${CMAKE_SOURCE_DIR}/host)
    target_link_libraries(toolrack_${name} PUBLIC ${room_USES})
    # Asio's headers take longest to parse, and every room but schema includes them.
    if(name STREQUAL "base")
        target_precompile_headers(toolrack_base PRIVATE asio.hpp)
    elseif(NOT name STREQUAL "schema")
        target_precompile_headers(toolrack_${name} REUSE_FROM toolrack_base)
    endif()
    # Auth backends link these rooms: one object for each file, so that a backend contains only what it uses.
    if(name MATCHES "^(base|config|identity|jwt|token|wire)$")
        set_target_properties(toolrack_${name} PROPERTIES UNITY_BUILD OFF)
    endif()
endfunction()

# For a folder of tests: its own files are compiled without optimisation and UBSan, which halves the compile time. The
# code under test keeps both.
macro(toolrack_compile_quickly)
    if(TOOLRACK_SANITIZE MATCHES "undefined")
        add_compile_options(-O0 -fno-sanitize=undefined)
    endif()
endmacro()

# toolrack_unit_test(ROOM [PRECOMPILE header] a_test.cpp ...): one test program for each room. PRECOMPILE names the header
# that most of its files include; without it, they share the precompiled header of the room base.
function(toolrack_unit_test room)
    cmake_parse_arguments(test "" "PRECOMPILE" "" ${ARGN})
    add_executable(test_${room} ${test_UNPARSED_ARGUMENTS})
    target_link_libraries(test_${room} PRIVATE toolrack_${room} toolrack_catch)
    if(test_PRECOMPILE)
        target_precompile_headers(test_${room} PRIVATE ${test_PRECOMPILE})
    else()
        target_precompile_headers(test_${room} REUSE_FROM test_base)
    endif()
    add_test(NAME unit.${room} COMMAND test_${room} --warn NoAssertions)
endfunction()
