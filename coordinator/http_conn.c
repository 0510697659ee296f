#include "http_conn.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
enum phase { HEAD, BODY, REPLY, LINGER };

#define LINGER_SECONDS 2
#define PROGRESS (64 * 1024) /* H1 */
#define READ_MAX (64 * 1024) /* bytes that wait for us, per connection */

struct coord_http_conn {
	struct coord_http_listener *listener;
	struct coord_http_conn *next, **link;
	struct bufferevent *bev;
	struct ssl_st *ssl; /* borrowed from bev; NULL: plain */
	struct event *timer;
	enum phase phase;
	bool closing;
	struct coord_request_scan scan;
	struct proto_buffer head, body, peer;
	struct coord_request request; /* borrows head */
	size_t marked;                /* H1: how far it was when the timer was armed */
	size_t waiting;               /* H2: its part of http->waiting */
};

static void
conn_free(struct coord_http_conn *conn)
{
	struct coord_http *http = conn->listener->http;

	*conn->link = conn->next;
	if (conn->next != NULL)
		conn->next->link = conn->link;
	if (conn->timer != NULL)
		event_free(conn->timer);
	bufferevent_free(conn->bev);
	http->waiting -= conn->waiting;
	proto_buffer_wipe(&conn->head);
	proto_buffer_wipe(&conn->body);
	proto_buffer_wipe(&conn->peer);
	free(conn);
	coord_http_count(http, -1);
}

/* What the deadline measures: bytes of the body that came, or of the reply that still wait. */
static size_t
position(const struct coord_http_conn *conn)
{
	if (conn->phase == BODY)
		return conn->body.len;
	return conn->phase == REPLY ? evbuffer_get_length(bufferevent_get_output(conn->bev)) : 0;
}

static void
arm(struct coord_http_conn *conn, int seconds)
{
	const struct timeval after = {seconds, 0};

	conn->marked = position(conn);
	if (event_add(conn->timer, &after) != 0)
		conn->closing = true;
}

static void
on_deadline(evutil_socket_t fd, short what, void *ctx)
{
	struct coord_http_conn *conn = ctx;
	size_t now = position(conn), moved = now > conn->marked ? now - conn->marked : conn->marked - now;

	(void)fd, (void)what;
	if ((conn->phase == BODY || conn->phase == REPLY) && moved >= PROGRESS)
		arm(conn, COORD_HTTP_SECONDS);
	else
		conn_free(conn);
}

/* The reply goes out; nothing more is read until it is through. */
static void
send_reply(struct coord_http_conn *conn, struct coord_http_reply *reply)
{
	bool head_only = conn->phase != HEAD && coord_request_is(conn->request.method, "HEAD");
	struct coord_http *http = conn->listener->http;

	if (reply->body.len > COORD_HTTP_WAITING - http->waiting) {
		proto_buffer_wipe(&reply->body);
		reply->status = 503;
	}
	conn->waiting = reply->body.len;
	http->waiting += conn->waiting;
	if (reply->status >= 400 || http->draining || conn->request.close)
		conn->closing = true; /* H3 */
	conn->phase = REPLY;
	bufferevent_disable(conn->bev, EV_READ);
	/* Without memory for the reply the deadline falls at once; our callers still hold the connection. */
	arm(conn, coord_http_reply_write(bufferevent_get_output(conn->bev), reply, head_only, conn->closing) == PROTO_OK ? COORD_HTTP_SECONDS : 0);
}

/* What is no request gets a bare status. */
static void
send_status(struct coord_http_conn *conn, int status)
{
	struct coord_http_reply reply = {.status = status, .type = "text/plain; charset=utf-8"};

	conn->closing = true;
	proto_buffer_printf(&reply.body, "%d\n", status);
	send_reply(conn, &reply);
}

static void
view_request(struct coord_http_request *view, const struct coord_http_conn *conn)
{
	memset(view, 0, sizeof *view);
	view->head = &conn->request;
	view->peer = conn->peer.data;
	view->peer_len = conn->peer.len;
	view->body = conn->body.data;
	view->body_len = conn->body.len;
}

static void
answer(struct coord_http_conn *conn)
{
	struct coord_http_reply reply = {.status = 500};
	struct coord_http_request view;

	view_request(&view, conn);
	conn->phase = BODY;
	conn->listener->site.answer(conn->listener->site.ctx, &reply, &view);
	send_reply(conn, &reply);
}

static void
head_is_whole(struct coord_http_conn *conn)
{
	struct coord_http_reply reply = {.status = 403};
	struct coord_http_request view;
	size_t most = 0;
	int status;

	status = coord_request_parse(&conn->request, (const char *)conn->head.data, conn->head.len);
	if (status != 0) {
		send_status(conn, status);
		return;
	}
	if (conn->ssl != NULL && conn->peer.len == 0)
		kit_tls_peer(&conn->peer, conn->ssl);
	view_request(&view, conn);
	conn->phase = BODY;
	if (!conn->listener->site.admit(conn->listener->site.ctx, &most, &reply, &view)) {
		conn->closing = true;
		send_reply(conn, &reply);
	} else if (conn->request.length > most) {
		proto_buffer_wipe(&reply.body);
		send_status(conn, 413);
	} else if (conn->request.length == 0) {
		answer(conn);
	}
}

