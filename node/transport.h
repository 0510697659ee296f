#ifndef NODE_TRANSPORT_H
#define NODE_TRANSPORT_H

#include <stddef.h>

#include "proto/buffer.h"
#include "proto/error.h"
#include "proto/trust.h"

/*
 * How bytes reach the coordinator, handed in: node/client.h in the program; in tests a function call,
 * so that a whole region runs in one process.
 */
struct node_transport_peer {
	const char *url;                        /* https://HOST:PORT */
	const struct proto_trust *trust;        /* whom to expect there: the coordinator and its CA */
	const struct proto_buffer *certificate; /* ours, DER: issued, or self-signed before approval */
	const struct proto_buffer *key;         /* DER */
};

struct node_transport_call {
	const char *path; /* "/v1/sync" */
	const void *body;
	size_t len;
	size_t most; /* bytes of the answer */
};

struct node_transport {
	void *ctx;
	/* A line to one peer; nothing is sent yet. */
	enum proto_code (*open)(void *ctx, void **ret_line, const struct node_transport_peer *peer, struct proto_error *error);
	/*
	 * One call. UNREACHABLE: no connection, cut, timed out. TLS: the peer is not whom it should be, or does not
	 * accept our certificate. TOO_LARGE. Otherwise what the coordinator answers, with its
	 * text; FAILED when that is none of ours.
	 */
	enum proto_code (*post)(void *line, struct proto_buffer *ret_reply, const struct node_transport_call *call,
	    struct proto_error *error);
	void (*close)(void *line);
};

#endif
