/* Describes itself in something that is not JSON. */
#define DESCRIPTION "{\"kinds\": [\"tools\""
#include "hostile.h"
