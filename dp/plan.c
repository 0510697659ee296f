#include "dp/plan.h"

#include <stdlib.h>
#include <string.h>

#include "dp/sensitivity.h"

#define SETS (1u << DP_DIMS_MAX)

static enum dp_status
check_tables(const struct dp_domain *domain, const struct dp_figure *table, size_t tables)
{
	size_t t;

	if (dp_domain_check(domain) != DP_OK || tables < 1 || tables > DP_TABLES_MAX)
		return DP_PARAM;
	for (t = 0; t < tables; t++)
		if (table[t].dims >> domain->dims || table[t].group != (table[t].dims & dp_domain_multi(domain)))
			return DP_PARAM;
	return DP_OK;
}

/* The order of the vector, which every office and the coordinator must share. */
static int
compare(struct dp_figure a, struct dp_figure b)
{
	int size_a = __builtin_popcount(a.dims), size_b = __builtin_popcount(b.dims);

	if (a.group != b.group)
		return a.group < b.group ? -1 : 1;
	if (size_a != size_b)
		return size_a < size_b ? -1 : 1;
	return a.dims < b.dims ? -1 : a.dims > b.dims;
}

static int
compare_figures(const void *a, const void *b)
{
	return compare(*(const struct dp_figure *)a, *(const struct dp_figure *)b);
}

/* Every subset of every table, once per group, in the order above. */
static enum dp_status
collect(struct dp_figure **ret_figure, size_t *ret_figures, const struct dp_domain *domain,
    const struct dp_figure *table, size_t tables)
{
	uint8_t(*seen)[SETS] = calloc(SETS, sizeof(*seen));
	struct dp_figure *figure = malloc(tables * SETS * sizeof(*figure));
	size_t figures = 0, t;

	if (!seen || !figure) {
		free(seen);
		free(figure);
		return DP_NOMEM;
	}
	for (t = 0; t < tables; t++) {
		dp_dims all = dp_domain_informative(domain, table[t].dims), dims = all;

		/* dims runs through all subsets of all, down to the empty set. */
		for (;; dims = (dims - 1) & all) {
			if (!seen[table[t].group][dims])
				figure[figures++] = (struct dp_figure){table[t].group, dims};
			seen[table[t].group][dims] = 1;
			if (dims == 0)
				break;
		}
	}
	free(seen);
	qsort(figure, figures, sizeof(*figure), compare_figures);
	*ret_figure = figure;
	*ret_figures = figures;
	return DP_OK;
}

enum dp_status
dp_plan_layout(struct dp_plan *ret_plan, const struct dp_domain *domain, const struct dp_figure *table, size_t tables)
{
	struct dp_plan plan = {.domain = *domain, .tables = tables};
	struct dp_figure *figure = NULL;
	enum dp_status status = check_tables(domain, table, tables);
	size_t r;

	if (status != DP_OK)
		return status;
	memcpy(plan.table, table, tables * sizeof(*table));
	if ((status = collect(&figure, &plan.residuals, domain, table, tables)) != DP_OK)
		return status;
	if (!(plan.residual = calloc(plan.residuals, sizeof(*plan.residual)))) {
		status = DP_NOMEM;
		goto out;
	}
	for (r = 0; r < plan.residuals; r++) {
		struct dp_residual *residual = &plan.residual[r];

		residual->group = figure[r].group;
		residual->dims = figure[r].dims;
		residual->cells = dp_domain_cells(domain, figure[r].dims);
		residual->scale = residual->cells;
		residual->offset = plan.cells;
		if (residual->cells > DP_CELLS_MAX - plan.cells) {
			status = DP_RANGE;
			goto out;
		}
		plan.cells += residual->cells;
	}
	*ret_plan = plan;
	plan.residual = NULL;
out:
	free(figure);
	free(plan.residual);
	return status;
}

/* scale * 2^32 + 20 sqrt(s2) < 2^62, and s2 in the sampler's domain: noise that is added
 * to the largest possible count stays far inside an int64_t. */
static bool
has_room(const struct dp_residual *residual)
{
	dp_u128 left;

	if (residual->scale >= UINT64_C(1) << 30 || residual->s2 > (dp_u128)1 << (80 + DP_S2_BITS))
		return false;
	left = ((dp_u128)1 << 62) - ((dp_u128)residual->scale << 32);
	/* 20 sqrt(sigma2) < left, squared; sigma2 <= s2 / 2^16 + 1; both sides below 2^127. */
	return 400 * ((residual->s2 >> DP_S2_BITS) + 1) < left * left;
}

enum dp_status
dp_plan_check(const struct dp_plan *plan)
{
	struct dp_plan model;
	enum dp_status status = dp_plan_layout(&model, &plan->domain, plan->table, plan->tables);
	size_t r;

	if (status == DP_NOMEM)
		return status;
	if (status != DP_OK)
		return DP_PARAM;
	if (plan->residuals != model.residuals || plan->cells != model.cells)
		status = DP_PARAM;
	for (r = 0; status == DP_OK && r < model.residuals; r++) {
		const struct dp_residual *is = &plan->residual[r], *should = &model.residual[r];

		if (is->group != should->group || is->dims != should->dims || is->cells != should->cells ||
		    is->offset != should->offset || is->scale == 0 || is->scale % should->scale || is->s2 == 0 ||
		    !has_room(is))
			status = DP_PARAM;
	}
	dp_plan_wipe(&model);
	return status;
}

enum dp_status
dp_plan_copy(struct dp_plan *ret_plan, const struct dp_plan *plan)
{
	struct dp_residual *residual = malloc((plan->residuals ? plan->residuals : 1) * sizeof(*residual));

	if (!residual)
		return DP_NOMEM;
	if (plan->residuals)
		memcpy(residual, plan->residual, plan->residuals * sizeof(*residual));
	*ret_plan = *plan;
	ret_plan->residual = residual;
	return DP_OK;
}

void
dp_plan_wipe(struct dp_plan *plan)
{
	free(plan->residual);
	memset(plan, 0, sizeof(*plan));
}
