#ifndef DP_ESTIMATE_H
#define DP_ESTIMATE_H

#include <stddef.h>
#include <stdint.h>

#include "dp/plan.h"

/*
 * The estimate: non-negative whole numbers made from unbiased figures, staged from
 * the total downwards, so that tables agree on the margins they share.
 */

#define DP_ESTIMATE_MAX (UINT64_C(1) << 52) /* the largest total: every count up to it is a double */

/*
 * dp_estimate_split(ret_n, x, cells, total):
 * Whole numbers >= 0 that add up to total: x projected onto the simplex of that
 * size (least squares), then rounded by largest remainder (ties: lower index first).
 *
 * Errors: PARAM (no cells, x not finite), RANGE (total above DP_ESTIMATE_MAX), NOMEM.
 */
DP_CHECK enum dp_status dp_estimate_split(uint64_t *ret_n, const double *x, size_t cells, uint64_t total);

/*
 * One area's estimate: for every table of the plan its cells. Within a measure group all
 * tables add up to the group's total and agree on every one-way margin; they agree on wider shared margins
 * as long as these can be joined one after the other (always when every table shares at most one
 * wider margin with others; see dp/README.md, "the estimate").
 */
struct dp_estimate {
	size_t tables;
	uint64_t **cell; /* cell[t][dp_domain_cells(table t)] */
};

/*
 * dp_estimate_make(ret_estimate, plan, y, total):
 * y as in rebuild.h. total[t] is the whole-number total that table t must reach (equal
 * for tables of one group; the caller fixes it: max(0, unbiased total), rounded, or
 * its share of a region's).
 *
 * Errors: PARAM (totals of one group differ), RANGE (a total above DP_ESTIMATE_MAX), NOMEM.
 * Owner:  wipe with dp_estimate_wipe(), which accepts a zeroed one.
 */
DP_CHECK enum dp_status dp_estimate_make(struct dp_estimate *ret_estimate, const struct dp_plan *plan,
    const int64_t *y, const uint64_t *total);
void dp_estimate_wipe(struct dp_estimate *estimate);

/*
 * dp_estimate_region(ret_region, ret_area, plan, y, areas):
 * The estimates of all areas of a region together, and the region's: every cell of the region
 * is exactly the sum of its areas'. y[a] is one area's vector, areas > 0.
 * The region's total is max(0, unbiased total), rounded, and the areas' totals are projected onto
 * the simplex of that size; so is each one-way margin, first the region's, then the areas' under it;
 * from there each area is made as in dp_estimate_make().
 *
 * Shape:  ret_area, areas estimates.
 * Errors: PARAM (no area), RANGE (a sum of vectors, or a total above DP_ESTIMATE_MAX), NOMEM.
 * Owner:  wipe each.
 */
DP_CHECK enum dp_status dp_estimate_region(struct dp_estimate *ret_region, struct dp_estimate *ret_area,
    const struct dp_plan *plan, const int64_t *const *y, size_t areas);

#endif
