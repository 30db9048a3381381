/* Lists a tool with a name that no tool may have, and one that is fine. */
#define DEFINITIONS "{\"name\":\"has some blanks\",\"inputSchema\":{\"type\":\"object\"}}", FINE
#include "hostile.h"
