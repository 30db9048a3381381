/* Lists a tool whose description is not UTF-8, and a valid one. */
#define DEFINITIONS "{\"name\":\"broken\",\"description\":\"\xff\xfe\",\"inputSchema\":{\"type\":\"object\"}}", FINE
#include "hostile.h"
