/* toolrack/abi.h - the binary contract between the host and a plugin.
 *
 * A plugin is a shared library that exports one function, toolrack_plugin_v1().
 * Everything else is reached from the table that function returns. Who must do
 * what, beyond what stands here, is numbered in CONTRACT.md.
 *
 * Four rules hold everywhere, so no function repeats them:
 *
 *   Growth     Function tables are frozen for the life of the major version;
 *              new behaviour is a new extension id. Data structs start with
 *              their size, grow only at the end, and have no padding.
 *   Memory     Data only ever travels as a borrowed view into the callee. The
 *              view is good until the callee returns; keep it by copying it.
 *              Nothing is returned to be freed: there is no free() here.
 *              A table returned by get_extension() lives as long as the side
 *              that returned it: host or instance.
 *   Threads    [load]    once per library, before any instance exists.
 *              [setup]   no other call into this instance is running.
 *              [worker]  a thread of this instance's lane; may block; concurrent.
 *              [any]     any thread, at any time, concurrently; must not block.
 *   Failure    No exception and no longjmp crosses this boundary. What cannot
 *              be done is answered where there is an answer, and logged where
 *              there is none. Zero is always the closed answer.
 *
 * All text is UTF-8. All payloads are JSON as MCP 2026-07-28 defines it, already
 * validated by the host on the way in, and validated by it on the way out. The
 * names in brackets are pages of that specification, or RFCs.
 *
 * For 64-bit systems whose compilers lay out structs naturally (LP64).
 */
#ifndef TOOLRACK_ABI_H
#define TOOLRACK_ABI_H
/* clang-format off */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Counts what was appended since 1.0. */
#define TOOLRACK_ABI_MINOR 0u

