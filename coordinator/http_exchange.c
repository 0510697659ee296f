#include "http_conn.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <string.h>
#include <sys/socket.h>

#define LINGER_SECONDS 2

/* The reply goes out; nothing more is read until it is through. */
static void
send_reply(struct coord_http_conn *conn, struct coord_http_reply *reply)
{
	bool head_only = conn->phase != COORD_HTTP_HEAD && coord_request_is(conn->request.method, "HEAD");
	struct coord_http *http = conn->listener->http;

	if (reply->body.len > COORD_HTTP_WAITING - http->waiting) {
		proto_buffer_wipe(&reply->body);
		reply->status = 503;
	}
	conn->waiting = reply->body.len;
	http->waiting += conn->waiting;
	if (reply->status >= 400 || http->draining || conn->request.close)
		conn->closing = true; /* H3 */
	conn->phase = COORD_HTTP_REPLY;
	bufferevent_disable(conn->bev, EV_READ);
	/* Without memory for the reply the deadline falls at once; our callers still hold the connection. */
	coord_http_conn_arm(conn, coord_http_reply_write(bufferevent_get_output(conn->bev), reply, head_only, conn->closing) == PROTO_OK ? COORD_HTTP_SECONDS : 0);
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
	conn->phase = COORD_HTTP_BODY;
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
	conn->phase = COORD_HTTP_BODY;
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
	return conn->phase == COORD_HTTP_BODY;
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

void
coord_http_exchange_read(struct bufferevent *bev, void *ctx)
{
	struct coord_http_conn *conn = ctx;
	struct evbuffer *in = bufferevent_get_input(bev);

	if (conn->phase == COORD_HTTP_LINGER) {
		evbuffer_drain(in, evbuffer_get_length(in));
		return;
	}
	if (conn->phase == COORD_HTTP_HEAD && !read_head(conn, in))
		return;
	if (conn->phase == COORD_HTTP_BODY)
		read_body(conn, in);
}

static void
next_request(struct coord_http_conn *conn)
{
	proto_buffer_wipe(&conn->head);
	proto_buffer_wipe(&conn->body);
	memset(&conn->scan, 0, sizeof conn->scan);
	memset(&conn->request, 0, sizeof conn->request);
	conn->phase = COORD_HTTP_HEAD;
	coord_http_conn_arm(conn, COORD_HTTP_SECONDS);
	bufferevent_enable(conn->bev, EV_READ);
	/* What came meanwhile raises no event of its own. */
	if (evbuffer_get_length(bufferevent_get_input(conn->bev)) > 0)
		bufferevent_trigger(conn->bev, EV_READ, BEV_OPT_DEFER_CALLBACKS);
}

/* The reply is out. */
void
coord_http_exchange_written(struct bufferevent *bev, void *ctx)
{
	struct coord_http_conn *conn = ctx;

	if (conn->phase != COORD_HTTP_REPLY)
		return;
	conn->listener->http->waiting -= conn->waiting;
	conn->waiting = 0;
	if (!conn->closing) {
		next_request(conn);
		return;
	}
	conn->phase = COORD_HTTP_LINGER;
	if (conn->ssl != NULL)
		kit_tls_end(conn->ssl);
	shutdown(bufferevent_getfd(bev), SHUT_WR);
	evbuffer_drain(bufferevent_get_input(bev), evbuffer_get_length(bufferevent_get_input(bev)));
	coord_http_conn_arm(conn, LINGER_SECONDS);
	bufferevent_enable(bev, EV_READ);
}
