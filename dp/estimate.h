#ifndef DP_ESTIMATE_H
#define DP_ESTIMATE_H

#include <stddef.h>
#include <stdint.h>

#include "dp/plan.h"

/*
 * The estimate: non-negative whole numbers made from unbiased figures, staged from
 * the total downwards, so that tables agree on the margins they share.
 */

/*
 * dp_estimate_split(ret_n, x, cells, total):
 * Whole numbers >= 0 that add up to total: x projected onto the simplex of that
 * size (least squares), then rounded by largest remainder (ties: lower index first).
 */
DP_CHECK enum dp_status dp_estimate_split(uint64_t *ret_n, const double *x, size_t cells, uint64_t total);

/*
 * One area's estimate: for every table of the plan its cells. Within a measure group all
 * tables agree on every shared margin and add up to the group's total.
 */
struct dp_estimate {
	size_t tables;
	uint64_t **cell; /* cell[t][dp_domain_cells(table t)] */
};

/*
 * dp_estimate_make(ret_estimate, plan, y, total, totals):
 * y as in rebuild.h. total[t] is the whole-number total that table t must reach (equal
 * for tables of one group; the caller fixes it: max(0, unbiased total), rounded, or
 * its share of a region's).
 */
DP_CHECK enum dp_status dp_estimate_make(struct dp_estimate *ret_estimate, const struct dp_plan *plan,
    const int64_t *y, const uint64_t *total);
void dp_estimate_wipe(struct dp_estimate *estimate);

#endif
