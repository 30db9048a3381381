/* Its description is not JSON. */
#define DESCRIPTION "{\"kinds\": [\"tools\""
#include "hostile.h"
