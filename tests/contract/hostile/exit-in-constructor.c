/* Ends the process during loading. */
#include "hostile.h"
#include <stdlib.h>

__attribute__((constructor)) static void end_process(void) { exit(3); }
