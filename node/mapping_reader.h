#ifndef NODE_MAPPING_READER_H
#define NODE_MAPPING_READER_H

#include "node/mapping.h"
#include "proto/json.h"

/* Private to the mapping files: where the reading is, and the JSON value shapes they share. A key is its
 * path in words, "columns.SEX.values". Every failure is filled into error as MAPPING with that key. */
#define NODE_KEY_TEXT 96

struct node_mapping_reader {
	const struct node_mapping_for *what_for;
	struct node_mapping *mapping;
	struct proto_error *error;
};

PROTO_CHECK enum proto_code node_mapping_wrong(const struct node_mapping_reader *reader, const char *key,
    const char *what, ...)
    __attribute__((format(printf, 3, 4)));
PROTO_CHECK enum proto_code node_mapping_memory(const struct node_mapping_reader *reader);
/* The result of proto_json_only, as MAPPING with the key. */
PROTO_CHECK enum proto_code node_mapping_only(const struct node_mapping_reader *reader, const char *key,
    enum proto_code code);

#define NODE_MAPPING_ONLY(reader, key, object, ...) \
	node_mapping_only(reader, key, proto_json_only(object, key, (reader)->error, __VA_ARGS__, NULL))

/* A text without control characters, trimmed, not empty unless allowed: a copy. Absent (NULL value): *ret_text stays NULL. */
PROTO_CHECK enum proto_code node_mapping_text(char **ret_text, const struct node_mapping_reader *reader, const char *key,
    const json_t *value, bool may_be_empty);
/* A separator: 1 to 16 bytes, as they stand. */
PROTO_CHECK enum proto_code node_mapping_separator(char **ret_text, const struct node_mapping_reader *reader,
    const char *key,
    const json_t *value);
/* An array of texts, as a set; "" may be among them. Absent: *ret_set stays NULL. */
PROTO_CHECK enum proto_code node_mapping_set(struct node_lookup **ret_set, const struct node_mapping_reader *reader,
    const char *key,
    const json_t *value);
/* Adds a text to a map; a text that is there already is an error. */
PROTO_CHECK enum proto_code node_mapping_put(struct node_lookup *map, const struct node_mapping_reader *reader,
    const char *key,
    const char *text, struct node_meaning meaning);
/* "key.name" into ret_key, made printable. */
const char *node_mapping_key(char ret_key[static NODE_KEY_TEXT], const char *first, const char *second, const char *third);
/* A path beside the mapping file: a copy. */
PROTO_CHECK enum proto_code node_mapping_beside(char **ret_path, const struct node_mapping_reader *reader,
    const char *name);

/* mapping_rows.c: the values of these keys; NULL where a key is absent. */
PROTO_CHECK enum proto_code node_mapping_read_area(const struct node_mapping_reader *reader, const json_t *area);
PROTO_CHECK enum proto_code node_mapping_read_time(const struct node_mapping_reader *reader, const json_t *time);
PROTO_CHECK enum proto_code node_mapping_read_select(const struct node_mapping_reader *reader, const json_t *select);
PROTO_CHECK enum proto_code node_mapping_read_where(const struct node_mapping_reader *reader, const json_t *where);

/* mapping_kind.c: on_unknown and on_blank; the keys of kind records; those of kind aggregate. */
PROTO_CHECK enum proto_code node_mapping_read_otherwise(const struct node_mapping_reader *reader, const char *key,
    const json_t *value,
    bool blank);
PROTO_CHECK enum proto_code node_mapping_read_records(const struct node_mapping_reader *reader, const json_t *root);
PROTO_CHECK enum proto_code node_mapping_read_aggregate(const struct node_mapping_reader *reader, const json_t *root);

/* One dimension on its way from JSON. */
struct node_mapping_entry {
	const struct node_mapping_reader *reader;
	struct node_field *field;
	const struct proto_dimension *dim;
	uint32_t index; /* of the dimension */
};
PROTO_CHECK enum proto_code node_mapping_entry_wrong(const struct node_mapping_entry *entry, const char *name,
    const char *what);

/* mapping_flags.c: an entry with `flags`; that no text has two meanings. */
PROTO_CHECK enum proto_code node_mapping_read_flags(const struct node_mapping_entry *entry, const json_t *value);
PROTO_CHECK enum proto_code node_mapping_check_flags(const struct node_mapping_entry *entry, const json_t *value);

/* mapping_field.c: the entry of one dimension in `columns`. */
PROTO_CHECK enum proto_code node_mapping_field(const struct node_mapping_reader *reader, uint32_t dim, const json_t *value);
/* A text that is a code of the dimension, or `_T` where the mapping is of kind aggregate and allows it. */
PROTO_CHECK enum proto_code node_mapping_code(uint32_t *ret_code, const struct node_mapping_reader *reader,
    const char *key, uint32_t dim,
    const json_t *value);

#endif
