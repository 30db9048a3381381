/* create is null. */
#define CREATE NULL
#include "hostile.h"
