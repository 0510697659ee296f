#include "support/hostile.h"

#include <stdbool.h>
#include <string.h>

void
hostile_varint(struct proto_buffer *out, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		proto_buffer_put(out, &(uint8_t){(uint8_t)(value | 0x80)}, 1);
	proto_buffer_put(out, &(uint8_t){(uint8_t)value}, 1);
}

void
hostile_tag(struct proto_buffer *out, uint32_t field, uint32_t type)
{
	hostile_varint(out, (uint64_t)field << 3 | type);
}

void
hostile_bytes(struct proto_buffer *out, uint32_t field, const void *data, size_t len)
{
	hostile_tag(out, field, 2);
	hostile_varint(out, len);
	proto_buffer_put(out, data, len);
}

static size_t
varint_size(const uint8_t *at)
{
	size_t size = 1;

	while (*at++ & 0x80)
		size++;
	return size;
}

static uint64_t
varint_value(const uint8_t *at)
{
	uint64_t value = 0;
	unsigned shift = 0;

	do
		value |= (uint64_t)(*at & 0x7f) << shift;
	while (shift += 7, *at++ & 0x80);
	return value;
}

/* The whole first field of a sound document. */
static size_t
field_size(const uint8_t *doc)
{
	size_t tag = varint_size(doc);

	switch (doc[0] & 7) {
	case 0:
		return tag + varint_size(doc + tag);
	case 1:
		return tag + 8;
	case 2:
		return tag + varint_size(doc + tag) + varint_value(doc + tag);
	default:
		return tag + 4;
	}
}

static void
give(struct proto_buffer *mutant, const char *name, hostile_each *each, void *ctx)
{
	each(ctx, name, mutant);
	proto_buffer_wipe(mutant);
}

static void
unknown_fields(const uint8_t *doc, size_t len, hostile_each *each, void *ctx)
{
	struct proto_buffer mutant = {0};

	proto_buffer_put(&mutant, doc, len);
	hostile_tag(&mutant, 1000, 0);
	hostile_varint(&mutant, 1);
	give(&mutant, "an unknown number", each, ctx);
	proto_buffer_put(&mutant, doc, len);
	hostile_bytes(&mutant, 1000, "x", 1);
	give(&mutant, "unknown bytes", each, ctx);
	proto_buffer_put(&mutant, doc, len);
	hostile_tag(&mutant, (1u << 29) - 1, 5);
	proto_buffer_u32(&mutant, 0);
	give(&mutant, "the highest field", each, ctx);
	hostile_bytes(&mutant, 1000, "", 0);
	proto_buffer_put(&mutant, doc, len);
	give(&mutant, "an unknown field in front", each, ctx);
	proto_buffer_put(&mutant, doc, len);
	hostile_tag(&mutant, 1000, 3);
	hostile_tag(&mutant, 1000, 4);
	give(&mutant, "a group", each, ctx);
}

static void
repeated_fields(const uint8_t *doc, size_t len, hostile_each *each, void *ctx)
{
	size_t first = field_size(doc);
	struct proto_buffer mutant = {0};

	proto_buffer_put(&mutant, doc, first);
	proto_buffer_put(&mutant, doc, len);
	give(&mutant, "the first field twice", each, ctx);
	proto_buffer_put(&mutant, doc, len);
	proto_buffer_put(&mutant, doc, first);
	give(&mutant, "the first field again at the end", each, ctx);
	/* at its default, in front: the last one wins */
	if ((doc[0] & 7) == 0 || (doc[0] & 7) == 2) {
		proto_buffer_put(&mutant, doc, varint_size(doc));
		hostile_varint(&mutant, 0);
		proto_buffer_put(&mutant, doc, len);
		give(&mutant, "the first field at its default, in front", each, ctx);
	}
	if (first < len) {
		proto_buffer_put(&mutant, doc + first, len - first);
		proto_buffer_put(&mutant, doc, first);
		give(&mutant, "the first field moved to the end", each, ctx);
	}
}

/* Copies doc with one more byte in the varint that ends before at. */
static void
padded(struct proto_buffer *mutant, const uint8_t *doc, size_t len, size_t at)
{
	proto_buffer_put(mutant, doc, at - 1);
	proto_buffer_put(mutant, &(uint8_t){doc[at - 1] | 0x80}, 1);
	proto_buffer_put(mutant, "", 1);
	proto_buffer_put(mutant, doc + at, len - at);
}

static void
padded_varints(const uint8_t *doc, size_t len, hostile_each *each, void *ctx)
{
	struct proto_buffer mutant = {0};
	size_t at, tag;

	for (at = 0; at < len; at += field_size(doc + at)) {
		tag = varint_size(doc + at);
		padded(&mutant, doc, len, at + tag);
		give(&mutant, "a padded tag", each, ctx);
		if ((doc[at] & 7) == 0 || (doc[at] & 7) == 2) {
			padded(&mutant, doc, len, at + tag + varint_size(doc + at + tag));
			give(&mutant, (doc[at] & 7) == 0 ? "a padded number" : "a padded length", each, ctx);
		}
	}
}

void
hostile_mutants(const uint8_t *doc, size_t len, hostile_each *each, void *ctx)
{
	unknown_fields(doc, len, each, ctx);
	if (len == 0)
		return;
	repeated_fields(doc, len, each, ctx);
	padded_varints(doc, len, each, ctx);
}
