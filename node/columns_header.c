#include <stdlib.h>
#include <string.h>

#include "columns_parts.h"

enum proto_code
node_columns_header(struct node_columns *columns, const struct node_csv_row *header,
    struct node_report_writer *writer, struct proto_error *error)
{
	struct node_report_place place = {.row = header->line};
	struct node_lookup *seen = NULL;
	enum proto_code code;
	const uint8_t *cell;
	uint32_t i, len;
	size_t n;

	if (header->invalid || header->empty) {
		node_report_add(writer, &place, header->invalid ? NODE_ENCODING : NODE_MALFORMED,
		    header->invalid ? "the header is not valid UTF-8" : "an empty line where the header should be");
		return proto_error_set(error, PROTO_INPUT, NULL, "the header cannot be read");
	}
	cell = node_csv_cell(&len, header, 0);
	columns->header = calloc(header->fields, sizeof(columns->header[0]));
	if (columns->header == NULL || (columns->first_text = malloc(len + 1)) == NULL)
		return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	memcpy(columns->first_text, cell, len);
	columns->first_len = len;
	if ((code = node_lookup_new(&seen, error)) != PROTO_OK)
		return code;
	for (i = 0; i < header->fields && code == PROTO_OK; i++) {
		cell = node_csv_cell(&len, header, i);
		n = node_csv_value(columns->text, cell, len);
		if ((columns->header[i] = strndup(columns->text, n)) == NULL)
			code = proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
		columns->fields = i + 1;
		/* columns without a name are out of any mapping's reach */
		if (code != PROTO_OK || n == 0)
			continue;
		code = node_lookup_add(seen, columns->header[i], strlen(columns->header[i]),
		    (struct node_meaning){NODE_MEANS_CODE, i});
		if (code == PROTO_OK)
			continue;
		place.column = columns->header[i];
		if (code == PROTO_MEMORY) {
			(void)proto_error_set(error, code, NULL, "out of memory");
			continue;
		}
		node_report_add(writer, &place, NODE_MALFORMED,
		    code == PROTO_EXISTS ? "the header names this column twice" : "a column name longer than 1024 bytes");
		code = proto_error_set(error, PROTO_INPUT, NULL, "the header is wrong");
	}
	node_lookup_free(seen);
	return code;
}

static enum proto_code
find_column(uint32_t *ret_column, const struct node_columns *columns, const char *name, struct proto_error *error)
{
	char shown[PROTO_ERROR_TEXT];
	uint32_t i;

	for (i = 0; i < columns->fields; i++)
		if (strcmp(columns->header[i], name) == 0) {
			*ret_column = i;
			return PROTO_OK;
		}
	return proto_error_set(error, PROTO_MAPPING, NULL, "the file has no column %s%s",
	    proto_error_text(shown, sizeof(shown), name, strlen(name)),
	    columns->fields == 1 ? "; it has only one column: is the delimiter another one?" : "");
}

static enum proto_code
add_slot(struct node_columns *columns, struct node_slot slot, struct proto_error *error)
{
	struct node_slot *larger = realloc(columns->slot, (columns->slots + 1) * sizeof(slot));
	enum proto_code code;

	if (larger == NULL)
		return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	columns->slot = larger;
	if ((code = find_column(&slot.column, columns, slot.name, error)) != PROTO_OK)
		return code;
	if ((slot.place = calloc(NODE_REMEMBERED + 1, sizeof(slot.place[0]))) == NULL)
		return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	columns->slot[columns->slots++] = slot;
	return PROTO_OK;
}

static enum proto_code
add_selecting(struct node_columns *columns, struct proto_error *error)
{
	const struct node_mapping *mapping = columns->what_for.mapping;
	enum proto_code code;
	size_t i;

	for (i = 0; i < mapping->wheres; i++) {
		struct node_slot slot = {.role = ROLE_WHERE, .name = mapping->where[i].column, .where = &mapping->where[i]};

		if ((code = add_slot(columns, slot, error)) != PROTO_OK)
			return code;
	}
	if (mapping->area.column) {
		struct node_slot slot = {.role = ROLE_AREA, .name = mapping->area.column};

		if ((code = add_slot(columns, slot, error)) != PROTO_OK)
			return code;
	}
	if (mapping->time.column) {
		struct node_slot slot = {.role = ROLE_TIME, .name = mapping->time.column};

		if ((code = add_slot(columns, slot, error)) != PROTO_OK)
			return code;
	}
	columns->selecting = columns->slots;
	return PROTO_OK;
}

static enum proto_code
add_fields(struct node_columns *columns, struct proto_error *error)
{
	const struct node_mapping *mapping = columns->what_for.mapping;
	enum proto_code code = PROTO_OK;
	uint32_t i;
	size_t f;

	for (i = 0; i < mapping->structure->dims && code == PROTO_OK; i++) {
		const struct node_field *field = &mapping->field[i];

		if (field->column)
			code = add_slot(columns, (struct node_slot){.role = ROLE_CELL, .dim = i, .name = field->column,
			    .shown = field->values != NULL}, error);
		for (f = 0; f < field->flags && code == PROTO_OK; f++)
			code = add_slot(columns, (struct node_slot){.role = ROLE_FLAG, .dim = i,
			    .name = field->flag[f].column,
			    .flag = &field->flag[f], .shown = true}, error);
	}
	columns->key = columns->value = UINT32_MAX;
	if (code == PROTO_OK && mapping->record_key)
		code = find_column(&columns->key, columns, mapping->record_key, error);
	if (code == PROTO_OK && mapping->kind == NODE_AGGREGATE)
		code = find_column(&columns->value, columns, mapping->value.column, error);
	return code;
}

enum proto_code
node_columns_slots(struct node_columns *columns, struct proto_error *error)
{
	enum proto_code code = add_selecting(columns, error);

	return code == PROTO_OK ? add_fields(columns, error) : code;
}
