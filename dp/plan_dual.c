#include "plan_dual.h"

#include <math.h>
#include <stdlib.h>

#include "dp/rho.h"
#include "dp/sensitivity.h"

#include "plan_sizes.h"

#define WEIGHT_MIN 1e-30 /* keeps a goal that is slack now able to return */

/* The part of sigma2_B that one cell of the figure sees: prod over B of (1 - 1/n), over
 * the rest of the figure of 1/n^2. */
static double
cell_share(const struct dp_domain *domain, dp_dims figure, dp_dims dims)
{
	double share = 1;
	uint32_t i;

	for (i = 0; i < domain->dims; i++) {
		double n = domain->dim[i].codes;

		if (dims >> i & 1)
			share *= 1 - 1 / n;
		else if (figure >> i & 1)
			share /= n * n;
	}
	return share;
}

static bool
valid_goal(const struct dp_plan *plan, const struct dp_goal *goal)
{
	size_t t;

	if (!(goal->weight >= DP_GOAL_WEIGHT_MIN && goal->weight <= DP_GOAL_WEIGHT_MAX))
		return false;
	for (t = 0; t < plan->tables; t++)
		if (plan->table[t].group == goal->figure.group && (goal->figure.dims & ~plan->table[t].dims) == 0)
			return true;
	return false;
}

static bool
below(const struct dp_residual *residual, struct dp_figure figure)
{
	return residual->group == figure.group && (residual->dims & ~figure.dims) == 0;
}

/* The largest variance: each goal a row of its own, b_A dividing. */
static void
fill_max(struct dp_plan_dual *dual, const struct dp_plan *plan, const struct dp_plan_request *request)
{
	size_t a, r, pair = 0;

	for (a = 0; a < request->goals; a++) {
		const struct dp_goal *goal = &request->goal[a];

		dual->first[a] = pair;
		for (r = 0; r < plan->residuals; r++)
			if (below(&plan->residual[r], goal->figure)) {
				dual->residual[pair] = r;
				dual->share[pair++] = cell_share(&plan->domain, goal->figure.dims,
				    plan->residual[r].dims) / goal->weight;
			}
	}
	dual->first[a] = pair;
}

/* The weighted sum: one row, every goal adding its weight times its cells. */
static void
fill_sum(struct dp_plan_dual *dual, const struct dp_plan *plan, const struct dp_plan_request *request)
{
	size_t a, r;

	for (r = 0; r < plan->residuals; r++) {
		dual->residual[r] = r;
		for (a = 0; a < request->goals; a++) {
			const struct dp_goal *goal = &request->goal[a];

			if (below(&plan->residual[r], goal->figure))
				dual->share[r] += goal->weight * (double)dp_domain_cells(&plan->domain, goal->figure.dims) *
				    cell_share(&plan->domain, goal->figure.dims, plan->residual[r].dims);
		}
	}
	dual->first[1] = plan->residuals;
}

static enum dp_status
fill_prices(struct dp_plan_dual *dual, const struct dp_plan *plan, struct dp_plan_sizes *sizes, double rho)
{
	double *price = dual->price;
	size_t r;

	do {
		for (r = 0; r < plan->residuals; r++) {
			const struct dp_residual *residual = &plan->residual[r];
			enum dp_status status;
			dp_u128 d2;

			status = dp_sensitivity_d2(&d2, &plan->domain,
			    (struct dp_figure){residual->group, residual->dims}, residual->scale, sizes->size);
			if (status != DP_OK)
				return status;
			*price++ = (double)d2 / ((double)residual->scale * (double)residual->scale) / (2 * rho);
		}
	} while (dp_plan_sizes_next(sizes));
	return DP_OK;
}

static enum dp_status
allocate(struct dp_plan_dual *dual, size_t pairs)
{
	size_t weights = dual->goals + dual->sizes;

	dual->first = calloc(dual->goals + 1, sizeof(*dual->first));
	dual->residual = calloc(pairs, sizeof(*dual->residual));
	dual->share = calloc(pairs, sizeof(*dual->share));
	dual->price = calloc(dual->sizes * dual->residuals, sizeof(*dual->price));
	dual->weight = calloc(weights, sizeof(*dual->weight));
	dual->ratio = calloc(weights, sizeof(*dual->ratio));
	dual->u = calloc(dual->residuals, sizeof(*dual->u));
	dual->p = calloc(dual->residuals, sizeof(*dual->p));
	dual->sigma2 = calloc(dual->residuals, sizeof(*dual->sigma2));
	return dual->first && dual->residual && dual->share && dual->price && dual->weight && dual->ratio &&
	    dual->u && dual->p && dual->sigma2 ? DP_OK : DP_NOMEM;
}

