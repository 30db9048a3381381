/* toolrack/abi.h - the binary contract between the host and a plugin.
 *
 * A plugin is a shared library that exports one function, toolrack_plugin_v1().
 * All other functions are in the table that it returns, and in extensions.
 * CONTRACT.md numbers the duties of both sides.
 *
 * Four rules hold for every function and are not repeated below:
 *
 *   Growth     Function tables are frozen for the life of the major version;
 *              new behaviour is a new extension id. Data structs start with
 *              their size, grow only at the end, and have no padding.
 *   Memory     The caller owns all data that it passes. A view is valid until
 *              the callee returns; copy the bytes to keep them. No function
 *              transfers ownership, so there is no free() here. A table that
 *              get_extension() returns is valid as long as the host or the
 *              instance that returned it.
 *   Threads    [load]    once per library, before any instance exists.
 *              [setup]   no other call into this instance is running.
 *              [worker]  a thread of this instance's lane; may block; concurrent.
 *              [any]     any thread, at any time, concurrently; must not block.
 *   Errors     No exception and no longjmp crosses this boundary. A function
 *              reports failure in its answer, or in the log if it has none.
 *              Zero always means the closed answer.
 *
 * All text is UTF-8. All payloads are JSON as MCP 2026-07-28 defines it; the
 * host validates them in both directions. Names in square brackets are pages of
 * that specification, or RFCs.
 *
 * For 64-bit systems whose compilers lay out structs naturally (LP64).
 */
#ifndef TOOLRACK_ABI_H
#define TOOLRACK_ABI_H
/* clang-format off */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Increased by each addition since 1.0. */
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

/* True if struct *S of type T, as its creator compiled it, contains field F. */
#define TOOLRACK_HAS(S, T, F) ((S)->size >= offsetof(T, F) + sizeof((S)->F))

/* A view of bytes, not zero-terminated. data may be null if size is 0. */
typedef struct toolrack_str { const char *data; size_t size; } toolrack_str;

/* The id of one call or check: never 0, unique within its instance and never
 * reused. A function that gets the id of a finished call logs a stray and does
 * nothing. */
typedef uint64_t toolrack_call;

typedef struct toolrack_instance toolrack_instance; /* the plugin's own state */
typedef struct toolrack_host toolrack_host;         /* the host's functions for one instance */

/* The syslog numbers [RFC 5424 6.2.1]: 3 error, 4 warning, 5 notice, 6 info, 7 debug. */
typedef int32_t toolrack_severity;

/* The outcome of a call. The comment describes the JSON object of the answer. The
 * host treats an unknown number and invalid JSON as FAILED. */
typedef int32_t toolrack_outcome;
enum {
   TOOLRACK_FAILED = 0,        /* { "code": int, "message": string, "data"?: any } [JSON-RPC 2.0 5.1] */
   TOOLRACK_DONE = 1,          /* the MCP result object, without "resultType" [basic] */
   TOOLRACK_INPUT_REQUIRED = 2 /* { "inputRequests"?: {...}, "state"?: any } [basic/patterns/mrtr] */
};

/* The functions of the host. Owned by the host; valid until destroy() of the
 * instance returns, so destroy() joins the plugin's threads. */
struct toolrack_host {
   uint64_t size;      /* bytes */
   uint64_t abi_minor; /* the host's TOOLRACK_ABI_MINOR */

