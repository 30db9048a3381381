/* A plugin of an unknown major version. */
#define ENTRY toolrack_plugin_v2
#include "hostile.h"
