/* create() fails without a reason. */
#include <toolrack/abi.h>

static toolrack_instance*
say_nothing(const toolrack_host* host, toolrack_str options, void (*complain)(void*, toolrack_str), void* context) {
    (void)host;
    (void)options;
    (void)complain;
    (void)context;
    return NULL;
}

#define CREATE say_nothing
#include "hostile.h"
