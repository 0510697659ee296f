#include <stdlib.h>
#include <string.h>

#include "mapping_reader.h"

enum proto_code
node_mapping_entry_wrong(const struct node_mapping_entry *entry, const char *name, const char *what)
{
	char key[NODE_KEY_TEXT];

	return node_mapping_wrong(entry->reader, node_mapping_key(key, "columns", entry->dim->id, name), "%s", what);
}

static bool
aggregate(const struct node_mapping_entry *entry)
{
	return entry->reader->mapping->kind == NODE_AGGREGATE;
}

enum proto_code
node_mapping_code(uint32_t *ret_code, const struct node_mapping_reader *reader, const char *key, uint32_t dim,
    const json_t *value)
{
	const struct proto_dimension *dimension = &reader->what_for->structure->dim[dim];
	const char *text = json_string_value(value);
	char shown[PROTO_ERROR_TEXT];
	int found;

	if (text == NULL)
		return node_mapping_wrong(reader, key, "not a code");
	if (reader->mapping->kind == NODE_AGGREGATE && strcmp(text, "_T") == 0) {
		*ret_code = (uint32_t)dimension->list->codes;
		return PROTO_OK;
	}
	if ((found = proto_codelist_find(dimension->list, text, strlen(text))) < 0)
		return node_mapping_wrong(reader, key, "%s is not a counted code of %s",
		    proto_error_text(shown, sizeof(shown), text, strlen(text)), dimension->list->id);
	*ret_code = (uint32_t)found;
	return PROTO_OK;
}

/* What a code means from which another is to be derived: an area, STLS, _U. */
static bool
derivable(struct node_meaning *ret_meaning, const void *ctx, const char *code, size_t len)
{
	const struct node_mapping_entry *entry = ctx;
	int area;

	if (len == 4 && memcmp(code, "STLS", 4) == 0) {
		*ret_meaning = (struct node_meaning){NODE_MEANS_STATELESS, 0};
		return true;
	}
	if (len == 2 && memcmp(code, "_U", 2) == 0) {
		*ret_meaning = (struct node_meaning){NODE_MEANS_UNKNOWN, 0};
		return true;
	}
	area = proto_codelist_find(entry->reader->what_for->structure->area, code, len);
	if (area < 0)
		return false;
	*ret_meaning = (struct node_meaning){NODE_MEANS_AREA, (uint32_t)area};
	return true;
}

/* What a code of the dimension's own list means. */
static bool
own_code(struct node_meaning *ret_meaning, const void *ctx, const char *code, size_t len)
{
	const struct node_mapping_entry *entry = ctx;
	int found = proto_codelist_find(entry->dim->list, code, len);

	*ret_meaning = (struct node_meaning){NODE_MEANS_CODE, (uint32_t)found};
	return found >= 0;
}

static enum proto_code
read_values(const struct node_mapping_entry *entry, const json_t *values)
{
	const struct node_mapping_reader *reader = entry->reader;
	char key[NODE_KEY_TEXT], shown[NODE_KEY_TEXT];
	const char *text;
	json_t *value;
	enum proto_code code;

	if (values == NULL)
		return PROTO_OK;
	node_mapping_key(key, "columns", entry->dim->id, "values");
	if (!json_is_object(values))
		return node_mapping_wrong(reader, key, "not an object");
	if ((code = node_lookup_new(&entry->field->values, reader->error)) != PROTO_OK)
		return code;
	json_object_foreach((json_t *)(uintptr_t)values, text, value) {
		json_t *name = json_string(text);
		struct node_meaning meaning = {NODE_MEANS_CODE, 0};
		char *trimmed = NULL;

		if (name == NULL)
			return node_mapping_memory(reader);
		code = node_mapping_text(&trimmed, reader, key, name, true);
		json_decref(name);
		node_mapping_key(shown, "columns", entry->dim->id, text);
		if (code == PROTO_OK && trimmed[0] == '\0')
			code = node_mapping_wrong(reader, key,
			    "an empty cell is decided by `missing` or on_blank, never here");
		if (code == PROTO_OK && (entry->field->derive == NODE_DERIVE_NOTHING || !json_is_string(value) ||
		    !derivable(&meaning, entry, json_string_value(value), strlen(json_string_value(value)))))
			code = node_mapping_code(&meaning.index, reader, shown, entry->index, value);
		if (code == PROTO_OK)
			code = node_mapping_put(entry->field->values, reader, shown, trimmed, meaning);
		free(trimmed);
		if (code != PROTO_OK)
			return code;
	}
	return PROTO_OK;
}

