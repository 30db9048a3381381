/* A plugin in plain C: one tool, roll_dice, directly on the binary contract. */
#include <toolrack/abi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct toolrack_instance {
    const toolrack_host* host;
};

static toolrack_str text(const char* zero_terminated) {
    toolrack_str view = {zero_terminated, strlen(zero_terminated)};
    return view;
}

static bool is(toolrack_str view, const char* zero_terminated) {
    return view.size == strlen(zero_terminated) && memcmp(view.data, zero_terminated, view.size) == 0;
}

/* ---- toolrack.features/1 ---- */

static bool
list(toolrack_instance* self, void (*emit)(void*, toolrack_str, toolrack_str, toolrack_str), void* context) {
    (void)self;
    emit(context,
         text("tool"),
         text("{\"name\":\"roll_dice\",\"description\":\"Rolls a die: a number from 1 to 6.\","
              "\"inputSchema\":{\"type\":\"object\",\"additionalProperties\":false},"
              "\"annotations\":{\"readOnlyHint\":true,\"openWorldHint\":false}}"),
         text("{\"quick\":true}"));
    return true;
}

static void start(toolrack_instance* self, toolrack_call call, const toolrack_request* request) {
    const toolrack_host* host = self->host;
    unsigned char byte = 0;
    char answer[64];

    if (!is(request->method, "tools/call") || !is(request->name, "roll_dice")) {
        host->finish(host, call, TOOLRACK_FAILED, text("{\"code\":-32602,\"message\":\"Unknown tool.\"}"));
        return;
    }
    do { /* 252 is a multiple of 6; larger bytes would make small numbers more likely */
        if (getrandom(&byte, 1, GRND_NONBLOCK) != 1) {
            host->finish(host,
                         call,
                         TOOLRACK_FAILED,
                         text("{\"code\":-32603,\"message\":\"No random numbers are available yet.\"}"));
            return;
        }
    } while (byte >= 252);
    snprintf(answer, sizeof answer, "{\"content\":[{\"type\":\"text\",\"text\":\"%d\"}]}", byte % 6 + 1);
    host->finish(host, call, TOOLRACK_DONE, text(answer));
}

static const toolrack_features features = {sizeof features, list, start, NULL, NULL};

/* ---- the plugin ---- */

static toolrack_instance*
create(const toolrack_host* host, toolrack_str options, void (*complain)(void*, toolrack_str), void* context) {
    toolrack_instance* self = malloc(sizeof *self);
    (void)options;
    if (!self) {
        complain(context, text("out of memory"));
        return NULL;
    }
    self->host = host;
    return self;
}

static void destroy(toolrack_instance* self) { free(self); }

static const void* get_extension(toolrack_instance* self, const char* id) {
    (void)self;
    return strcmp(id, TOOLRACK_EXT_FEATURES) == 0 ? &features : NULL;
}

static const toolrack_plugin plugin = {
    sizeof plugin,
    TOOLRACK_ABI_MINOR,
    "org.example.dice",
    "1.0.0",
    "{\"kinds\":[\"tools\"],\"options\":{\"type\":\"object\",\"additionalProperties\":false}}",
    create,
    destroy,
    get_extension,
};

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void);
TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void) { return &plugin; }
