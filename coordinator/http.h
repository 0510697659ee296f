#ifndef COORDINATOR_HTTP_H
#define COORDINATOR_HTTP_H

#include "coordinator/request.h"
#include "proto/buffer.h"
#include "proto/error.h"
#include "proto/kit/tls.h"

/*
 * The server: connections, deadlines and limits; what is said is the site's business. One
 * thread, one loop. All of libevent is in http*.c; the head of a request is read by request.c.
 *
 * H1  A connection that does not bring forward a handshake, a request or the reading of an answer is cut after
 *     COORD_HTTP_SECONDS, whatever it trickles (a long body or answer lives on while 64 KiB pass in that time).
 * H2  Nothing is allocated on the word of a client: a body grows as it arrives, up to what admit allowed.
 *     Replies that wait to be read hold at most COORD_HTTP_WAITING bytes together; beyond that the answer is 503.
 * H3  After an error the connection is closed; nothing behind it is read as a request.
 * H4  At the limit of connections the listeners rest; waiting ones are served as others are cut.
 */
#define COORD_HTTP_SECONDS 10
#define COORD_HTTP_WAITING (256u << 20)
#define COORD_HTTP_FIELDS_MAX 12

struct coord_http_request {
	const struct coord_request *head;
	const uint8_t *peer;  /* DER of the peer's certificate; empty: none */
	size_t peer_len;
	const uint8_t *body;
	size_t body_len;
};

struct coord_http_reply {
	int status;
	const char *type;         /* Content-Type; NULL: none */
	struct proto_buffer body; /* taken */
	size_t fields;
	char field[COORD_HTTP_FIELDS_MAX][200]; /* "ETag: \"...\"" */
};
void coord_http_field(struct coord_http_reply *reply, const char *name, const char *value);

/*
 * One listener's site. admit sees the head before the body is read: true lets at most *ret_most bytes come (more: 413), false
 * sends reply and closes. answer sees the whole. tls is asked at each new connection, NULL for plain HTTP.
 */
struct coord_http_site {
	const struct kit_tls *(*tls)(void *ctx);
	bool (*admit)(void *ctx, size_t *ret_most, struct coord_http_reply *reply, const struct coord_http_request *request);
	void (*answer)(void *ctx, struct coord_http_reply *reply, const struct coord_http_request *request);
	void *ctx;
};

struct coord_http;
PROTO_CHECK enum proto_code coord_http_new(struct coord_http **ret_http, struct proto_error *error);

/* Listens on "HOST:PORT" ("[::1]:0"; port 0: the kernel chooses); ret_bound: what it became, numerically. */
#define COORD_HTTP_ADDRESS 64
PROTO_CHECK enum proto_code coord_http_listen(struct coord_http *http, char ret_bound[static COORD_HTTP_ADDRESS], const char *address,
    const struct coord_http_site *site, struct proto_error *error);

/* Serves until SIGTERM or SIGINT; then takes no more, finishes what is under way, returns. */
PROTO_CHECK enum proto_code coord_http_run(struct coord_http *http, struct proto_error *error);
void coord_http_free(struct coord_http *http);

#endif