/* Returns false when it has to wait for more bytes. */
static bool
read_head(struct coord_http_conn *conn, struct evbuffer *in)
{
	size_t len = evbuffer_get_length(in), look = len < COORD_REQUEST_HEAD_MAX + 1 ? len : COORD_REQUEST_HEAD_MAX + 1;
	const char *data = (const char *)evbuffer_pullup(in, (ev_ssize_t)look);

	if (look == 0 || data == NULL)
		return false;
	switch (coord_request_scan(&conn->scan, data, look)) {
	case COORD_REQUEST_MORE:
		return false;
	case COORD_REQUEST_BAD:
		send_status(conn, 400);
		return false;
	case COORD_REQUEST_LONG:
		send_status(conn, 431);
		return false;
	case COORD_REQUEST_END:
		break;
	}
	proto_buffer_put(&conn->head, data, conn->scan.seen);
	evbuffer_drain(in, conn->scan.seen);
	if (conn->head.failed)
		send_status(conn, 503);
	else
		head_is_whole(conn);
	return conn->phase == BODY;
}

static void
read_body(struct coord_http_conn *conn, struct evbuffer *in)
{
	char piece[16 * 1024];

	while (conn->body.len < conn->request.length) {
		uint64_t left = conn->request.length - conn->body.len;
		int got = evbuffer_remove(in, piece, left < sizeof piece ? (size_t)left : sizeof piece);

		if (got <= 0)
			return;
		proto_buffer_put(&conn->body, piece, (size_t)got);
	}
	if (conn->body.failed)
		send_status(conn, 503);
	else
		answer(conn);
}

static void
on_read(struct bufferevent *bev, void *ctx)
{
	struct coord_http_conn *conn = ctx;
	struct evbuffer *in = bufferevent_get_input(bev);

	if (conn->phase == LINGER) {
		evbuffer_drain(in, evbuffer_get_length(in));
		return;
	}
	if (conn->phase == HEAD && !read_head(conn, in))
		return;
	if (conn->phase == BODY)
		read_body(conn, in);
}

static void
next_request(struct coord_http_conn *conn)
{
	proto_buffer_wipe(&conn->head);
	proto_buffer_wipe(&conn->body);
	memset(&conn->scan, 0, sizeof conn->scan);
	memset(&conn->request, 0, sizeof conn->request);
	conn->phase = HEAD;
	arm(conn, COORD_HTTP_SECONDS);
	bufferevent_enable(conn->bev, EV_READ);
	/* What came meanwhile raises no event of its own. */
	if (evbuffer_get_length(bufferevent_get_input(conn->bev)) > 0)
		bufferevent_trigger(conn->bev, EV_READ, BEV_OPT_DEFER_CALLBACKS);
}

/* The reply is out. */
static void
on_written(struct bufferevent *bev, void *ctx)
{
	struct coord_http_conn *conn = ctx;

	if (conn->phase != REPLY)
		return;
	conn->listener->http->waiting -= conn->waiting;
	conn->waiting = 0;
	if (!conn->closing) {
		next_request(conn);
		return;
	}
	conn->phase = LINGER;
	if (conn->ssl != NULL)
		kit_tls_end(conn->ssl);
	shutdown(bufferevent_getfd(bev), SHUT_WR);
	evbuffer_drain(bufferevent_get_input(bev), evbuffer_get_length(bufferevent_get_input(bev)));
	arm(conn, LINGER_SECONDS);
	bufferevent_enable(bev, EV_READ);
}

static void
on_event(struct bufferevent *bev, short what, void *ctx)
{
	(void)bev;
	/* CONNECTED is the end of the handshake; everything else is the end of the connection. */
	if ((what & BEV_EVENT_CONNECTED) == 0)
		conn_free(ctx);
}

static struct bufferevent *
make_bufferevent(struct coord_http_conn *conn, evutil_socket_t fd)
{
	const struct coord_http_site *site = &conn->listener->site;
	struct event_base *base = conn->listener->http->base;
	const struct kit_tls *tls;

	if (site->tls == NULL)
		return bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	/* A port with TLS never falls back to plain HTTP: without a context there is no connection. */
	tls = site->tls(site->ctx);
	conn->ssl = tls != NULL ? kit_tls_accept(tls) : NULL;
	if (conn->ssl == NULL)
		return NULL;
	return bufferevent_openssl_socket_new(base, fd, conn->ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}

void
coord_http_conn_start(struct coord_http_listener *listener, evutil_socket_t fd)
{
	struct coord_http *http = listener->http;
	struct coord_http_conn *conn = calloc(1, sizeof *conn);
	int one = 1;

	if (conn == NULL) {
		close(fd);
		return;
	}
	/* Small answers would otherwise wait for the peer's acknowledgement. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	conn->listener = listener;
	conn->bev = make_bufferevent(conn, fd);
	if (conn->bev == NULL) {
		close(fd);
		free(conn);
		return;
	}
	conn->next = http->first;
	conn->link = &http->first;
	if (conn->next != NULL)
		conn->next->link = &conn->next;
	http->first = conn;
	coord_http_count(http, 1);
	conn->timer = event_new(http->base, -1, 0, on_deadline, conn);
	if (conn->timer == NULL) {
		conn_free(conn);
		return;
	}
	bufferevent_setcb(conn->bev, on_read, on_written, on_event, conn);
	bufferevent_setwatermark(conn->bev, EV_READ, 0, READ_MAX);
	arm(conn, COORD_HTTP_SECONDS);
	bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
}

void
coord_http_conn_drain(struct coord_http *http)
{
	struct coord_http_conn *conn, *next;

	for (conn = http->first; conn != NULL; conn = next) {
		next = conn->next;
		conn->closing = true;
		if (conn->phase == HEAD && evbuffer_get_length(bufferevent_get_input(conn->bev)) == 0)
			conn_free(conn);
	}
}

void
coord_http_conn_free_all(struct coord_http *http)
{
	while (http->first != NULL)
		conn_free(http->first);
}
