#include "strict.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/*
 * The allocator. Each block is preceded by its length, so that it can be wiped when it is freed
 * (a decoded part holds a country's figures). Spending is never credited back: the budget bounds
 * the sum of all blocks, and with it the peak.
 */
union block {
	size_t len;
	max_align_t align;
};

static void *
budget_alloc(void *ctx, size_t len)
{
	struct proto_strict_budget *budget = ctx;
	union block *block;

	if (len > budget->most - budget->spent) {
		budget->passed = true;
		return NULL;
	}
	if ((block = malloc(sizeof(*block) + len)) == NULL) {
		budget->starved = true;
		return NULL;
	}
	budget->spent += len;
	block->len = len;
	return block + 1;
}

static void
budget_free(void *ctx, void *data)
{
	union block *block = data;

	(void)ctx;
	if (data == NULL)
		return;
	block--;
	sodium_memzero(block + 1, block->len);
	free(block);
}

void
proto_strict_budget_for(struct proto_strict_budget *ret_budget, size_t len)
{
	size_t most = len + PROTO_STRICT_BUDGET_OVER;

	if (len < (most - PROTO_STRICT_BUDGET_SLACK) / PROTO_STRICT_BUDGET_FACTOR)
		most = len * PROTO_STRICT_BUDGET_FACTOR + PROTO_STRICT_BUDGET_SLACK;
	*ret_budget = (struct proto_strict_budget){.most = most};
}

bool
proto_strict_sound(const char *text)
{
	size_t at = 0, len = strlen(text);

	while (at < len) {
		utf8proc_int32_t point;
		utf8proc_ssize_t took = utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &point);

		if (took <= 0 || point < 0x20 || (point >= 0x7f && point < 0xa0))
			return false;
		at += (size_t)took;
	}
	return true;
}

struct soundness {
	bool text, known;
};

static void message_sound(struct soundness *sound, const ProtobufCMessage *message);

/* One field, at its place in the message; repeated fields are arrays of the same. */
static void
field_sound(struct soundness *sound, const ProtobufCFieldDescriptor *field, const uint8_t *at)
{
	if (field->type == PROTOBUF_C_TYPE_STRING) {
		const char *text = *(char *const *)(const void *)at;

		sound->text = sound->text && (text == NULL || proto_strict_sound(text));
	} else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		const ProtobufCMessage *inner = *(ProtobufCMessage *const *)(const void *)at;

		if (inner != NULL)
			message_sound(sound, inner);
	}
}

/* Depth is bounded by the types: none contains itself. */
static void
message_sound(struct soundness *sound, const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	const uint8_t *base = (const uint8_t *)message;
	unsigned i;
	size_t j;

	sound->known = sound->known && message->n_unknown_fields == 0;
	for (i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];

		if (field->label != PROTOBUF_C_LABEL_REPEATED) {
			field_sound(sound, field, base + field->offset);
		} else if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE) {
			size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
			const uint8_t *array = *(uint8_t *const *)(const void *)(base + field->offset);

			for (j = 0; j < count; j++)
				field_sound(sound, field, array + j * sizeof(void *));
		}
	}
}

/* S4: encodes into a comparison with what was received, without a second copy of it. */
struct comparison {
	ProtobufCBuffer base;
	const uint8_t *data;
	size_t len, at;
	bool differs;
};

static void
compare_append(ProtobufCBuffer *base, size_t len, const uint8_t *data)
{
	struct comparison *comparison = (struct comparison *)base;

	if (comparison->differs || len > comparison->len - comparison->at ||
	    (len > 0 && memcmp(comparison->data + comparison->at, data, len) != 0))
		comparison->differs = true;
	else
		comparison->at += len;
}

static enum proto_code
encodes_to(const ProtobufCMessage *message, const void *data, size_t len)
{
	struct comparison comparison = {.base.append = compare_append, .data = data, .len = len};
	enum proto_code code = PROTO_NOT_CANONICAL;
	uint8_t *flat;

	if (protobuf_c_message_get_packed_size(message) != len)
		return PROTO_NOT_CANONICAL;
	(void)protobuf_c_message_pack_to_buffer(message, &comparison.base);
	if (!comparison.differs && comparison.at == len)
		return PROTO_OK;
	/* protobuf-c packs inner messages through memory of its own and does not say when there is none: a
	 * difference is believed only from a packing that allocates nothing. */
	if ((flat = malloc(len + 1)) == NULL)
		return PROTO_MEMORY;
	if (protobuf_c_message_pack(message, flat) == len && memcmp(flat, data, len) == 0)
		code = PROTO_OK;
	sodium_memzero(flat, len);
	free(flat);
	return code;
}

