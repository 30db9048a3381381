/* A library that is not a plugin: it does not export toolrack_plugin_v1(). */
#define NO_ENTRY
#include "hostile.h"

TOOLRACK_EXPORT const toolrack_plugin* plugin_main(void);
TOOLRACK_EXPORT const toolrack_plugin* plugin_main(void) { return &plugin; }
