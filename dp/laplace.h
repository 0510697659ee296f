#ifndef DP_LAPLACE_H
#define DP_LAPLACE_H

#include "dp/bits.h"

/*
 * dp_laplace_draw(ret_y, s, t, bits):
 * Draw one integer y with probability proportional to exp(-|y| s / t), exactly.
 *
 * Units:   the scale t / s in lattice steps; 0 < s, 0 < t <= 2^62.
 * Errors:  PARAM, RNG, RANGE (|y| >= 2^62).
 * Privacy: spends nothing.
 * Time:    depends on the value drawn (the reference sampler; see dp/README.md).
 * Source:  Canonne, Kamath, Steinke 2020, algorithm 2.
 */
#define DP_LAPLACE_MAX (INT64_C(1) << 62)

DP_CHECK enum dp_status dp_laplace_draw(int64_t *ret_y, uint64_t s, uint64_t t, struct dp_bits *bits);

#endif
