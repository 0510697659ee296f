#ifndef COORDINATOR_SERVE_H
#define COORDINATOR_SERVE_H

#include "coordinator/http.h"

/*
 * The server as a whole: the nodes' port (TLS, the calls of api.h) and, if asked for, the public
 * one (public.h). What commands change meanwhile counts from the next request on; a
 * renewed leaf from the next connection on.
 */
struct coord_serve_request {
	const char *dir;
	const char *nodes;                    /* HOST:PORT */
	const char *open;                     /* HOST:PORT of the public port, or NULL */
	const char *public_cert, *public_key; /* PEM files, or NULL: plain HTTP */
	int64_t (*now)(void);
	/* Called once when connections are accepted; addresses as bound, open NULL when off. */
	void (*ready)(void *ctx, const char *nodes, const char *open);
	void *ctx;
};

/* Returns OK after SIGTERM or SIGINT. */
PROTO_CHECK enum proto_code coord_serve(const struct coord_serve_request *request, struct proto_error *error);

#endif
