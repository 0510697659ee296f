#ifndef COORDINATOR_REQUEST_H
#define COORDINATOR_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The head of one HTTP/1.1 request, read strictly; pure functions on bytes. What servers
 * disagree about is refused, so that nothing can be smuggled past a proxy:
 *
 *   lines end with CR LF, neither alone; no NUL or other control character; no folded line;
 *   no space before a colon; exactly one Host; at most one Content-Length, digits only;
 *   no Transfer-Encoding; no Expect; a POST says its length, other methods have no body.
 *
 * Nothing here decodes percent signs or looks at X-Forwarded-* and their like.
 */
#define COORD_REQUEST_HEAD_MAX 8192
#define COORD_REQUEST_FIELDS_MAX 64

/* A piece of the head's bytes. */
struct coord_request_text {
	const char *text;
	size_t len;
};

struct coord_request {
	struct coord_request_text method, path, query; /* query without '?'; text NULL: none */
	size_t fields;
	struct {
		struct coord_request_text name, value;
	} field[COORD_REQUEST_FIELDS_MAX];
	uint64_t length; /* of the body */
	bool close;      /* the client wants no further request, or speaks HTTP/1.0 */
};

/*
 * Finds the end of the head as bytes arrive. A zeroed scan is at the start. HEAD_END: head_len is
 * set, the empty line included; HEAD_BAD: answer 400 (or 431 when it is too long) and close.
 */
enum coord_request_head { COORD_REQUEST_MORE, COORD_REQUEST_END, COORD_REQUEST_BAD, COORD_REQUEST_LONG };
struct coord_request_scan {
	size_t seen, line; /* bytes seen; of those, in the present line */
	bool cr;           /* the last one was CR */
};
enum coord_request_head coord_request_scan(struct coord_request_scan *scan, const char *data, size_t len);

/*
 * coord_request_parse(ret_request, head, len): head as found by the scan; the request borrows it.
 * Returns 0, or the HTTP status of the refusal: 400, 411 (no length), 417 (Expect), 501 (another
 * coding), 505 (version).
 */
int coord_request_parse(struct coord_request *ret_request, const char *head, size_t len);

/* The value of a field (any case), or NULL. */
const struct coord_request_text *coord_request_field(const struct coord_request *request, const char *name);
bool coord_request_is(struct coord_request_text piece, const char *text);

#endif
