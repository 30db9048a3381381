/* Every offset, size and number of ABI 1.0. No line here ever changes. A new field of a data struct adds
 * a line and changes the size of the struct. There is no padding: the sizes add up. */
#include <toolrack/abi.h>

#if !defined(__cplusplus)
#define static_assert _Static_assert
#endif
#define FIELD(type, field, offset, width)                                                                              \
    static_assert(offsetof(type, field) == (offset), #type "." #field " moved");                                       \
    static_assert(sizeof(((type*)0)->field) == (width), #type "." #field " changed its size")
#define END(type, size) static_assert(sizeof(type) == (size), #type " changed its size")
#define VALUE(name, value) static_assert((name) == (value), #name " changed its value")

FIELD(toolrack_str, data, 0, 8);
FIELD(toolrack_str, size, 8, 8);
END(toolrack_str, 16);

FIELD(toolrack_host, size, 0, 8);
FIELD(toolrack_host, abi_minor, 8, 8);
FIELD(toolrack_host, get_extension, 16, 8);
FIELD(toolrack_host, log, 24, 8);
FIELD(toolrack_host, notify, 32, 8);
FIELD(toolrack_host, finish, 40, 8);
FIELD(toolrack_host, cancelled, 48, 8);
END(toolrack_host, 56);

FIELD(toolrack_plugin, size, 0, 8);
FIELD(toolrack_plugin, abi_minor, 8, 8);
FIELD(toolrack_plugin, id, 16, 8);
FIELD(toolrack_plugin, version, 24, 8);
FIELD(toolrack_plugin, description, 32, 8);
FIELD(toolrack_plugin, create, 40, 8);
FIELD(toolrack_plugin, destroy, 48, 8);
FIELD(toolrack_plugin, get_extension, 56, 8);
END(toolrack_plugin, 64);

FIELD(toolrack_request, size, 0, 8);
FIELD(toolrack_request, method, 8, 16);
FIELD(toolrack_request, name, 24, 16);
FIELD(toolrack_request, params, 40, 16);
FIELD(toolrack_request, subject, 56, 16);
FIELD(toolrack_request, issuer, 72, 16);
FIELD(toolrack_request, scopes, 88, 8);
FIELD(toolrack_request, scope_count, 96, 8);
FIELD(toolrack_request, client, 104, 16);
FIELD(toolrack_request, responses, 120, 16);
FIELD(toolrack_request, state, 136, 16);
FIELD(toolrack_request, traceparent, 152, 16);
FIELD(toolrack_request, deadline, 168, 8);
END(toolrack_request, 176);

FIELD(toolrack_features, size, 0, 8);
FIELD(toolrack_features, list, 8, 8);
FIELD(toolrack_features, start, 16, 8);
FIELD(toolrack_features, cancel, 24, 8);
FIELD(toolrack_features, watch, 32, 8);
END(toolrack_features, 40);

FIELD(toolrack_changes, size, 0, 8);
FIELD(toolrack_changes, list_changed, 8, 8);
FIELD(toolrack_changes, resource_updated, 16, 8);
END(toolrack_changes, 24);

FIELD(toolrack_facts, size, 0, 8);
FIELD(toolrack_facts, token, 8, 16);
FIELD(toolrack_facts, resource, 24, 16);
FIELD(toolrack_facts, peer, 40, 16);
FIELD(toolrack_facts, certificate, 56, 16);
FIELD(toolrack_facts, peer_uid, 72, 8);
FIELD(toolrack_facts, peer_gid, 80, 8);
FIELD(toolrack_facts, now, 88, 8);
END(toolrack_facts, 96);

FIELD(toolrack_principal, size, 0, 8);
FIELD(toolrack_principal, subject, 8, 16);
FIELD(toolrack_principal, issuer, 24, 16);
FIELD(toolrack_principal, credential, 40, 16);
FIELD(toolrack_principal, scopes, 56, 8);
FIELD(toolrack_principal, scope_count, 64, 8);
FIELD(toolrack_principal, expires, 72, 8);
FIELD(toolrack_principal, keep, 80, 8);
END(toolrack_principal, 88);

FIELD(toolrack_auth, size, 0, 8);
FIELD(toolrack_auth, traits, 8, 8);
FIELD(toolrack_auth, metadata, 16, 8);
FIELD(toolrack_auth, authenticate, 24, 8);
END(toolrack_auth, 32);

FIELD(toolrack_auth_host, size, 0, 8);
FIELD(toolrack_auth_host, grant, 8, 8);
FIELD(toolrack_auth_host, refuse, 16, 8);
FIELD(toolrack_auth_host, forget, 24, 8);
END(toolrack_auth_host, 32);

FIELD(toolrack_health, size, 0, 8);
FIELD(toolrack_health, report_degraded, 8, 8);
END(toolrack_health, 16);

END(toolrack_call, 8);
END(toolrack_severity, 4);
END(toolrack_outcome, 4);
END(toolrack_refusal, 4);

VALUE(TOOLRACK_FAILED, 0);
VALUE(TOOLRACK_DONE, 1);
VALUE(TOOLRACK_INPUT_REQUIRED, 2);

VALUE(TOOLRACK_UNAVAILABLE, 0);
VALUE(TOOLRACK_NO_TOKEN, 1);
VALUE(TOOLRACK_BAD_TOKEN, 2);
VALUE(TOOLRACK_WRONG_AUDIENCE, 3);
VALUE(TOOLRACK_FORBIDDEN, 4);
VALUE(TOOLRACK_PASS, 5);

VALUE(TOOLRACK_AUTH_QUICK, 1);
VALUE(TOOLRACK_AUTH_TOKENLESS, 2);
VALUE(TOOLRACK_AUTH_OPEN, 4);

/* Extensions are looked up by the text of their id, so the texts are part of the contract. */
static_assert(sizeof(TOOLRACK_ENTRY_NAME) == sizeof("toolrack_plugin_v1"), "the entry was renamed");
static_assert(sizeof(TOOLRACK_EXT_FEATURES) == sizeof("toolrack.features/1"), "an id was renamed");
static_assert(sizeof(TOOLRACK_EXT_CHANGES) == sizeof("toolrack.changes/1"), "an id was renamed");
static_assert(sizeof(TOOLRACK_EXT_AUTH) == sizeof("toolrack.auth/1"), "an id was renamed");
static_assert(sizeof(TOOLRACK_EXT_AUTH_HOST) == sizeof("toolrack.auth-host/1"), "an id was renamed");
static_assert(sizeof(TOOLRACK_EXT_HEALTH) == sizeof("toolrack.health/1"), "an id was renamed");
