#ifndef DP_GAUSS_H
#define DP_GAUSS_H

#include <stdint.h>

#include "dp/ratio.h"
#include "dp/rng.h"
#include "dp/status.h"

/*
 * dp_gauss_draw(ret_z, s2, bits, rng):
 * Draw one integer z with probability proportional to exp(-z^2 / (2 sigma2)),
 * sigma2 = s2 / 2^bits. Exact: integers only.
 *
 * Units:   sigma2 in lattice steps squared, 0 < sigma2 <= 2^80; bits <= 32.
 * Errors:  PARAM, RNG, RANGE (|z| >= 2^62).
 * Privacy: spends nothing; only dp_noise_apply() may use z.
 * Time:    depends on the value drawn (the reference sampler; see dp/README.md).
 * Source:  Canonne, Kamath, Steinke 2020, algorithms 1 to 3.
 */
DP_CHECK enum dp_status dp_gauss_draw(int64_t *ret_z, dp_u128 s2, unsigned bits, const struct dp_rng *rng);

#endif
