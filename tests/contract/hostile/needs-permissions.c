/* Its description lists needs that the default sandbox does not grant. */
#define DESCRIPTION "{\"kinds\":[\"tools\"],\"needs\":{\"network\":true,\"read\":[\"/srv/orders\"]}}"
#include "hostile.h"
