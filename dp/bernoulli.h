#ifndef DP_BERNOULLI_H
#define DP_BERNOULLI_H

#include "dp/bits.h"

/*
 * Coins whose probability is exp(-something rational), exactly.
 *
 * Errors: PARAM, RNG.
 * Time:   depends on the outcome.
 * Source: Canonne, Kamath, Steinke 2020, algorithm 1.
 */

/* dp_bernoulli_exp_one(bits, ret_hit): true with probability exp(-1). */
DP_CHECK enum dp_status dp_bernoulli_exp_one(struct dp_bits *bits, bool *ret_hit);

/* dp_bernoulli_exp(bits, ret_hit, num, den): exp(-num / den); num <= den, den > 0. */
DP_CHECK enum dp_status dp_bernoulli_exp(struct dp_bits *bits, bool *ret_hit, dp_u128 num, dp_u128 den);

/*
 * dp_bernoulli_exp_product(bits, ret_hit, m, x, y):
 * exp(-(m/x)(m/y)), x > 0, y > 0, of any size: the product of two fractions need not
 * fit 128 bits, since no common fraction is ever formed.
 */
DP_CHECK enum dp_status dp_bernoulli_exp_product(struct dp_bits *bits, bool *ret_hit, dp_u128 m, dp_u128 x,
    dp_u128 y);

#endif
