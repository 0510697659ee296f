#ifndef DP_REBUILD_H
#define DP_REBUILD_H

#include <stddef.h>
#include <stdint.h>

#include "dp/plan.h"

/*
 * From noisy residuals to unbiased figures. Everything here is after the noise:
 * doubles are allowed, and the operations are fixed so that every machine gets
 * the same bits. y may be one country's vector or the sum over several; the
 * variance of a sum over n countries is n times that of one.
 */

/*
 * dp_rebuild_figure(ret_x, plan, y, figure):
 * The best linear unbiased estimate of every cell of the marginal on figure.
 *
 * Shape:  ret_x, dp_domain_cells(figure.dims) doubles; y, plan->cells.
 * Errors: PARAM: the figure lies in no table of its group; NOMEM.
 * Source: Xiao et al. 2023: x_A = sum over B subset of A of the broadcast of
 *         center(y_B) / L_B, divided by the codes of the dimensions in A not B.
 */
DP_CHECK enum dp_status dp_rebuild_figure(double *ret_x, const struct dp_plan *plan, const int64_t *y,
    struct dp_figure figure);

/* dp_rebuild_variance(ret_variance, plan, figure): of one cell, one country. PARAM as above. */
DP_CHECK enum dp_status dp_rebuild_variance(double *ret_variance, const struct dp_plan *plan,
    struct dp_figure figure);

/*
 * dp_rebuild_variance_sum(ret_variance, plan, figure, chosen):
 * The variance, one country, of the sum over the cells whose code lies in a chosen
 * set in every dimension of figure; chosen[i] is the number of codes chosen.
 * PARAM as above, or chosen outside 1..codes in a dimension of figure (others are ignored).
 * With s of n codes chosen the factor of a dimension in B is s (1 - s/n), else (s/n)^2.
 */
DP_CHECK enum dp_status dp_rebuild_variance_sum(double *ret_variance, const struct dp_plan *plan,
    struct dp_figure figure, const uint32_t chosen[DP_DIMS_MAX]);

/* dp_rebuild_interval(ret_low, ret_high, u, sd): [max(0, u - z sd), max(0, u + z sd)], z for 0.95. */
#define DP_REBUILD_Z95 1.959963984540054
void dp_rebuild_interval(double *ret_low, double *ret_high, double u, double sd);

#endif
