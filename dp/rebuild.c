#include "dp/rebuild.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "center.h"
#include "marginal.h"

static bool
in_some_table(const struct dp_plan *plan, struct dp_figure figure)
{
	size_t t;

	for (t = 0; t < plan->tables; t++)
		if (plan->table[t].group == figure.group && (figure.dims & ~plan->table[t].dims) == 0)
			return true;
	return false;
}

/* Is the residual one of those that the figure is the sum of? */
static bool
part_of(const struct dp_residual *residual, struct dp_figure figure)
{
	return residual->group == figure.group && (residual->dims & ~figure.dims) == 0;
}

/*
 * x += the broadcast of center(y_B) / L_B, divided by the codes of A \ B.
 * center(y_B) is formed in integers, times the codes of B: that product and L_B make one divisor,
 * so a residual's cell is rounded once.
 */
static void
add_residual(double *x, dp_i128 *work, const struct dp_plan *plan, const struct dp_residual *residual,
    const int64_t *y, dp_dims dims)
{
	uint64_t cells = dp_domain_cells(&plan->domain, dims), c;
	double divisor = (double)residual->scale * (double)residual->cells * (double)(cells / residual->cells);
	struct dp_marginal_walk walk;

	for (c = 0; c < residual->cells; c++)
		work[c] = y[residual->offset + c];
	dp_center_apply(work, &plan->domain, residual->dims);
	dp_marginal_walk_init(&walk, &plan->domain, dims, residual->dims);
	for (c = 0; c < cells; c++, dp_marginal_walk_next(&walk))
		x[c] += (double)work[walk.cell] / divisor;
}

enum dp_status
dp_rebuild_figure(double *ret_x, const struct dp_plan *plan, const int64_t *y, struct dp_figure figure)
{
	uint64_t cells = dp_domain_cells(&plan->domain, figure.dims);
	dp_i128 *work;
	size_t r;

	if (!in_some_table(plan, figure))
		return DP_PARAM;
	if ((work = calloc(cells, sizeof(work[0]))) == NULL)
		return DP_NOMEM;
	figure.dims = dp_domain_informative(&plan->domain, figure.dims);
	for (r = 0; r < cells; r++)
		ret_x[r] = 0;
	for (r = 0; r < plan->residuals; r++)
		if (part_of(&plan->residual[r], figure))
			add_residual(ret_x, work, plan, &plan->residual[r], y, figure.dims);
	free(work);
	return DP_OK;
}

/* One residual's share of the variance of a sum over chosen codes. */
static double
variance_share(const struct dp_plan *plan, const struct dp_residual *residual, dp_dims dims,
    const uint32_t chosen[DP_DIMS_MAX])
{
	double variance = ldexp((double)residual->s2, -DP_S2_BITS) / (double)residual->scale /
	    (double)residual->scale;
	uint32_t i;

	for (i = 0; i < plan->domain.dims; i++) {
		double n = plan->domain.dim[i].codes, s = chosen[i];

		if (residual->dims >> i & 1)
			variance *= s * (n - s) / n;
		else if (dims >> i & 1)
			variance *= s / n * (s / n);
	}
	return variance;
}

enum dp_status
dp_rebuild_variance_sum(double *ret_variance, const struct dp_plan *plan, struct dp_figure figure,
    const uint32_t chosen[DP_DIMS_MAX])
{
	double variance = 0;
	uint32_t i;
	size_t r;

	if (!in_some_table(plan, figure))
		return DP_PARAM;
	for (i = 0; i < plan->domain.dims; i++)
		if ((figure.dims >> i & 1) && (chosen[i] < 1 || chosen[i] > plan->domain.dim[i].codes))
			return DP_PARAM;
	figure.dims = dp_domain_informative(&plan->domain, figure.dims);
	for (r = 0; r < plan->residuals; r++)
		if (part_of(&plan->residual[r], figure))
			variance += variance_share(plan, &plan->residual[r], figure.dims, chosen);
	*ret_variance = variance;
	return DP_OK;
}

enum dp_status
dp_rebuild_variance(double *ret_variance, const struct dp_plan *plan, struct dp_figure figure)
{
	static const uint32_t one[DP_DIMS_MAX] = {1, 1, 1, 1, 1, 1, 1, 1};

	return dp_rebuild_variance_sum(ret_variance, plan, figure, one);
}

void
dp_rebuild_interval(double *ret_low, double *ret_high, double u, double sd)
{
	double low = u - DP_REBUILD_Z95 * sd, high = u + DP_REBUILD_Z95 * sd;

	*ret_low = low > 0 ? low : 0;
	*ret_high = high > 0 ? high : 0;
}
