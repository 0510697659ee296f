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

#define PROGRESS (64 * 1024) /* H1 */
#define READ_MAX (64 * 1024) /* bytes that wait for us, per connection */

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
	if (conn->phase == COORD_HTTP_BODY)
		return conn->body.len;
	return conn->phase == COORD_HTTP_REPLY ? evbuffer_get_length(bufferevent_get_output(conn->bev)) : 0;
}

void
coord_http_conn_arm(struct coord_http_conn *conn, int seconds)
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
	if ((conn->phase == COORD_HTTP_BODY || conn->phase == COORD_HTTP_REPLY) && moved >= PROGRESS)
		coord_http_conn_arm(conn, COORD_HTTP_SECONDS);
	else
		conn_free(conn);
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
	bufferevent_setcb(conn->bev, coord_http_exchange_read, coord_http_exchange_written, on_event, conn);
	bufferevent_setwatermark(conn->bev, EV_READ, 0, READ_MAX);
	coord_http_conn_arm(conn, COORD_HTTP_SECONDS);
	bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
}

void
coord_http_conn_drain(struct coord_http *http)
{
	struct coord_http_conn *conn, *next;

	for (conn = http->first; conn != NULL; conn = next) {
		next = conn->next;
		conn->closing = true;
		if (conn->phase == COORD_HTTP_HEAD && evbuffer_get_length(bufferevent_get_input(conn->bev)) == 0)
			conn_free(conn);
	}
}

void
coord_http_conn_free_all(struct coord_http *http)
{
	while (http->first != NULL)
		conn_free(http->first);
}
