/* A plugin of a minor version that does not exist yet. Its structs are longer than ours, it knows kinds,
 * attributes and extensions that we do not, and it does without what a host of today cannot offer. It is also
 * an auth backend whose principal has fields, and whose traits have bits, of the future. */
#include <toolrack/abi.h>

#include <stdlib.h>
#include <string.h>

struct future_plugin {
    toolrack_plugin now;
    uint64_t colour;
    const char *motto;
};
struct future_principal {
    toolrack_principal now;
    toolrack_str nickname;
    uint64_t mood;
};
struct toolrack_instance {
    const toolrack_host *host;
    const toolrack_auth_host *auth;
    bool found_the_future;
};

static toolrack_str text(const char *zero_terminated) {
    toolrack_str view = {zero_terminated, strlen(zero_terminated)};
    return view;
}

static bool list(toolrack_instance *self,
                 void (*emit)(void *, toolrack_str, toolrack_str, toolrack_str), void *context) {
    (void)self;
    emit(context, text("tool"),
         text("{\"name\":\"foresee\",\"description\":\"Says what it found.\",\"inputSchema\":{\"type\":\"object\"},"
              "\"hologram\":true}"),
         text("{\"quick\":true,\"telepathic\":{\"range\":3}}"));
    emit(context, text("dream"), text("{\"name\":\"of sheep\"}"), text("{}"));
    return true;
}

static void start(toolrack_instance *self, toolrack_call call, const toolrack_request *request) {
    (void)request;
    self->host->finish(self->host, call, TOOLRACK_DONE,
                       text(self->found_the_future ? "{\"content\":[{\"type\":\"text\",\"text\":\"the future\"}]}"
                                                   : "{\"content\":[{\"type\":\"text\",\"text\":\"the present\"}]}"));
}

static const toolrack_features features = {sizeof features, list, start, NULL, NULL};

static void authenticate(toolrack_instance *self, toolrack_call check, const toolrack_facts *facts) {
    static const char scope[] = "*";
    const toolrack_str scopes[] = {{scope, 1}};
    struct future_principal who;
    memset(&who, 0x5A, sizeof who); /* what nobody today may read */
    const toolrack_principal now = {sizeof who, text("visitor"), {NULL, 0}, text("one"), scopes, 1, 0, 0};
    who.now = now;
    if (facts->token.size == 33 && memcmp(facts->token.data, "a-token-from-a-time-that-is-to-be", 33) == 0)
        self->auth->grant(self->host, check, &who.now);
    else
        self->auth->refuse(self->host, check, 4711, text("a reason of the future")); /* counts as zero */
}

static const toolrack_auth auth = {sizeof auth, TOOLRACK_AUTH_QUICK | (UINT64_C(1) << 40), NULL, authenticate};

static toolrack_instance *create(const toolrack_host *host, toolrack_str options,
                                 void (*complain)(void *, toolrack_str), void *context) {
    toolrack_instance *self = calloc(1, sizeof *self);
    (void)options;
    if (!self) {
        complain(context, text("There is no memory left."));
        return NULL;
    }
    self->host = host;
    self->auth = host->get_extension(host, TOOLRACK_EXT_AUTH_HOST);
    self->found_the_future = host->get_extension(host, "toolrack.future/7") != NULL;
    return self;
}

static void destroy(toolrack_instance *self) { free(self); }

static const void *get_extension(toolrack_instance *self, const char *id) {
    (void)self;
    if (strcmp(id, "toolrack.features/2") == 0) return &self->found_the_future; /* nobody today asks */
    if (strcmp(id, TOOLRACK_EXT_FEATURES) == 0) return &features;
    if (strcmp(id, TOOLRACK_EXT_AUTH) == 0) return &auth;
    return NULL;
}

TOOLRACK_EXPORT const toolrack_plugin *toolrack_plugin_v1(void);
TOOLRACK_EXPORT const toolrack_plugin *toolrack_plugin_v1(void) {
    static const struct future_plugin plugin = {
        {sizeof plugin, 4096, "org.example.from-the-future", "3000.1.0",
         "{\"kinds\":[\"tools\",\"auth\",\"dreams\"],\"options\":{\"type\":\"object\"},\"needs\":{\"plutonium\":true},"
         "\"smell\":\"ozone\"}",
         create, destroy, get_extension},
        0xF00, "to be"};
    return &plugin.now;
}
