/* Lists two tools with the same name, and a valid one. */
#define TWICE "{\"name\":\"twice\",\"inputSchema\":{\"type\":\"object\"}}"
#define DEFINITIONS TWICE, TWICE, FINE
#include "hostile.h"