   /* Returns the table of a host extension, by zero-terminated id; null if the
    * host does not have it. [any] */
   const void *(*get_extension)(const toolrack_host *host, const char *id) TOOLRACK_NOEXCEPT;
   /* Writes one line to the host's log. The host escapes control characters and
    * truncates long lines. Never log a secret. [any] */
   void (*log)(const toolrack_host *host, toolrack_severity severity,
               toolrack_str line) TOOLRACK_NOEXCEPT;
   /* Sends a notification for this call: "notifications/progress" without its
    * token [basic/patterns/progress], or "notifications/message"
    * [server/utilities/logging]. params is the MCP object. The host drops it if
    * the client did not ask for it, or if there are too many. [any] */
   void (*notify)(const toolrack_host *host, toolrack_call call, toolrack_str method,
                  toolrack_str params) TOOLRACK_NOEXCEPT;
   /* Answers the call: exactly once per start(), also for a cancelled call. [any] */
   void (*finish)(const toolrack_host *host, toolrack_call call, toolrack_outcome outcome,
                  toolrack_str json) TOOLRACK_NOEXCEPT;
   /* True if the call was cancelled or its deadline has passed, and for an id
    * that is not in flight [basic/patterns/cancellation]. [any] */
   bool (*cancelled)(const toolrack_host *host, toolrack_call call) TOOLRACK_NOEXCEPT;
};

/* The plugin. A constant of the library; the host never writes to it. */
typedef struct toolrack_plugin {
   uint64_t size;       /* bytes */
   uint64_t abi_minor;  /* the TOOLRACK_ABI_MINOR it was compiled with */
   const char *id;      /* reverse DNS: "org.example.greet"; zero-terminated */
   const char *version; /* the plugin's own, for display; zero-terminated */
   /* Describes the library; zero-terminated JSON:
    * { "kinds": ["tools", "auth"], "options": JSON Schema of its options,
    *   "needs"?: { "network"?: bool, "processes"?: int, "read"?: [path], "write"?: [path] } }
    * [load] */
   const char *description;

   /* Returns a new instance, which the plugin owns until destroy(); or calls
    * complain() once with one full sentence and returns null. options is the
    * plugin's TOML table as a JSON object that matches the schema above; it may
    * contain secrets. host is valid until destroy() returns; complain() and
    * context until create() returns. Several instances may exist. [setup] */
   toolrack_instance *(*create)(const toolrack_host *host, toolrack_str options,
                                void (*complain)(void *context, toolrack_str why),
                                void *context) TOOLRACK_NOEXCEPT;
   /* Frees the instance. Every call has finished, and none will start. [setup] */
   void (*destroy)(toolrack_instance *self) TOOLRACK_NOEXCEPT;
   /* Returns the table of a plugin extension, by zero-terminated id: the same
    * pointer each time, or null if the instance does not have it. [any] */
   const void *(*get_extension)(toolrack_instance *self, const char *id) TOOLRACK_NOEXCEPT;
} toolrack_plugin;

/* The one exported symbol, with the major version in its name. It returns the
 * address of a constant and does nothing else. [load] */
typedef const toolrack_plugin *(*toolrack_plugin_function)(void);
#define TOOLRACK_ENTRY_NAME "toolrack_plugin_v1"

/* ---- features: tools, prompts, resources --------------------------------- */

#define TOOLRACK_EXT_FEATURES "toolrack.features/1" /* offered by the plugin */
#define TOOLRACK_EXT_CHANGES "toolrack.changes/1"   /* offered by the host   */

/* One call. A text that does not apply is empty. */
typedef struct toolrack_request {
   uint64_t size;           /* bytes */
   toolrack_str method;     /* "tools/call", "prompts/get", "resources/read", "completion/complete" */
   toolrack_str name;       /* the tool or prompt without the host's prefix, or the uri; for a
                             * completion the name, uri or uri template in "ref" */
   toolrack_str params;     /* the MCP params object, _meta included */
   toolrack_str subject;    /* the caller; never empty */
   toolrack_str issuer;     /* the issuer of the subject, as the auth backend named it */
   const toolrack_str *scopes; /* the caller's scopes; null if scope_count is 0 */
   uint64_t scope_count;
   toolrack_str client;     /* { "name", "version", "capabilities" } as the client sent them, unverified */
   toolrack_str responses;  /* answers to inputRequests by key; the client chose the keys, unverified */
   toolrack_str state;      /* JSON: "state" of the plugin's last answer, verified by the host */
   toolrack_str traceparent; /* [W3C Trace Context] */
   int64_t deadline;        /* milliseconds since 1970; the host answers the client at this time */
} toolrack_request;

