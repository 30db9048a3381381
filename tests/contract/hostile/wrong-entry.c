/* A library, but not a plugin: it exports nothing a host would look for. */
#define NO_ENTRY
#include "hostile.h"

TOOLRACK_EXPORT const toolrack_plugin *plugin_main(void);
TOOLRACK_EXPORT const toolrack_plugin *plugin_main(void) {
    return &plugin;
}
