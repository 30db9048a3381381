/* A plugin with the incomplete tables FEATURES and AUTH. */
#include <toolrack/abi.h>

#include <string.h>

#ifndef KINDS
#define KINDS "{\"kinds\":[]}"
#endif

#define NOT_ALWAYS_USED __attribute__((unused))

struct toolrack_instance {
    int nothing;
};

static toolrack_instance only = {0};

NOT_ALWAYS_USED static bool
list(toolrack_instance* self, void (*emit)(void*, toolrack_str, toolrack_str, toolrack_str), void* context) {
    (void)self, (void)emit, (void)context;
    return false;
}

NOT_ALWAYS_USED static void start(toolrack_instance* self, toolrack_call call, const toolrack_request* request) {
    (void)self, (void)call, (void)request;
}

NOT_ALWAYS_USED static void authenticate(toolrack_instance* self, toolrack_call check, const toolrack_facts* facts) {
    (void)self, (void)check, (void)facts;
}

#ifdef FEATURES
static const toolrack_features features = FEATURES;
#endif
#ifdef AUTH
static const toolrack_auth auth = AUTH;
#endif

static toolrack_instance*
create(const toolrack_host* host, toolrack_str options, void (*complain)(void*, toolrack_str), void* context) {
    (void)host, (void)options, (void)complain, (void)context;
    return &only;
}

static void destroy(toolrack_instance* self) { (void)self; }

static const void* get_extension(toolrack_instance* self, const char* id) {
    (void)self;
#ifdef FEATURES
    if (strcmp(id, TOOLRACK_EXT_FEATURES) == 0) return &features;
#endif
#ifdef AUTH
    if (strcmp(id, TOOLRACK_EXT_AUTH) == 0) return &auth;
#endif
    (void)id;
    return NULL;
}

static const toolrack_plugin plugin = {
    sizeof plugin,
    TOOLRACK_ABI_MINOR,
    "org.example.incomplete",
    "1.0.0",
    KINDS,
    create,
    destroy,
    get_extension,
};

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void);
TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void) { return &plugin; }
