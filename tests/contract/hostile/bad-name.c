/* Lists a tool with an invalid name, and a valid one. */
#define DEFINITIONS "{\"name\":\"has some blanks\",\"inputSchema\":{\"type\":\"object\"}}", FINE
#include "hostile.h"
