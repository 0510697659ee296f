#ifndef DP_TRANSPORT_H
#define DP_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "dp/status.h"

/*
 * A matrix with given sums of rows and columns (a transportation problem): cell (i, j) stands
 * at i * cols + j.
 */
struct dp_transport {
	size_t rows, cols;
	const uint64_t *row; /* rows sums, and */
	const uint64_t *col; /* cols sums, both with the same total, at most 2^52 */
};

/*
 * dp_transport_project(x, transport):
 * Replaces x by the nearest matrix without negative cells that has these sums, up to the
 * accuracy at which the iteration stops.
 *
 * Errors: NOMEM.
 * Source: Boyle and Dykstra 1986, on the two sets {x >= 0, sums of rows} and {x >= 0, sums
 *         of columns}, in its dual form: x_ij = max(0, u_ij - a_i - b_j).
 */
DP_CHECK enum dp_status dp_transport_project(double *x, const struct dp_transport *transport);

/*
 * dp_transport_round(ret_n, x, transport):
 * Whole numbers >= 0 that have exactly these sums, each the floor or the ceiling of its x when x
 * has the sums itself (controlled rounding: where an x strays from its sums, so may n).
 *
 * Errors: NOMEM.
 */
DP_CHECK enum dp_status dp_transport_round(uint64_t *ret_n, const double *x, const struct dp_transport *transport);

#endif
