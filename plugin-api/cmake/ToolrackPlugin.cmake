# toolrack_add_plugin(NAME SOURCES...)
#
# Builds NAME.so, which exports only the entry of a plugin. By default a C++ plugin exports hundreds
# of symbols, some of them GNU_UNIQUE, which bind to symbols of the same name in the host or in other
# plugins.

set(TOOLRACK_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/plugin.map CACHE INTERNAL "The exported symbols of a plugin")

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

    # An undefined symbol is an error of the build instead of the server. With sanitizers, the host
    # program defines some symbols.
    get_property(link_options DIRECTORY PROPERTY LINK_OPTIONS)
    if(NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS} ${CMAKE_MODULE_LINKER_FLAGS} ${link_options}"
            MATCHES "-fsanitize")
        target_link_options(${name} PRIVATE -Wl,-z,defs)
    endif()
endfunction()
