#include "estimate_stage.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dp/estimate.h"
#include "dp/rebuild.h"
#include "estimate_join.h"
#include "marginal.h"

#define SETS DP_ESTIMATE_SETS

static enum dp_status
unbiased(double **ret_x, const struct dp_estimate_stage *stage, dp_dims dims)
{
	double *x = calloc(dp_domain_cells(&stage->plan->domain, dims), sizeof(*x));
	enum dp_status status;

	if (x == NULL)
		return DP_NOMEM;
	status = dp_rebuild_figure(x, stage->plan, stage->y, (struct dp_figure){stage->group, dims});
	if (status == DP_OK)
		*ret_x = x;
	else
		free(x);
	return status;
}

/* The one-way margin on a simplex of the size of the total. */
static enum dp_status
settle_one_way(struct dp_estimate_stage *stage, dp_dims dims)
{
	size_t cells = dp_domain_cells(&stage->plan->domain, dims);
	uint64_t *n = calloc(cells, sizeof(*n));
	double *x = NULL;
	enum dp_status status;

	if (n == NULL)
		return DP_NOMEM;
	if ((status = unbiased(&x, stage, dims)) != DP_OK)
		goto out;
	if ((status = dp_estimate_split(n, x, cells, *stage->n[0])) != DP_OK)
		goto out;
	stage->n[dims] = n;
	n = NULL;
out:
	free(x);
	free(n);
	return status;
}

/* Do two settled figures have the same margin on what they share? */
static enum dp_status
agree(bool *ret_agree, const struct dp_domain *domain, const struct dp_estimate_piece *a,
    const struct dp_estimate_piece *b)
{
	dp_dims shared = a->dims & b->dims;
	size_t cells = dp_domain_cells(domain, shared);
	uint64_t *margin = calloc(2 * cells, sizeof(*margin));

	if (margin == NULL)
		return DP_NOMEM;
	dp_marginal_sum(margin, domain, shared, a->n, a->dims);
	dp_marginal_sum(margin + cells, domain, shared, b->n, b->dims);
	*ret_agree = memcmp(margin, margin + cells, cells * sizeof(*margin)) == 0;
	free(margin);
	return DP_OK;
}

/* left becomes the figure on the dimensions of both, keeping both; takes left's cells. */
static enum dp_status
widen(struct dp_estimate_piece *left, const struct dp_estimate_stage *stage, const struct dp_estimate_piece *right)
{
	const struct dp_domain *domain = &stage->plan->domain;
	dp_dims dims = left->dims | right->dims;
	uint64_t *n = calloc(dp_domain_cells(domain, dims), sizeof(*n));
	double *x = NULL;
	enum dp_status status;

	if (n == NULL)
		return DP_NOMEM;
	if ((status = unbiased(&x, stage, dims)) == DP_OK)
		status = dp_estimate_join(n, domain, x, left, right);
	free(x);
	if (status != DP_OK) {
		free(n);
		return status;
	}
	free(left->n);
	*left = (struct dp_estimate_piece){dims, n};
	return DP_OK;
}

/* One settled figure inside dims is built in, if it does not contradict what stands already. */
static enum dp_status
build_in(struct dp_estimate_piece *sofar, const struct dp_estimate_stage *stage, dp_dims dims)
{
	const struct dp_domain *domain = &stage->plan->domain;
	struct dp_estimate_piece piece = {dims, stage->n[dims]};
	enum dp_status status;
	bool same;

	if (sofar->n == NULL) {
		size_t size = dp_domain_cells(domain, dims) * sizeof(*piece.n);

		if ((sofar->n = malloc(size)) == NULL)
			return DP_NOMEM;
		memcpy(sofar->n, piece.n, size);
		sofar->dims = dims;
		return DP_OK;
	}
	if ((dims & ~sofar->dims) == 0)
		return DP_OK;
	if ((status = agree(&same, domain, sofar, &piece)) != DP_OK || !same)
		return status;
	return widen(sofar, stage, &piece);
}

/*
 * Two dimensions or more: from the settled figures inside it, the largest first, joined two at a time. A
 * join keeps both sides exactly, and one-way margins always agree, so that in the
 * end all dimensions are there.
 */
