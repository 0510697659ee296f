#ifndef PROTO_HEADER_REPLY_H
#define PROTO_HEADER_REPLY_H

#include "proto/buffer.h"
#include "proto/error.h"

/* The answer to a header and to a body: send the body, or here is the receipt; never both. */
struct proto_header_reply {
	bool want_body;
	struct proto_buffer receipt; /* signed; empty while the body is wanted */
};
PROTO_CHECK enum proto_code proto_header_reply_encode(struct proto_buffer *ret, const struct proto_header_reply *reply, struct proto_error *error);
PROTO_CHECK enum proto_code proto_header_reply_decode(struct proto_header_reply *ret, const void *data, size_t len, struct proto_error *error);
void proto_header_reply_wipe(struct proto_header_reply *reply);

#endif
