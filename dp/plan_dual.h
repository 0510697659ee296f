#ifndef DP_PLAN_DUAL_H
#define DP_PLAN_DUAL_H

#include "dp/plan.h"

/*
 * The planning problem in numbers and its solution by duality (dp/README.md, "the plan").
 *
 *   minimize    max over goals A of  V_A = sum_B share[A][B] sigma2_B
 *   subject to  P_j = sum_B price[j][B] / sigma2_B <= 1   for every combination j of set sizes
 *
 * For weights l on the goals and v on the combinations, both of sum 1, with
 * u_B = sum_A l_A share[A][B] and p_B = sum_j v_j price[j][B], the number
 * (sum_B sqrt(p_B u_B))^2 bounds the objective of every plan from below, and
 * sigma2_B = sqrt(p_B/u_B) sum_B sqrt(p_B u_B), stretched until every P_j <= 1, is a plan.
 * A weighted sum of variances is a single goal.
 */
struct dp_plan_dual {
	size_t goals, residuals, sizes;
	size_t *first;    /* [goals + 1]: goal a has the pairs first[a] .. first[a + 1] - 1 */
	size_t *residual; /* [pairs] */
	double *share;    /* [pairs] > 0 */
	double *price;    /* [sizes][residuals] >= 0, D2_B(j) / (2 rho L_B^2) */

	double *weight; /* [goals + sizes]: l, then v; each part of sum 1 */

	/* what dp_plan_dual_evaluate computes from weight */
	double *u, *p, *sigma2; /* [residuals] */
	double *ratio;          /* [goals + sizes]: V_A / bound, then P_j; all 1 at the optimum, or less with weight 0 */
	double bound, objective;
};

/* init: uniform weights. The problem must be wiped in any case; a zeroed one may be. */
DP_CHECK enum dp_status dp_plan_dual_init(struct dp_plan_dual *dual, const struct dp_plan *plan,
    const struct dp_plan_request *request);
void dp_plan_dual_wipe(struct dp_plan_dual *dual);

/* Computes the fields above; sigma2 is the stretched plan. Returns objective / bound - 1. */
double dp_plan_dual_evaluate(struct dp_plan_dual *dual);

/* Improves the weights by the multiplicative iteration until the gap is reached or rounds are over. */
void dp_plan_dual_iterate(struct dp_plan_dual *dual, double gap, unsigned rounds);

/* Improves the weights by Newton's method; for the few problems where the iteration is slow. */
DP_CHECK enum dp_status dp_plan_newton(struct dp_plan_dual *dual, double gap, unsigned rounds);

#endif
