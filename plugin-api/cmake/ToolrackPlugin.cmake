# toolrack_add_plugin(NAME SOURCES...)
#
# NAME.so, built so that it exports the one symbol a plugin has and nothing else. Built with
# defaults a C++ plugin exports hundreds of symbols, some of them GNU_UNIQUE, and those bind to
# whatever another plugin or the host has under the same name.

set(TOOLRACK_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/plugin.map CACHE INTERNAL "What a plugin exports")

function(toolrack_add_plugin name)
    add_library(${name} MODULE ${ARGN})
    target_link_libraries(${name} PRIVATE toolrack::plugin-api)
    set_target_properties(${name} PROPERTIES
        PREFIX "" SUFFIX ".so"
        C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
        LINK_DEPENDS ${TOOLRACK_PLUGIN_MAP})
    if(NOT CMAKE_CXX_STANDARD OR CMAKE_CXX_STANDARD LESS 20)
        set_target_properties(${name} PROPERTIES CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON)
    endif()
    target_compile_options(${name} PRIVATE
        $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
    target_link_options(${name} PRIVATE
        -Wl,--version-script=${TOOLRACK_PLUGIN_MAP} -Wl,-z,relro,-z,now)

    # A symbol that nobody defines should be found now and not in the server. With sanitizers some
    # are defined by the host program.
    get_property(link_options DIRECTORY PROPERTY LINK_OPTIONS)
    if(NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS} ${CMAKE_MODULE_LINKER_FLAGS} ${link_options}"
            MATCHES "-fsanitize")
        target_link_options(${name} PRIVATE -Wl,-z,defs)
    endif()
endfunction()