static enum dp_status
settle_wider(struct dp_estimate_stage *stage, dp_dims dims)
{
	struct dp_estimate_piece sofar = {0, NULL};
	enum dp_status status = DP_OK;
	dp_dims inside;
	int size;

	for (size = __builtin_popcount(dims) - 1; size > 0; size--)
		for (inside = 1; inside < SETS; inside++) {
			if (__builtin_popcount(inside) != size || (inside & ~dims) || stage->n[inside] == NULL)
				continue;
			if ((status = build_in(&sofar, stage, inside)) != DP_OK) {
				free(sofar.n);
				return status;
			}
		}
	stage->n[dims] = sofar.n;
	return DP_OK;
}

static enum dp_status
settle(struct dp_estimate_stage *stage, dp_dims dims, uint64_t total)
{
	if (stage->n[dims] != NULL)
		return DP_OK;
	if (dims == 0) {
		if ((stage->n[0] = malloc(sizeof(*stage->n[0]))) == NULL)
			return DP_NOMEM;
		*stage->n[0] = total;
		return DP_OK;
	}
	return __builtin_popcount(dims) == 1 ? settle_one_way(stage, dims) : settle_wider(stage, dims);
}

dp_dims
dp_estimate_stage_dims(const struct dp_plan *plan, dp_dims group)
{
	dp_dims dims = 0;
	size_t t;

	for (t = 0; t < plan->tables; t++)
		if (plan->table[t].group == group)
			dims |= dp_domain_informative(&plan->domain, plan->table[t].dims);
	return dims;
}

/* What must be settled: the group's tables, all that two or more of them share, and the one-way margins. */
static void
choose(bool ret_wanted[SETS], const struct dp_plan *plan, dp_dims group)
{
	dp_dims all = dp_estimate_stage_dims(plan, group), a, b;
	bool more = true;
	size_t t;

	memset(ret_wanted, 0, SETS * sizeof(ret_wanted[0]));
	ret_wanted[0] = true;
	for (t = 0; t < plan->tables; t++)
		if (plan->table[t].group == group)
			ret_wanted[dp_domain_informative(&plan->domain, plan->table[t].dims)] = true;
	while (more)
		for (more = false, a = 1; a < SETS; a++)
			for (b = a + 1; ret_wanted[a] && b < SETS; b++)
				if (ret_wanted[b] && !ret_wanted[a & b])
					ret_wanted[a & b] = more = true;
	for (a = 1; a < SETS; a <<= 1)
		ret_wanted[a] |= (all & a) != 0;
}

enum dp_status
dp_estimate_stage_run(struct dp_estimate_stage *stage, uint64_t total)
{
	bool wanted[SETS];
	enum dp_status status;
	dp_dims dims;
	int size;

	if (total > DP_ESTIMATE_MAX)
		return DP_RANGE;
	choose(wanted, stage->plan, stage->group);
	for (size = 0; size <= DP_DIMS_MAX; size++)
		for (dims = 0; dims < SETS; dims++)
			if (wanted[dims] && __builtin_popcount(dims) == size &&
			    (status = settle(stage, dims, total)) != DP_OK)
				return status;
	return DP_OK;
}

enum dp_status
dp_estimate_stage_take(uint64_t **ret_cell, const struct dp_estimate_stage *stage)
{
	const struct dp_plan *plan = stage->plan;
	size_t t;

	for (t = 0; t < plan->tables; t++) {
		size_t size = dp_domain_cells(&plan->domain, plan->table[t].dims) * sizeof(**ret_cell);

		if (plan->table[t].group != stage->group)
			continue;
		if ((ret_cell[t] = malloc(size)) == NULL)
			return DP_NOMEM;
		memcpy(ret_cell[t], stage->n[dp_domain_informative(&plan->domain, plan->table[t].dims)], size);
	}
	return DP_OK;
}

void
dp_estimate_stage_wipe(struct dp_estimate_stage *stage)
{
	size_t s;

	for (s = 0; s < SETS; s++) {
		free(stage->n[s]);
		stage->n[s] = NULL;
	}
}
