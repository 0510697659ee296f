#ifndef DP_ESTIMATE_JOIN_H
#define DP_ESTIMATE_JOIN_H

#include <stdint.h>

#include "dp/domain.h"

/* The whole-number cells of the marginal on dims. */
struct dp_estimate_piece {
	dp_dims dims;
	uint64_t *n;
};

/*
 * dp_estimate_join(ret_n, domain, x, left, right):
 * The whole numbers >= 0 on left->dims | right->dims whose margins are exactly left and right, as
 * near to x as the projection and one rounding can bring them.
 *
 * Shape:  ret_n and x, the cells of the joint marginal. The caller knows that left and right agree
 *         on the margin they share; then a solution exists: for every cell of what is
 *         shared it is one matrix with given sums of rows and columns.
 * Errors: NOMEM.
 */
DP_CHECK enum dp_status dp_estimate_join(uint64_t *ret_n, const struct dp_domain *domain, const double *x,
    const struct dp_estimate_piece *left, const struct dp_estimate_piece *right);

#endif
