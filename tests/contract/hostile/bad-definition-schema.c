/* Lists a tool whose input is not an object, and one that is fine. */
#define DEFINITIONS "{\"name\":\"broken\",\"inputSchema\":{\"type\":\"string\"}}", FINE
#include "hostile.h"
