#ifndef PROTO_JSON_H
#define PROTO_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/buffer.h"
#include "proto/error.h"

/*
 * JSON in: jansson, duplicates refused, at most PROTO_JSON_MAX bytes, depth 32, nothing
 * after the document, NUL refused; the document is an object or an array. What bounds memory
 * (depth, objects and arrays, values) is checked before jansson sees a byte. JSON out: a
 * streaming writer into a buffer (proto/json_write.c).
 *
 * Errors of proto_json_load: TOO_LARGE (a limit), MALFORMED (anything else; line and column), MEMORY.
 */
#define PROTO_JSON_MAX (8u << 20)
#define PROTO_JSON_DEPTH_MAX 32
#define PROTO_JSON_CONTAINERS_MAX 100000
#define PROTO_JSON_VALUES_MAX (1u << 20)

PROTO_CHECK enum proto_code proto_json_load(json_t **ret_json, const void *data, size_t len,
    const char *where, struct proto_error *error);

/* proto_json_only(object, where, error, key, ..., NULL): an unknown key is an error (code MALFORMED,
 * naming the key and where). */
PROTO_CHECK enum proto_code proto_json_only(const json_t *object, const char *where, struct proto_error *error, ...);

/*
 * The writer. Commas and quoting are its business; with indent > 0 it lays lines
 * out. Numbers of kind real print with 17 significant digits, or fixed decimals.
 */
struct proto_json {
	struct proto_buffer *out;
	unsigned depth, indent;
	bool comma, after_key;
};
void proto_json_init(struct proto_json *json, struct proto_buffer *out, unsigned indent);
void proto_json_object(struct proto_json *json);
void proto_json_object_end(struct proto_json *json);
void proto_json_array(struct proto_json *json);
void proto_json_array_end(struct proto_json *json);
void proto_json_key(struct proto_json *json, const char *key);
void proto_json_string(struct proto_json *json, const char *text); /* NULL: null */
void proto_json_stringn(struct proto_json *json, const char *text, size_t len);
void proto_json_u64(struct proto_json *json, uint64_t value);
void proto_json_i64(struct proto_json *json, int64_t value);
void proto_json_bool(struct proto_json *json, bool value);
void proto_json_null(struct proto_json *json);
void proto_json_real(struct proto_json *json, double value); /* %.17g; null if not finite */
void proto_json_fixed(struct proto_json *json, double value, int decimals);
void proto_json_hex(struct proto_json *json, const uint8_t *data, size_t len);

#endif
