#ifndef PROTO_STRICT_H
#define PROTO_STRICT_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "proto/buffer.h"
#include "proto/error.h"

/*
 * The one way in which bytes become a protobuf message here, and back. protobuf-c is lenient (unknown
 * fields, repeated singular fields, padded varints, any order, NUL and bad UTF-8 in strings,
 * allocations many times the input); this is not:
 *
 * S1  A message longer than its kind's cap is refused before anything is allocated (TOO_LARGE).
 * S2  All that decoding allocates is counted against a budget fixed by the length (TOO_LARGE).
 * S3  Text is UTF-8 without control characters (MALFORMED).
 * S4  There are no unknown fields, and encoding the message again gives exactly the received
 *     bytes (NOT_CANONICAL). So there is one encoding of every message, and a digest of the bytes is
 *     a digest of the meaning.
 */
struct proto_strict_kind {
	const ProtobufCMessageDescriptor *type;
	const char *name; /* for the error's where */
	size_t most;      /* bytes of one encoded message */
};

/* What one decoding may allocate in all, in bytes, and has allocated. */
struct proto_strict_budget {
	size_t most, spent;
	bool passed;  /* more was asked for than the budget has */
	bool starved; /* memory ran out within it */
};
#define PROTO_STRICT_BUDGET_SLACK (16u << 10)
#define PROTO_STRICT_BUDGET_FACTOR 8
#define PROTO_STRICT_BUDGET_OVER (8u << 20) /* never more than the input and this */

/* proto_strict_budget_for(ret_budget, len): the budget of S2 for len received bytes. */
void proto_strict_budget_for(struct proto_strict_budget *ret_budget, size_t len);

/*
 * proto_strict_decode(ret_message, kind, data, len, error): S1 to S4. proto_strict_decode_within leaves the budget to
 * the caller. Free with proto_strict_free, which wipes.
 */
PROTO_CHECK enum proto_code proto_strict_decode(ProtobufCMessage **ret_message, const struct proto_strict_kind *kind,
    const void *data, size_t len, struct proto_error *error);
PROTO_CHECK enum proto_code proto_strict_decode_within(ProtobufCMessage **ret_message, const struct proto_strict_kind *kind,
    struct proto_strict_budget *budget, const void *data, size_t len, struct proto_error *error);
void proto_strict_free(ProtobufCMessage *message);

/* proto_strict_encode(ret_bytes, kind, message, error): the same rules on the way out; appends to *ret_bytes. */
PROTO_CHECK enum proto_code proto_strict_encode(struct proto_buffer *ret_bytes, const struct proto_strict_kind *kind,
    const ProtobufCMessage *message, struct proto_error *error);

/* proto_strict_sound(text): S3 for one string. */
bool proto_strict_sound(const char *text);

/* Fields. Each is false when the field does not fit. */
bool proto_strict_text(char *ret_text, size_t size, const char *field);
bool proto_strict_bytes(uint8_t *ret_bytes, size_t len, const ProtobufCBinaryData *field);
/* Copies; true when memory sufficed. An empty field gives NULL text, an empty buffer. */
bool proto_strict_dup(char **ret_text, const char *field);
bool proto_strict_buffer(struct proto_buffer *ret_buffer, const ProtobufCBinaryData *field);

/* Borrowed views for encoding; protobuf-c's types are not const. */
ProtobufCBinaryData proto_strict_view(const void *data, size_t len);
char *proto_strict_borrow(const char *text); /* NULL: "" */

#endif
