/* An auth backend that answers as its option "does" says, validly or invalidly; if that is "as_the_token_says", as the
 * token says. It logs the facts of every request. */
#include <toolrack/abi.h>

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct toolrack_instance {
    const toolrack_host* host;
    const toolrack_auth_host* auth;
    toolrack_auth table;
    char does[64];
    pthread_t later;
    bool has_later;
    toolrack_call check; /* the check that the thread `later` answers */
    toolrack_call last;  /* the previous check */
};

static toolrack_str text(const char* zero_terminated) {
    toolrack_str view = {zero_terminated, strlen(zero_terminated)};
    return view;
}

static toolrack_principal someone(void) {
    toolrack_principal who;
    memset(&who, 0, sizeof who);
    who.size = sizeof who;
    who.subject = text("mallory");
    who.credential = text("odd-1");
    return who;
}

static void grant(toolrack_instance* self, toolrack_call check, const toolrack_principal* who) {
    self->auth->grant(self->host, check, who);
}

static void refuse(toolrack_instance* self, toolrack_call check, toolrack_refusal kind) {
    self->auth->refuse(self->host, check, kind, text("because\nof the option"));
}

static void* decide_later(void* context) {
    toolrack_instance* self = context;
    const toolrack_principal who = someone();
    grant(self, self->check, &who);
    return NULL;
}

/* A check that is answered after the timeout of the host, on its own thread. */
struct late {
    toolrack_instance* self;
    toolrack_call check;
};

static void* decide_too_late(void* context) {
    struct late* one = context;
    const toolrack_principal who = someone();
    sleep(12);
    grant(one->self, one->check, &who);
    free(one);
    return NULL;
}

static void begin_too_late(toolrack_instance* self, toolrack_call check) {
    struct late* one = malloc(sizeof *one);
    pthread_t thread;
    if (!one) return;
    one->self = self, one->check = check;
    if (pthread_create(&thread, NULL, decide_too_late, one) == 0) pthread_detach(thread);
    else free(one);
}

