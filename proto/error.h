#ifndef PROTO_ERROR_H
#define PROTO_ERROR_H

#include <stddef.h>

/*
 * Errors outside dp/: one code, and a short message filled where the fault is
 * first seen: what is wrong, where. One table (proto/error.c) gives each code its text, exit
 * status and HTTP status. A message never holds a secret, a count, a record or
 * a control character: what comes from outside goes through proto_error_text().
 *
 * X(NAME, text, exit, http)
 */
#define PROTO_CODES(X)                                                      \
	X(OK, "ok", 0, 200)                                                 \
	X(FAILED, "failed", 1, 500)              /* an operation failed */  \
	X(REFUSED, "refused", 1, 403)            /* a rule forbids it */    \
	X(USAGE, "usage", 2, 400)                                           \
	X(NOT_FOUND, "not-found", 1, 404)                                   \
	X(EXISTS, "exists", 1, 409)              /* other content stands */ \
	X(CONFLICT, "conflict", 1, 409)          /* a second, different submission */ \
	X(LATE, "late", 1, 410)                  /* round closed or deadline passed */ \
	X(EARLY, "early", 1, 425)                                           \
	X(MALFORMED, "malformed", 1, 400)        /* bytes that do not decode */ \
	X(NOT_CANONICAL, "not-canonical", 1, 400)                           \
	X(NOT_GENUINE, "not-genuine", 1, 403)    /* signature, seal, unknown sender: one answer */ \
	X(TOO_LARGE, "too-large", 1, 413)                                   \
	X(INPUT, "input", 1, 400)                /* wrong rows; see the report */ \
	X(MAPPING, "mapping", 1, 400)                                       \
	X(STRUCTURE, "structure", 1, 400)                                   \
	X(PASSPHRASE, "passphrase", 1, 400)      /* wrong, or an unusable file */ \
	X(PERMISSION, "permission", 1, 403)      /* mode, owner or kind of a file */ \
	X(FINGERPRINT, "fingerprint", 1, 403)                               \
	X(EXPIRED, "expired", 1, 403)                                       \
	X(REVOKED, "revoked", 1, 403)                                       \
	X(POLICY, "policy", 4, 403)              /* the office's own caps: manifest asks too much */ \
	X(BUDGET, "budget", 4, 403)              /* used up */ \
	X(WAITING, "waiting", 3, 202)                                       \
	X(UNREACHABLE, "unreachable", 5, 503)                               \
	X(BUSY, "busy", 5, 503)                                             \
	X(TLS, "tls", 1, 403)                    /* the peer is not whom it should be */ \
	X(DAMAGED, "damaged", 6, 500)            /* state damaged */ \
	X(ROLLED_BACK, "rolled-back", 6, 409)    /* state older than what was sent */ \
	X(CLOCK, "clock", 1, 400)                                           \
	X(RANDOM, "random", 1, 500)              /* no randomness: nothing was done */ \
	X(MEMORY, "memory", 1, 503)                                         \
	X(IO, "io", 1, 503)                                                 \
	X(NO_SPACE, "no-space", 5, 503)                                     \
	X(VERSION, "version", 1, 400)            /* written by another version */ \
	X(INTERNAL, "internal", 1, 500)

#define PROTO_CODE_NAME(name, text, exit, http) PROTO_##name,
enum proto_code { PROTO_CODES(PROTO_CODE_NAME) PROTO_CODE_COUNT };
#undef PROTO_CODE_NAME

#define PROTO_CHECK __attribute__((warn_unused_result))

struct proto_error {
	enum proto_code code;
	char what[240];
	char where[160];
};

/*
 * proto_error_set(error, code, where, what, ...): fills error (which may be NULL)
 * and returns code, so that `return proto_error_set(...)` reads as one line.
 * Control characters in the result become '?'. where may be NULL or "".
 */
enum proto_code proto_error_set(struct proto_error *error, enum proto_code code, const char *where,
    const char *what, ...) __attribute__((format(printf, 4, 5)));

/* proto_error_errno(error, where, doing): from errno: IO, NO_SPACE (ENOSPC, EDQUOT),
 * PERMISSION (EACCES, EPERM), NOT_FOUND (ENOENT), MEMORY. */
enum proto_code proto_error_errno(struct proto_error *error, const char *where, const char *doing);

const char *proto_error_name(enum proto_code code); /* "not-found" */
int proto_error_exit(enum proto_code code);
int proto_error_http(enum proto_code code);
enum proto_code proto_error_parse(const char *name); /* INTERNAL when unknown */
const char *proto_error_meaning(enum proto_code code); /* one sentence, for `errors` */

/* proto_error_text(ret_text, size, text, len): a copy that is safe to print: at most
 * 40 characters of the original, controls and invalid UTF-8 as \xNN. Returns ret_text. */
#define PROTO_ERROR_TEXT 164 /* room for 40 characters of up to four bytes */
char *proto_error_text(char *ret_text, size_t size, const char *text, size_t len);

#endif
