#include <stdlib.h>
#include <string.h>

#include "node/input.h"
#include "node/lookup.h"

struct reading {
	struct node_lookup *lookup;
	const char *path;
	node_lookup_resolve *resolve;
	const void *ctx;
	char *label, *code; /* room for one field each */
	struct proto_error *error;
};

static enum proto_code
wrong(const struct reading *reading, uint64_t line, const char *what)
{
	return proto_error_set(reading->error, PROTO_MAPPING, reading->path, "line %llu: %s", (unsigned long long)line,
	    what);
}

static enum proto_code
take_row(const struct reading *reading, const struct node_csv_row *row, bool header)
{
	uint32_t len;
	const uint8_t *cell;
	size_t label, code;
	struct node_meaning meaning;

	if (row->invalid)
		return wrong(reading, row->line, "not valid UTF-8");
	if (row->fields != 2)
		return wrong(reading, row->line, "not two fields, label,code");
	cell = node_csv_cell(&len, row, 0);
	label = node_csv_value(reading->label, cell, len);
	cell = node_csv_cell(&len, row, 1);
	code = node_csv_value(reading->code, cell, len);
	if (header) {
		if (label != 5 || memcmp(reading->label, "label", 5) != 0 || code != 4 ||
		    memcmp(reading->code, "code", 4) != 0)
			return wrong(reading, row->line, "the header is not label,code");
		return PROTO_OK;
	}
	if (label == 0)
		return wrong(reading, row->line, "an empty label");
	if (!reading->resolve(&meaning, reading->ctx, reading->code, code))
		return wrong(reading, row->line, "the code is not one that may stand here");
	switch (node_lookup_add(reading->lookup, reading->label, label, meaning)) {
	case PROTO_OK:
		return PROTO_OK;
	case PROTO_EXISTS:
		return wrong(reading, row->line, "a repeated label");
	case PROTO_TOO_LARGE:
		return wrong(reading, row->line, "a label longer than 1024 bytes, or more than 1048576 labels");
	default:
		return proto_error_set(reading->error, PROTO_MEMORY, reading->path, "out of memory");
	}
}

enum proto_code
node_lookup_file(struct node_lookup **ret_lookup, const char *path, node_lookup_resolve *resolve, const void *ctx,
    struct proto_error *error)
{
	struct node_csv_options options = {.delimiter = ','};
	struct reading reading = {.path = path, .resolve = resolve, .ctx = ctx, .error = error};
	struct node_csv_source source;
	struct node_input *input = NULL;
	struct node_csv *csv = NULL;
	struct node_csv_row row;
	bool header = true;
	enum proto_code code;

	reading.label = malloc(NODE_CSV_FIELD_MAX);
	reading.code = malloc(NODE_CSV_FIELD_MAX);
	if (reading.label == NULL || reading.code == NULL) {
		code = proto_error_set(error, PROTO_MEMORY, path, "out of memory");
		goto out;
	}
	if ((code = node_lookup_new(&reading.lookup, error)) != PROTO_OK)
		goto out;
	if ((code = node_input_open(&input, path, error)) != PROTO_OK)
		goto out;
	source = node_input_source(input);
	if ((code = node_csv_new(&csv, &options, &source, error)) != PROTO_OK)
		goto out;
	while ((code = node_csv_next(csv, &row, error)) == PROTO_OK && row.event == NODE_CSV_RECORD) {
		if ((code = take_row(&reading, &row, header)) != PROTO_OK)
			goto out;
		header = false;
	}
	if (code != PROTO_OK)
		goto out;
	if (row.event == NODE_CSV_BROKEN)
		code = wrong(&reading, row.line, node_csv_fault_text(row.fault));
	else if (header)
		code = wrong(&reading, 1, "the header is not label,code");
	else
		code = node_input_unchanged(input, true, error);
	if (code == PROTO_OK) {
		*ret_lookup = reading.lookup;
		reading.lookup = NULL;
	}
out:
	node_lookup_free(reading.lookup);
	node_csv_free(csv);
	node_input_close(input);
	free(reading.label);
	free(reading.code);
	return code;
}