static void authenticate(toolrack_instance* self, toolrack_call check, const toolrack_facts* facts) {
    static char much[300];
    static toolrack_str scopes[1001];
    toolrack_principal who = someone();
    char asked[64] = "";
    const char* does = self->does;
    char line[300];
    size_t n;

    if (!strcmp(does, "as_the_token_says")) {
        memcpy(asked, facts->token.data, facts->token.size < 63 ? facts->token.size : 63);
        does = asked;
    }

    snprintf(line,
             sizeof line,
             "asked: token of %zu, resource %.*s, peer %.*s, uid %lld, gid %lld, now %lld, certificate %.*s",
             facts->token.size,
             (int)facts->resource.size,
             facts->resource.data,
             (int)facts->peer.size,
             facts->peer.data,
             (long long)facts->peer_uid,
             (long long)facts->peer_gid,
             (long long)facts->now,
             (int)facts->certificate.size,
             facts->certificate.data);
    self->host->log(self->host, 6, text(line));
    memset(much, 'm', sizeof much);
    for (n = 0; n != 1001; ++n) scopes[n] = text("a:b");

    if (!strcmp(does, "grant")) {
        who.scopes = scopes, who.scope_count = 2;
        grant(self, check, &who);
    } else if (!strcmp(does, "grant_all")) {
        scopes[0] = text("*");
        who.scopes = scopes, who.scope_count = 1;
        grant(self, check, &who);
    } else if (!strcmp(does, "pass")) {
        refuse(self, check, TOOLRACK_PASS);
    } else if (!strcmp(does, "unavailable")) {
        refuse(self, check, TOOLRACK_UNAVAILABLE);
    } else if (!strcmp(does, "no_token")) {
        refuse(self, check, TOOLRACK_NO_TOKEN);
    } else if (!strcmp(does, "bad_token")) {
        refuse(self, check, TOOLRACK_BAD_TOKEN);
    } else if (!strcmp(does, "wrong_audience")) {
        refuse(self, check, TOOLRACK_WRONG_AUDIENCE);
    } else if (!strcmp(does, "forbidden")) {
        refuse(self, check, TOOLRACK_FORBIDDEN);
    } else if (!strcmp(does, "number_77")) {
        refuse(self, check, 77);
    } else if (!strcmp(does, "number_-1")) {
        refuse(self, check, -1);
    } else if (!strcmp(does, "null_principal")) {
        grant(self, check, NULL);
    } else if (!strcmp(does, "short_principal")) {
        who.size = offsetof(toolrack_principal, expires);
        grant(self, check, &who);
    } else if (!strcmp(does, "empty_subject")) {
        who.subject = text("");
        grant(self, check, &who);
    } else if (!strcmp(does, "null_subject")) {
        who.subject.data = NULL, who.subject.size = 7;
        grant(self, check, &who);
    } else if (!strcmp(does, "longest_subject")) {
        who.subject.data = much, who.subject.size = 256;
        grant(self, check, &who);
    } else if (!strcmp(does, "long_subject")) {
        who.subject.data = much, who.subject.size = 257;
        grant(self, check, &who);
    } else if (!strcmp(does, "odd_subject")) {
        who.subject = text("\xff\xfe");
        grant(self, check, &who);
    } else if (!strcmp(does, "empty_principal")) {
        memset(&who, 0, sizeof who);
        who.size = sizeof who;
        grant(self, check, &who);
    } else if (!strcmp(does, "zeroed_principal")) {
        memset(&who, 0, sizeof who);
        grant(self, check, &who);
    } else if (!strcmp(does, "endless_subject")) {
        who.subject.size = SIZE_MAX;
        grant(self, check, &who);
    } else if (!strcmp(does, "long_credential")) {
        who.credential.data = much, who.credential.size = 257;
        grant(self, check, &who);
    } else if (!strcmp(does, "long_scope")) {
        scopes[0].data = much, scopes[0].size = 257;
        who.scopes = scopes, who.scope_count = 1;
        grant(self, check, &who);
    } else if (!strcmp(does, "long_issuer")) {
        who.issuer.data = much, who.issuer.size = 257;
        grant(self, check, &who);
    } else if (!strcmp(does, "odd_issuer")) {
        who.issuer = text("\xed\xa0\x80");
        grant(self, check, &who);
    } else if (!strcmp(does, "odd_credential")) {
        who.credential = text("\xc0\x80");
        grant(self, check, &who);
    } else if (!strcmp(does, "null_scopes")) {
        who.scope_count = 3;
        grant(self, check, &who);
    } else if (!strcmp(does, "empty_scope")) {
        scopes[1] = text("");
        who.scopes = scopes, who.scope_count = 2;
        grant(self, check, &who);
    } else if (!strcmp(does, "odd_scope")) {
        scopes[1] = text("\x80");
        who.scopes = scopes, who.scope_count = 2;
        grant(self, check, &who);
    } else if (!strcmp(does, "many_scopes")) {
        who.scopes = scopes, who.scope_count = 1001;
        grant(self, check, &who);
    } else if (!strcmp(does, "endless_scopes")) {
        who.scopes = scopes, who.scope_count = ~(uint64_t)0;
        grant(self, check, &who);
    } else if (!strcmp(does, "expired")) {
        who.expires = facts->now - 1;
        grant(self, check, &who);
    } else if (!strcmp(does, "expires_now")) {
        who.expires = facts->now;
        grant(self, check, &who);
    } else if (!strcmp(does, "expires_soon")) {
        who.expires = facts->now + 60;
        grant(self, check, &who);
    } else if (!strcmp(does, "expired_before_1970")) {
        who.expires = -1;
        grant(self, check, &who);
    } else if (!strcmp(does, "expired_before_time_began")) {
        who.expires = INT64_MIN;
        grant(self, check, &who);
    } else if (!strcmp(does, "null_why")) {
        self->auth->refuse(self->host, check, TOOLRACK_BAD_TOKEN, (toolrack_str){NULL, 1000});
    } else if (!strcmp(does, "odd_why")) {
        self->auth->refuse(self->host, check, TOOLRACK_BAD_TOKEN, text("\xff\x1b[2J\r\nforged"));
    } else if (!strcmp(does, "never")) {
        return;
    } else if (!strcmp(does, "hang")) {
        for (;;) pause();
    } else if (!strcmp(does, "too_late")) {
        begin_too_late(self, check);
    } else if (!strcmp(does, "expires_in_2286")) {
        who.expires = 9999999999;
        grant(self, check, &who);
    } else if (!strcmp(does, "refuse_then_grant")) {
        refuse(self, check, TOOLRACK_BAD_TOKEN);
        grant(self, check, &who);
    } else if (!strcmp(does, "grant_then_refuse")) {
        grant(self, check, &who);
        refuse(self, check, TOOLRACK_BAD_TOKEN);
    } else if (!strcmp(does, "grant_twice")) {
        grant(self, check, &who);
        grant(self, check, &who);
    } else if (!strcmp(does, "refuse_grant_and_refuse")) {
        refuse(self, check, TOOLRACK_PASS);
        grant(self, check, &who);
        refuse(self, check, TOOLRACK_PASS);
    } else if (!strcmp(does, "answer_the_last_one_again")) {
        refuse(self, self->last, TOOLRACK_BAD_TOKEN);
        self->last = check;
        grant(self, check, &who);
    } else if (!strcmp(does, "take_all_back_and_grant")) {
        self->auth->forget(self->host, text(""));
        grant(self, check, &who);
    } else if (!strcmp(does, "grant_another")) {
        grant(self, 0, &who);
        grant(self, check + 1, &who);
        grant(self, ~check, &who);
        refuse(self, check, TOOLRACK_BAD_TOKEN);
    } else if (!strcmp(does, "finish_as_call")) {
        self->host->finish(self->host, check, TOOLRACK_DONE, text("{\"subject\":\"mallory\"}"));
        refuse(self, check, TOOLRACK_BAD_TOKEN);
    } else if (!strcmp(does, "later")) {
        self->check = check;
        self->has_later = pthread_create(&self->later, NULL, decide_later, self) == 0;
    } else {
        refuse(self, check, TOOLRACK_UNAVAILABLE);
    }
}

