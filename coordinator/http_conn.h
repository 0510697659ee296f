#ifndef COORDINATOR_HTTP_CONN_H
#define COORDINATOR_HTTP_CONN_H

#include <event2/event.h>

#include "coordinator/http.h"

/* Private to http*.c. */
struct coord_http_listener {
	struct coord_http *http;
	struct evconnlistener *listener;
	struct coord_http_site site;
};

#define COORD_HTTP_LISTENERS 2

struct coord_http_conn;

struct coord_http {
	struct event_base *base;
	struct event *term, *interrupt, *again; /* again: wakes listeners that ran out of descriptors */
	size_t listeners;
	struct coord_http_listener listener[COORD_HTTP_LISTENERS];
	size_t conns, limit;
	size_t waiting; /* bytes of replies that are not read yet (H2) */
	struct coord_http_conn *first; /* all connections */
	bool draining;
};

/*
 * A connection, one request at a time:
 *
 *   HEAD --head whole--> BODY --body whole--> REPLY --written--> HEAD
 *     |  bad, refused      |                    | close wanted
 *     +---------> REPLY <--+                    +--> LINGER --peer's end, or 2 s--> free
 *
 * LINGER reads and forgets: closing at once with unread bytes would reset the connection, and
 * the client might never see the answer.
 */
enum coord_http_phase { COORD_HTTP_HEAD, COORD_HTTP_BODY, COORD_HTTP_REPLY, COORD_HTTP_LINGER };

struct coord_http_conn {
	struct coord_http_listener *listener;
	struct coord_http_conn *next, **link;
	struct bufferevent *bev;
	struct ssl_st *ssl; /* borrowed from bev; NULL: plain */
	struct event *timer;
	enum coord_http_phase phase;
	bool closing;
	struct coord_request_scan scan;
	struct proto_buffer head, body, peer;
	struct coord_request request; /* borrows head */
	size_t marked;                /* H1: how far it was when the timer was armed */
	size_t waiting;               /* H2: its part of http->waiting */
};

/* Arms the deadline: so many seconds from now, and from where the connection now stands (H1). */
void coord_http_conn_arm(struct coord_http_conn *conn, int seconds);

/* What the bufferevent calls when bytes came in, and when all have gone out; ctx is the connection. */
struct bufferevent;
void coord_http_exchange_read(struct bufferevent *bev, void *ctx);
void coord_http_exchange_written(struct bufferevent *bev, void *ctx);

/* Takes an accepted socket; on failure it is closed. */
void coord_http_conn_start(struct coord_http_listener *listener, evutil_socket_t fd);

/* Draining: idle connections end now, the others after their answer. */
void coord_http_conn_drain(struct coord_http *http);
void coord_http_conn_free_all(struct coord_http *http);

/* Called by connections: one more, one less (H4). */
void coord_http_count(struct coord_http *http, int change);

/* Head and body of a reply onto an output buffer; takes the reply's body. */
struct evbuffer;
PROTO_CHECK enum proto_code coord_http_reply_write(struct evbuffer *out, struct coord_http_reply *reply, bool head_only, bool close);

#endif