static enum proto_code
read_lookup(const struct node_mapping_entry *entry, const json_t *lookup)
{
	const struct node_mapping_reader *reader = entry->reader;
	const struct proto_structure *structure = reader->what_for->structure;
	struct node_field *field = entry->field;
	char key[NODE_KEY_TEXT], *name = NULL, *path = NULL;
	enum proto_code code;

	node_mapping_key(key, "columns", entry->dim->id, "lookup");
	if ((code = node_mapping_text(&name, reader, key, lookup, false)) != PROTO_OK || name == NULL)
		return code;
	if (strcmp(name, entry->dim->list->id) == 0)
		code = node_lookup_codes(&field->lookup, entry->dim->list, reader->error);
	else if (strcmp(name, structure->area->id) == 0 && field->derive == NODE_DERIVE_NOTHING)
		code = node_mapping_entry_wrong(entry, "lookup",
		    "areas are no codes of this dimension: `derive` says what to make of them");
	else if (strcmp(name, structure->area->id) == 0)
		code = node_lookup_areas(&field->lookup, structure->area, reader->error);
	else if ((code = node_mapping_beside(&path, reader, name)) == PROTO_OK)
		code = node_lookup_file(&field->lookup, path, field->derive == NODE_DERIVE_NOTHING ? own_code : derivable,
		    entry, reader->error);
	free(path);
	free(name);
	return code;
}

static int
longer_first(const void *a, const void *b)
{
	size_t len_a = strlen(*(char *const *)a), len_b = strlen(*(char *const *)b);

	return (len_a < len_b) - (len_a > len_b);
}

static enum proto_code
read_split(const struct node_mapping_entry *entry, const json_t *split)
{
	struct node_field *field = entry->field;
	char key[NODE_KEY_TEXT];
	enum proto_code code;
	size_t i;

	if (split == NULL)
		return PROTO_OK;
	if (aggregate(entry))
		return node_mapping_entry_wrong(entry, "split", "a row of an aggregate file is one cell: nothing to split");
	if (!json_is_array(split) || json_array_size(split) == 0 || json_array_size(split) > NODE_SEPARATORS_MAX)
		return node_mapping_entry_wrong(entry, "split", "not a list of 1 to 16 separators");
	node_mapping_key(key, "columns", entry->dim->id, "split");
	for (i = 0; i < json_array_size(split); i++) {
		code = node_mapping_separator(&field->separator[i], entry->reader, key, json_array_get(split, i));
		if (code != PROTO_OK)
			return code;
		field->separators++;
	}
	/* where two begin at one place the longer one is meant */
	qsort(field->separator, field->separators, sizeof(field->separator[0]), longer_first);
	return PROTO_OK;
}

static enum proto_code
read_dual(const struct node_mapping_entry *entry, const json_t *dual)
{
	char key[NODE_KEY_TEXT];
	const char *take;
	enum proto_code code;

	if (dual == NULL)
		return PROTO_OK;
	node_mapping_key(key, "columns", entry->dim->id, "dual");
	if (!json_is_object(dual))
		return node_mapping_wrong(entry->reader, key, "not an object");
	if ((code = NODE_MAPPING_ONLY(entry->reader, key, dual, "split", "take")) != PROTO_OK)
		return code;
	take = json_string_value(json_object_get(dual, "take"));
	if (take == NULL || strcmp(take, "first-not-home") != 0)
		return node_mapping_wrong(entry->reader, key, "take is not first-not-home");
	if (entry->field->lookup == NULL || entry->field->derive == NODE_DERIVE_NOTHING)
		return node_mapping_wrong(entry->reader, key, "needs a lookup of areas, and `derive`");
	return node_mapping_separator(&entry->field->dual, entry->reader, key, json_object_get(dual, "split"));
}