/* The options are {"does":"WORD","traits":N}, in that order. */
static void read_options(toolrack_instance* self, toolrack_str options) {
    char copy[256] = "";
    const char* traits;
    if (options.size >= sizeof copy) return;
    memcpy(copy, options.data, options.size);
    if (sscanf(copy, "{\"does\":\"%63[^\"]\"", self->does) != 1) return;
    traits = strstr(copy, "\"traits\":");
    if (traits) self->table.traits = strtoull(traits + 9, NULL, 10);
}

/* Invalid metadata. */
static void metadata(toolrack_instance* self, void (*emit)(void*, toolrack_str), void* context) {
    if (!strcmp(self->does, "metadata_garbage")) emit(context, text("{\"authorization_servers\":["));
    if (!strcmp(self->does, "metadata_null")) emit(context, (toolrack_str){NULL, 77});
    if (!strcmp(self->does, "metadata_odd")) emit(context, text("{\"authorization_servers\":[\"javascript:x\"]}"));
}

static toolrack_instance*
create(const toolrack_host* host, toolrack_str options, void (*complain)(void*, toolrack_str), void* context) {
    toolrack_instance* self = calloc(1, sizeof *self);
    if (!self) {
        complain(context, text("out of memory"));
        return NULL;
    }
    self->host = host;
    self->auth = host->get_extension(host, TOOLRACK_EXT_AUTH_HOST);
    self->table.size = sizeof self->table;
    self->table.authenticate = authenticate;
    self->table.metadata = metadata;
    read_options(self, options);
    return self;
}

static void destroy(toolrack_instance* self) {
    if (self->has_later) pthread_join(self->later, NULL);
    free(self);
}

static const void* get_extension(toolrack_instance* self, const char* id) {
    if (strcmp(id, TOOLRACK_EXT_AUTH)) return NULL;
    if (!strcmp(self->does, "no_table")) return NULL;
    if (!strcmp(self->does, "short_table")) self->table.size = offsetof(toolrack_auth, authenticate);
    if (!strcmp(self->does, "null_authenticate")) self->table.authenticate = NULL;
    return &self->table;
}

static const toolrack_plugin plugin = {
    sizeof plugin,
    TOOLRACK_ABI_MINOR,
    "org.example.odd-backend",
    "1.0.0",
    "{\"kinds\":[\"auth\"],\"options\":{\"type\":\"object\"}}",
    create,
    destroy,
    get_extension,
};

TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void);
TOOLRACK_EXPORT const toolrack_plugin* toolrack_plugin_v1(void) { return &plugin; }
