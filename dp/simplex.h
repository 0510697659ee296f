#ifndef DP_SIMPLEX_H
#define DP_SIMPLEX_H

#include <stddef.h>

/*
 * dp_simplex_threshold(v, n, total):
 * The t for which max(0, v_i - t) adds up to total; these are then the coordinates of the point
 * nearest to v on {x >= 0, sum x = total}. n > 0, total >= 0, v finite.
 *
 * Source: Michelot 1986: subtract the mean excess from what is positive, drop what falls to
 *         zero or below, repeat; a coordinate once dropped never returns, so at most n rounds.
 */
double dp_simplex_threshold(const double *v, size_t n, double total);

#endif
