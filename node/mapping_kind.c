#include <string.h>

#include "dp/counts.h"
#include "mapping_reader.h"

/* What holds for one kind of file alone, and what becomes of cells without a meaning. */

/* on_unknown, on_blank: `error`, or a code that every dimension in `columns` has. */
enum proto_code
node_mapping_read_otherwise(const struct node_mapping_reader *reader, const char *key, const json_t *value, bool blank)
{
	const char *text = json_string_value(value);
	bool fails = value == NULL || (text && strcmp(text, "error") == 0);
	enum proto_code code;
	uint32_t i;

	if (text && strcmp(text, "_T") == 0)
		return node_mapping_wrong(reader, key, "_T is no answer to what is not known");
	for (i = 0; i < reader->what_for->structure->dims; i++) {
		struct node_field *field = &reader->mapping->field[i];
		uint32_t *ret_code = blank ? &field->on_blank : &field->on_unknown;

		*ret_code = NODE_NO_CODE;
		if (field->mapped && !fails && (code = node_mapping_code(ret_code, reader, key, i, value)) != PROTO_OK)
			return code;
	}
	return PROTO_OK;
}

enum proto_code
node_mapping_read_records(const struct node_mapping_reader *reader, const json_t *root)
{
	static const char *const others[] = {"value", "duplicates", "attest"};
	const json_t *key = json_object_get(root, "record_key"), *conflict = json_object_get(root, "on_conflict");
	const char *text = json_string_value(conflict);
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (json_object_get(root, others[i]))
			return node_mapping_wrong(reader, others[i], "only for kind aggregate");
	/* left out by mistake it would count a person once a row, so it has to be said */
	if (key == NULL)
		return node_mapping_wrong(reader, "record_key",
		    "missing: the column that tells persons apart, or null when every row is a person");
	if (conflict && (text == NULL || (strcmp(text, "error") != 0 && strcmp(text, "first-code") != 0)))
		return node_mapping_wrong(reader, "on_conflict", "not error or first-code");
	reader->mapping->first_code = conflict && strcmp(text, "first-code") == 0;
	if (json_is_null(key))
		return PROTO_OK;
	return node_mapping_text(&reader->mapping->record_key, reader, "record_key", key, false);
}

static enum proto_code
read_value(const struct node_mapping_reader *reader, const json_t *value)
{
	struct node_mapping *mapping = reader->mapping;
	const json_t *thousands = json_object_get(value, "thousands"), *max = json_object_get(value, "max");
	const char *text = json_string_value(thousands);
	enum proto_code code;

	if (!json_is_object(value) || json_object_get(value, "column") == NULL)
		return node_mapping_wrong(reader, "value", "missing, or without column: where the counts stand");
	code = NODE_MAPPING_ONLY(reader, "value", value, "column", "thousands", "suppressed", "max");
	if (code != PROTO_OK)
		return code;
	code = node_mapping_text(&mapping->value.column, reader, "value.column", json_object_get(value, "column"), false);
	if (code != PROTO_OK)
		return code;
	code = node_mapping_set(&mapping->value.suppressed, reader, "value.suppressed", json_object_get(value, "suppressed"));
	if (code != PROTO_OK)
		return code;
	if (thousands && (text == NULL || strlen(text) >= sizeof(mapping->value.thousands) || strpbrk(text,
	    "0123456789+-") != NULL))
		return node_mapping_wrong(reader, "value.thousands", "not a separator of thousands");
	if (thousands)
		memcpy(mapping->value.thousands, text, strlen(text) + 1);
	if (max && (!json_is_integer(max) || json_integer_value(max) < 1 || (uint64_t)json_integer_value(max) > DP_COUNT_MAX))
		return node_mapping_wrong(reader, "value.max", "not a whole number, 1 to %llu",
		    (unsigned long long)DP_COUNT_MAX);
	mapping->value.max = max ? (uint64_t)json_integer_value(max) : DP_COUNT_MAX;
	return PROTO_OK;
}

/* What a message of proto/ may hold as text: no C0 and, in UTF-8, no C1 controls. */
static bool
one_line(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || ((unsigned char)*text == 0xc2 && (unsigned char)text[1] < 0xa0))
			return false;
	return true;
}

enum proto_code
node_mapping_read_aggregate(const struct node_mapping_reader *reader, const json_t *root)
{
	const json_t *key = json_object_get(root, "record_key"), *duplicates = json_object_get(root, "duplicates");
	enum proto_code code;

	if (key && !json_is_null(key))
		return node_mapping_wrong(reader, "record_key",
		    "only for kind records: a row of an aggregate file is no person");
	if (json_object_get(root, "on_conflict"))
		return node_mapping_wrong(reader, "on_conflict", "only for kind records");
	if (duplicates && (!json_is_string(duplicates) || strcmp(json_string_value(duplicates), "error") != 0))
		return node_mapping_wrong(reader, "duplicates", "not error");
	if ((code = node_mapping_text(&reader->mapping->attest, reader, "attest", json_object_get(root, "attest"),
	    false)) != PROTO_OK)
		return code;
	if (reader->mapping->attest != NULL && !one_line(reader->mapping->attest))
		return node_mapping_wrong(reader, "attest",
		    "more than one line, or a control character: it is shown on the release");
	return read_value(reader, json_object_get(root, "value"));
}
