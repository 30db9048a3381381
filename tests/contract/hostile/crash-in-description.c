/* Crashes in toolrack_plugin_v1(). */
#include <toolrack/abi.h>

#include <signal.h>

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void);
TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void) {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return NULL;
}
