#include "node/mapping.h"

#include <stdlib.h>
#include <string.h>

#include "mapping_reader.h"
#include "proto/kit/files.h"

#define MAPPING_BYTES_MAX (4u << 20)

static enum proto_code
read_kind(const struct node_mapping_reader *reader, const json_t *root)
{
	const struct proto_structure *structure = reader->what_for->structure;
	const char *named = json_string_value(json_object_get(root, "structure"));
	const char *kind = json_string_value(json_object_get(root, "kind"));
	char shown[PROTO_ERROR_TEXT];

	if (named == NULL)
		return node_mapping_wrong(reader, "structure", "missing, or not a text");
	if (strcmp(named, structure->id) != 0)
		return node_mapping_wrong(reader, "structure", "the mapping feeds %s, this is %s",
		    proto_error_text(shown, sizeof(shown), named, strlen(named)), structure->id);
	if (kind && strcmp(kind, "aggregate") == 0)
		reader->mapping->kind = NODE_AGGREGATE;
	else if (kind == NULL || strcmp(kind, "records") != 0)
		return node_mapping_wrong(reader, "kind", "not records or aggregate");
	if (json_object_get(root, "map") == NULL)
		return node_mapping_wrong(reader, "map", "missing: the mapping's own name");
	return node_mapping_text(&reader->mapping->map, reader, "map", json_object_get(root, "map"), false);
}

static enum proto_code
read_file(const struct node_mapping_reader *reader, const json_t *file)
{
	struct node_csv_options *csv = &reader->mapping->csv;
	const char *format = json_string_value(json_object_get(file, "format"));
	const json_t *delimiter = json_object_get(file, "delimiter"), *encoding = json_object_get(file, "encoding");
	const json_t *header = json_object_get(file, "header"), *skip = json_object_get(file, "skip_lines");
	const char *text;
	enum proto_code code;

	if (!json_is_object(file))
		return node_mapping_wrong(reader, "file", "missing, or not an object");
	code = NODE_MAPPING_ONLY(reader, "file", file, "format", "delimiter", "encoding", "header", "skip_lines", "sheet");
	if (code != PROTO_OK)
		return code;
	if (format == NULL || strcmp(format, "csv") != 0)
		return node_mapping_wrong(reader, "file.format", "only csv can be read");
	if (json_object_get(file, "sheet"))
		return node_mapping_wrong(reader, "file.sheet", "a CSV has no sheets");
	text = json_string_value(delimiter);
	if (delimiter && (text == NULL || strlen(text) != 1 || strchr(",;\t", text[0]) == NULL))
		return node_mapping_wrong(reader, "file.delimiter", "not a comma, semicolon or tab");
	csv->delimiter = delimiter ? text[0] : ',';
	text = json_string_value(encoding);
	if (encoding && (text == NULL || (strcmp(text, "utf-8") != 0 && strcmp(text, "windows-1252") != 0)))
		return node_mapping_wrong(reader, "file.encoding", "not utf-8 or windows-1252");
	csv->windows_1252 = encoding && strcmp(text, "windows-1252") == 0;
	if (header && !json_is_true(header))
		return node_mapping_wrong(reader, "file.header",
		    "not true: columns are known by the names in a header line");
	if (skip && (!json_is_integer(skip) || json_integer_value(skip) < 0 || json_integer_value(skip) > 10000))
		return node_mapping_wrong(reader, "file.skip_lines", "not a number of lines, 0 to 10000");
	csv->skip_lines = skip ? (uint32_t)json_integer_value(skip) : 0;
	return PROTO_OK;
}

static enum proto_code
read_home(const struct node_mapping_reader *reader, const json_t *home)
{
	const struct proto_codelist *areas = reader->what_for->structure->area;
	const char *country = reader->what_for->country, *text = json_string_value(home);
	int found = proto_codelist_find(areas, country, strlen(country));

	reader->mapping->own = found < 0 ? NODE_NO_CODE : (uint32_t)found;
	reader->mapping->home = reader->mapping->own;
	if (home == NULL)
		return PROTO_OK;
	if (text == NULL || (found = proto_codelist_find(areas, text, strlen(text))) < 0)
		return node_mapping_wrong(reader, "home", "not an area of %s", areas->id);
	reader->mapping->home = (uint32_t)found;
	return PROTO_OK;
}

static enum proto_code
read_columns(const struct node_mapping_reader *reader, const json_t *columns)
{
	const struct proto_structure *structure = reader->what_for->structure;
	char key[NODE_KEY_TEXT];
	const char *name;
	json_t *value;
	enum proto_code code;
	uint32_t i;

	for (i = 0; i < structure->dims; i++) {
		struct node_field *field = &reader->mapping->field[i];
		int unknown = proto_codelist_find(structure->dim[i].list, "_U", 2);

		field->unknown = unknown < 0 ? NODE_NO_CODE : (uint32_t)unknown;
		field->total = (uint32_t)structure->dim[i].list->codes;
	}
	if (!json_is_object(columns) || json_object_size(columns) == 0)
		return node_mapping_wrong(reader, "columns", "missing, or no dimension in it");
	json_object_foreach((json_t *)(uintptr_t)columns, name, value) {
		int dim = proto_structure_dim(structure, name, strlen(name));

		if (dim < 0)
			return node_mapping_wrong(reader, node_mapping_key(key, "columns", name, NULL),
			    "not a dimension of %s", structure->id);
		if ((code = node_mapping_field(reader, (uint32_t)dim, value)) != PROTO_OK)
			return code;
	}
	for (i = 0; i < structure->dims; i++)
		if (!reader->mapping->field[i].mapped && reader->mapping->field[i].unknown == NODE_NO_CODE)
			return node_mapping_wrong(reader, node_mapping_key(key, "columns", structure->dim[i].id, NULL),
			    "missing, and the dimension has no _U");
	return PROTO_OK;
}

