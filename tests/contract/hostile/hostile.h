/* A minimal valid plugin. A file that violates the contract in one way defines DESCRIPTION, DEFINITIONS, SIZE, CREATE
 * or ENTRY and includes this header. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <toolrack/abi.h>

#include <string.h>

#define FINE "{\"name\":\"fine\",\"description\":\"Does nothing.\",\"inputSchema\":{\"type\":\"object\"}}"

#ifndef DESCRIPTION
#define DESCRIPTION "{\"kinds\":[\"tools\"],\"options\":{\"type\":\"object\"}}"
#endif
#ifndef DEFINITIONS
#define DEFINITIONS FINE
#endif
#ifndef SIZE
#define SIZE sizeof(toolrack_plugin)
#endif
#ifndef ENTRY
#define ENTRY toolrack_plugin_v1
#endif

struct toolrack_instance {
    const toolrack_host* host;
};

static toolrack_str text(const char* zero_terminated) {
    toolrack_str view = {zero_terminated, strlen(zero_terminated)};
    return view;
}

static bool
list(toolrack_instance* self, void (*emit)(void*, toolrack_str, toolrack_str, toolrack_str), void* context) {
    static const char* const definitions[] = {DEFINITIONS};
    size_t n;
    (void)self;
    for (n = 0; n != sizeof definitions / sizeof *definitions; ++n)
        emit(context, text("tool"), text(definitions[n]), text("{}"));
    return true;
}

static void start(toolrack_instance* self, toolrack_call call, const toolrack_request* request) {
    (void)request;
    self->host->finish(self->host, call, TOOLRACK_DONE, text("{\"content\":[{\"type\":\"text\",\"text\":\"fine\"}]}"));
}

static const toolrack_features features = {sizeof features, list, start, NULL, NULL};

#ifndef CREATE
#define CREATE create
#include <stdlib.h>
static toolrack_instance*
create(const toolrack_host* host, toolrack_str options, void (*complain)(void*, toolrack_str), void* context) {
    toolrack_instance* self = malloc(sizeof *self);
    (void)options;
    if (self) self->host = host;
    else complain(context, text("out of memory"));
    return self;
}
static void destroy(toolrack_instance* self) { free(self); }
#else
static void destroy(toolrack_instance* self) { (void)self; }
#endif

static const void* get_extension(toolrack_instance* self, const char* id) {
    (void)self;
    return strcmp(id, TOOLRACK_EXT_FEATURES) == 0 ? &features : NULL;
}

static const toolrack_plugin plugin = {
    SIZE, TOOLRACK_ABI_MINOR, "org.example.hostile", "1.0.0", DESCRIPTION, CREATE, destroy, get_extension};

#ifndef NO_ENTRY
TOOLRACK_EXPORT const toolrack_plugin* ENTRY(void);
TOOLRACK_EXPORT const toolrack_plugin* ENTRY(void) { return &plugin; }
#endif

#endif
