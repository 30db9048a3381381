/* Lists two tools of one name, and one that is fine. */
#define TWICE "{\"name\":\"twice\",\"inputSchema\":{\"type\":\"object\"}}"
#define DEFINITIONS TWICE, TWICE, FINE
#include "hostile.h"
