#include "node/mapping.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "dp/counts.h"
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
	code = node_mapping_only(reader, "file", proto_json_only(file, "file", reader->error, "format", "delimiter", "encoding", "header",
	    "skip_lines", "sheet", NULL));
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
		return node_mapping_wrong(reader, "file.header", "not true: columns are known by the names in a header line");
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

/* Labels of an area file stand for areas alone. */
static bool
area_code(struct node_meaning *ret_meaning, const void *ctx, const char *code, size_t len)
{
	const struct proto_codelist *areas = ctx;
	int found = proto_codelist_find(areas, code, len);

	*ret_meaning = (struct node_meaning){NODE_MEANS_AREA, (uint32_t)found};
	if (len == 2 && memcmp(code, "_U", 2) == 0)
		*ret_meaning = (struct node_meaning){NODE_MEANS_UNKNOWN, 0};
	return found >= 0 || ret_meaning->kind == NODE_MEANS_UNKNOWN;
}

static enum proto_code
read_area(const struct node_mapping_reader *reader, const json_t *area)
{
	struct node_mapping *mapping = reader->mapping;
	const struct proto_codelist *areas = reader->what_for->structure->area;
	char *lookup = NULL, *path = NULL;
	enum proto_code code;

	if (area == NULL)
		return PROTO_OK;
	if (!json_is_object(area) || json_object_get(area, "column") == NULL || json_object_get(area, "lookup") == NULL)
		return node_mapping_wrong(reader, "area", "not an object with column and lookup");
	code = node_mapping_only(reader, "area", proto_json_only(area, "area", reader->error, "column", "lookup", "missing", NULL));
	if (code != PROTO_OK)
		return code;
	if (mapping->own == NODE_NO_CODE)
		return node_mapping_wrong(reader, "area", "the own country is not in %s", areas->id);
	if ((code = node_mapping_text(&mapping->area.column, reader, "area.column", json_object_get(area, "column"), false)) != PROTO_OK ||
	    (code = node_mapping_set(&mapping->area.missing, reader, "area.missing", json_object_get(area, "missing"))) != PROTO_OK ||
	    (code = node_mapping_text(&lookup, reader, "area.lookup", json_object_get(area, "lookup"), false)) != PROTO_OK)
		return code;
	if (strcmp(lookup, areas->id) == 0)
		code = node_lookup_areas(&mapping->area.lookup, areas, reader->error);
	else if ((code = node_mapping_beside(&path, reader, lookup)) == PROTO_OK)
		code = node_lookup_file(&mapping->area.lookup, path, area_code, areas, reader->error);
	free(path);
	free(lookup);
	return code;
}

static enum proto_code
read_time(const struct node_mapping_reader *reader, const json_t *time)
{
	struct node_mapping *mapping = reader->mapping;
	const json_t *constant = json_object_get(time, "constant"), *freq = json_object_get(time, "freq");
	const char *pattern = json_string_value(json_object_get(time, "pattern")), *text = json_string_value(freq);
	char rows;
	enum proto_code code;

	if (!json_is_object(time))
		return node_mapping_wrong(reader, "time", "missing, or not an object: a column with a pattern, or a constant");
	if (constant) {
		code = node_mapping_only(reader, "time", proto_json_only(time, "time", reader->error, "constant", NULL));
		if (code != PROTO_OK)
			return code;
		if (!json_is_string(constant) ||
		    proto_period_parse(&mapping->time.constant, json_string_value(constant), NULL) != PROTO_OK)
			return node_mapping_wrong(reader, "time.constant", "not a period (2023, 2023-S1, 2023-Q1 or 2023-01)");
		rows = mapping->time.constant.freq;
	} else {
		code = node_mapping_only(reader, "time", proto_json_only(time, "time", reader->error, "column", "pattern", "freq", NULL));
		if (code != PROTO_OK)
			return code;
		if (json_object_get(time, "column") == NULL || pattern == NULL)
			return node_mapping_wrong(reader, "time", "neither a column with a pattern nor a constant");
		if (freq && (text == NULL || strlen(text) != 1 || strchr("ASQM", text[0]) == NULL))
			return node_mapping_wrong(reader, "time.freq", "not A, S, Q or M");
		code = node_mapping_text(&mapping->time.column, reader, "time.column", json_object_get(time, "column"), false);
		if (code != PROTO_OK)
			return code;
		code = node_when_parse(&mapping->time.when, pattern, text ? text[0] : '\0', reader->what_for->path, reader->error);
		if (code != PROTO_OK)
			return code;
		rows = mapping->time.when.freq;
	}
	if (!node_when_finer(rows, reader->what_for->period.freq))
		return node_mapping_wrong(reader, "time", "rows of frequency %c cannot be placed in a period of frequency %c", rows,
		    reader->what_for->period.freq);
	return PROTO_OK;
}

