#ifndef SUPPORT_TRIAL_H
#define SUPPORT_TRIAL_H

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dp/estimate.h"
#include "dp/noise.h"
#include "dp/rebuild.h"
#include "support/memory_ledger.h"
#include "support/seeded.h"
#include "support/suite.h"

/* One random case: a domain, tables, a sparse truth, and its noisy vector. */
struct trial {
	struct dp_domain domain;
	size_t tables;
	struct dp_figure table[6];
	struct dp_plan plan;
	struct dp_counts *counts;
	struct dp_noisy *noisy;
	const int64_t *y;
	uint64_t total[6];
};

static inline void
trial_domain(struct trial *trial, struct seeded *random, uint32_t widest)
{
	uint32_t i;
	size_t t;

	memset(trial, 0, sizeof(*trial));
	trial->domain.dims = 3 + (uint32_t)seeded_below(random, 3);
	for (i = 0; i < trial->domain.dims; i++)
		trial->domain.dim[i].codes = 1 + (uint32_t)seeded_below(random, 6);
	if (seeded_below(random, 2))
		trial->domain.dim[0].bound = 1 + (uint32_t)seeded_below(random, trial->domain.dim[0].codes);
	trial->tables = 1 + seeded_below(random, 6);
	for (t = 0; t < trial->tables; t++) {
		dp_dims dims = 0;

		for (i = (uint32_t)seeded_below(random, widest + 1); i > 0; i--)
			dims |= (dp_dims)1 << seeded_below(random, trial->domain.dims);
		trial->table[t] = (struct dp_figure){dims & dp_domain_multi(&trial->domain), dims};
	}
}

static inline void
trial_count(struct trial *trial, struct seeded *random)
{
	struct dp_person *person = calloc(1, sizeof(*person));
	size_t persons = seeded_below(random, 2) ? seeded_below(random, 6) : seeded_below(random, 200);
	uint32_t i, c;

	CU_ASSERT_PTR_NOT_NULL_FATAL(person);
	CU_ASSERT_EQUAL_FATAL(dp_counts_new(&trial->counts, &trial->domain, trial->table, trial->tables), DP_OK);
	while (persons-- > 0) {
		for (i = 0; i < trial->domain.dims; i++) {
			uint32_t codes = trial->domain.dim[i].codes, bound = trial->domain.dim[i].bound;
			/* the product of two: most persons fall in few cells */
			uint32_t first = (uint32_t)(seeded_unit(random) * seeded_unit(random) * codes);

			person->codes[i] = bound == 0 ? 1 : 1 + (uint32_t)seeded_below(random, bound);
			for (c = 0; c < person->codes[i]; c++)
				person->code[i][c] = (first + c) % codes;
		}
		CU_ASSERT_EQUAL(dp_counts_add(trial->counts, person), DP_OK);
	}
	free(person);
}

/* Returns false when silence has no price: so little noise on so large a lattice costs more than a
 * ledger can hold. */
static inline bool
trial_draw(struct trial *trial, struct seeded *random, bool silent)
{
	static const struct dp_ledger_caps caps = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	struct memory_ledger ledger = {.entries = 0};
	struct dp_ledger_store store = memory_ledger_store(&ledger);
	struct dp_ledger_claim claim = memory_ledger_claim(1, 1, 2023, UINT64_MAX - 1);
	struct dp_rng rng = seeded_rng(random);
	struct dp_grant *grant = NULL;
	uint64_t price;
	size_t r, t, cells;

	CU_ASSERT_EQUAL_FATAL(dp_plan_layout(&trial->plan, &trial->domain, trial->table, trial->tables), DP_OK);
	for (r = 0; r < trial->plan.residuals; r++) {
		struct dp_residual *residual = &trial->plan.residual[r];
		uint64_t sigma = 1 + seeded_below(random, 12);

		residual->s2 = silent ? 1 << (DP_S2_BITS - 6)
		                      : (dp_u128)(sigma * sigma * residual->scale * residual->scale) << DP_S2_BITS;
	}
	if (dp_plan_rho(&price, &trial->plan) != DP_OK)
		return false;
	CU_ASSERT_EQUAL_FATAL(dp_ledger_reserve(&grant, &store, &caps, &claim), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_noise_apply(&trial->noisy, &trial->plan, trial->counts, grant, &rng), DP_OK);
	dp_ledger_grant_free(grant);
	trial->y = dp_noise_values(trial->noisy, &cells);
	for (t = 0; t < trial->tables; t++) {
		double total;

		CU_ASSERT_EQUAL(dp_rebuild_figure(&total, &trial->plan, trial->y,
		                    (struct dp_figure){trial->table[t].group, 0}), DP_OK);
		trial->total[t] = total > 0 ? (uint64_t)llround(total) : 0;
	}
	return true;
}

static inline void
trial_free(struct trial *trial)
{
	dp_noise_free(trial->noisy);
	dp_counts_free(trial->counts);
	dp_plan_wipe(&trial->plan);
}

/* The margin of one table of the estimate, by its own slow sum. */
static inline uint64_t
trial_margin(const struct trial *trial, const struct dp_estimate *estimate, size_t t, dp_dims dims, uint64_t cell)
{
	uint64_t sum = 0, c;
	uint32_t code[DP_DIMS_MAX] = {0};

	for (c = 0; c < dp_domain_cells(&trial->domain, trial->table[t].dims); c++) {
		dp_domain_codes(code, &trial->domain, trial->table[t].dims, c);
		if (dp_domain_cell(&trial->domain, dims, code) == cell)
			sum += estimate->cell[t][c];
	}
	return sum;
}

/* Do tables a and b agree on this margin? */
static inline bool
trial_agree(const struct trial *trial, const struct dp_estimate *estimate, size_t a, size_t b, dp_dims dims)
{
	uint64_t cell;

	for (cell = 0; cell < dp_domain_cells(&trial->domain, dims); cell++)
		if (trial_margin(trial, estimate, a, dims, cell) != trial_margin(trial, estimate, b, dims, cell))
			return false;
	return true;
}

/* Totals exact; shared margins of at most `width` dimensions equal. */
static inline void
trial_check(const struct trial *trial, const struct dp_estimate *estimate, int width)
{
	size_t a, b;
	dp_dims dims;

	for (a = 0; a < trial->tables; a++) {
		CU_ASSERT_EQUAL(trial_margin(trial, estimate, a, 0, 0), trial->total[a]);
		for (b = a + 1; b < trial->tables; b++) {
			dp_dims shared = trial->table[a].dims & trial->table[b].dims;

			if (trial->table[a].group != trial->table[b].group)
				continue;
			for (dims = shared; dims != 0; dims = (dims - 1) & shared)
				if (__builtin_popcount(dims) <= width)
					CU_ASSERT(trial_agree(trial, estimate, a, b, dims));
		}
	}
}

#endif
