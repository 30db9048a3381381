/* create() fails with a reason. */
#include <toolrack/abi.h>

static toolrack_instance*
complain_always(const toolrack_host* host, toolrack_str options, void (*complain)(void*, toolrack_str), void* context) {
    static const char why[] = "The database is missing; create it.";
    toolrack_str sentence = {why, sizeof why - 1};
    (void)host;
    (void)options;
    complain(context, sentence);
    return NULL;
}

#define CREATE complain_always
#include "hostile.h"
