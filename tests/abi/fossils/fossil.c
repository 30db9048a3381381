/* A plugin of ABI 1.0 that uses everything 1.0 has for features: every kind, answers now and later,
 * notifications, cancellation, watching, and saying that something changed. In C11, without the SDK. */
#include <toolrack/abi.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER(text) "{\"content\":[{\"type\":\"text\",\"text\":\"" text "\"}]}"

struct toolrack_instance {
    const toolrack_host *host;
    const toolrack_changes *changes;
    pthread_mutex_t mutex;
    toolrack_call waiting; /* for cancel(); 0 when there is none */
    bool watched;
};

static toolrack_str text(const char *zero_terminated) {
    toolrack_str view = {zero_terminated, strlen(zero_terminated)};
    return view;
}

static bool is(toolrack_str some, const char *what) {
    return some.size == strlen(what) && memcmp(some.data, what, some.size) == 0;
}

static bool list(toolrack_instance *self,
                 void (*emit)(void *, toolrack_str, toolrack_str, toolrack_str), void *context) {
    (void)self;
    emit(context, text("tool"),
         text("{\"name\":\"dig\",\"description\":\"Finds a fossil.\",\"inputSchema\":{\"type\":\"object\","
              "\"properties\":{\"where\":{\"type\":\"string\"}},\"required\":[\"where\"]}}"),
         text("{\"quick\":true}"));
    emit(context, text("tool"),
         text("{\"name\":\"wait\",\"description\":\"Waits until it is cancelled.\","
              "\"inputSchema\":{\"type\":\"object\"}}"),
         text("{}"));
    emit(context, text("tool"),
         text("{\"name\":\"was_cancelled\",\"description\":\"Whether wait was.\","
              "\"inputSchema\":{\"type\":\"object\"}}"),
         text("{}"));
    emit(context, text("tool"),
         text("{\"name\":\"ask\",\"description\":\"Asks for a name.\",\"inputSchema\":{\"type\":\"object\"}}"),
         text("{}"));
    emit(context, text("tool"),
         text("{\"name\":\"touch\",\"description\":\"Changes the stone.\",\"inputSchema\":{\"type\":\"object\"}}"),
         text("{}"));
    emit(context, text("prompt"), text("{\"name\":\"describe\",\"description\":\"Describes it.\"}"), text("{}"));
    emit(context, text("resource"), text("{\"uri\":\"fossil://stone\",\"name\":\"stone\"}"), text("{}"));
    emit(context, text("template"), text("{\"uriTemplate\":\"fossil://layer/{n}\",\"name\":\"layer\"}"), text("{}"));
    return true;
}

static void finish(toolrack_instance *self, toolrack_call call, toolrack_outcome how, const char *json) {
    self->host->finish(self->host, call, how, text(json));
}

static void call_tool(toolrack_instance *self, toolrack_call call, const toolrack_request *request) {
    if (is(request->name, "dig")) {
        self->host->notify(self->host, call, text("notifications/progress"), text("{\"progress\":1,\"total\":1}"));
        finish(self, call, TOOLRACK_DONE, ANSWER("an ammonite"));
    } else if (is(request->name, "wait")) {
        pthread_mutex_lock(&self->mutex);
        self->waiting = call;
        pthread_mutex_unlock(&self->mutex);
    } else if (is(request->name, "was_cancelled")) {
        pthread_mutex_lock(&self->mutex);
        const bool was = self->waiting == 0;
        pthread_mutex_unlock(&self->mutex);
        finish(self, call, TOOLRACK_DONE, was ? ANSWER("yes") : ANSWER("no"));
    } else if (is(request->name, "ask")) {
        if (request->responses.size <= 2)
            finish(self, call, TOOLRACK_INPUT_REQUIRED,
                   "{\"inputRequests\":{\"name\":{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"form\","
                   "\"message\":\"Your name?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{\"name\":"
                   "{\"type\":\"string\"}}}}}},\"state\":7}");
        else
            finish(self, call, TOOLRACK_DONE, is(request->state, "7") ? ANSWER("asked") : ANSWER("forgotten"));
    } else {
        if (self->changes) self->changes->resource_updated(self->host, text("fossil://stone"));
        finish(self, call, TOOLRACK_DONE, self->watched ? ANSWER("seen") : ANSWER("unseen"));
    }
}

static void start(toolrack_instance *self, toolrack_call call, const toolrack_request *request) {
    if (is(request->method, "tools/call")) {
        call_tool(self, call, request);
    } else if (is(request->method, "prompts/get")) {
        finish(self, call, TOOLRACK_DONE,
               "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"Describe it.\"}}]}");
    } else if (is(request->method, "resources/read")) {
        char json[512];
        snprintf(json, sizeof json, "{\"contents\":[{\"uri\":\"%.*s\",\"text\":\"limestone\"}]}",
                 (int)(request->name.size < 200 ? request->name.size : 200), request->name.data);
        finish(self, call, TOOLRACK_DONE, json);
    } else {
        finish(self, call, TOOLRACK_FAILED, "{\"code\":-32601,\"message\":\"Not of my time.\"}");
    }
}

static void cancel(toolrack_instance *self, toolrack_call call) {
    pthread_mutex_lock(&self->mutex);
    const bool was_waiting = self->waiting == call;
    if (was_waiting) self->waiting = 0;
    pthread_mutex_unlock(&self->mutex);
    if (was_waiting) finish(self, call, TOOLRACK_FAILED, "{\"code\":-32000,\"message\":\"Cancelled.\"}");
}

static void watch(toolrack_instance *self, toolrack_str uri, bool on) {
    if (is(uri, "fossil://stone")) self->watched = on;
}

static const toolrack_features features = {sizeof features, list, start, cancel, watch};

static toolrack_instance *create(const toolrack_host *host, toolrack_str options,
                                 void (*complain)(void *, toolrack_str), void *context) {
    toolrack_instance *self = calloc(1, sizeof *self);
    (void)options;
    if (!self) {
        complain(context, text("There is no memory left."));
        return NULL;
    }
    self->host = host;
    self->changes = host->get_extension(host, TOOLRACK_EXT_CHANGES);
    pthread_mutex_init(&self->mutex, NULL);
    return self;
}

static void destroy(toolrack_instance *self) {
    pthread_mutex_destroy(&self->mutex);
    free(self);
}

static const void *get_extension(toolrack_instance *self, const char *id) {
    (void)self;
    return strcmp(id, TOOLRACK_EXT_FEATURES) == 0 ? &features : NULL;
}

TOOLRACK_EXPORT const toolrack_plugin *toolrack_plugin_v1(void);
TOOLRACK_EXPORT const toolrack_plugin *toolrack_plugin_v1(void) {
    static const toolrack_plugin plugin = {sizeof plugin, 0, "org.example.fossil", "1.0.0",
                                           "{\"kinds\":[\"tools\"],\"options\":{\"type\":\"object\"}}",
                                           create, destroy, get_extension};
    return &plugin;
}