static enum proto_code
read_select(const struct node_mapping_reader *reader, const json_t *select)
{
	struct node_mapping *mapping = reader->mapping;
	const json_t *area = json_object_get(select, "area"), *period = json_object_get(select, "period");
	enum proto_code code;

	if (select == NULL)
		return PROTO_OK;
	if (!json_is_object(select))
		return node_mapping_wrong(reader, "select", "not an object");
	code = node_mapping_only(reader, "select", proto_json_only(select, "select", reader->error, "area", "period", NULL));
	if (code != PROTO_OK)
		return code;
	if (area && (!json_is_string(area) || strcmp(json_string_value(area), "own") != 0))
		return node_mapping_wrong(reader, "select.area", "not own");
	if (period && (!json_is_string(period) || strcmp(json_string_value(period), "round") != 0))
		return node_mapping_wrong(reader, "select.period", "not round");
	if (area && mapping->area.column == NULL)
		return node_mapping_wrong(reader, "select.area", "needs `area`: the column that names the country");
	mapping->select_area = area != NULL;
	mapping->select_period = period != NULL;
	return PROTO_OK;
}

static enum proto_code
read_where(const struct node_mapping_reader *reader, const json_t *where)
{
	struct node_mapping *mapping = reader->mapping;
	char key[NODE_KEY_TEXT];
	const char *column;
	json_t *accept;
	enum proto_code code;

	if (where == NULL)
		return PROTO_OK;
	if (!json_is_object(where) || json_object_size(where) > NODE_WHERE_MAX)
		return node_mapping_wrong(reader, "where", "not an object of at most %d columns", NODE_WHERE_MAX);
	json_object_foreach((json_t *)(uintptr_t)where, column, accept) {
		struct node_where *one = &mapping->where[mapping->wheres];
		json_t *name = json_string(column);

		if (name == NULL)
			return node_mapping_memory(reader);
		node_mapping_key(key, "where", column, NULL);
		code = node_mapping_text(&one->column, reader, key, name, false);
		json_decref(name);
		if (code != PROTO_OK)
			return code;
		mapping->wheres++;
		if ((code = node_mapping_set(&one->accept, reader, key, accept)) != PROTO_OK)
			return code;
		if (node_lookup_size(one->accept) == 0)
			return node_mapping_wrong(reader, key, "no value is accepted");
	}
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
			return node_mapping_wrong(reader, node_mapping_key(key, "columns", name, NULL), "not a dimension of %s", structure->id);
		if ((code = node_mapping_field(reader, (uint32_t)dim, value)) != PROTO_OK)
			return code;
	}
	for (i = 0; i < structure->dims; i++)
		if (!reader->mapping->field[i].mapped && reader->mapping->field[i].unknown == NODE_NO_CODE)
			return node_mapping_wrong(reader, node_mapping_key(key, "columns", structure->dim[i].id, NULL),
			    "missing, and the dimension has no _U");
	return PROTO_OK;
}

/* on_unknown, on_blank: `error`, or a code that every dimension in `columns` has. */
static enum proto_code
read_otherwise(const struct node_mapping_reader *reader, const char *key, const json_t *value, bool blank)
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

