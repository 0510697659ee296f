#include "dp/noise.h"

#include <stdlib.h>
#include <string.h>

#include "center.h"
#include "dp/gauss.h"
#include "marginal.h"

#define NOISE_ROOM (INT64_C(1) << 62)

struct dp_noisy {
	size_t cells;
	int64_t *value;
};

/* The exact price, recomputed here from the plan itself: what the manifest or the
 * caller says about it plays no part. */
static enum dp_status
price_plan(uint64_t *ret_price, const struct dp_plan *plan, const struct dp_counts *counts)
{
	enum dp_status status;

	if ((status = dp_plan_check(plan)) != DP_OK)
		return status;
	if (!dp_counts_fits(counts, &plan->domain, plan->table, plan->tables))
		return DP_PARAM;
	return dp_plan_rho(ret_price, plan);
}

static enum dp_status
draw_all(int64_t *ret_z, const struct dp_plan *plan, const struct dp_rng *rng)
{
	enum dp_status status;
	size_t r, c;

	for (r = 0; r < plan->residuals; r++) {
		const struct dp_residual *residual = &plan->residual[r];

		for (c = 0; c < residual->cells; c++)
			if ((status = dp_gauss_draw(&ret_z[residual->offset + c], residual->s2, DP_S2_BITS,
			         rng)) != DP_OK)
				return status;
	}
	return DP_OK;
}

/* The smallest marginal of the plan from which this residual's follows by summing out one dimension.
 * Residuals of one group are ordered by size, so only the next size is looked at. */
static const struct dp_residual *
nearest_above(const struct dp_plan *plan, size_t r)
{
	const struct dp_residual *below = &plan->residual[r], *best = NULL;
	int size = __builtin_popcount(below->dims) + 1;

	for (r++; r < plan->residuals; r++) {
		const struct dp_residual *above = &plan->residual[r];

		if (above->group != below->group || __builtin_popcount(above->dims) > size)
			break;
		if (__builtin_popcount(above->dims) == size && (below->dims & ~above->dims) == 0 &&
		    (best == NULL || above->cells < best->cells))
			best = above;
	}
	return best;
}

/* M_B x for every residual, each cell of a table read once: from the largest set downwards. */
static enum dp_status
sum_marginals(uint64_t *ret_x, const struct dp_plan *plan, const struct dp_counts *counts)
{
	enum dp_status status;
	size_t r;

	for (r = plan->residuals; r-- > 0;) {
		const struct dp_residual *residual = &plan->residual[r], *above = nearest_above(plan, r);

		if (above != NULL)
			dp_marginal_sum(ret_x + residual->offset, &plan->domain, residual->dims,
			    ret_x + above->offset, above->dims);
		else if ((status = dp_counts_figure(ret_x + residual->offset, counts,
		              (struct dp_figure){residual->group, residual->dims})) != DP_OK)
			return status;
	}
	return DP_OK;
}

/* value = L * (C M x) + z for one residual; C M x arrives here times the codes of its
 * dimensions, so only g = L / codes is left to multiply. */
static enum dp_status
add_signal(int64_t *value, dp_i128 *work, const struct dp_plan *plan, const struct dp_residual *residual,
    const uint64_t *x)
{
	dp_i128 factor = (dp_i128)(residual->scale / residual->cells), y;
	size_t c;

	for (c = 0; c < residual->cells; c++)
		work[c] = (dp_i128)x[c];
	dp_center_apply(work, &plan->domain, residual->dims);
	for (c = 0; c < residual->cells; c++) {
		y = factor * work[c] + value[c];
		if (y <= -NOISE_ROOM || y >= NOISE_ROOM)
			return DP_RANGE;
		value[c] = (int64_t)y;
	}
	return DP_OK;
}

static enum dp_status
add_signals(int64_t *value, const struct dp_plan *plan, const struct dp_counts *counts)
{
	uint64_t *x = NULL, widest = 1;
	dp_i128 *work = NULL;
	enum dp_status status = DP_NOMEM;
	size_t r;

	for (r = 0; r < plan->residuals; r++)
		if (plan->residual[r].cells > widest)
			widest = plan->residual[r].cells;
	x = calloc(plan->cells, sizeof(x[0]));
	work = calloc(widest, sizeof(work[0]));
	if (x == NULL || work == NULL)
		goto out;
	if ((status = sum_marginals(x, plan, counts)) != DP_OK)
		goto out;
	for (r = 0; r < plan->residuals && status == DP_OK; r++) {
		size_t offset = plan->residual[r].offset;

		status = add_signal(value + offset, work, plan, &plan->residual[r], x + offset);
	}
out:
	if (x != NULL)
		explicit_bzero(x, plan->cells * sizeof(x[0]));
	if (work != NULL)
		explicit_bzero(work, widest * sizeof(work[0]));
	free(x);
	free(work);
	return status;
}

enum dp_status
dp_noise_apply(struct dp_noisy **ret_noisy, const struct dp_plan *plan, const struct dp_counts *counts,
    struct dp_grant *grant, const struct dp_rng *rng)
{
	struct dp_noisy *noisy = NULL;
	uint64_t price = UINT64_MAX; /* no price, no grant */
	enum dp_status status, used;

	status = price_plan(&price, plan, counts);
	used = dp_ledger_use(grant, price);
	if (status != DP_OK)
		return status;
	if (used != DP_OK)
		return used;
	if ((noisy = calloc(1, sizeof(*noisy))) == NULL ||
	    (noisy->value = calloc(plan->cells, sizeof(noisy->value[0]))) == NULL) {
		status = DP_NOMEM;
		goto out;
	}
	noisy->cells = plan->cells;
	/* All noise first: a source that fails does so before any count was touched, and
	 * how long a sum takes says nothing about the noise that follows. */
	if ((status = draw_all(noisy->value, plan, rng)) != DP_OK)
		goto out;
	if ((status = add_signals(noisy->value, plan, counts)) != DP_OK)
		goto out;
	*ret_noisy = noisy;
	noisy = NULL;
out:
	dp_noise_free(noisy);
	return status;
}

const int64_t *
dp_noise_values(const struct dp_noisy *noisy, size_t *ret_cells)
{
	*ret_cells = noisy->cells;
	return noisy->value;
}

void
dp_noise_free(struct dp_noisy *noisy)
{
	if (noisy == NULL)
		return;
	/* A vector that was abandoned half-way holds bare noise: whoever saw it beside a later,
	 * full one would subtract. */
	if (noisy->value != NULL)
		explicit_bzero(noisy->value, noisy->cells * sizeof(noisy->value[0]));
	free(noisy->value);
	free(noisy);
}
