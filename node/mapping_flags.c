#include <string.h>

#include "mapping_reader.h"

enum proto_code
node_mapping_read_flags(const struct node_mapping_entry *entry, const json_t *value)
{
	const struct node_mapping_reader *reader = entry->reader;
	struct node_field *field = entry->field;
	const json_t *flags = json_object_get(value, "flags");
	char key[NODE_KEY_TEXT];
	const char *column;
	json_t *flag;
	enum proto_code code;

	node_mapping_key(key, "columns", entry->dim->id, NULL);
	code = NODE_MAPPING_ONLY(reader, key, value, "flags", "true", "false", "missing", "none");
	if (code != PROTO_OK)
		return code;
	if (entry->reader->mapping->kind == NODE_AGGREGATE)
		return node_mapping_wrong(reader, key, "a row of an aggregate file is one cell: no flags");
	if (!json_is_object(flags) || json_object_size(flags) == 0 || json_object_size(flags) > NODE_FLAGS_MAX)
		return node_mapping_entry_wrong(entry, "flags", "not an object of 1 to 64 columns");
	if (json_object_get(value, "true") == NULL || json_object_get(value, "false") == NULL ||
	    json_object_get(value, "none") == NULL)
		return node_mapping_wrong(reader, key, "flags need true, false and none");
	json_object_foreach((json_t *)(uintptr_t)flags, column, flag) {
		json_t *name = json_string(column);

		if (name == NULL)
			return node_mapping_memory(reader);
		node_mapping_key(key, "columns", entry->dim->id, column);
		code = node_mapping_text(&field->flag[field->flags].column, reader, key, name, false);
		json_decref(name);
		if (code != PROTO_OK)
			return code;
		field->flags++;
		if ((code = node_mapping_code(&field->flag[field->flags - 1].code, reader, key, entry->index,
		    flag)) != PROTO_OK)
			return code;
	}
	node_mapping_key(key, "columns", entry->dim->id, "none");
	if ((code = node_mapping_code(&field->none, reader, key, entry->index, json_object_get(value, "none"))) != PROTO_OK)
		return code;
	node_mapping_key(key, "columns", entry->dim->id, "true");
	if ((code = node_mapping_set(&field->yes, reader, key, json_object_get(value, "true"))) != PROTO_OK)
		return code;
	node_mapping_key(key, "columns", entry->dim->id, "false");
	return node_mapping_set(&field->no, reader, key, json_object_get(value, "false"));
}

/* A text cannot be true and false, or either and missing. */
enum proto_code
node_mapping_check_flags(const struct node_mapping_entry *entry, const json_t *value)
{
	static const char *const lists[] = {"false", "missing"};
	struct node_meaning meaning;
	size_t i, l;

	for (l = 0; l < 2; l++) {
		const json_t *list = json_object_get(value, lists[l]);

		for (i = 0; i < json_array_size(list); i++) {
			const char *text = json_string_value(json_array_get(list, i));

			if (node_lookup_find(&meaning, entry->field->yes, text, strlen(text)) ||
			    (l == 1 && node_lookup_find(&meaning, entry->field->no, text, strlen(text))))
				return node_mapping_entry_wrong(entry, lists[l], "a text that has another meaning already");
		}
	}
	return PROTO_OK;
}