/* The number of (goal, residual) pairs; PARAM when a goal is wrong or a residual is below no goal. */
static enum dp_status
count_pairs(size_t *ret_pairs, const struct dp_plan *plan, const struct dp_plan_request *request)
{
	size_t a, r, pairs = 0;

	for (a = 0; a < request->goals; a++)
		if (!valid_goal(plan, &request->goal[a]))
			return DP_PARAM;
	for (r = 0; r < plan->residuals; r++) {
		size_t before = pairs;

		for (a = 0; a < request->goals; a++)
			pairs += below(&plan->residual[r], request->goal[a].figure);
		if (pairs == before)
			return DP_PARAM;
	}
	*ret_pairs = request->objective == DP_OBJECTIVE_SUM ? plan->residuals : pairs;
	return DP_OK;
}

enum dp_status
dp_plan_dual_init(struct dp_plan_dual *dual, const struct dp_plan *plan, const struct dp_plan_request *request)
{
	struct dp_plan_sizes sizes;
	enum dp_status status;
	size_t pairs, i;

	*dual = (struct dp_plan_dual){0};
	if ((status = count_pairs(&pairs, plan, request)) != DP_OK ||
	    (status = dp_plan_sizes_first(&sizes, plan)) != DP_OK)
		return status;
	dual->goals = request->objective == DP_OBJECTIVE_SUM ? 1 : request->goals;
	dual->residuals = plan->residuals;
	dual->sizes = sizes.count;
	if ((status = allocate(dual, pairs)) != DP_OK)
		return status;
	if (request->objective == DP_OBJECTIVE_SUM)
		fill_sum(dual, plan, request);
	else
		fill_max(dual, plan, request);
	for (i = 0; i < dual->goals; i++)
		dual->weight[i] = 1.0 / (double)dual->goals;
	for (i = 0; i < dual->sizes; i++)
		dual->weight[dual->goals + i] = 1.0 / (double)dual->sizes;
	return fill_prices(dual, plan, &sizes, ldexp((double)request->rho_units, -DP_RHO_BITS));
}

void
dp_plan_dual_wipe(struct dp_plan_dual *dual)
{
	free(dual->first);
	free(dual->residual);
	free(dual->share);
	free(dual->price);
	free(dual->weight);
	free(dual->ratio);
	free(dual->u);
	free(dual->p);
	free(dual->sigma2);
	*dual = (struct dp_plan_dual){0};
}

/* u = sum_A l_A share[A], p = sum_j v_j price[j] */
static void
combine(struct dp_plan_dual *dual)
{
	const double *l = dual->weight, *v = dual->weight + dual->goals;
	size_t a, j, r, pair;

	for (r = 0; r < dual->residuals; r++)
		dual->u[r] = dual->p[r] = 0;
	for (a = 0; a < dual->goals; a++)
		for (pair = dual->first[a]; pair < dual->first[a + 1]; pair++)
			dual->u[dual->residual[pair]] += l[a] * dual->share[pair];
	for (j = 0; j < dual->sizes; j++)
		for (r = 0; r < dual->residuals; r++)
			dual->p[r] += v[j] * dual->price[j * dual->residuals + r];
}

double
dp_plan_dual_evaluate(struct dp_plan_dual *dual)
{
	double *variance = dual->ratio, *price = dual->ratio + dual->goals, s = 0, largest = 0, dearest = 0;
	size_t a, j, r, pair;

	combine(dual);
	for (r = 0; r < dual->residuals; r++)
		s += sqrt(dual->p[r] * dual->u[r]);
	for (r = 0; r < dual->residuals; r++)
		dual->sigma2[r] = s * sqrt(dual->p[r] / dual->u[r]);
	dual->bound = s * s;
	for (a = 0; a < dual->goals; a++) {
		variance[a] = 0;
		for (pair = dual->first[a]; pair < dual->first[a + 1]; pair++)
			variance[a] += dual->share[pair] * dual->sigma2[dual->residual[pair]];
		variance[a] /= dual->bound;
		largest = fmax(largest, variance[a]);
	}
	for (j = 0; j < dual->sizes; j++) {
		price[j] = 0;
		for (r = 0; r < dual->residuals; r++)
			price[j] += dual->price[j * dual->residuals + r] / dual->sigma2[r];
		dearest = fmax(dearest, price[j]);
	}
	for (r = 0; r < dual->residuals; r++)
		dual->sigma2[r] *= dearest;
	dual->objective = dual->bound * largest * dearest;
	return dual->objective / dual->bound - 1;
}

/* weight_i *= ratio_i^1.9, sum 1. Exponent 1 is the classical step; below 2 none overshoots
 * near the optimum (dp/README.md, "the plan"), and 1.9 needs half the rounds or fewer. */
static void
multiply(double *weight, const double *ratio, size_t count)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		weight[i] = fmax(weight[i] * pow(ratio[i], 1.9), WEIGHT_MIN);
		sum += weight[i];
	}
	for (i = 0; i < count; i++)
		weight[i] /= sum;
}

void
dp_plan_dual_iterate(struct dp_plan_dual *dual, double gap, unsigned rounds)
{
	while (dp_plan_dual_evaluate(dual) > gap && rounds-- > 0) {
		multiply(dual->weight, dual->ratio, dual->goals);
		multiply(dual->weight + dual->goals, dual->ratio + dual->goals, dual->sizes);
	}
}
