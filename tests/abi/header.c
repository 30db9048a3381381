/* The header, included twice and used, as C and as C++. */
#include <toolrack/abi.h>

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void);

bool reaches_features(const toolrack_features* table);
bool reaches_features(const toolrack_features* table) { return TOOLRACK_HAS(table, toolrack_features, watch); }