static enum proto_code
read_all(const struct node_mapping_reader *reader, const json_t *root)
{
	enum proto_code code;

	if (!json_is_object(root))
		return node_mapping_wrong(reader, NULL, "not one JSON object");
	code = NODE_MAPPING_ONLY(reader, NULL, root, "map", "structure", "kind", "file", "record_key", "home", "area", "time",
	    "select", "where", "columns", "on_unknown", "on_blank", "on_conflict", "attest", "value", "duplicates");
	if (code != PROTO_OK || (code = read_kind(reader, root)) != PROTO_OK ||
	    (code = read_file(reader, json_object_get(root, "file"))) != PROTO_OK ||
	    (code = read_home(reader, json_object_get(root, "home"))) != PROTO_OK ||
	    (code = node_mapping_read_area(reader, json_object_get(root, "area"))) != PROTO_OK ||
	    (code = node_mapping_read_time(reader, json_object_get(root, "time"))) != PROTO_OK ||
	    (code = node_mapping_read_select(reader, json_object_get(root, "select"))) != PROTO_OK ||
	    (code = node_mapping_read_where(reader, json_object_get(root, "where"))) != PROTO_OK ||
	    (code = read_columns(reader, json_object_get(root, "columns"))) != PROTO_OK ||
	    (code = node_mapping_read_otherwise(reader, "on_unknown", json_object_get(root, "on_unknown"), false)) != PROTO_OK ||
	    (code = node_mapping_read_otherwise(reader, "on_blank", json_object_get(root, "on_blank"), true)) != PROTO_OK)
		return code;
	if (reader->mapping->kind == NODE_RECORDS)
		return node_mapping_read_records(reader, root);
	return node_mapping_read_aggregate(reader, root);
}

enum proto_code
node_mapping_decode(struct node_mapping **ret_mapping, const void *data, size_t len,
    const struct node_mapping_for *what_for, struct proto_error *error)
{
	struct node_mapping *mapping = calloc(1, sizeof(*mapping));
	struct node_mapping_reader reader = {what_for, mapping, error};
	json_t *root = NULL;
	enum proto_code code;

	if (mapping == NULL)
		return node_mapping_memory(&reader);
	mapping->structure = what_for->structure;
	code = proto_json_load(&root, data, len, what_for->path, error);
	if (code == PROTO_MALFORMED || code == PROTO_TOO_LARGE)
		code = node_mapping_only(&reader, NULL, code);
	if (code == PROTO_OK)
		code = read_all(&reader, root);
	json_decref(root);
	if (code != PROTO_OK) {
		node_mapping_free(mapping);
		return code;
	}
	*ret_mapping = mapping;
	return PROTO_OK;
}

enum proto_code
node_mapping_load(struct node_mapping **ret_mapping, const struct node_mapping_for *what_for, struct proto_error *error)
{
	struct proto_buffer data = {0};
	enum proto_code code;

	if ((code = kit_files_read(&data, what_for->path, MAPPING_BYTES_MAX, error)) == PROTO_OK)
		code = node_mapping_decode(ret_mapping, data.data, data.len, what_for, error);
	proto_buffer_wipe(&data);
	return code;
}

static void
wipe_field(struct node_field *field)
{
	size_t i;

	free(field->column);
	node_lookup_free(field->values);
	node_lookup_free(field->lookup);
	node_lookup_free(field->missing);
	for (i = 0; i < field->separators; i++)
		free(field->separator[i]);
	free(field->dual);
	for (i = 0; i < field->flags; i++)
		free(field->flag[i].column);
	node_lookup_free(field->yes);
	node_lookup_free(field->no);
}

void
node_mapping_free(struct node_mapping *mapping)
{
	size_t i;

	if (mapping == NULL)
		return;
	free(mapping->map);
	free(mapping->record_key);
	free(mapping->area.column);
	node_lookup_free(mapping->area.lookup);
	node_lookup_free(mapping->area.missing);
	free(mapping->time.column);
	for (i = 0; i < mapping->wheres; i++) {
		free(mapping->where[i].column);
		node_lookup_free(mapping->where[i].accept);
	}
	for (i = 0; i < DP_DIMS_MAX; i++)
		wipe_field(&mapping->field[i]);
	free(mapping->attest);
	free(mapping->value.column);
	node_lookup_free(mapping->value.suppressed);
	free(mapping);
}
