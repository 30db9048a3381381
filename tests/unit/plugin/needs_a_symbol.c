/* A library that needs a function which nobody has. */
#include <toolrack/abi.h>

void nobody_has_this_function(void);

TOOLRACK_EXPORT const toolrack_plugin *toolrack_plugin_v1(void);
TOOLRACK_EXPORT const toolrack_plugin *toolrack_plugin_v1(void) {
    nobody_has_this_function();
    return 0;
}
