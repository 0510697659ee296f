#include "dp/counts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "marginal.h"

struct counts_table {
	struct dp_figure figure;
	uint64_t stride[DP_DIMS_MAX];
	uint64_t cells;
	uint64_t total; /* of all cells, at most DP_COUNT_MAX */
	uint64_t *cell; /* part of dp_counts.cell */
};

struct dp_counts {
	struct dp_domain domain;
	size_t tables;
	struct counts_table table[DP_TABLES_MAX];
	uint64_t *cell; /* of all tables */
	size_t cells;
};

static enum dp_status
check_shape(uint64_t *ret_cells, const struct dp_domain *domain, const struct dp_figure *table, size_t tables)
{
	dp_dims multi = dp_domain_multi(domain);
	uint64_t all = 0;
	size_t t;

	if (dp_domain_check(domain) != DP_OK || tables < 1 || tables > DP_TABLES_MAX)
		return DP_PARAM;
	for (t = 0; t < tables; t++) {
		uint64_t cells = dp_domain_cells(domain, table[t].dims);

		if (table[t].dims >> domain->dims || table[t].group != (table[t].dims & multi))
			return DP_PARAM;
		if (cells > DP_CELLS_MAX - all)
			return DP_RANGE;
		all += cells;
	}
	*ret_cells = all;
	return DP_OK;
}

enum dp_status
dp_counts_new(struct dp_counts **ret_counts, const struct dp_domain *domain, const struct dp_figure *table,
    size_t tables)
{
	struct dp_counts *counts;
	enum dp_status status;
	uint64_t cells;
	size_t t;

	if ((status = check_shape(&cells, domain, table, tables)) != DP_OK)
		return status;
	if ((counts = calloc(1, sizeof(*counts))) == NULL)
		return DP_NOMEM;
	if ((counts->cell = calloc(cells, sizeof(counts->cell[0]))) == NULL) {
		free(counts);
		return DP_NOMEM;
	}
	counts->domain = *domain;
	counts->tables = tables;
	for (t = 0; t < tables; t++) {
		struct counts_table *mine = &counts->table[t];

		mine->figure = table[t];
		mine->cells = dp_domain_cells(domain, table[t].dims);
		mine->cell = counts->cell + counts->cells;
		dp_marginal_strides(mine->stride, domain, table[t].dims);
		counts->cells += mine->cells;
	}
	*ret_counts = counts;
	return DP_OK;
}

void
dp_counts_free(struct dp_counts *counts)
{
	if (counts == NULL)
		return;
	explicit_bzero(counts->cell, counts->cells * sizeof(counts->cell[0]));
	free(counts->cell);
	explicit_bzero(counts, sizeof(*counts));
	free(counts);
}

bool
dp_counts_fits(const struct dp_counts *counts, const struct dp_domain *domain, const struct dp_figure *table,
    size_t tables)
{
	size_t t;
	uint32_t i;

	if (counts->tables != tables || counts->domain.dims != domain->dims)
		return false;
	for (i = 0; i < domain->dims; i++)
		if (counts->domain.dim[i].codes != domain->dim[i].codes ||
		    counts->domain.dim[i].bound != domain->dim[i].bound)
			return false;
	for (t = 0; t < tables; t++)
		if (counts->table[t].figure.group != table[t].group || counts->table[t].figure.dims != table[t].dims)
			return false;
	return true;
}

/* The bound is what the price rests on, so a person who breaks it is refused here
 * too, whatever the counting in front of it promised. */
static bool
person_within(const struct dp_domain *domain, const struct dp_person *person)
{
	uint32_t i, c;

	for (i = 0; i < domain->dims; i++) {
		const struct dp_dim *dim = &domain->dim[i];
		uint64_t seen[(DP_CODES_MAX + 63) / 64] = {0};

		if (person->codes[i] < 1 || person->codes[i] > (dim->bound == 0 ? 1 : dim->bound))
			return false;
		for (c = 0; c < person->codes[i]; c++) {
			uint32_t code = person->code[i][c];

			if (code >= dim->codes || (seen[code / 64] >> code % 64 & 1))
				return false;
			seen[code / 64] |= UINT64_C(1) << code % 64;
		}
	}
	return true;
}

/* How many cells of this table the person adds one to: at most all of them. */
static uint64_t
person_cells(const struct counts_table *table, const struct dp_domain *domain, const struct dp_person *person)
{
	uint64_t cells = 1;
	uint32_t i;

	for (i = 0; i < domain->dims; i++)
		if (table->figure.dims >> i & 1)
			cells *= person->codes[i];
	return cells;
}

