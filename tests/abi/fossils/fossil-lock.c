/* An auth backend of ABI 1.0: lets in whoever shows the one token it knows, which is no secret here. */
#include <toolrack/abi.h>

#include <stdlib.h>
#include <string.h>

struct toolrack_instance {
    const toolrack_host *host;
    const toolrack_auth_host *auth;
};

static toolrack_str text(const char *zero_terminated) {
    toolrack_str view = {zero_terminated, strlen(zero_terminated)};
    return view;
}

static bool is(toolrack_str some, const char *what) {
    return some.size == strlen(what) && memcmp(some.data, what, some.size) == 0;
}

static void authenticate(toolrack_instance *self, toolrack_call check, const toolrack_facts *facts) {
    static const char scope[] = "*";
    const toolrack_str scopes[] = {{scope, 1}};
    toolrack_principal who = {sizeof who, text("digger"), {NULL, 0}, text("one"), scopes, 1, 0, 0};
    if (is(facts->token, "a-token-of-the-time-of-the-fossils"))
        self->auth->grant(self->host, check, &who);
    else
        self->auth->refuse(self->host, check, TOOLRACK_BAD_TOKEN, text("not of my time"));
}

static const toolrack_auth auth = {sizeof auth, TOOLRACK_AUTH_QUICK, NULL, authenticate};

static toolrack_instance *create(const toolrack_host *host, toolrack_str options,
                                 void (*complain)(void *, toolrack_str), void *context) {
    toolrack_instance *self = calloc(1, sizeof *self);
    (void)options;
    if (self) {
        self->host = host;
        self->auth = host->get_extension(host, TOOLRACK_EXT_AUTH_HOST);
    }
    if (self && self->auth) return self;
    complain(context, text("This host has no toolrack.auth-host/1."));
    free(self);
    return NULL;
}

static void destroy(toolrack_instance *self) { free(self); }

static const void *get_extension(toolrack_instance *self, const char *id) {
    (void)self;
    return strcmp(id, TOOLRACK_EXT_AUTH) == 0 ? &auth : NULL;
}

TOOLRACK_EXPORT const toolrack_plugin *toolrack_plugin_v1(void);
TOOLRACK_EXPORT const toolrack_plugin *toolrack_plugin_v1(void) {
    static const toolrack_plugin plugin = {sizeof plugin, 0, "org.example.fossil-lock", "1.0.0",
                                           "{\"kinds\":[\"auth\"],\"options\":{\"type\":\"object\"}}",
                                           create, destroy, get_extension};
    return &plugin;
}
