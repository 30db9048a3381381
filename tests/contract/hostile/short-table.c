/* Its table is too short for the required functions. */
#define SIZE 16
#include "hostile.h"
