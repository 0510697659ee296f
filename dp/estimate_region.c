#include "dp/estimate.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dp/rebuild.h"
#include "estimate_stage.h"
#include "transport.h"

struct region {
	const struct dp_plan *plan;
	size_t areas;
	const int64_t *const *y;
	int64_t *sum;                     /* of the vectors */
	uint64_t *total;                  /* per area, of the group at hand */
	struct dp_estimate_stage *stage;  /* per area, of the group at hand */
	struct dp_estimate *estimate;     /* areas, then the region's */
};

static enum dp_status
region_new(struct region *region)
{
	size_t tables = region->plan->tables, a;

	region->sum = calloc(region->plan->cells, sizeof(*region->sum));
	region->total = calloc(region->areas, sizeof(*region->total));
	region->stage = calloc(region->areas, sizeof(*region->stage));
	region->estimate = calloc(region->areas + 1, sizeof(*region->estimate));
	if (region->sum == NULL || region->total == NULL || region->stage == NULL || region->estimate == NULL)
		return DP_NOMEM;
	for (a = 0; a <= region->areas; a++) {
		if ((region->estimate[a].cell = calloc(tables, sizeof(*region->estimate[a].cell))) == NULL)
			return DP_NOMEM;
		region->estimate[a].tables = tables;
	}
	return DP_OK;
}

static void
region_wipe(struct region *region)
{
	size_t a;

	for (a = 0; region->stage != NULL && a < region->areas; a++)
		dp_estimate_stage_wipe(&region->stage[a]);
	for (a = 0; region->estimate != NULL && a <= region->areas; a++)
		dp_estimate_wipe(&region->estimate[a]);
	free(region->sum);
	free(region->total);
	free(region->stage);
	free(region->estimate);
}

static enum dp_status
sum_vectors(struct region *region)
{
	size_t a, c;

	for (a = 0; a < region->areas; a++)
		for (c = 0; c < region->plan->cells; c++)
			if (__builtin_add_overflow(region->sum[c], region->y[a][c], &region->sum[c]))
				return DP_RANGE;
	return DP_OK;
}

/* The figure of every area, one after the other, and last the region's; the caller frees it. */
static enum dp_status
unbiased(double **ret_x, const struct region *region, struct dp_figure figure)
{
	size_t cells = dp_domain_cells(&region->plan->domain, figure.dims), a;
	double *x = calloc((region->areas + 1) * cells, sizeof(*x));
	enum dp_status status = x == NULL ? DP_NOMEM : DP_OK;

	for (a = 0; status == DP_OK && a <= region->areas; a++)
		status = dp_rebuild_figure(x + a * cells, region->plan, a < region->areas ? region->y[a] : region->sum,
		    figure);
	if (status == DP_OK)
		*ret_x = x;
	else
		free(x);
	return status;
}

/* The region's total is max(0, unbiased), rounded. The areas' are projected onto the simplex of that
 * size; each clipped on its own, they would add up to far too much. */
static enum dp_status
settle_totals(uint64_t *ret_all, struct region *region, dp_dims group)
{
	double *x = NULL, all;
	enum dp_status status;

	if ((status = unbiased(&x, region, (struct dp_figure){group, 0})) != DP_OK)
		return status;
	all = x[region->areas] > 0 ? floor(x[region->areas] + 0.5) : 0;
	if (all > (double)DP_ESTIMATE_MAX)
		status = DP_RANGE;
	else if ((status = dp_estimate_split(region->total, x, region->areas, (uint64_t)all)) == DP_OK)
		*ret_all = (uint64_t)all;
	free(x);
	return status;
}

static enum dp_status
hand_to_stages(struct region *region, dp_dims dims, const uint64_t *n, size_t cells)
{
	size_t a;

	for (a = 0; a < region->areas; a++) {
		if ((region->stage[a].n[dims] = malloc(cells * sizeof(*n))) == NULL)
			return DP_NOMEM;
		memcpy(region->stage[a].n[dims], n + a * cells, cells * sizeof(*n));
	}
	return DP_OK;
}

