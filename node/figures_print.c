#include <stdio.h>
#include <stdlib.h>

#include "node/figures.h"
#include "proto/kit/table.h"

#define DECIMALS 2

/* The codes of one cell, in the order in which the table is written. */
static const struct proto_code_item *
code_of(const struct node_figures *figures, const struct proto_table *table, size_t d, const uint32_t *code)
{
	return &figures->manifest->structure->dim[table->dim[d]].list->code[code[table->dim[d]]];
}

static void
cell_json(const struct node_figures *figures, const struct node_figures_table *table, size_t cell, struct proto_json *json)
{
	const struct proto_structure *structure = figures->manifest->structure;
	uint32_t code[DP_DIMS_MAX];
	double low, high;
	size_t d;

	dp_domain_codes(code, &structure->domain, table->table->figure.dims, cell);
	proto_json_object(json);
	for (d = 0; d < table->table->dims; d++) {
		proto_json_key(json, structure->dim[table->table->dim[d]].id);
		proto_json_string(json, code_of(figures, table->table, d, code)->id);
	}
	if (table->count != NULL) {
		node_figures_band(&low, &high, table->count[cell], table->se);
		proto_json_key(json, "count");
		proto_json_u64(json, table->count[cell]);
		proto_json_key(json, "low");
		proto_json_fixed(json, low, DECIMALS);
		proto_json_key(json, "high");
		proto_json_fixed(json, high, DECIMALS);
	}
	if (table->sent != NULL) {
		proto_json_key(json, "value");
		proto_json_fixed(json, table->sent[cell], DECIMALS);
	}
	proto_json_object_end(json);
}

void
node_figures_json(const struct node_figures *figures, struct proto_json *json)
{
	const struct proto_structure *structure = figures->manifest->structure;
	size_t t, d, c;

	proto_json_array(json);
	for (t = 0; t < figures->tables; t++) {
		const struct node_figures_table *table = &figures->table[t];

		proto_json_object(json);
		proto_json_key(json, "id");
		proto_json_string(json, table->table->id);
		proto_json_key(json, "dims");
		proto_json_array(json);
		for (d = 0; d < table->table->dims; d++)
			proto_json_string(json, structure->dim[table->table->dim[d]].id);
		proto_json_array_end(json);
		if (table->count != NULL || table->sent != NULL) {
			proto_json_key(json, "cells");
			proto_json_array(json);
			for (c = 0; c < table->cells; c++)
				cell_json(figures, table, c, json);
			proto_json_array_end(json);
		}
		proto_json_key(json, "se");
		proto_json_real(json, table->se);
		proto_json_object_end(json);
	}
	proto_json_array_end(json);
}

/* One decimal; a negative that rounds to nothing is 0.0, not -0.0. */
static void
figure_text(char ret_text[static 40], double value)
{
	snprintf(ret_text, 40, "%.1f", value > -0.05 && value < 0 ? 0 : value);
}

/* Codes with their names, then the figures. */
static enum proto_code
add_row(const struct node_figures *figures, const struct node_figures_table *table, size_t cell, struct kit_table *out,
    struct proto_error *error)
{
	char figure[3][40];
	const char *text[DP_DIMS_MAX + 3];
	uint32_t code[DP_DIMS_MAX];
	double low, high;
	size_t d, n = 0;

	dp_domain_codes(code, &figures->manifest->structure->domain, table->table->figure.dims, cell);
	for (d = 0; d < table->table->dims; d++)
		text[n++] = code_of(figures, table->table, d, code)->name;
	if (table->count != NULL) {
		node_figures_band(&low, &high, table->count[cell], table->se);
		snprintf(figure[0], sizeof(figure[0]), "%llu", (unsigned long long)table->count[cell]);
		figure_text(figure[1], low);
		figure_text(figure[2], high);
		text[n++] = figure[0];
		text[n++] = figure[1];
		text[n++] = figure[2];
	} else {
		figure_text(figure[0], table->sent[cell]);
		text[n++] = figure[0];
	}
	return kit_table_row(out, text, error);
}

static enum proto_code
print_table(const struct node_figures *figures, const struct node_figures_table *table, struct proto_buffer *out,
    struct proto_error *error)
{
	const struct proto_structure *structure = figures->manifest->structure;
	const char *heading[DP_DIMS_MAX + 3];
	struct kit_table *rows = NULL;
	size_t d, c, n = 0;
	enum proto_code code;

	for (d = 0; d < table->table->dims; d++)
		heading[n++] = structure->dim[table->table->dim[d]].id;
	heading[n++] = table->count != NULL ? ">own count (INTERNAL)" : ">sent";
	if (table->count != NULL) {
		heading[n++] = ">sent: from";
		heading[n++] = ">to";
	}
	proto_buffer_printf(out, "\n%s   standard error of every cell: %.2f\n", table->table->id, table->se);
	if ((code = kit_table_new(&rows, heading, n, error)) != PROTO_OK)
		return code;
	for (c = 0; code == PROTO_OK && c < table->cells; c++)
		code = add_row(figures, table, c, rows, error);
	if (code == PROTO_OK)
		code = kit_table_print(rows, out, error);
	kit_table_free(rows);
	return code;
}

enum proto_code
node_figures_print(const struct node_figures *figures, struct proto_buffer *out, struct proto_error *error)
{
	size_t t;
	enum proto_code code = PROTO_OK;

	for (t = 0; code == PROTO_OK && t < figures->tables; t++) {
		const struct node_figures_table *table = &figures->table[t];

		if (table->count != NULL || table->sent != NULL)
			code = print_table(figures, table, out, error);
		else
			proto_buffer_printf(out, "  %-6s standard error of every cell: %.2f\n", table->table->id, table->se);
	}
	return code;
}
