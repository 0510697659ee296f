#ifndef DP_COUNTS_H
#define DP_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dp/domain.h"
#include "dp/status.h"

/*
 * Raw counts: one vector of cells per table of a structure. Exact, national and
 * secret; lives only inside the office and is never sent: no function outside
 * dp_noise_apply() turns it into anything that can be. Memory is zeroed on free.
 */
struct dp_counts;

#define DP_COUNT_MAX (UINT64_C(1) << 32) /* N_max: persons times bound, public */

/* One person after bounding: in every dimension i, codes code[i][0..codes[i]-1],
 * no repeats; exactly one for a single-valued dimension, 1..bound for a multi-valued one. */
struct dp_person {
	uint32_t codes[DP_DIMS_MAX];
	uint32_t code[DP_DIMS_MAX][DP_CODES_MAX];
};

/* dp_counts_new: all zero. PARAM: the domain, no table or too many, a dimension or group that is
 * not the table's own; RANGE: more than DP_CELLS_MAX cells; NOMEM. */
DP_CHECK enum dp_status dp_counts_new(struct dp_counts **ret_counts, const struct dp_domain *domain,
    const struct dp_figure *table, size_t tables);
void dp_counts_free(struct dp_counts *counts);

/* dp_counts_fits: were these counts made for exactly this domain and these tables? */
bool dp_counts_fits(const struct dp_counts *counts, const struct dp_domain *domain,
    const struct dp_figure *table, size_t tables);

/* dp_counts_add(counts, person): adds the cross product of the person's codes to
 * every table. PARAM: the person breaks a bound or a code is out of range (nothing
 * is added); RANGE: a total would pass DP_COUNT_MAX. */
DP_CHECK enum dp_status dp_counts_add(struct dp_counts *counts, const struct dp_person *person);

/* dp_counts_add_many(counts, person, n): n persons who are alike; all of them or, with an error, none. */
DP_CHECK enum dp_status dp_counts_add_many(struct dp_counts *counts, const struct dp_person *person, uint64_t n);

/* dp_counts_add_cell(counts, table, cell, n): adds n to one cell of one table (for
 * offices without rows, and for fast paths that resolve the cell themselves).
 * PARAM: no such table or cell; RANGE: its total would pass DP_COUNT_MAX. */
DP_CHECK enum dp_status dp_counts_add_cell(struct dp_counts *counts, size_t table, uint64_t cell, uint64_t n);

/* dp_counts_merge(counts, other): counts += other. PARAM: another shape; RANGE: a total
 * would pass DP_COUNT_MAX; with an error nothing is added. */
DP_CHECK enum dp_status dp_counts_merge(struct dp_counts *counts, const struct dp_counts *other);

/* dp_counts_figure(ret_cells, counts, figure): the marginal on figure, summed from the
 * first table of its group that contains it; ret_cells has dp_domain_cells() entries.
 * PARAM: it lies in no table of its group. */
DP_CHECK enum dp_status dp_counts_figure(uint64_t *ret_cells, const struct dp_counts *counts,
    struct dp_figure figure);

/* dp_counts_agree(ret_conflict, counts): do all tables of one group agree on every margin
 * that they share? When not: PARAM, and the conflict (written only then): the first margin
 * at odds, with its first unequal cell and both sums. NOMEM. */
struct dp_counts_conflict {
	size_t table_a, table_b;
	struct dp_figure figure;
	uint64_t cell, a, b;
};
DP_CHECK enum dp_status dp_counts_agree(struct dp_counts_conflict *ret_conflict, const struct dp_counts *counts);

#endif
