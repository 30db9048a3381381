/* Lists a tool whose definition is not JSON, and one that is fine. */
#define DEFINITIONS "{\"name\":\"broken\",", FINE
#include "hostile.h"
