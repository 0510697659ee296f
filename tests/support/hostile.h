#ifndef SUPPORT_HOSTILE_H
#define SUPPORT_HOSTILE_H

#include "proto/buffer.h"

/*
 * Encodings that a lenient parser takes for the same message. hostile_mutants(doc, len, each, ctx) calls each with every
 * one that can be made of doc; a buffer is valid during the call.
 */
typedef void hostile_each(void *ctx, const char *name, const struct proto_buffer *mutant);
void hostile_mutants(const uint8_t *doc, size_t len, hostile_each *each, void *ctx);

/* Bytes of the protobuf wire, by hand. */
void hostile_varint(struct proto_buffer *out, uint64_t value);
void hostile_tag(struct proto_buffer *out, uint32_t field, uint32_t type); /* 0 varint, 1 fixed64, 2 length, 3 group, 5 fixed32 */
void hostile_bytes(struct proto_buffer *out, uint32_t field, const void *data, size_t len);

#endif
