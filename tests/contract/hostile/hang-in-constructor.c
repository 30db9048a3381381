/* Blocks forever during loading. */
#include "hostile.h"
#include <unistd.h>

__attribute__((constructor)) static void hang(void) {
    for (;;) pause();
}
