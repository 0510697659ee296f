#include "http_conn.h"

#include <event2/listener.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024
#define CONNECTIONS_MAX 4096
#define DESCRIPTORS_KEPT 64 /* for the store, listeners and files being served */
#define DRAIN_SECONDS 15

/* As many connections as descriptors allow, within reason; the soft limit is raised to that. */
static size_t
connection_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 512;
	if (limit.rlim_cur < CONNECTIONS_MAX + DESCRIPTORS_KEPT) {
		struct rlimit raised = limit;

		raised.rlim_cur = CONNECTIONS_MAX + DESCRIPTORS_KEPT;
		if (raised.rlim_max != RLIM_INFINITY && raised.rlim_cur > raised.rlim_max)
			raised.rlim_cur = raised.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
			limit = raised;
	}
	if (limit.rlim_cur >= CONNECTIONS_MAX + DESCRIPTORS_KEPT)
		return CONNECTIONS_MAX;
	return limit.rlim_cur > 2 * DESCRIPTORS_KEPT ? (size_t)limit.rlim_cur - DESCRIPTORS_KEPT : DESCRIPTORS_KEPT;
}

static void
rest_or_listen(struct coord_http *http)
{
	bool full = http->conns >= http->limit;
	size_t i;

	for (i = 0; !http->draining && i < http->listeners; i++)
		if (full)
			evconnlistener_disable(http->listener[i].listener);
		else
			evconnlistener_enable(http->listener[i].listener);
}

void
coord_http_count(struct coord_http *http, int change)
{
	bool was_full = http->conns >= http->limit;

	http->conns += (size_t)change;
	if (http->draining && http->conns == 0)
		event_base_loopexit(http->base, NULL);
	else if (was_full != (http->conns >= http->limit))
		rest_or_listen(http);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int len, void *ctx)
{
	(void)listener, (void)address, (void)len;
	coord_http_conn_start(ctx, fd);
}

/* Out of descriptors: accepting again at once would spin. */
static void
on_accept_error(struct evconnlistener *listener, void *ctx)
{
	struct coord_http_listener *of = ctx;
	const struct timeval second = {1, 0};

	evconnlistener_disable(listener);
	event_add(of->http->again, &second);
}

static void
on_again(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	rest_or_listen(ctx);
}

static void
on_signal(evutil_socket_t fd, short what, void *ctx)
{
	struct coord_http *http = ctx;
	const struct timeval most = {DRAIN_SECONDS, 0};
	size_t i;

	(void)fd, (void)what;
	if (http->draining)
		return;
	http->draining = true;
	for (i = 0; i < http->listeners; i++) {
		evconnlistener_free(http->listener[i].listener);
		http->listener[i].listener = NULL;
	}
	event_base_loopexit(http->base, http->conns == 0 ? NULL : &most);
	coord_http_conn_drain(http);
}

enum proto_code
coord_http_new(struct coord_http **ret_http, struct proto_error *error)
{
	struct coord_http *http = calloc(1, sizeof *http);
	struct event_config *config = event_config_new();

	if (http == NULL || config == NULL)
		goto memory;
	if (event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) != 0)
		goto memory;
	http->limit = connection_limit();
	http->base = event_base_new_with_config(config);
	if (http->base == NULL)
		goto memory;
	http->term = evsignal_new(http->base, SIGTERM, on_signal, http);
	http->interrupt = evsignal_new(http->base, SIGINT, on_signal, http);
	http->again = evtimer_new(http->base, on_again, http);
	if (http->term == NULL || http->interrupt == NULL || http->again == NULL || event_add(http->term, NULL) != 0 ||
	    event_add(http->interrupt, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		goto memory;
	event_config_free(config);
	*ret_http = http;
	return PROTO_OK;
memory:
	if (config != NULL)
		event_config_free(config);
	coord_http_free(http);
	return proto_error_set(error, PROTO_MEMORY, "serve", "the event loop cannot be made");
}

/* "HOST:PORT", "[V6]:PORT" */
static bool
split_address(char host[static 256], char port[static 8], const char *address)
{
	const char *colon = strrchr(address, ':');
	size_t len = colon != NULL ? (size_t)(colon - address) : 0;

	if (len == 0 || len >= 256 || strlen(colon + 1) == 0 || strlen(colon + 1) >= 8 || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
	    strtol(colon + 1, NULL, 10) > 65535) /* getaddrinfo() would take the rest of a division */
		return false;
	if (address[0] == '[' && address[len - 1] == ']') {
		address++;
		len -= 2;
	} else if (memchr(address, ':', len) != NULL) {
		return false;
	}
	memcpy(host, address, len);
	host[len] = '\0';
	strcpy(port, colon + 1);
	return true;
}

static void
bound_address(char ret_bound[static COORD_HTTP_ADDRESS], evutil_socket_t fd)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof address;
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
	    getnameinfo((struct sockaddr *)&address, len, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		strcpy(host, "?"), strcpy(port, "0");
	snprintf(ret_bound, COORD_HTTP_ADDRESS, address.ss_family == AF_INET6 ? "[%.45s]:%.5s" : "%.45s:%.5s", host, port);
}

enum proto_code
coord_http_listen(struct coord_http *http, char ret_bound[static COORD_HTTP_ADDRESS], const char *address, const struct coord_http_site *site,
    struct proto_error *error)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_PASSIVE};
	struct coord_http_listener *listener = &http->listener[http->listeners];
	struct addrinfo *found = NULL;
	char host[256], port[8];
	int one = 1;

	if (http->listeners == COORD_HTTP_LISTENERS || !split_address(host, port, address))
		return proto_error_set(error, PROTO_USAGE, address, "not HOST:PORT");
	if (getaddrinfo(host, port, &hints, &found) != 0)
		return proto_error_set(error, PROTO_IO, address, "no such address here");
	listener->http = http;
	listener->site = *site;
	listener->listener = evconnlistener_new_bind(http->base, on_accept, listener,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, BACKLOG, found->ai_addr, (int)found->ai_addrlen);
	freeaddrinfo(found);
	if (listener->listener == NULL)
		return proto_error_errno(error, address, "listen");
	evconnlistener_set_error_cb(listener->listener, on_accept_error);
	(void)setsockopt(evconnlistener_get_fd(listener->listener), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	bound_address(ret_bound, evconnlistener_get_fd(listener->listener));
	http->listeners++;
	return PROTO_OK;
}

enum proto_code
coord_http_run(struct coord_http *http, struct proto_error *error)
{
	int done = event_base_dispatch(http->base);
	sigset_t ends;

	/* A second signal while we clean up must not turn a clean end into a death. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	if (done < 0)
		return proto_error_set(error, PROTO_FAILED, "serve", "the event loop failed");
	return PROTO_OK;
}

void
coord_http_free(struct coord_http *http)
{
	size_t i;

	if (http == NULL)
		return;
	http->draining = true;
	coord_http_conn_free_all(http);
	for (i = 0; i < http->listeners; i++)
		if (http->listener[i].listener != NULL)
			evconnlistener_free(http->listener[i].listener);
	if (http->term != NULL)
		event_free(http->term);
	if (http->interrupt != NULL)
		event_free(http->interrupt);
	if (http->again != NULL)
		event_free(http->again);
	if (http->base != NULL)
		event_base_free(http->base);
	free(http);
}
