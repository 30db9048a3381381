/* Cannot be created: there is no function for it. */
#define CREATE NULL
#include "hostile.h"
