#ifndef DP_PLAN_H
#define DP_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dp/domain.h"
#include "dp/ratio.h"
#include "dp/status.h"

#define DP_S2_BITS 16 /* s2 is a whole number of 2^-16 lattice steps squared */

/*
 * One residual: the part of the marginal on dims, in its measure group, that no
 * smaller set explains. y = L * (C M x) + z, z iid N_Z(0, s2) on all cells.
 * Dimensions with one code are never part of dims.
 */
struct dp_residual {
	dp_dims group;
	dp_dims dims;
	uint64_t cells; /* of the marginal on dims */
	uint64_t scale; /* L = g * product of the codes over dims */
	dp_u128 s2;     /* variance of z, units of 2^-16, > 0 */
	size_t offset;  /* first cell in the concatenated vector of the plan */
};

/*
 * A plan: what is measured, and how noisily. Residuals are ordered by group,
 * then by the number of dimensions, then by dims as a number; one (group, dims)
 * stands once. The whole plan is public.
 */
struct dp_plan {
	struct dp_domain domain;
	size_t tables;
	struct dp_figure table[DP_TABLES_MAX];
	size_t residuals;
	struct dp_residual *residual; /* owned */
	size_t cells;                 /* of all residuals: length of the vector */
};

/*
 * A goal of the plan: a figure that a user may read, with its bound (objective
 * max: the variances stay in the proportion of the bounds) or weight (objective sum).
 */
#define DP_GOAL_WEIGHT_MIN 1e-9
#define DP_GOAL_WEIGHT_MAX 1e9

struct dp_goal {
	struct dp_figure figure;
	double weight; /* DP_GOAL_WEIGHT_MIN..DP_GOAL_WEIGHT_MAX; 1 for equal treatment */
};

enum dp_objective { DP_OBJECTIVE_MAX, DP_OBJECTIVE_SUM };

struct dp_plan_report {
	double objective; /* largest variance / weight, or weighted sum, of the unrounded plan */
	double bound;     /* the proved lower bound of the same */
	double gap;       /* objective / bound - 1 */
	uint64_t rho_units; /* exact price of the rounded plan, rounded up */
};

/*
 * dp_plan_workload(ret_goal, ret_goals, domain, table, tables, keep):
 * The figures a user may read: every table and each allowed margin, once each,
 * tables first in their order, then margins by group and size. In the persons group
 * all margins and the total; in a multi-valued group only margins that keep the
 * group's dimensions; never a margin that sums out a dimension in keep.
 *
 * Owner:  *ret_goal is the caller's to free().
 * Errors: PARAM, NOMEM.
 */
DP_CHECK enum dp_status dp_plan_workload(struct dp_goal **ret_goal, size_t *ret_goals,
    const struct dp_domain *domain, const struct dp_figure *table, size_t tables, dp_dims keep);

/*
 * dp_plan_make(ret_plan, ret_report, domain, table, tables, goal, goals, objective, rho_units):
 * The best plan of price at most rho_units, and its certificate.
 *
 * Errors: PARAM (a goal below no table of its group, a table below no goal, rho_units zero),
 *         NOMEM, RANGE (too many cells or combinations of set sizes, s2 too large).
 * Privacy: uses no data. Planning is in double; the price is exact.
 * Source: Xiao, He, Zhang, Kifer, NeurIPS 2023; the dual iteration of dp/README.md.
 */
struct dp_plan_request {
	const struct dp_domain *domain;
	const struct dp_figure *table;
	size_t tables;
	const struct dp_goal *goal;
	size_t goals;
	enum dp_objective objective;
	uint64_t rho_units;
};
DP_CHECK enum dp_status dp_plan_make(struct dp_plan *ret_plan, struct dp_plan_report *ret_report,
    const struct dp_plan_request *request);

/*
 * dp_plan_layout(ret_plan, domain, table, tables):
 * The same residuals in the same order with every s2 zero, to be filled in from a
 * manifest. It is not a valid plan until every s2 is set; dp_plan_check tells.
 */
DP_CHECK enum dp_status dp_plan_layout(struct dp_plan *ret_plan, const struct dp_domain *domain,
    const struct dp_figure *table, size_t tables);

/* dp_plan_check(plan): DP_OK, or DP_PARAM: not what dp_plan_layout would give (scale may be
 * any multiple of it), or an s2 of zero, or above the sampler's, or room exceeded
 * (scale * 2^32 + 20 sqrt(s2) >= 2^62). NOMEM. */
DP_CHECK enum dp_status dp_plan_check(const struct dp_plan *plan);

/* dp_plan_price(ret_price, plan): the exact rho of the plan. Source: dp/README.md,
 * "the price". The caller frees *ret_price. PARAM (dp_plan_check), NOMEM, RANGE (too many
 * combinations of set sizes). */
DP_CHECK enum dp_status dp_plan_price(struct dp_ratio **ret_price, const struct dp_plan *plan);

/* dp_plan_rho(ret_units, plan): the same in units of 2^-40, rounded up once. */
DP_CHECK enum dp_status dp_plan_rho(uint64_t *ret_units, const struct dp_plan *plan);

/* dp_plan_copy(ret_plan, plan); dp_plan_wipe(plan): frees what a plan holds; accepts a zeroed one. */
DP_CHECK enum dp_status dp_plan_copy(struct dp_plan *ret_plan, const struct dp_plan *plan);
void dp_plan_wipe(struct dp_plan *plan);

#endif