static enum proto_code
read_derive(const struct node_mapping_entry *entry, const json_t *derive)
{
	struct node_field *field = entry->field;
	const char *text = json_string_value(derive);
	struct { const char *id; uint32_t *ret; } groups[] = {
	    {"NAT", &field->groups.national}, {"REG", &field->groups.region},
	    {"FOR", &field->groups.foreign}, {"STLS", &field->groups.stateless}};
	size_t i;

	if (derive == NULL)
		return PROTO_OK;
	if (text && strcmp(text, "subregion") == 0) {
		field->derive = NODE_DERIVE_SUBREGION;
		return PROTO_OK;
	}
	if (text == NULL || strcmp(text, "citizenship-group") != 0)
		return node_mapping_entry_wrong(entry, "derive", "not citizenship-group or subregion");
	field->derive = NODE_DERIVE_CITIZENSHIP;
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		int found = proto_codelist_find(entry->dim->list, groups[i].id, strlen(groups[i].id));

		if (found < 0)
			return node_mapping_entry_wrong(entry, "derive",
			    "the dimension's code list is not NAT, REG, FOR, STLS, _U");
		*groups[i].ret = (uint32_t)found;
	}
	if (entry->reader->mapping->home == NODE_NO_CODE)
		return node_mapping_entry_wrong(entry, "derive",
		    "the own country is not in the list of areas: say which one is `home`");
	return PROTO_OK;
}

static enum proto_code
read_cell(const struct node_mapping_entry *entry, const json_t *value)
{
	struct node_field *field = entry->field;
	char key[NODE_KEY_TEXT];
	enum proto_code code;

	node_mapping_key(key, "columns", entry->dim->id, NULL);
	code = NODE_MAPPING_ONLY(entry->reader, key, value, "column", "values", "split", "lookup", "missing",
	    "derive", "dual");
	if (code != PROTO_OK)
		return code;
	if (json_object_get(value, "column") == NULL)
		return node_mapping_wrong(entry->reader, key, "neither column nor flags");
	if ((code = node_mapping_text(&field->column, entry->reader, key, json_object_get(value, "column"),
	    false)) != PROTO_OK ||
	    (code = read_derive(entry, json_object_get(value, "derive"))) != PROTO_OK ||
	    (code = read_values(entry, json_object_get(value, "values"))) != PROTO_OK ||
	    (code = read_lookup(entry, json_object_get(value, "lookup"))) != PROTO_OK ||
	    (code = read_split(entry, json_object_get(value, "split"))) != PROTO_OK)
		return code;
	if (field->values == NULL && field->lookup == NULL)
		return node_mapping_wrong(entry->reader, key, "neither values nor lookup: no cell could have a code");
	return read_dual(entry, json_object_get(value, "dual"));
}

enum proto_code
node_mapping_field(const struct node_mapping_reader *reader, uint32_t dim, const json_t *value)
{
	struct node_mapping_entry entry = {reader, &reader->mapping->field[dim],
	    &reader->what_for->structure->dim[dim], dim};
	char key[NODE_KEY_TEXT];
	enum proto_code code;

	if (!json_is_object(value))
		return node_mapping_entry_wrong(&entry, NULL, "not an object");
	entry.field->mapped = true;
	code = json_object_get(value, "flags") ? node_mapping_read_flags(&entry, value) : read_cell(&entry, value);
	if (code != PROTO_OK)
		return code;
	if (entry.field->unknown == NODE_NO_CODE && (json_object_get(value, "missing") || entry.field->derive))
		return node_mapping_entry_wrong(&entry, NULL,
		    "the dimension's code list has no _U, which missing and derive need");
	code = node_mapping_set(&entry.field->missing, reader, node_mapping_key(key, "columns", entry.dim->id, "missing"),
	    json_object_get(value, "missing"));
	return code != PROTO_OK || entry.field->column ? code : node_mapping_check_flags(&entry, value);
}
