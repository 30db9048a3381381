# One target with its definitions for each third-party library. Boost is linked statically: the symbols of a shared
# Boost would be visible to plugins built with another version.

set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Threads REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)

# Asio and Beast are compiled once, here; all other files only see declarations.
add_library(toolrack_asio STATIC ${CMAKE_CURRENT_LIST_DIR}/asio.cpp)
target_compile_definitions(toolrack_asio PUBLIC
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_DLL_USE_STD_FS)
target_link_libraries(toolrack_asio PUBLIC Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

# Boost.JSON too: Debian's archive is not position-independent, and auth backends that link it are shared libraries.
add_library(toolrack_json STATIC ${CMAKE_CURRENT_LIST_DIR}/json.cpp)
# Without sanitizers, because their larger stack frames overflow the stack on deeply nested JSON.
target_compile_options(toolrack_json PRIVATE -O2 -fno-sanitize=all)
target_link_libraries(toolrack_json PUBLIC Boost::headers)

add_library(toolrack_toml INTERFACE)
target_link_libraries(toolrack_toml INTERFACE PkgConfig::TOMLPLUSPLUS)

add_library(toolrack_log INTERFACE)
target_link_libraries(toolrack_log INTERFACE spdlog::spdlog fmt::fmt)
