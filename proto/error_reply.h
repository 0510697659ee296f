#ifndef PROTO_ERROR_REPLY_H
#define PROTO_ERROR_REPLY_H

#include "proto/buffer.h"
#include "proto/error.h"

PROTO_CHECK enum proto_code proto_error_reply_encode(struct proto_buffer *ret, const struct proto_error *reply, struct proto_error *error);
/* What a stranger says about itself: code and a printable text; an unknown code is FAILED. */
PROTO_CHECK enum proto_code proto_error_reply_decode(struct proto_error *ret, const void *data, size_t len, struct proto_error *error);

#endif
