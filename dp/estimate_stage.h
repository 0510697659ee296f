#ifndef DP_ESTIMATE_STAGE_H
#define DP_ESTIMATE_STAGE_H

#include <stdint.h>

#include "dp/plan.h"

#define DP_ESTIMATE_SETS (1u << DP_DIMS_MAX)

/*
 * The figures of one area and one group that are settled, by their dimensions: n[dims] has their
 * cells, NULL while they are not settled. They are settled from the small to the large: the
 * total, the one-way margins, the larger margins that tables share, the tables; and each
 * keeps the ones inside it exactly.
 */
struct dp_estimate_stage {
	const struct dp_plan *plan;
	const int64_t *y;
	dp_dims group;
	uint64_t *n[DP_ESTIMATE_SETS]; /* owned */
};

/* dp_estimate_stage_dims(plan, group): the dimensions of the group's tables; those with one code
 * change no cell and are left out, as in the plan. */
dp_dims dp_estimate_stage_dims(const struct dp_plan *plan, dp_dims group);

/*
 * dp_estimate_stage_run(stage, total): settles all tables of the group. One-way margins that are
 * settled already are kept, and must add up to total.
 *
 * Errors: RANGE (total above DP_ESTIMATE_MAX), NOMEM.
 */
DP_CHECK enum dp_status dp_estimate_stage_run(struct dp_estimate_stage *stage, uint64_t total);

/* dp_estimate_stage_take(ret_cell, stage): copies of the cells of every table of the group, to
 * their places in ret_cell, the caller's to free, with an error too. NOMEM. */
DP_CHECK enum dp_status dp_estimate_stage_take(uint64_t **ret_cell, const struct dp_estimate_stage *stage);

/* Frees the n. */
void dp_estimate_stage_wipe(struct dp_estimate_stage *stage);

#endif
