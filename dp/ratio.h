#ifndef DP_RATIO_H
#define DP_RATIO_H

#include <stdint.h>

#include "dp/status.h"

__extension__ typedef unsigned __int128 dp_u128;

/*
 * An exact non-negative rational of any size (arithmetic by OpenSSL's BN). Used for prices only;
 * time depends on the values, which are public.
 */
struct dp_ratio;

DP_CHECK enum dp_status dp_ratio_new(struct dp_ratio **ret_ratio); /* zero */
void dp_ratio_free(struct dp_ratio *ratio);

/* ratio += num / den; den > 0. */
DP_CHECK enum dp_status dp_ratio_add(struct dp_ratio *ratio, dp_u128 num, dp_u128 den);

/* ratio += other. */
DP_CHECK enum dp_status dp_ratio_add_ratio(struct dp_ratio *ratio, const struct dp_ratio *other);

/* ratio *= num / den; den > 0. */
DP_CHECK enum dp_status dp_ratio_scale(struct dp_ratio *ratio, dp_u128 num, dp_u128 den);

/* -1, 0, 1 as a < b, a = b, a > b; -2 when out of memory. */
int dp_ratio_cmp(const struct dp_ratio *a, const struct dp_ratio *b);

/* The smallest integer >= ratio * 2^bits. DP_RANGE when it does not fit. */
DP_CHECK enum dp_status dp_ratio_ceil(uint64_t *ret_units, const struct dp_ratio *ratio, unsigned bits);

#endif