static void
add_cross(struct counts_table *table, const struct dp_domain *domain, const struct dp_person *person, uint64_t n)
{
	uint32_t at[DP_DIMS_MAX] = {0}, i;
	uint64_t cell;

	for (;;) {
		cell = 0;
		for (i = 0; i < domain->dims; i++)
			cell += person->code[i][at[i]] * table->stride[i];
		table->cell[cell] += n;
		table->total += n;
		for (i = 0; i < domain->dims; i++) {
			if (!(table->figure.dims >> i & 1))
				continue;
			if (++at[i] < person->codes[i])
				break;
			at[i] = 0;
		}
		if (i == domain->dims)
			return;
	}
}

enum dp_status
dp_counts_add(struct dp_counts *counts, const struct dp_person *person)
{
	return dp_counts_add_many(counts, person, 1);
}

enum dp_status
dp_counts_add_many(struct dp_counts *counts, const struct dp_person *person, uint64_t n)
{
	uint64_t cells;
	size_t t;

	if (!person_within(&counts->domain, person))
		return DP_PARAM;
	for (t = 0; t < counts->tables; t++)
		if (__builtin_mul_overflow(person_cells(&counts->table[t], &counts->domain, person), n, &cells) ||
		    cells > DP_COUNT_MAX - counts->table[t].total)
			return DP_RANGE;
	for (t = 0; t < counts->tables && n > 0; t++)
		add_cross(&counts->table[t], &counts->domain, person, n);
	return DP_OK;
}

enum dp_status
dp_counts_add_cell(struct dp_counts *counts, size_t table, uint64_t cell, uint64_t n)
{
	if (table >= counts->tables || cell >= counts->table[table].cells)
		return DP_PARAM;
	if (n > DP_COUNT_MAX - counts->table[table].total)
		return DP_RANGE;
	counts->table[table].cell[cell] += n;
	counts->table[table].total += n;
	return DP_OK;
}

enum dp_status
dp_counts_merge(struct dp_counts *counts, const struct dp_counts *other)
{
	struct dp_figure table[DP_TABLES_MAX];
	size_t t, c;

	for (t = 0; t < other->tables; t++)
		table[t] = other->table[t].figure;
	if (!dp_counts_fits(counts, &other->domain, table, other->tables))
		return DP_PARAM;
	for (t = 0; t < counts->tables; t++)
		if (other->table[t].total > DP_COUNT_MAX - counts->table[t].total)
			return DP_RANGE;
	for (c = 0; c < counts->cells; c++)
		counts->cell[c] += other->cell[c];
	for (t = 0; t < counts->tables; t++)
		counts->table[t].total += other->table[t].total;
	return DP_OK;
}

enum dp_status
dp_counts_figure(uint64_t *ret_cells, const struct dp_counts *counts, struct dp_figure figure)
{
	size_t t;

	for (t = 0; t < counts->tables; t++) {
		const struct counts_table *table = &counts->table[t];

		if (table->figure.group != figure.group || (figure.dims & ~table->figure.dims))
			continue;
		dp_marginal_sum(ret_cells, &counts->domain, figure.dims, table->cell, table->figure.dims);
		return DP_OK;
	}
	return DP_PARAM;
}

/* Compares the margin that two tables share; *ret_agree says whether they agree. */
static enum dp_status
agree(struct dp_counts_conflict *ret_conflict, bool *ret_agree, const struct dp_counts *counts, size_t a, size_t b)
{
	const struct counts_table *table_a = &counts->table[a], *table_b = &counts->table[b];
	dp_dims shared = table_a->figure.dims & table_b->figure.dims;
	uint64_t cells = dp_domain_cells(&counts->domain, shared), c;
	uint64_t *margin;

	if ((margin = calloc(2 * cells, sizeof(margin[0]))) == NULL)
		return DP_NOMEM;
	dp_marginal_sum(margin, &counts->domain, shared, table_a->cell, table_a->figure.dims);
	dp_marginal_sum(margin + cells, &counts->domain, shared, table_b->cell, table_b->figure.dims);
	for (c = 0; c < cells && margin[c] == margin[cells + c]; c++)
		;
	*ret_agree = c == cells;
	if (c < cells)
		*ret_conflict = (struct dp_counts_conflict){a, b, {table_a->figure.group, shared}, c, margin[c],
		    margin[cells + c]};
	explicit_bzero(margin, 2 * cells * sizeof(margin[0]));
	free(margin);
	return DP_OK;
}

enum dp_status
dp_counts_agree(struct dp_counts_conflict *ret_conflict, const struct dp_counts *counts)
{
	enum dp_status status;
	size_t a, b;
	bool same;

	for (a = 0; a < counts->tables; a++)
		for (b = a + 1; b < counts->tables; b++) {
			if (counts->table[a].figure.group != counts->table[b].figure.group)
				continue;
			if ((status = agree(ret_conflict, &same, counts, a, b)) != DP_OK)
				return status;
			if (!same)
				return DP_PARAM;
		}
	return DP_OK;
}
