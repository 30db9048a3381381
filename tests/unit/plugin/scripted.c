/* A plugin with one tool for each way to use the host's functions. It logs the events that a test cannot observe
 * otherwise. */
#define _DEFAULT_SOURCE

#include <toolrack/abi.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct toolrack_instance {
    const toolrack_host* host;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    toolrack_call cancelled[64]; /* the calls that cancel() got */
    int cancellations;
};

static toolrack_str text(const char* zero_terminated) {
    toolrack_str view = {zero_terminated, strlen(zero_terminated)};
    return view;
}

static bool is(toolrack_str view, const char* zero_terminated) {
    return view.size == strlen(zero_terminated) && memcmp(view.data, zero_terminated, view.size) == 0;
}

static void log_line(const toolrack_host* host, const char* line) { host->log(host, 6, text(line)); }

static void done(const toolrack_host* host, toolrack_call call, const char* json) {
    host->finish(host, call, TOOLRACK_DONE, text(json));
}

static void notice(const toolrack_host* host, toolrack_call call, int number) {
    char params[64];
    snprintf(params, sizeof params, "{\"progress\":%d}", number);
    host->notify(host, call, text("notifications/progress"), text(params));
}

/* Answers, and returns later. Does not touch the host or the instance in between, so that a host that destroys the
 * instance too early is detected without a crash. */
static atomic_int returning;
static void return_slowly(const toolrack_host* host, toolrack_call call) {
    ++returning;
    done(host, call, "{\"content\":[]}");
    usleep(200000);
    --returning;
}

static int times_cancelled(toolrack_instance* self, toolrack_call call) {
    int n, times = 0;
    for (n = 0; n < self->cancellations; ++n) times += self->cancelled[n] == call;
    return times;
}

/* Blocks its thread until the call was cancelled `times` times. */
static void wait_for_cancel(toolrack_instance* self, toolrack_call call, int times) {
    const toolrack_host* host = self->host;
    notice(host, call, 0);
    log_line(host, "waiting");
    pthread_mutex_lock(&self->mutex);
    while (times_cancelled(self, call) < times) pthread_cond_wait(&self->changed, &self->mutex);
    pthread_mutex_unlock(&self->mutex);
    log_line(host, host->cancelled(host, call) ? "woken: cancelled" : "woken: not cancelled");
    done(host, call, "{\"content\":[]}");
}

static void cancel(toolrack_instance* self, toolrack_call call) {
    log_line(self->host, "cancel() was called");
    pthread_mutex_lock(&self->mutex);
    if (self->cancellations < 64) self->cancelled[self->cancellations++] = call;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
}

/* Answers with the id of its thread. */
static void answer_thread(const toolrack_host* host, toolrack_call call) {
    char answer[64];
    snprintf(answer, sizeof answer, "{\"content\":[],\"thread\":%ld}", (long)syscall(SYS_gettid));
    done(host, call, answer);
}

static void send_notices(const toolrack_host* host, toolrack_call call, int count) {
    int n;
    for (n = 0; n < count; ++n) notice(host, call, n);
    log_line(host, "all sent");
    done(host, call, "{\"content\":[]}");
}

static void send_invalid_notices(const toolrack_host* host, toolrack_call call) {
    static char huge[1100000];
    const toolrack_str progress = text("notifications/progress"), odd = {"\xff\xfe", 2};
    host->notify(host, call, progress, text("{\"progress\":"));
    host->notify(host, call, progress, text("[1]"));
    host->notify(host, call, progress, text("{\"a\":1,\"a\":2}"));
    host->notify(host, call, progress, text("{\"a\":\"\xff\"}"));
    host->notify(host, call, progress, text(""));
    host->notify(host, call, odd, text("{}"));
    memset(huge, ' ', sizeof huge - 1);
    huge[0] = '{', huge[sizeof huge - 2] = '}';
    host->notify(host, call, progress, text(huge));
    host->notify(host, call, text("notifications/good"), text("{}"));
    done(host, call, "{\"content\":[]}");
}

