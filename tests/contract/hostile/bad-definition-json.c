/* Lists a tool whose definition is not JSON, and a valid one. */
#define DEFINITIONS "{\"name\":\"broken\",", FINE
#include "hostile.h"