/*
 * A one-way margin: the region's own, on the simplex of its total; then the matrix of areas and codes
 * whose rows are the areas' totals and whose columns are that margin. This is what keeps the
 * sum of many small areas true to the region: each alone is nearly flat, and flat they
 * would add up.
 */
static enum dp_status
settle_one_way(struct region *region, dp_dims group, dp_dims dims, uint64_t all)
{
	size_t cells = dp_domain_cells(&region->plan->domain, dims);
	uint64_t *margin = calloc(cells, sizeof(*margin)), *n = calloc(region->areas * cells, sizeof(*n));
	struct dp_transport transport = {region->areas, cells, region->total, margin};
	double *x = NULL;
	enum dp_status status = DP_NOMEM;

	if (margin == NULL || n == NULL)
		goto out;
	if ((status = unbiased(&x, region, (struct dp_figure){group, dims})) != DP_OK)
		goto out;
	if ((status = dp_estimate_split(margin, x + region->areas * cells, cells, all)) != DP_OK)
		goto out;
	if ((status = dp_transport_project(x, &transport)) != DP_OK ||
	    (status = dp_transport_round(n, x, &transport)) != DP_OK)
		goto out;
	status = hand_to_stages(region, dims, n, cells);
out:
	free(x);
	free(n);
	free(margin);
	return status;
}

/* The region's cells of one table: what its areas' add up to. */
static enum dp_status
add_up(struct region *region, size_t table)
{
	size_t cells = dp_domain_cells(&region->plan->domain, region->plan->table[table].dims), a, c;
	uint64_t *sum = calloc(cells, sizeof(*sum));

	if (sum == NULL)
		return DP_NOMEM;
	for (a = 0; a < region->areas; a++)
		for (c = 0; c < cells; c++)
			sum[c] += region->estimate[a].cell[table][c];
	region->estimate[region->areas].cell[table] = sum;
	return DP_OK;
}

static enum dp_status
make_group(struct region *region, dp_dims group)
{
	const struct dp_plan *plan = region->plan;
	dp_dims all = dp_estimate_stage_dims(plan, group), dims;
	enum dp_status status;
	uint64_t total;
	size_t a, t;

	if ((status = settle_totals(&total, region, group)) != DP_OK)
		return status;
	for (a = 0; a < region->areas; a++)
		region->stage[a] = (struct dp_estimate_stage){.plan = plan, .y = region->y[a], .group = group};
	for (dims = 1; dims <= all; dims <<= 1)
		if ((all & dims) && (status = settle_one_way(region, group, dims, total)) != DP_OK)
			return status;
	for (a = 0; a < region->areas; a++) {
		if ((status = dp_estimate_stage_run(&region->stage[a], region->total[a])) != DP_OK ||
		    (status = dp_estimate_stage_take(region->estimate[a].cell, &region->stage[a])) != DP_OK)
			return status;
		dp_estimate_stage_wipe(&region->stage[a]);
	}
	for (t = 0; t < plan->tables; t++)
		if (plan->table[t].group == group && (status = add_up(region, t)) != DP_OK)
			return status;
	return DP_OK;
}

/* Is this table the first of its group? */
static bool
first(const struct dp_plan *plan, size_t table)
{
	size_t t = 0;

	while (plan->table[t].group != plan->table[table].group)
		t++;
	return t == table;
}

enum dp_status
dp_estimate_region(struct dp_estimate *ret_region, struct dp_estimate *ret_area, const struct dp_plan *plan,
    const int64_t *const *y, size_t areas)
{
	struct region region = {.plan = plan, .areas = areas, .y = y};
	enum dp_status status;
	size_t t;

	if (areas == 0)
		return DP_PARAM;
	if ((status = region_new(&region)) != DP_OK || (status = sum_vectors(&region)) != DP_OK)
		goto out;
	for (t = 0; t < plan->tables; t++)
		if (first(plan, t) && (status = make_group(&region, plan->table[t].group)) != DP_OK)
			goto out;
	*ret_region = region.estimate[areas];
	memcpy(ret_area, region.estimate, areas * sizeof(*ret_area));
	memset(region.estimate, 0, (areas + 1) * sizeof(*region.estimate));
out:
	region_wipe(&region);
	return status;
}