typedef struct toolrack_features {
   uint64_t size; /* bytes */
   /* Calls emit() once per feature, with kind "tool", "prompt", "resource" or
    * "template", its MCP definition [server/tools, server/prompts,
    * server/resources], and its attributes for the host:
    * { "quick"?: bool, "task"?: "optional"|"required", "scopes"?: [string] }.
    * Returns false on failure; the host then keeps the previous list. emit() and
    * context are valid until list() returns. The host calls it at the start and
    * after list_changed(). [worker] */
   bool (*list)(toolrack_instance *self,
                void (*emit)(void *context, toolrack_str kind, toolrack_str definition,
                             toolrack_str attributes),
                void *context) TOOLRACK_NOEXCEPT;
   /* Starts a call. The plugin answers it with finish(), before start() returns
    * or later. request is valid until start() returns. [worker], or [any] for a
    * quick feature. */
   void (*start)(toolrack_instance *self, toolrack_call call,
                 const toolrack_request *request) TOOLRACK_NOEXCEPT;
   /* Cancels a call [basic/patterns/cancellation]. The plugin still answers it with
    * finish(), and may have done so already. May be null. [any] */
   void (*cancel)(toolrack_instance *self, toolrack_call call) TOOLRACK_NOEXCEPT;
   /* Reports the first subscription to a resource (on), or the end of the last one
    * [basic/patterns/subscriptions]. May be null. [worker] */
   void (*watch)(toolrack_instance *self, toolrack_str uri, bool on) TOOLRACK_NOEXCEPT;
} toolrack_features;

typedef struct toolrack_changes {
   uint64_t size; /* bytes */
   /* Reports that list() has a new result. kind is "tool", "prompt" or "resource";
    * "resource" includes templates [server/tools, List Changed Notification]. [any] */
   void (*list_changed)(const toolrack_host *host, toolrack_str kind) TOOLRACK_NOEXCEPT;
   /* Reports new contents of a resource [server/resources, Subscriptions]. [any] */
   void (*resource_updated)(const toolrack_host *host, toolrack_str uri) TOOLRACK_NOEXCEPT;
} toolrack_changes;

/* ---- auth backends ------------------------------------------------------- */

#define TOOLRACK_EXT_AUTH "toolrack.auth/1"           /* offered by the plugin */
#define TOOLRACK_EXT_AUTH_HOST "toolrack.auth-host/1" /* offered by the host   */

/* The facts of a request that an auth backend decides on. The host has parsed the
 * Authorization header. The token is a secret: never log or store it. */
typedef struct toolrack_facts {
   uint64_t size;            /* bytes */
   toolrack_str token;       /* the bearer token [RFC 6750 2.1]; empty if the client sent none */
   toolrack_str resource;    /* the server's canonical URI: the required audience [RFC 8707] */
   toolrack_str peer;        /* remote address without port, "unix" or "stdio" */
   toolrack_str certificate; /* of the client, DER [RFC 5280]; empty if it sent none */
   int64_t peer_uid;         /* user id of the peer of a Unix socket; -1 if unknown */
   int64_t peer_gid;         /* its group id; -1 if unknown */
   int64_t now;              /* seconds since 1970; use it instead of your own clock */
} toolrack_facts;

typedef struct toolrack_principal {
   uint64_t size;           /* bytes */
   toolrack_str subject;    /* never empty, at most 256 bytes */
   toolrack_str issuer;     /* empty: the backend's configured name */
   toolrack_str credential; /* a public id of the token or certificate, for logs, limits and
                             * forget(); never a secret */
   const toolrack_str *scopes; /* [RFC 6749 3.3]; null if scope_count is 0 */
   uint64_t scope_count;
   int64_t expires;         /* seconds since 1970; 0 if the grant does not expire */
   int64_t keep;            /* seconds for which the host may remember the grant; 0: not at all */
} toolrack_principal;

