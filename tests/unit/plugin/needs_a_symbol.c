/* A library with an undefined symbol. */
#include <toolrack/abi.h>

void undefined_function(void);

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void);
TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void) {
    undefined_function();
    return 0;
}