static void start(toolrack_instance* self, toolrack_call call, const toolrack_request* request) {
    const toolrack_host* host = self->host;
    const toolrack_str name = request->name;
    if (is(name, "wait")) {
        wait_for_cancel(self, call, 1);
    } else if (is(name, "deaf")) {
        wait_for_cancel(self, call, 2);
    } else if (is(name, "keep")) {
        log_line(host, "kept"); /* never answered */
    } else if (is(name, "slow_return")) {
        return_slowly(host, call);
    } else if (is(name, "thread")) {
        answer_thread(host, call);
    } else if (is(name, "notices")) {
        send_notices(host, call, 100);
    } else if (is(name, "flood")) {
        send_notices(host, call, 3000);
    } else if (is(name, "nonsense")) {
        send_invalid_notices(host, call);
    } else if (is(name, "late_notice")) {
        done(host, call, "{\"content\":[]}");
        notice(host, call, 1);
        log_line(host, host->cancelled(host, call) ? "over" : "not over");
    } else if (is(name, "lines")) {
        host->notify(host, call, text("notifications/good"), text("\n{\"a\":\r\n[1,\n2] ,\"b\":\"\\n\"\n} "));
        done(host, call, " \r\n{\r\n \"content\":\n[] ,\"text\":\"a\\nb\"\n}\n ");
    } else if (is(name, "input")) {
        host->finish(host, call, TOOLRACK_INPUT_REQUIRED, text("{\"state\":1}"));
    } else if (is(name, "fails")) {
        host->finish(host, call, TOOLRACK_FAILED, text("{\"code\":-32000,\"message\":\"Out of paper.\"}"));
    } else if (is(name, "fails_without_code")) {
        host->finish(host, call, TOOLRACK_FAILED, text("{\"message\":\"Out of paper.\"}"));
    } else if (is(name, "fails_without_message")) {
        host->finish(host, call, TOOLRACK_FAILED, text("{\"code\":1,\"message\":null}"));
    } else if (is(name, "twins")) {
        done(host, call, "{\"content\":[],\"content\":[]}");
    } else if (is(name, "array")) {
        done(host, call, "[]");
    } else if (is(name, "nothing")) {
        const toolrack_str none = {NULL, 0};
        host->finish(host, call, TOOLRACK_DONE, none);
    } else if (is(name, "without_content")) {
        done(host, call, "{\"structuredContent\":{}}");
    } else if (is(name, "meta")) {
        done(host,
             call,
             "{\"content\":[],\"resultType\":\"task\",\"_meta\":{\"k\\u0065y\":1,"
             "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"forged\",\"version\":\"1\"}}}");
    } else {
        host->finish(host, call, TOOLRACK_FAILED, text("{\"code\":-32602,\"message\":\"No such tool.\"}"));
    }
}

static bool
list(toolrack_instance* self, void (*emit)(void*, toolrack_str, toolrack_str, toolrack_str), void* context) {
    static const char* const names[] = {
        "wait", "thread", "notices", "flood", "late_notice", "input", "fails", "meta", "without_content"};
    size_t n;
    char definition[128];
    (void)self;
    for (n = 0; n != sizeof names / sizeof *names; ++n) {
        snprintf(definition, sizeof definition, "{\"name\":\"%s\",\"inputSchema\":{\"type\":\"object\"}}", names[n]);
        emit(context, text("tool"), text(definition), text("{}"));
    }
    emit(context,
         text("tool"),
         text("{\"name\":\"quick\",\"inputSchema\":{\"type\":\"object\"}}"),
         text("{\"quick\":true}"));
    return true;
}

static const toolrack_features features = {sizeof features, list, start, cancel, NULL};

static toolrack_instance*
create(const toolrack_host* host, toolrack_str options, void (*complain)(void*, toolrack_str), void* context) {
    toolrack_instance* self = calloc(1, sizeof *self);
    (void)options;
    if (!self) {
        complain(context, text("There is no memory left."));
        return NULL;
    }
    self->host = host;
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->changed, NULL);
    return self;
}

static void destroy(toolrack_instance* self) {
    log_line(self->host, returning ? "destroyed too early" : "destroyed");
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->mutex);
    free(self);
}

static const void* get_extension(toolrack_instance* self, const char* id) {
    (void)self;
    return strcmp(id, TOOLRACK_EXT_FEATURES) == 0 ? &features : NULL;
}

static const toolrack_plugin plugin = {
    sizeof plugin,
    TOOLRACK_ABI_MINOR,
    "org.example.scripted",
    "1.0.0",
    "{\"kinds\":[\"tools\"],\"options\":{\"type\":\"object\",\"properties\":{"
    "\"path\":{\"type\":\"string\"},\"sizes\":{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":1}}},"
    "\"additionalProperties\":false}}",
    create,
    destroy,
    get_extension,
};

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void);
TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void) { return &plugin; }
