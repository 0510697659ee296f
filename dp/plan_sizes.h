#ifndef DP_PLAN_SIZES_H
#define DP_PLAN_SIZES_H

#include <stdbool.h>

#include "dp/plan.h"

/*
 * The combinations of set sizes, one size per multi-valued dimension that some group
 * counts, among which the most expensive person is found. With n codes and bound k every
 * factor of D2 grows with the size up to ceil(n/2) (a tie when n is odd), so the sizes
 * below min(k, ceil(n/2)) need not be tried; for k <= n/2 only k itself is left.
 */
#define DP_PLAN_SIZES_MAX (1 << 16) /* combinations times residuals; more is DP_RANGE */

struct dp_plan_sizes {
	uint32_t dims;
	uint32_t low[DP_DIMS_MAX], high[DP_DIMS_MAX]; /* both 0 where no group counts the dimension */
	uint32_t size[DP_DIMS_MAX];                   /* the present combination */
	size_t count;                                 /* of all combinations, at least 1 */
};

DP_CHECK enum dp_status dp_plan_sizes_first(struct dp_plan_sizes *ret_sizes, const struct dp_plan *plan);

/* The next combination, or false after the last one. */
DP_CHECK bool dp_plan_sizes_next(struct dp_plan_sizes *sizes);

#endif