static enum proto_code
read_records(const struct node_mapping_reader *reader, const json_t *root)
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
		return node_mapping_wrong(reader, "record_key", "missing: the column that tells persons apart, or null when every row is a person");
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
	code = node_mapping_only(reader, "value", proto_json_only(value, "value", reader->error, "column", "thousands", "suppressed", "max", NULL));
	if (code != PROTO_OK)
		return code;
	if ((code = node_mapping_text(&mapping->value.column, reader, "value.column", json_object_get(value, "column"), false)) != PROTO_OK ||
	    (code = node_mapping_set(&mapping->value.suppressed, reader, "value.suppressed", json_object_get(value, "suppressed"))) != PROTO_OK)
		return code;
	if (thousands && (text == NULL || strlen(text) >= sizeof(mapping->value.thousands) || strpbrk(text, "0123456789+-") != NULL))
		return node_mapping_wrong(reader, "value.thousands", "not a separator of thousands");
	if (thousands)
		memcpy(mapping->value.thousands, text, strlen(text) + 1);
	if (max && (!json_is_integer(max) || json_integer_value(max) < 1 || (uint64_t)json_integer_value(max) > DP_COUNT_MAX))
		return node_mapping_wrong(reader, "value.max", "not a whole number, 1 to %llu", (unsigned long long)DP_COUNT_MAX);
	mapping->value.max = max ? (uint64_t)json_integer_value(max) : DP_COUNT_MAX;
	return PROTO_OK;
}

static enum proto_code
read_aggregate(const struct node_mapping_reader *reader, const json_t *root)
{
	const json_t *key = json_object_get(root, "record_key"), *duplicates = json_object_get(root, "duplicates");
	enum proto_code code;

	if (key && !json_is_null(key))
		return node_mapping_wrong(reader, "record_key", "only for kind records: a row of an aggregate file is no person");
	if (json_object_get(root, "on_conflict"))
		return node_mapping_wrong(reader, "on_conflict", "only for kind records");
	if (duplicates && (!json_is_string(duplicates) || strcmp(json_string_value(duplicates), "error") != 0))
		return node_mapping_wrong(reader, "duplicates", "not error");
	if ((code = node_mapping_text(&reader->mapping->attest, reader, "attest", json_object_get(root, "attest"), false)) != PROTO_OK)
		return code;
	return read_value(reader, json_object_get(root, "value"));
}

static enum proto_code
read_all(const struct node_mapping_reader *reader, const json_t *root)
{
	enum proto_code code;

	if (!json_is_object(root))
		return node_mapping_wrong(reader, NULL, "not one JSON object");
	code = node_mapping_only(reader, NULL, proto_json_only(root, "mapping", reader->error, "map", "structure", "kind", "file", "record_key",
	    "home", "area", "time", "select", "where", "columns", "on_unknown", "on_blank", "on_conflict", "attest", "value", "duplicates",
	    NULL));
	if (code != PROTO_OK || (code = read_kind(reader, root)) != PROTO_OK ||
	    (code = read_file(reader, json_object_get(root, "file"))) != PROTO_OK ||
	    (code = read_home(reader, json_object_get(root, "home"))) != PROTO_OK ||
	    (code = read_area(reader, json_object_get(root, "area"))) != PROTO_OK ||
	    (code = read_time(reader, json_object_get(root, "time"))) != PROTO_OK ||
	    (code = read_select(reader, json_object_get(root, "select"))) != PROTO_OK ||
	    (code = read_where(reader, json_object_get(root, "where"))) != PROTO_OK ||
	    (code = read_columns(reader, json_object_get(root, "columns"))) != PROTO_OK ||
	    (code = read_otherwise(reader, "on_unknown", json_object_get(root, "on_unknown"), false)) != PROTO_OK ||
	    (code = read_otherwise(reader, "on_blank", json_object_get(root, "on_blank"), true)) != PROTO_OK)
		return code;
	return reader->mapping->kind == NODE_RECORDS ? read_records(reader, root) : read_aggregate(reader, root);
}

enum proto_code
node_mapping_decode(struct node_mapping **ret_mapping, const void *data, size_t len, const struct node_mapping_for *what_for,
    struct proto_error *error)
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
