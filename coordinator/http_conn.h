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