#if defined(__cplusplus)
#define TOOLRACK_NOEXCEPT noexcept
#define TOOLRACK_EXTERN_C extern "C"
extern "C" {
static_assert(sizeof(void *) == 8, "toolrack is for LP64 systems");
static_assert(sizeof(bool) == 1, "toolrack needs a bool of one byte");
#else
#define TOOLRACK_NOEXCEPT
#define TOOLRACK_EXTERN_C
#if defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
_Static_assert(sizeof(void *) == 8, "toolrack is for LP64 systems");
_Static_assert(sizeof(bool) == 1, "toolrack needs a bool of one byte");
#endif
#endif
#define TOOLRACK_EXPORT TOOLRACK_EXTERN_C __attribute__((visibility("default")))

/* True when struct *S of type T, as its maker compiled it, reaches past field F. */
#define TOOLRACK_HAS(S, T, F) ((S)->size >= offsetof(T, F) + sizeof((S)->F))

/* A borrowed run of bytes, not zero-terminated. data may be null when size is 0. */
typedef struct toolrack_str { const char *data; size_t size; } toolrack_str;

/* One request being worked on: an id, never a pointer and never 0, and known
 * only to the instance it was given to. Not used again while the instance
 * lives. Using one that has finished is a logged stray, and does nothing. */
typedef uint64_t toolrack_call;

typedef struct toolrack_instance toolrack_instance; /* the plugin's own state */
typedef struct toolrack_host toolrack_host;         /* the host, as one instance sees it */

/* The syslog numbers [RFC 5424 6.2.1]: 3 error, 4 warning, 5 notice, 6 info, 7 debug. */
typedef int32_t toolrack_severity;

/* How a call ends. The comment names the JSON object that goes with it. A number
 * that is not listed, and JSON that is not valid, count as FAILED. */
typedef int32_t toolrack_outcome;
enum {
   TOOLRACK_FAILED = 0,        /* { "code": int, "message": string, "data"?: any } [JSON-RPC 2.0 5.1] */
   TOOLRACK_DONE = 1,          /* the MCP result object, without "resultType" [basic] */
   TOOLRACK_INPUT_REQUIRED = 2 /* { "inputRequests"?: {...}, "state"?: any } [basic/patterns/mrtr] */
};

/* What the host offers. Good until destroy() of the instance it was given to
 * has returned; join your own threads there. */
struct toolrack_host {
   uint64_t size;      /* bytes */
   uint64_t abi_minor; /* the host's TOOLRACK_ABI_MINOR */

   /* A table of the host, by zero-terminated id. Null when it has no such
    * extension. [any] */
   const void *(*get_extension)(const toolrack_host *host, const char *id) TOOLRACK_NOEXCEPT;
   /* One line in the host's own log. Control characters are escaped, long lines
    * cut. Never log a secret. [any] */
   void (*log)(const toolrack_host *host, toolrack_severity severity,
               toolrack_str line) TOOLRACK_NOEXCEPT;
   /* A notification that belongs to this call: "notifications/progress" without
    * its token [basic/patterns/progress], or "notifications/message"
    * [server/utilities/logging]. params is the MCP object. Dropped when the
    * client did not ask for it, or too many come. [any] */
   void (*notify)(const toolrack_host *host, toolrack_call call, toolrack_str method,
                  toolrack_str params) TOOLRACK_NOEXCEPT;
   /* Ends the call; exactly once per start(), whether cancelled or not. [any] */
   void (*finish)(const toolrack_host *host, toolrack_call call, toolrack_outcome outcome,
                  toolrack_str json) TOOLRACK_NOEXCEPT;
   /* True once nobody waits for the answer any more, and for an id that is not
    * in flight [basic/patterns/cancellation]. [any] */
   bool (*cancelled)(const toolrack_host *host, toolrack_call call) TOOLRACK_NOEXCEPT;
};

/* What a plugin is. A constant of the library; the host never writes to it. */
typedef struct toolrack_plugin {
   uint64_t size;       /* bytes */
   uint64_t abi_minor;  /* the TOOLRACK_ABI_MINOR it was compiled with */
   const char *id;      /* reverse DNS: "org.example.greet"; zero-terminated */
   const char *version; /* the plugin's own, for people; zero-terminated */
   /* What the library is, without an instance; zero-terminated JSON:
    * { "kinds": ["tools", "auth"], "options": JSON Schema of its options,
    *   "needs"?: { "network"?: bool, "processes"?: int, "read"?: [path], "write"?: [path] } }
    * [load] */
   const char *description;

   /* A new instance, or null after complain() said why in one full sentence.
    * options is the plugin's own TOML table as a JSON object, already checked
    * against the schema above; it may hold secrets. host stays good until
    * destroy() has returned; complain() and context only until create() returns.
    * Several instances may exist. [setup] */
   toolrack_instance *(*create)(const toolrack_host *host, toolrack_str options,
                                void (*complain)(void *context, toolrack_str why),
                                void *context) TOOLRACK_NOEXCEPT;
   /* Every call has finished, and none will start. Frees the instance. [setup] */
   void (*destroy)(toolrack_instance *self) TOOLRACK_NOEXCEPT;
   /* A table of the instance, by zero-terminated id; the same one each time.
    * Null when it has no such extension. [any] */
   const void *(*get_extension)(toolrack_instance *self, const char *id) TOOLRACK_NOEXCEPT;
} toolrack_plugin;

/* The one exported symbol; the major version is in its name. Only returns the
 * address of a constant. [load] */
typedef const toolrack_plugin *(*toolrack_plugin_function)(void);
#define TOOLRACK_ENTRY_NAME "toolrack_plugin_v1"

/* ---- things a client can list and call --------------------------------- */

#define TOOLRACK_EXT_FEATURES "toolrack.features/1" /* offered by the plugin */
#define TOOLRACK_EXT_CHANGES "toolrack.changes/1"   /* offered by the host   */

/* Texts that do not apply are empty. */
typedef struct toolrack_request {
   uint64_t size;           /* bytes */
   toolrack_str method;     /* "tools/call", "prompts/get", "resources/read", "completion/complete" */
   toolrack_str name;       /* the tool or prompt without the host's prefix, or the uri (of a
                             * completion: what "ref" names, a template as it was listed) */
   toolrack_str params;     /* the MCP params object, _meta included */
   toolrack_str subject;    /* who asks; never empty */
   toolrack_str issuer;     /* who vouches for the subject */
   const toolrack_str *scopes; /* what was granted to who asks; null when scope_count is 0 */
   uint64_t scope_count;
   toolrack_str client;     /* { "name", "version", "capabilities" } as the client says, unverified */
   toolrack_str responses;  /* answers to inputRequests, keyed; may hold keys nobody asked for */
   toolrack_str state;      /* JSON: what the last round asked to have back, verified by the host */
   toolrack_str traceparent; /* [W3C Trace Context] */
   int64_t deadline;        /* milliseconds since 1970; the host answers for you then */
} toolrack_request;

typedef struct toolrack_features {
   uint64_t size; /* bytes */
   /* Calls emit() once per feature, with kind "tool", "prompt", "resource" or
    * "template", its MCP definition [server/tools, server/prompts,
    * server/resources], and what the host should know of it:
    * { "quick"?: bool, "task"?: "optional"|"required", "scopes"?: [string] }.
    * Returns false when it could not find out; the host keeps what it had.
    * emit() and context are good until list() returns. Asked at start and after
    * list_changed(). [worker] */
   bool (*list)(toolrack_instance *self,
                void (*emit)(void *context, toolrack_str kind, toolrack_str definition,
                             toolrack_str attributes),
                void *context) TOOLRACK_NOEXCEPT;
   /* Begins a call, which finish() ends, before start() returns or later. The
    * request is good until start() returns. [worker], or [any] for a feature
    * that said it is quick. */
   void (*start)(toolrack_instance *self, toolrack_call call,
                 const toolrack_request *request) TOOLRACK_NOEXCEPT;
   /* Nobody waits for this call any more: wake it [basic/patterns/cancellation].
    * It still has to finish(), and may have just now. May be null. [any] */
   void (*cancel)(toolrack_instance *self, toolrack_call call) TOOLRACK_NOEXCEPT;
   /* The first subscriber of a resource came, or the last one left
    * [basic/patterns/subscriptions]. May be null. [worker] */
   void (*watch)(toolrack_instance *self, toolrack_str uri, bool on) TOOLRACK_NOEXCEPT;
} toolrack_features;

typedef struct toolrack_changes {
   uint64_t size; /* bytes */
   /* What list() says has changed; kind is "tool", "prompt" or "resource", which
    * counts for templates, too [server/tools, List Changed Notification]. [any] */
   void (*list_changed)(const toolrack_host *host, toolrack_str kind) TOOLRACK_NOEXCEPT;
   /* A resource reads differently now [server/resources, Subscriptions]. [any] */
   void (*resource_updated)(const toolrack_host *host, toolrack_str uri) TOOLRACK_NOEXCEPT;
} toolrack_changes;

/* ---- deciding who is asking -------------------------------------------- */

#define TOOLRACK_EXT_AUTH "toolrack.auth/1"           /* offered by the plugin */
#define TOOLRACK_EXT_AUTH_HOST "toolrack.auth-host/1" /* offered by the host   */

/* What a request shows. The host has parsed the Authorization header, and the
 * token is the only secret here: never log or store it. */
typedef struct toolrack_facts {
   uint64_t size;            /* bytes */
   toolrack_str token;       /* the bearer token [RFC 6750 2.1]; empty when none was sent */
   toolrack_str resource;    /* our canonical URI: the audience to insist on [RFC 8707] */
   toolrack_str peer;        /* remote address without port, "unix" or "stdio" */
   toolrack_str certificate; /* the client's, DER [RFC 5280]; empty when none */
   int64_t peer_uid;         /* of a unix socket's other end; -1 when not known */
   int64_t peer_gid;         /* the same */
   int64_t now;              /* seconds since 1970; use this clock, not your own */
} toolrack_facts;

typedef struct toolrack_principal {
   uint64_t size;           /* bytes */
   toolrack_str subject;    /* never empty, at most 256 bytes */
   toolrack_str issuer;     /* empty: the backend's configured name */
   toolrack_str credential; /* a public id of what was shown, for logs, limits and forget();
                             * never a secret */
   const toolrack_str *scopes; /* [RFC 6749 3.3]; null when scope_count is 0 */
   uint64_t scope_count;
   int64_t expires;         /* seconds since 1970; 0 when it never does */
   int64_t keep;            /* seconds the host may reuse this answer; 0 means ask again */
} toolrack_principal;

/* Why not. Zero, and any number not listed, is UNAVAILABLE. */
typedef int32_t toolrack_refusal;
enum {
   TOOLRACK_UNAVAILABLE = 0,    /* 503: could not find out */
   TOOLRACK_NO_TOKEN = 1,       /* 401 with a bare challenge [RFC 6750 3] */
   TOOLRACK_BAD_TOKEN = 2,      /* 401 invalid_token: unknown, forged, expired, revoked */
   TOOLRACK_WRONG_AUDIENCE = 3, /* 401 invalid_token: made for another resource [RFC 8707] */
   TOOLRACK_FORBIDDEN = 4,      /* 403: we know who it is, and no */
   TOOLRACK_PASS = 5            /* not a credential of mine: ask the next backend */
};

enum {
   TOOLRACK_AUTH_QUICK = 1,     /* never blocks: authenticate() may run on an I/O thread */
   TOOLRACK_AUTH_TOKENLESS = 2, /* may grant without a token (certificate, peer uid); else it is not asked */
   TOOLRACK_AUTH_OPEN = 4       /* grants everyone: the host insists on dev mode and loopback */
};

typedef struct toolrack_auth {
   uint64_t size;   /* bytes */
   uint64_t traits; /* TOOLRACK_AUTH_*, or-ed; bits nobody knows are ignored */
   /* Calls emit() once with { "authorization_servers"?: [uri], "scopes_supported"?:
    * [string] } for the protected-resource metadata [RFC 9728 2]; with empty text,
    * or not at all, for static tokens. emit() and context are good until
    * metadata() returns. [any] */
   void (*metadata)(toolrack_instance *self, void (*emit)(void *context, toolrack_str json),
                    void *context) TOOLRACK_NOEXCEPT;
   /* Ends in exactly one grant() or refuse(), before it returns or later. check is
    * an id like that of a call. facts is good until it returns. [worker], or [any]
    * when the backend said it is quick. */
   void (*authenticate)(toolrack_instance *self, toolrack_call check,
                        const toolrack_facts *facts) TOOLRACK_NOEXCEPT;
} toolrack_auth;

typedef struct toolrack_auth_host {
   uint64_t size; /* bytes */
   /* Ends a check: this is who it is. [any] */
   void (*grant)(const toolrack_host *host, toolrack_call check,
                 const toolrack_principal *who) TOOLRACK_NOEXCEPT;
   /* Ends a check. why is for our log; the client never sees it. [any] */
   void (*refuse)(const toolrack_host *host, toolrack_call check, toolrack_refusal kind,
                  toolrack_str why) TOOLRACK_NOEXCEPT;
   /* What was granted to this credential (or, empty, to all of this backend's) is
    * void from now on: remembered answers are dropped, also those still on their
    * way, and its open streams end. [any] */
   void (*forget)(const toolrack_host *host, toolrack_str credential) TOOLRACK_NOEXCEPT;
} toolrack_auth_host;

/* ---- how an instance is ------------------------------------------------- */

#define TOOLRACK_EXT_HEALTH "toolrack.health/1" /* offered by the host */

typedef struct toolrack_health {
   uint64_t size; /* bytes */
   /* What is wrong with this instance from now on, in one sentence for operators,
    * or empty when nothing is any more; a new instance is well. It is served as
    * before either way: this is for what goes on working and needs a person, such
    * as a file that broke and whose last good content counts. Who looks at the
    * server's status reads it; never quote a secret. [any] */
   void (*report_degraded)(const toolrack_host *host, toolrack_str what) TOOLRACK_NOEXCEPT;
} toolrack_health;

#if defined(__cplusplus)
}
#endif
#endif
