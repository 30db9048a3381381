/* Lists a tool whose input is not an object, and a valid one. */
#define DEFINITIONS "{\"name\":\"broken\",\"inputSchema\":{\"type\":\"string\"}}", FINE
#include "hostile.h"
