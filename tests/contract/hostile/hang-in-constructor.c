/* Never comes back from being loaded. */
#include "hostile.h"
#include <unistd.h>

__attribute__((constructor)) static void hang(void) {
    for (;;)
        pause();
}
