# cmake -Dnm= -Dplugin= -P exports.cmake: the plugin exports only its entry, and no GNU_UNIQUE symbol.
execute_process(COMMAND ${nm} -D --defined-only ${plugin}
    OUTPUT_VARIABLE symbols OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES "^[0-9a-f]+ T toolrack_plugin_v1$")
    message(FATAL_ERROR "${plugin} must export toolrack_plugin_v1 and nothing else, but has:\n${symbols}")
endif()
