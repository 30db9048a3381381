/* Crashes during loading. */
#include "hostile.h"
#include <signal.h>

__attribute__((constructor)) static void crash(void) {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}
