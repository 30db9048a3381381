/* A stopwatch in plain C: it lists either start_stopwatch or stop_stopwatch, and reports each change of
 * its list to the host. */
#include <toolrack/abi.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct toolrack_instance {
    const toolrack_host* host;
    const toolrack_changes* changes; /* null if the host does not have it */
    atomic_llong started;            /* in milliseconds; 0 if the stopwatch is stopped */
};

static toolrack_str text(const char* zero_terminated) {
    toolrack_str view = {zero_terminated, strlen(zero_terminated)};
    return view;
}

static bool is(toolrack_str view, const char* zero_terminated) {
    return view.size == strlen(zero_terminated) && memcmp(view.data, zero_terminated, view.size) == 0;
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* ---- toolrack.features/1 ---- */

static const char start_tool[] = "{\"name\":\"start_stopwatch\",\"description\":\"Starts the stopwatch.\","
                                 "\"inputSchema\":{\"type\":\"object\",\"additionalProperties\":false}}";
static const char stop_tool[] =
    "{\"name\":\"stop_stopwatch\",\"description\":\"Stops it and returns how long it ran.\","
    "\"inputSchema\":{\"type\":\"object\",\"additionalProperties\":false}}";

/* The host calls it at the start and after each list_changed(). */
static bool
list(toolrack_instance* self, void (*emit)(void*, toolrack_str, toolrack_str, toolrack_str), void* context) {
    const bool runs = atomic_load(&self->started) != 0;
    emit(context, text("tool"), text(runs ? stop_tool : start_tool), text("{\"quick\":true}"));
    return true;
}

/* Called before finish(), because the host may destroy the instance after finish(). */
static void report_change(toolrack_instance* self) {
    if (self->changes) self->changes->list_changed(self->host, text("tool"));
}

/* Answers both tools, because a client may have an old list. All clients share one stopwatch. */
static void start(toolrack_instance* self, toolrack_call call, const toolrack_request* request) {
    const toolrack_host* host = self->host;
    char answer[128];

    if (is(request->name, "start_stopwatch")) {
        long long stopped = 0;
        const bool starts = atomic_compare_exchange_strong(&self->started, &stopped, now());
        if (starts) report_change(self);
        host->finish(host,
                     call,
                     TOOLRACK_DONE,
                     text(starts ? "{\"content\":[{\"type\":\"text\",\"text\":\"The stopwatch runs.\"}]}"
                                 : "{\"content\":[{\"type\":\"text\",\"text\":\"The stopwatch runs already.\"}],"
                                   "\"isError\":true}"));
    } else if (is(request->name, "stop_stopwatch")) {
        const long long started = atomic_exchange(&self->started, 0);
        if (started != 0) report_change(self);
        snprintf(answer,
                 sizeof answer,
                 started != 0 ? "{\"content\":[{\"type\":\"text\",\"text\":\"It ran %.2f seconds.\"}]}"
                              : "{\"content\":[{\"type\":\"text\",\"text\":\"The stopwatch does not run.\"}],"
                                "\"isError\":true}",
                 (double)(now() - started) / 1000);
        host->finish(host, call, TOOLRACK_DONE, text(answer));
    } else {
        host->finish(host, call, TOOLRACK_FAILED, text("{\"code\":-32602,\"message\":\"Unknown tool.\"}"));
    }
}

static const toolrack_features features = {sizeof features, list, start, NULL, NULL};

/* ---- the plugin ---- */

static toolrack_instance*
create(const toolrack_host* host, toolrack_str options, void (*complain)(void*, toolrack_str), void* context) {
    toolrack_instance* self = calloc(1, sizeof *self);
    (void)options;
    if (!self) {
        complain(context, text("out of memory"));
        return NULL;
    }
    self->host = host;
    self->changes = host->get_extension(host, TOOLRACK_EXT_CHANGES);
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
    "org.example.stopwatch",
    "1.0.0",
    "{\"kinds\":[\"tools\"],\"options\":{\"type\":\"object\",\"additionalProperties\":false}}",
    create,
    destroy,
    get_extension,
};

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void);
TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void) { return &plugin; }
