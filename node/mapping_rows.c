#include <stdlib.h>
#include <string.h>

#include "mapping_reader.h"

/* Which rows belong to this office and this round: `area`, `time`, `select`, `where`. */

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

enum proto_code
node_mapping_read_area(const struct node_mapping_reader *reader, const json_t *area)
{
	struct node_mapping *mapping = reader->mapping;
	const struct proto_codelist *areas = reader->what_for->structure->area;
	char *lookup = NULL, *path = NULL;
	enum proto_code code;

	if (area == NULL)
		return PROTO_OK;
	if (!json_is_object(area) || json_object_get(area, "column") == NULL || json_object_get(area, "lookup") == NULL)
		return node_mapping_wrong(reader, "area", "not an object with column and lookup");
	code = NODE_MAPPING_ONLY(reader, "area", area, "column", "lookup", "missing");
	if (code != PROTO_OK)
		return code;
	if (mapping->own == NODE_NO_CODE)
		return node_mapping_wrong(reader, "area", "the own country is not in %s", areas->id);
	code = node_mapping_text(&mapping->area.column, reader, "area.column", json_object_get(area, "column"), false);
	if (code != PROTO_OK)
		return code;
	code = node_mapping_set(&mapping->area.missing, reader, "area.missing", json_object_get(area, "missing"));
	if (code != PROTO_OK)
		return code;
	if ((code = node_mapping_text(&lookup, reader, "area.lookup", json_object_get(area, "lookup"), false)) != PROTO_OK)
		return code;
	if (strcmp(lookup, areas->id) == 0)
		code = node_lookup_areas(&mapping->area.lookup, areas, reader->error);
	else if ((code = node_mapping_beside(&path, reader, lookup)) == PROTO_OK)
		code = node_lookup_file(&mapping->area.lookup, path, area_code, areas, reader->error);
	free(path);
	free(lookup);
	return code;
}

enum proto_code
node_mapping_read_time(const struct node_mapping_reader *reader, const json_t *time)
{
	struct node_mapping *mapping = reader->mapping;
	const json_t *constant = json_object_get(time, "constant"), *freq = json_object_get(time, "freq");
	const char *pattern = json_string_value(json_object_get(time, "pattern")), *text = json_string_value(freq);
	char rows;
	enum proto_code code;

	if (!json_is_object(time))
		return node_mapping_wrong(reader, "time",
		    "missing, or not an object: a column with a pattern, or a constant");
	if (constant) {
		code = NODE_MAPPING_ONLY(reader, "time", time, "constant");
		if (code != PROTO_OK)
			return code;
		if (!json_is_string(constant) ||
		    proto_period_parse(&mapping->time.constant, json_string_value(constant), NULL) != PROTO_OK)
			return node_mapping_wrong(reader, "time.constant",
			    "not a period (2023, 2023-S1, 2023-Q1 or 2023-01)");
		rows = mapping->time.constant.freq;
	} else {
		code = NODE_MAPPING_ONLY(reader, "time", time, "column", "pattern", "freq");
		if (code != PROTO_OK)
			return code;
		if (json_object_get(time, "column") == NULL || pattern == NULL)
			return node_mapping_wrong(reader, "time", "neither a column with a pattern nor a constant");
		if (freq && (text == NULL || strlen(text) != 1 || strchr("ASQM", text[0]) == NULL))
			return node_mapping_wrong(reader, "time.freq", "not A, S, Q or M");
		code = node_mapping_text(&mapping->time.column, reader, "time.column", json_object_get(time, "column"),
		    false);
		if (code != PROTO_OK)
			return code;
		code = node_when_parse(&mapping->time.when, pattern, text ? text[0] : '\0', reader->what_for->path,
		    reader->error);
		if (code != PROTO_OK)
			return code;
		rows = mapping->time.when.freq;
	}
	if (!node_when_finer(rows, reader->what_for->period.freq))
		return node_mapping_wrong(reader, "time",
		    "rows of frequency %c cannot be placed in a period of frequency %c", rows,
		    reader->what_for->period.freq);
	return PROTO_OK;
}

enum proto_code
node_mapping_read_select(const struct node_mapping_reader *reader, const json_t *select)
{
	struct node_mapping *mapping = reader->mapping;
	const json_t *area = json_object_get(select, "area"), *period = json_object_get(select, "period");
	enum proto_code code;

	if (select == NULL)
		return PROTO_OK;
	if (!json_is_object(select))
		return node_mapping_wrong(reader, "select", "not an object");
	code = NODE_MAPPING_ONLY(reader, "select", select, "area", "period");
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

enum proto_code
node_mapping_read_where(const struct node_mapping_reader *reader, const json_t *where)
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
