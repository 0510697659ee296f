#include "node/aggregate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cell {
	uint8_t code[DP_DIMS_MAX]; /* the number of codes stands for `_T`; 0 where not mapped */
	uint64_t line, value;      /* line 0: a free place */
	dp_dims level;
};

struct node_aggregate {
	const struct node_mapping *mapping;
	dp_dims mapped;
	struct cell *cell; /* open addressing, a power of two */
	size_t size, used;
	bool level[1u << DP_DIMS_MAX]; /* the levels that the file has */
	bool needed[1u << DP_DIMS_MAX];
};

enum proto_code
node_aggregate_new(struct node_aggregate **ret_aggregate, const struct node_mapping *mapping, struct proto_error *error)
{
	struct node_aggregate *aggregate = calloc(1, sizeof(*aggregate));
	uint32_t i;

	if (aggregate == NULL)
		return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	aggregate->mapping = mapping;
	for (i = 0; i < mapping->structure->dims; i++)
		aggregate->mapped |= (dp_dims)mapping->field[i].mapped << i;
	*ret_aggregate = aggregate;
	return PROTO_OK;
}

void
node_aggregate_free(struct node_aggregate *aggregate)
{
	if (aggregate == NULL)
		return;
	if (aggregate->cell)
		explicit_bzero(aggregate->cell, aggregate->size * sizeof(aggregate->cell[0]));
	free(aggregate->cell);
	free(aggregate);
}

bool
node_aggregate_number(uint64_t *ret_value, const char *text, size_t len, const char *thousands)
{
	size_t between = strlen(thousands), digits = 0, groups = 0, at = 0;
	uint64_t value = 0;

	while (at < len) {
		if (text[at] >= '0' && text[at] <= '9') {
			if (value > (UINT64_C(1) << 63) / 10 - 1)
				return false;
			value = 10 * value + (uint64_t)(text[at++] - '0');
			digits++;
		} else if (between && len - at > between && memcmp(text + at, thousands, between) == 0) {
			/* one to three digits first, then exactly three at a time */
			if (digits < 1 || digits > 3 || (groups > 0 && digits != 3))
				return false;
			digits = 0;
			groups++;
			at += between;
		} else {
			return false;
		}
	}
	*ret_value = value;
	return digits > 0 && (groups == 0 || digits == 3);
}

/* The count of a row. NODE_RIGHT, or what is wrong. */
static enum node_class
read_value(uint64_t *ret_value, const char **ret_reason, const struct node_mapping *mapping,
    const struct node_columns_row *row)
{
	struct node_meaning meaning;

	if (node_lookup_find(&meaning, mapping->value.suppressed, row->value, row->value_len)) {
		*ret_reason = "the count was suppressed: the exact one is needed (noise protects it)";
		return NODE_SUPPRESSED;
	}
	*ret_reason = "no count";
	if (row->value_len == 0)
		return NODE_BLANK;
	*ret_reason = "not a whole number from 0 up, in plain digits";
	if (!node_aggregate_number(ret_value, row->value, row->value_len, mapping->value.thousands))
		return NODE_NOT_A_NUMBER;
	*ret_reason = "above the largest plausible count";
	return *ret_value > mapping->value.max ? NODE_TOO_LARGE : NODE_RIGHT;
}

static size_t
place_of(const struct cell *cell, size_t size, const uint8_t code[static DP_DIMS_MAX])
{
	uint64_t key;
	size_t at;

	memcpy(&key, code, sizeof(key));
	for (at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20);; at++)
		if (cell[at & (size - 1)].line == 0 || memcmp(cell[at & (size - 1)].code, code, DP_DIMS_MAX) == 0)
			return at & (size - 1);
}

static enum proto_code
grow(struct node_aggregate *aggregate)
{
	size_t size = aggregate->size ? 2 * aggregate->size : 64, i;
	struct cell *larger = calloc(size, sizeof(larger[0]));

	if (larger == NULL)
		return PROTO_MEMORY;
	for (i = 0; i < aggregate->size; i++)
		if (aggregate->cell[i].line)
			larger[place_of(larger, size, aggregate->cell[i].code)] = aggregate->cell[i];
	if (aggregate->cell)
		explicit_bzero(aggregate->cell, aggregate->size * sizeof(larger[0]));
	free(aggregate->cell);
	aggregate->cell = larger;
	aggregate->size = size;
	return PROTO_OK;
}

enum proto_code
node_aggregate_take(bool *ret_right, struct node_aggregate *aggregate, const struct node_columns_row *row, uint64_t line,
    struct node_report_writer *writer)
{
	const struct node_mapping *mapping = aggregate->mapping;
	struct node_report_place place = {.row = line, .column = mapping->value.column};
	struct cell new = {.line = line}, *cell;
	const char *reason;
	enum node_class wrong;
	uint32_t i;

	*ret_right = false;
	if ((wrong = read_value(&new.value, &reason, mapping, row)) != NODE_RIGHT) {
		node_report_add(writer, &place, wrong, "%s", reason);
		return PROTO_OK;
	}
	for (i = 0; i < mapping->structure->dims; i++) {
		if (!(aggregate->mapped >> i & 1))
			continue;
		new.code[i] = (uint8_t)row->code[i];
		new.level |= (dp_dims)(row->code[i] != mapping->field[i].total) << i;
	}
	if (2 * aggregate->used >= aggregate->size && grow(aggregate) != PROTO_OK)
		return PROTO_MEMORY;
	cell = &aggregate->cell[place_of(aggregate->cell, aggregate->size, new.code)];
	if (cell->line) {
		place.column = NULL;
		node_report_add(writer, &place, NODE_DUPLICATE, "the same cell as row %llu",
		    (unsigned long long)cell->line);
		return PROTO_OK;
	}
	*cell = new;
	aggregate->used++;
	aggregate->level[new.level] = true;
	*ret_right = true;
	return PROTO_OK;
}

