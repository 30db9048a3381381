/* Lists a tool whose description is not UTF-8, and one that is fine. */
#define DEFINITIONS                                                                                \
    "{\"name\":\"broken\",\"description\":\"\xff\xfe\",\"inputSchema\":{\"type\":\"object\"}}", FINE
#include "hostile.h"
