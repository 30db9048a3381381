/* toolrack_plugin_v1() returns null. */
#include <toolrack/abi.h>

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void);
TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void) { return NULL; }
