/* A plugin of a major version that does not exist yet. */
#define ENTRY toolrack_plugin_v2
#include "hostile.h"
