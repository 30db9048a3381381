# Compiler and linker flags of all targets. The presets choose among the options.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()

option(TOOLRACK_WARNINGS_AS_ERRORS "Treat warnings as errors" OFF)
set(TOOLRACK_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them: address,undefined or thread")
set(TOOLRACK_TEST_DATA "${CMAKE_SOURCE_DIR}/tests/data"
    CACHE PATH "Folder of the public test suites")

find_program(CCACHE ccache)
if(CCACHE)
    # ccache cannot cache precompiled headers without these two settings.
    set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -fvisibility=hidden)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wshadow=local)
    # False warning of g++ 12 about "literal" + std::string at -O2 and above (GCC bug 105329).
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-gnu-unique> -fpch-preprocess)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options(-Wthread-safety)
endif()
if(CMAKE_UNITY_BUILD)
    # Several files are compiled as one, which halves the time to build everything. Names in anonymous namespaces are
    # therefore unique in a room. Two warnings of g++ 12 are false then: the files are not headers, and operator new and
    # delete of Asio's coroutine frames do match.
    add_compile_options("$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage;-Wno-mismatched-new-delete>")
endif()
if(TOOLRACK_WARNINGS_AS_ERRORS)
    add_compile_options(-Werror)
endif()

if(TOOLRACK_SANITIZE)
    add_compile_options(-fsanitize=${TOOLRACK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${TOOLRACK_SANITIZE})
    if(TOOLRACK_SANITIZE MATCHES "thread")
        # TSan of g++ 12 does not support atomic_thread_fence, which Asio's fenced blocks call.
        add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
        add_compile_options(-Wno-tsan)
    endif()
else()
    add_compile_options(
        -fstack-protector-strong -fstack-clash-protection -fcf-protection
        -ftrivial-auto-var-init=zero
        $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
        $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
    add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
endif()
add_compile_definitions(_GLIBCXX_ASSERTIONS)

# A plugin may be built with another version of a library that the host links, so the archives export no symbols.
# Exception: clang's sanitizers are archives, and their malloc must serve the shared libraries too.
add_link_options(-Wl,--as-needed)
if(NOT (TOOLRACK_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang"))
    add_link_options(-Wl,--exclude-libs,ALL)
endif()
