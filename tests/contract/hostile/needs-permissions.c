/* Says that it needs more of the machine than silence grants. */
#define DESCRIPTION                                                                                                    \
    "{\"kinds\":[\"tools\"],\"needs\":{\"network\":true,\"read\":[\"/srv/orders\"]}}"
#include "hostile.h"
