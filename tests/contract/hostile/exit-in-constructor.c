/* Ends the process while it is being loaded. */
#include "hostile.h"
#include <stdlib.h>

__attribute__((constructor)) static void leave(void) {
    exit(3);
}
