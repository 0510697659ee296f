#include "dp/plan.h"

#include <math.h>

#include "dp/gauss.h"

#include "plan_dual.h"

#define GAP 1e-12          /* aimed at; 1e-9 is promised */
#define ROUNDS 200         /* of the iteration; most plans need about 15 */
#define ROUNDS_LONG 5000   /* where Newton's matrix would be too large */
#define ROUNDS_NEWTON 60
#define NEWTON_MAX 1000    /* goals and combinations of set sizes */

static enum dp_status
optimize(struct dp_plan_dual *dual)
{
	bool newton = dual->goals + dual->sizes <= NEWTON_MAX;

	dp_plan_dual_iterate(dual, GAP, newton ? ROUNDS : ROUNDS_LONG);
	return newton ? dp_plan_newton(dual, GAP, ROUNDS_NEWTON) : DP_OK;
}

/* s2_B = L_B^2 sigma2_B, up to a whole number of 2^-16. Up: rounding never adds to the price. */
static enum dp_status
round_up(struct dp_plan *plan, const double *sigma2)
{
	size_t r;

	for (r = 0; r < plan->residuals; r++) {
		struct dp_residual *residual = &plan->residual[r];
		double s2 = ceil(ldexp((double)residual->scale * (double)residual->scale * sigma2[r], DP_S2_BITS));

		if (!(s2 <= ldexp(1, DP_GAUSS_SIGMA2_BITS + DP_S2_BITS)))
			return DP_RANGE;
		residual->s2 = s2 < 1 ? 1 : (dp_u128)s2;
	}
	return DP_OK;
}

/*
 * The price is exact, the plan came out of doubles: while it passes the request by their
 * rounding, every s2 grows by 2^-48 of itself. Where s2 is below 2^48 rounding up has
 * made room already, so this ends after a few rounds.
 */
static enum dp_status
fit(struct dp_plan *plan, uint64_t *ret_units, uint64_t rho_units)
{
	uint64_t units;
	size_t r;

	for (;;) {
		enum dp_status status = dp_plan_rho(&units, plan);

		if (status == DP_PARAM) /* no room for this noise */
			status = DP_RANGE;
		if (status != DP_OK)
			return status;
		if (units <= rho_units)
			break;
		for (r = 0; r < plan->residuals; r++)
			plan->residual[r].s2 += (plan->residual[r].s2 >> 48) + 1;
	}
	*ret_units = units;
	return DP_OK;
}

enum dp_status
dp_plan_make(struct dp_plan *ret_plan, struct dp_plan_report *ret_report, const struct dp_plan_request *request)
{
	struct dp_plan plan = {0};
	struct dp_plan_dual dual = {0};
	struct dp_plan_report report;
	enum dp_status status;

	if (request->goals < 1 || request->rho_units == 0 ||
	    (request->objective != DP_OBJECTIVE_MAX && request->objective != DP_OBJECTIVE_SUM))
		return DP_PARAM;
	if ((status = dp_plan_layout(&plan, request->domain, request->table, request->tables)) != DP_OK)
		return status;
	if ((status = dp_plan_dual_init(&dual, &plan, request)) != DP_OK || (status = optimize(&dual)) != DP_OK ||
	    (status = round_up(&plan, dual.sigma2)) != DP_OK ||
	    (status = fit(&plan, &report.rho_units, request->rho_units)) != DP_OK)
		goto out;
	report.objective = dual.objective;
	report.bound = dual.bound;
	report.gap = fmax(dual.objective / dual.bound - 1, 0);
	*ret_report = report;
	*ret_plan = plan;
	plan.residual = NULL;
out:
	dp_plan_dual_wipe(&dual);
	dp_plan_wipe(&plan);
	return status;
}
