#include "node/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dp/rebuild.h"

static enum proto_code
memory(struct proto_error *error)
{
	return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
}

enum proto_code
node_figures_plan(struct node_figures *ret_figures, const struct proto_manifest *manifest, struct proto_error *error)
{
	const struct proto_structure *structure = manifest->structure;
	struct node_figures figures = {.manifest = manifest};
	double variance;
	size_t t;

	if ((figures.table = calloc(structure->tables, sizeof(*figures.table))) == NULL)
		return memory(error);
	for (t = 0; t < structure->tables; t++) {
		struct node_figures_table *table = &figures.table[figures.tables++];

		table->table = &structure->table[t];
		table->cells = (size_t)dp_domain_cells(&structure->domain, table->table->figure.dims);
		if (dp_rebuild_variance(&variance, &manifest->plan, table->table->figure) != DP_OK) {
			node_figures_wipe(&figures);
			return proto_error_set(error, PROTO_INTERNAL, structure->table[t].id, "the plan does not measure this table");
		}
		table->se = sqrt(variance);
	}
	*ret_figures = figures;
	return PROTO_OK;
}

enum proto_code
node_figures_counts(struct node_figures *figures, const struct dp_counts *counts, struct proto_error *error)
{
	size_t t;

	for (t = 0; t < figures->tables; t++) {
		struct node_figures_table *table = &figures->table[t];

		if ((table->count = calloc(table->cells, sizeof(*table->count))) == NULL)
			return memory(error);
		if (dp_counts_figure(table->count, counts, table->table->figure) != DP_OK)
			return proto_error_set(error, PROTO_INTERNAL, table->table->id, "the counts do not hold this table");
	}
	return PROTO_OK;
}

enum proto_code
node_figures_sent(struct node_figures *figures, const struct node_submission *submission, struct proto_error *error)
{
	const struct dp_plan *plan = &figures->manifest->plan;
	size_t t;

	if (submission->cells != plan->cells)
		return proto_error_set(error, PROTO_DAMAGED, submission->round, "the stored figures do not fit the manifest");
	for (t = 0; t < figures->tables; t++) {
		struct node_figures_table *table = &figures->table[t];

		if ((table->sent = calloc(table->cells, sizeof(*table->sent))) == NULL)
			return memory(error);
		if (dp_rebuild_figure(table->sent, plan, submission->noisy, table->table->figure) != DP_OK)
			return proto_error_set(error, PROTO_INTERNAL, table->table->id, "the plan does not measure this table");
	}
	return PROTO_OK;
}

void
node_figures_wipe(struct node_figures *figures)
{
	size_t t;

	for (t = 0; t < figures->tables; t++) {
		if (figures->table[t].count != NULL)
			explicit_bzero(figures->table[t].count, figures->table[t].cells * sizeof(uint64_t));
		free(figures->table[t].count);
		free(figures->table[t].sent);
	}
	free(figures->table);
	*figures = (struct node_figures){0};
}

void
node_figures_band(double *ret_low, double *ret_high, uint64_t count, double se)
{
	*ret_low = (double)count - DP_REBUILD_Z95 * se;
	*ret_high = (double)count + DP_REBUILD_Z95 * se;
}