enum proto_code
proto_strict_decode_within(ProtobufCMessage **ret_message, const struct proto_strict_kind *kind,
    struct proto_strict_budget *budget, const void *data, size_t len, struct proto_error *error)
{
	ProtobufCAllocator allocator = {budget_alloc, budget_free, budget};
	struct soundness sound = {true, true};
	ProtobufCMessage *message;
	enum proto_code code = PROTO_OK;

	if (len > kind->most)
		return proto_error_set(error, PROTO_TOO_LARGE, kind->name, "%zu bytes; at most %zu", len, kind->most);
	message = protobuf_c_message_unpack(kind->type, &allocator, len, data);
	if (message == NULL && budget->passed)
		return proto_error_set(error, PROTO_TOO_LARGE, kind->name, "it would decode to more than its budget");
	if (message == NULL && budget->starved)
		return proto_error_set(error, PROTO_MEMORY, kind->name, "out of memory");
	if (message == NULL)
		return proto_error_set(error, PROTO_MALFORMED, kind->name, "the bytes do not decode");
	message_sound(&sound, message);
	if (!sound.text)
		code = proto_error_set(error, PROTO_MALFORMED, kind->name, "a text is not UTF-8 or holds a control character");
	else if (!sound.known || (code = encodes_to(message, data, len)) == PROTO_NOT_CANONICAL)
		code = proto_error_set(error, PROTO_NOT_CANONICAL, kind->name, "not in the one permitted encoding");
	else if (code != PROTO_OK)
		code = proto_error_set(error, code, kind->name, "out of memory");
	if (code == PROTO_OK)
		*ret_message = message;
	else
		proto_strict_free(message);
	return code;
}

enum proto_code
proto_strict_decode(ProtobufCMessage **ret_message, const struct proto_strict_kind *kind,
    const void *data, size_t len, struct proto_error *error)
{
	struct proto_strict_budget budget;

	proto_strict_budget_for(&budget, len < kind->most ? len : kind->most);
	return proto_strict_decode_within(ret_message, kind, &budget, data, len, error);
}

void
proto_strict_free(ProtobufCMessage *message)
{
	ProtobufCAllocator allocator = {budget_alloc, budget_free, NULL};

	if (message != NULL)
		protobuf_c_message_free_unpacked(message, &allocator);
}

struct sink {
	ProtobufCBuffer base;
	struct proto_buffer *out;
};

static void
sink_append(ProtobufCBuffer *base, size_t len, const uint8_t *data)
{
	struct sink *sink = (struct sink *)base;

	proto_buffer_put(sink->out, data, len);
}

enum proto_code
proto_strict_encode(struct proto_buffer *ret_bytes, const struct proto_strict_kind *kind,
    const ProtobufCMessage *message, struct proto_error *error)
{
	struct soundness sound = {true, true};
	struct sink sink = {{sink_append}, ret_bytes};
	size_t start = ret_bytes->len, len = protobuf_c_message_get_packed_size(message);

	message_sound(&sound, message);
	if (!sound.text)
		return proto_error_set(error, PROTO_MALFORMED, kind->name, "a text is not UTF-8 or holds a control character");
	if (len > kind->most)
		return proto_error_set(error, PROTO_TOO_LARGE, kind->name, "%zu bytes; at most %zu", len, kind->most);
	(void)protobuf_c_message_pack_to_buffer(message, &sink.base);
	if (ret_bytes->failed || ret_bytes->len - start != len) {
		ret_bytes->len = start;
		return proto_error_set(error, PROTO_MEMORY, kind->name, "out of memory");
	}
	return PROTO_OK;
}

bool
proto_strict_text(char *ret_text, size_t size, const char *field)
{
	size_t len = strlen(field);

	if (len >= size)
		return false;
	memcpy(ret_text, field, len + 1);
	return true;
}

bool
proto_strict_bytes(uint8_t *ret_bytes, size_t len, const ProtobufCBinaryData *field)
{
	if (field->len != len)
		return false;
	memcpy(ret_bytes, field->data, len);
	return true;
}

bool
proto_strict_dup(char **ret_text, const char *field)
{
	char *text = NULL;

	if (field[0] != '\0' && (text = strdup(field)) == NULL)
		return false;
	*ret_text = text;
	return true;
}

bool
proto_strict_buffer(struct proto_buffer *ret_buffer, const ProtobufCBinaryData *field)
{
	struct proto_buffer buffer = {0};

	proto_buffer_put(&buffer, field->data, field->len);
	if (buffer.failed)
		return false;
	*ret_buffer = buffer;
	return true;
}

ProtobufCBinaryData
proto_strict_view(const void *data, size_t len)
{
	union { const void *in; uint8_t *out; } borrowed = {data};

	return (ProtobufCBinaryData){len, borrowed.out};
}

char *
proto_strict_borrow(const char *text)
{
	union { const char *in; char *out; } borrowed = {text ? text : ""};

	return borrowed.out;
}
