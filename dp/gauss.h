#ifndef DP_GAUSS_H
#define DP_GAUSS_H

#include <stdint.h>

#include "dp/bits.h"
#include "dp/ratio.h"
#include "dp/rng.h"
#include "dp/status.h"

/*
 * dp_gauss_draw(ret_z, s2, bits, rng):
 * Draw one integer z with probability proportional to exp(-z^2 / (2 sigma2)),
 * sigma2 = s2 / 2^bits. Exact: integers only.
 *
 * Units:   sigma2 in lattice steps squared, 0 < sigma2 <= 2^80; bits <= 32.
 * Errors:  PARAM, RNG, RANGE (a candidate of |z| >= 2^54: with the largest sigma2 its chance
 *          is below exp(-16000), with smaller ones smaller still).
 * Privacy: spends nothing; only dp_noise_apply() may use z.
 * Time:    depends on the value drawn (the reference sampler; see dp/README.md).
 * Source:  Canonne, Kamath, Steinke 2020, algorithms 1 to 3.
 */
#define DP_GAUSS_SIGMA2_BITS 80 /* sigma2 <= 2^80 */
#define DP_GAUSS_MAX (INT64_C(1) << 54)

DP_CHECK enum dp_status dp_gauss_draw(int64_t *ret_z, dp_u128 s2, unsigned bits, const struct dp_rng *rng);

/* dp_gauss_draw_tape(ret_z, s2, bits, tape): the same from a tape that the caller holds, so
 * that a test can walk over every tape. */
DP_CHECK enum dp_status dp_gauss_draw_tape(int64_t *ret_z, dp_u128 s2, unsigned bits, struct dp_bits *tape);

#endif