/* The reason of a refusal. The host treats an unknown number as UNAVAILABLE. */
typedef int32_t toolrack_refusal;
enum {
   TOOLRACK_UNAVAILABLE = 0,    /* 503: the check could not be completed */
   TOOLRACK_NO_TOKEN = 1,       /* 401 with a bare challenge [RFC 6750 3] */
   TOOLRACK_BAD_TOKEN = 2,      /* 401 invalid_token: unknown, forged, expired, revoked */
   TOOLRACK_WRONG_AUDIENCE = 3, /* 401 invalid_token: issued for another resource [RFC 8707] */
   TOOLRACK_FORBIDDEN = 4,      /* 403: authenticated, but not allowed */
   TOOLRACK_PASS = 5            /* not a token of this backend's kind: ask the next backend */
};

enum {
   TOOLRACK_AUTH_QUICK = 1,     /* never blocks: authenticate() may run on an I/O thread */
   TOOLRACK_AUTH_TOKENLESS = 2, /* may grant without a token (certificate, peer uid); without this trait it
                                * does not get such requests */
   TOOLRACK_AUTH_OPEN = 4       /* grants every request: the host requires dev mode and loopback */
};

typedef struct toolrack_auth {
   uint64_t size;   /* bytes */
   uint64_t traits; /* TOOLRACK_AUTH_*, or-ed; unknown bits are ignored */
   /* Calls emit() once with { "authorization_servers"?: [uri], "scopes_supported"?:
    * [string] } for the protected-resource metadata [RFC 9728 2]. A backend with
    * static tokens emits an empty text or nothing. emit() and context are valid
    * until metadata() returns. [any] */
   void (*metadata)(toolrack_instance *self, void (*emit)(void *context, toolrack_str json),
                    void *context) TOOLRACK_NOEXCEPT;
   /* Checks a request. The plugin answers with exactly one grant() or refuse(),
    * before it returns or later. check is an id like that of a call. facts is valid
    * until it returns. [worker], or [any] for a backend with the trait QUICK. */
   void (*authenticate)(toolrack_instance *self, toolrack_call check,
                        const toolrack_facts *facts) TOOLRACK_NOEXCEPT;
} toolrack_auth;

typedef struct toolrack_auth_host {
   uint64_t size; /* bytes */
   /* Ends a check: the request comes from this principal. [any] */
   void (*grant)(const toolrack_host *host, toolrack_call check,
                 const toolrack_principal *principal) TOOLRACK_NOEXCEPT;
   /* Ends a check without a principal. why goes to the server's log; the client
    * never sees it. [any] */
   void (*refuse)(const toolrack_host *host, toolrack_call check, toolrack_refusal kind,
                  toolrack_str why) TOOLRACK_NOEXCEPT;
   /* Revokes every earlier grant of this credential, or of all credentials of this
    * backend if it is empty. The host drops remembered grants and grants that are
    * still in progress, and closes the open streams. [any] */
   void (*forget)(const toolrack_host *host, toolrack_str credential) TOOLRACK_NOEXCEPT;
} toolrack_auth_host;

/* ---- health of an instance ------------------------------------------------ */

#define TOOLRACK_EXT_HEALTH "toolrack.health/1" /* offered by the host */

typedef struct toolrack_health {
   uint64_t size; /* bytes */
   /* Reports this instance as degraded, with the reason in one sentence for
    * operators; an empty reason reports it as healthy. A new instance is healthy.
    * The host uses a degraded instance as before: report problems that do not stop
    * the service but need an operator, such as an unreadable file whose last valid
    * contents stay in use. The server's status shows the reason; never include a
    * secret. [any] */
   void (*report_degraded)(const toolrack_host *host, toolrack_str reason) TOOLRACK_NOEXCEPT;
} toolrack_health;

#if defined(__cplusplus)
}
#endif
#endif
