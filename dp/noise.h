#ifndef DP_NOISE_H
#define DP_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "dp/counts.h"
#include "dp/ledger.h"
#include "dp/plan.h"
#include "dp/rng.h"

/*
 * The one door. A noisy vector can be made only here, by consuming a grant; it
 * is the only thing that proto/ encodes.
 */
struct dp_noisy;

/*
 * dp_noise_apply(ret_noisy, plan, counts, grant, rng):
 * y_B = L_B * (C_B M_B x) + z_B for every residual, exact integers, every cell
 * noised, zeros included. All noise is drawn before any sum is formed.
 *
 * Shape:   plan->cells values in the order of the plan.
 * Errors:  PARAM (plan unsound, counts of another shape, price above the grant's), SPENT (grant used),
 *          RNG, RANGE, NOMEM. With an error the grant counts as used, and nothing
 *          of what was drawn remains.
 * Privacy: costs exactly the price of the plan, which must not pass the grant's.
 */
DP_CHECK enum dp_status dp_noise_apply(struct dp_noisy **ret_noisy, const struct dp_plan *plan,
    const struct dp_counts *counts, struct dp_grant *grant, const struct dp_rng *rng);

/* The values, borrowed, and their number. */
const int64_t *dp_noise_values(const struct dp_noisy *noisy, size_t *ret_cells);

void dp_noise_free(struct dp_noisy *noisy);

/* dp_noise_entropy(ret_rng): the programs' randomness: an AES-256-CTR keystream keyed
 * once from libsodium. Wipe with dp_noise_entropy_wipe. For one draw, in one thread and one
 * process: it must not live across a fork(). RNG, NOMEM; a kernel without randomness ends
 * the process, before any output. */
DP_CHECK enum dp_status dp_noise_entropy(struct dp_rng *ret_rng);
void dp_noise_entropy_wipe(struct dp_rng *rng);

#endif