/* ---- filling the tables ---- */

static bool
smaller(const struct dp_domain *domain, dp_dims a, dp_dims b)
{
	int dims_a = __builtin_popcount(a), dims_b = __builtin_popcount(b);
	uint64_t cells_a = dp_domain_cells(domain, a), cells_b = dp_domain_cells(domain, b);

	if (dims_a != dims_b)
		return dims_a < dims_b;
	return cells_a != cells_b ? cells_a < cells_b : a < b;
}

/* The level that fills a table; false: there is none. */
static bool
level_for(dp_dims *ret_level, const struct node_aggregate *aggregate, const struct proto_table *table)
{
	const struct dp_domain *domain = &aggregate->mapping->structure->domain;
	dp_dims exact = table->figure.dims & aggregate->mapped, level;
	bool found = false;

	for (level = 0; level < (dp_dims)1 << domain->dims; level++) {
		if (!aggregate->level[level] || (level & exact) != exact ||
		    (level & ~table->figure.dims & dp_domain_multi(domain)))
			continue;
		if (!found || smaller(domain, level, *ret_level))
			*ret_level = level;
		found = true;
	}
	return found;
}

static enum dp_status
fill(struct dp_counts *counts, const struct node_aggregate *aggregate, size_t table, dp_dims level)
{
	const struct proto_structure *structure = aggregate->mapping->structure;
	dp_dims dims = structure->table[table].figure.dims;
	enum dp_status status = DP_OK;
	uint32_t code[DP_DIMS_MAX] = {0}, i;
	size_t c;

	for (c = 0; c < aggregate->size && status == DP_OK; c++) {
		const struct cell *cell = &aggregate->cell[c];

		if (cell->line == 0 || cell->level != level)
			continue;
		/* a dimension without an entry in `columns` is `_U` for every row */
		for (i = 0; i < structure->dims; i++)
			code[i] = aggregate->mapped >> i & 1 ? cell->code[i] : aggregate->mapping->field[i].unknown;
		status = dp_counts_add_cell(counts, table, dp_domain_cell(&structure->domain, dims, code), cell->value);
	}
	return status;
}

/* "SEX, AGE", or with codes "SEX=F, AGE=Y0T17"; "the total" where there is no dimension. */
static void
figure_text(char *ret_text, size_t size, const struct proto_structure *structure, dp_dims dims, const uint32_t *code)
{
	size_t used = 0;
	uint32_t i;

	(void)snprintf(ret_text, size, "the total");
	for (i = 0; i < structure->dims; i++)
		if ((dims >> i & 1) && used < size)
			used += (size_t)snprintf(ret_text + used, size - used, "%s%s%s%s", used ? ", " : "",
			    structure->dim[i].id,
			    code ? "=" : "", code ? structure->dim[i].list->code[code[i]].id : "");
}

static void
tell_conflict(const struct proto_structure *structure, const struct dp_counts_conflict *conflict,
    struct node_report_writer *writer)
{
	struct node_report_place whole = {.row = 0};
	uint32_t code[DP_DIMS_MAX] = {0};
	char text[200];

	dp_domain_codes(code, &structure->domain, conflict->figure.dims, conflict->cell);
	figure_text(text, sizeof(text), structure, conflict->figure.dims, code);
	node_report_add(writer, &whole, NODE_CONFLICT, "tables %s and %s differ on %s: %llu and %llu",
	    structure->table[conflict->table_a].id, structure->table[conflict->table_b].id, text,
	    (unsigned long long)conflict->a, (unsigned long long)conflict->b);
}

static uint64_t
unused_rows(const struct node_aggregate *aggregate)
{
	uint64_t rows = 0;
	size_t c;

	for (c = 0; c < aggregate->size; c++)
		rows += aggregate->cell[c].line && !aggregate->needed[aggregate->cell[c].level];
	return rows;
}

enum proto_code
node_aggregate_finish(struct dp_counts *counts, struct node_aggregate *aggregate, struct node_report *report,
    struct node_report_writer *writer, struct proto_error *error)
{
	const struct proto_structure *structure = aggregate->mapping->structure;
	struct dp_counts_conflict conflict;
	struct node_report_place whole = {.row = 0};
	enum dp_status status = DP_OK;
	bool complete = true;
	dp_dims level = 0;
	char text[200];
	size_t t;

	for (t = 0; t < structure->tables && status == DP_OK; t++) {
		if (level_for(&level, aggregate, &structure->table[t])) {
			aggregate->needed[level] = true;
			status = fill(counts, aggregate, t, level);
			continue;
		}
		complete = false;
		figure_text(text, sizeof(text), structure, structure->table[t].figure.dims, NULL);
		node_report_add(writer, &whole, NODE_INCOMPLETE, "table %s (%s): the file has no rows for it",
		    structure->table[t].id, text);
	}
	report->unused = unused_rows(aggregate);
	if (status == DP_OK && dp_counts_figure(&report->persons, counts, (struct dp_figure){0, 0}) != DP_OK)
		report->persons = 0; /* no table counts persons */
	if (status == DP_OK && complete && (status = dp_counts_agree(&conflict, counts)) == DP_PARAM) {
		tell_conflict(structure, &conflict, writer);
		status = DP_OK;
	}
	if (status == DP_RANGE)
		return proto_error_set(error, PROTO_TOO_LARGE, NULL, "a table's total is above %llu",
		    (unsigned long long)DP_COUNT_MAX);
	if (status != DP_OK)
		return proto_error_set(error, status == DP_NOMEM ? PROTO_MEMORY : PROTO_INTERNAL, NULL, "counting failed");
	return PROTO_OK;
}
