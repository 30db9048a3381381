/* Says that its table ends before the functions every plugin has. */
#define SIZE 16
#include "hostile.h"
