#include "dp/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory_ledger.h"
#include "support/seeded.h"
#include "support/suite.h"

/* SEX (3), a dimension of one code, AGE (4), FORM (5, at most 2). */
static const struct dp_domain domain = {4, {{3, 0}, {1, 0}, {4, 0}, {5, 2}}};
static const struct dp_figure tables[] = {{0, 5}, {0, 3}, {8, 13}, {8, 9}};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* sigma2 = 1/64: a z other than 0 has probability below 10^-13 */
#define SILENT (UINT64_C(1) << (DP_S2_BITS - 6))

static struct dp_plan
plan_of(uint64_t s2)
{
	struct dp_plan plan = {.cells = 0};
	size_t r;

	CU_ASSERT_EQUAL_FATAL(dp_plan_layout(&plan, &domain, tables, TABLES), DP_OK);
	for (r = 0; r < plan.residuals; r++)
		plan.residual[r].s2 = s2;
	return plan;
}

static struct dp_counts *
counts_of(void)
{
	struct dp_counts *counts = NULL;

	CU_ASSERT_EQUAL_FATAL(dp_counts_new(&counts, &domain, tables, TABLES), DP_OK);
	return counts;
}

static struct dp_counts *
random_counts(struct seeded *random, size_t persons)
{
	struct dp_counts *counts = counts_of();
	struct dp_person *person = calloc(1, sizeof(*person));

	CU_ASSERT_PTR_NOT_NULL_FATAL(person);
	while (persons-- > 0) {
		person->codes[0] = person->codes[1] = person->codes[2] = 1;
		person->code[0][0] = (uint32_t)seeded_below(random, 3);
		person->code[2][0] = (uint32_t)seeded_below(random, 4);
		person->codes[3] = 1 + (uint32_t)seeded_below(random, 2);
		person->code[3][0] = (uint32_t)seeded_below(random, 4);
		person->code[3][1] = person->code[3][0] + 1;
		CU_ASSERT_EQUAL(dp_counts_add(counts, person), DP_OK);
	}
	free(person);
	return counts;
}

static struct dp_grant *
grant_of(uint64_t rho)
{
	static const struct dp_ledger_caps caps = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	static struct memory_ledger ledger;
	static struct dp_ledger_store store;
	struct dp_ledger_claim claim = memory_ledger_claim(1, 1, 2023, rho);
	struct dp_grant *grant = NULL;

	ledger.entries = 0;
	store = memory_ledger_store(&ledger);
	CU_ASSERT_EQUAL_FATAL(dp_ledger_reserve(&grant, &store, &caps, &claim), DP_OK);
	return grant;
}

static struct dp_noisy *
noisy_of(const struct dp_plan *plan, const struct dp_counts *counts, const struct dp_rng *rng)
{
	struct dp_grant *grant = grant_of(UINT64_MAX - 1);
	struct dp_noisy *noisy = NULL;

	CU_ASSERT_EQUAL_FATAL(dp_noise_apply(&noisy, plan, counts, grant, rng), DP_OK);
	dp_ledger_grant_free(grant);
	return noisy;
}

/* One cell of L C M x, straight from the definition: every cell of the marginal times its
 * entry in the product of I - J/n, here times n. */
static int64_t
dense_cell(const struct dp_residual *residual, const uint64_t *margin, uint64_t cell)
{
	uint32_t here[DP_DIMS_MAX] = {0}, there[DP_DIMS_MAX] = {0}, i;
	int64_t sum = 0;
	uint64_t other;

	dp_domain_codes(here, &domain, residual->dims, cell);
	for (other = 0; other < residual->cells; other++) {
		int64_t entry = (int64_t)(residual->scale / residual->cells);

		dp_domain_codes(there, &domain, residual->dims, other);
		for (i = 0; i < domain.dims; i++)
			if (residual->dims >> i & 1)
				entry *= (here[i] == there[i] ? (int64_t)domain.dim[i].codes : 0) - 1;
		sum += entry * (int64_t)margin[other];
	}
	return sum;
}

static void
check_signal(const struct dp_plan *plan, const struct dp_counts *counts, const int64_t *value)
{
	uint64_t margin[60], cell;
	size_t r;

	for (r = 0; r < plan->residuals; r++) {
		const struct dp_residual *residual = &plan->residual[r];

		CU_ASSERT_EQUAL(dp_counts_figure(margin, counts,
		                    (struct dp_figure){residual->group, residual->dims}), DP_OK);
		for (cell = 0; cell < residual->cells; cell++)
			CU_ASSERT_EQUAL(value[residual->offset + cell], dense_cell(residual, margin, cell));
	}
}

static void
without_noise_the_values_are_the_scaled_residuals(void)
{
	struct dp_plan plan = plan_of(SILENT);
	struct dp_counts *counts;
	struct dp_noisy *noisy;
	struct seeded random;
	struct dp_rng rng = seeded_rng(&random);
	size_t cells;

	seeded_init(&random, suite_seed());
	plan.residual[3].scale *= 7; /* g = 7, as a regional part may have it */
	counts = random_counts(&random, 300);
	noisy = noisy_of(&plan, counts, &rng);
	check_signal(&plan, counts, dp_noise_values(noisy, &cells));
	CU_ASSERT_EQUAL(cells, plan.cells);
	dp_noise_free(noisy);
	dp_noise_free(NULL);
	dp_counts_free(counts);
	dp_plan_wipe(&plan);
}

static void
the_largest_counts_stay_exact(void)
{
	struct dp_plan plan = plan_of(SILENT);
	struct dp_counts *counts = counts_of();
	struct dp_noisy *noisy;
	struct seeded random;
	struct dp_rng rng = seeded_rng(&random);
	size_t t, cells;

	seeded_init(&random, 1);
	for (t = 0; t < TABLES; t++)
		CU_ASSERT_EQUAL(dp_counts_add_cell(counts, t, 1, DP_COUNT_MAX), DP_OK);
	noisy = noisy_of(&plan, counts, &rng);
	/* each table alone, so only its own top residual is sure to be that of its cells */
	cells = plan.residuals - 1;
	CU_ASSERT_EQUAL(plan.residual[cells].dims, 13);
	CU_ASSERT_EQUAL(dp_noise_values(noisy, &cells)[plan.residual[plan.residuals - 1].offset + 1],
	    (int64_t)(DP_COUNT_MAX * 2 * 3 * 4));
	dp_noise_free(noisy);
	dp_counts_free(counts);
	dp_plan_wipe(&plan);
}

static void
the_noise_is_the_same_whatever_the_counts(void)
{
	struct dp_plan plan = plan_of(UINT64_C(1000) << DP_S2_BITS);
	struct dp_counts *counts, *none = counts_of();
	struct dp_noisy *noisy[2];
	unsigned long long seed = suite_seed();
	struct seeded random;
	struct dp_rng rng = seeded_rng(&random);
	int64_t *signal = calloc(plan.cells, sizeof(*signal));
	const int64_t *value[2];
	size_t cells, c;

	CU_ASSERT_PTR_NOT_NULL_FATAL(signal);
	seeded_init(&random, seed);
	counts = random_counts(&random, 200);
	seeded_init(&random, seed + 1);
	noisy[0] = noisy_of(&plan, counts, &rng);
	seeded_init(&random, seed + 1);
	noisy[1] = noisy_of(&plan, none, &rng);
	value[0] = dp_noise_values(noisy[0], &cells);
	value[1] = dp_noise_values(noisy[1], &cells);
	for (c = 0; c < cells; c++)
		signal[c] = value[0][c] - value[1][c];
	check_signal(&plan, counts, signal);
	free(signal);
	dp_noise_free(noisy[0]);
	dp_noise_free(noisy[1]);
	dp_counts_free(counts);
	dp_counts_free(none);
	dp_plan_wipe(&plan);
}

static void
every_cell_is_noised_zeros_included(void)
{
	enum { RUNS = 400 };
	struct dp_plan plan = plan_of(UINT64_C(9) << DP_S2_BITS);
	struct dp_counts *none = counts_of();
	struct seeded random;
	struct dp_rng rng = seeded_rng(&random);
	size_t cells = 0, c, run, *moved = calloc(plan.cells, sizeof(*moved));
	double squares = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(moved);
	seeded_init(&random, suite_seed());
	for (run = 0; run < RUNS; run++) {
		struct dp_noisy *noisy = noisy_of(&plan, none, &rng);
		const int64_t *value = dp_noise_values(noisy, &cells);

		for (c = 0; c < cells; c++) {
			moved[c] += value[c] != 0;
			squares += (double)(value[c] * value[c]);
		}
		dp_noise_free(noisy);
	}
	/* P(z = 0) = 0.133 at sigma = 3; 400 draws: 347 expected, sd 6.8 */
	for (c = 0; c < cells; c++)
		CU_ASSERT(moved[c] > 347 - 48 && moved[c] < 347 + 48);
	squares /= (double)(RUNS * cells);
	CU_ASSERT_DOUBLE_EQUAL(squares, 9, 6 * 9 * sqrt(2.0 / (double)(RUNS * cells)));
	free(moved);
	dp_counts_free(none);
	dp_plan_wipe(&plan);
}

static void
the_price_is_recomputed_and_must_not_pass_the_grant(void)
{
	struct dp_plan plan = plan_of(UINT64_C(50) << DP_S2_BITS);
	struct dp_counts *counts = counts_of();
	struct dp_noisy *noisy = NULL;
	struct seeded random;
	struct dp_rng rng = seeded_rng(&random);
	struct dp_grant *grant;
	uint64_t price = 0;

	seeded_init(&random, 1);
	CU_ASSERT_EQUAL(dp_plan_rho(&price, &plan), DP_OK);
	grant = grant_of(price - 1);
	CU_ASSERT_EQUAL(dp_noise_apply(&noisy, &plan, counts, grant, &rng), DP_PARAM);
	CU_ASSERT_PTR_NULL(noisy);
	CU_ASSERT_EQUAL(random.fills, 0);
	CU_ASSERT_EQUAL(dp_noise_apply(&noisy, &plan, counts, grant, &rng), DP_SPENT);
	dp_ledger_grant_free(grant);
	grant = grant_of(price);
	CU_ASSERT_EQUAL(dp_noise_apply(&noisy, &plan, counts, grant, &rng), DP_OK);
	dp_noise_free(noisy);
	dp_ledger_grant_free(grant);
	dp_counts_free(counts);
	dp_plan_wipe(&plan);
}

static void
one_grant_gives_one_vector(void)
{
	struct dp_plan plan = plan_of(UINT64_C(50) << DP_S2_BITS);
	struct dp_counts *counts = counts_of();
	struct dp_noisy *noisy = NULL, *second = NULL;
	struct dp_grant *grant = grant_of(UINT64_MAX - 1);
	struct seeded random;
	struct dp_rng rng = seeded_rng(&random);
	uint64_t fills;

	seeded_init(&random, 1);
	CU_ASSERT_EQUAL(dp_noise_apply(&noisy, &plan, counts, grant, &rng), DP_OK);
	fills = random.fills;
	CU_ASSERT_EQUAL(dp_noise_apply(&second, &plan, counts, grant, &rng), DP_SPENT);
	CU_ASSERT_PTR_NULL(second);
	CU_ASSERT_EQUAL(random.fills, fills);
	dp_noise_free(noisy);
	dp_ledger_grant_free(grant);
	dp_counts_free(counts);
	dp_plan_wipe(&plan);
}

/* The unsound thing is refused, and the grant is gone with it. */
static void
refuse(const struct dp_plan *plan, const struct dp_counts *counts)
{
	struct dp_grant *grant = grant_of(UINT64_MAX - 1);
	struct dp_ledger_entry entry = {.sequence = 0};
	struct dp_noisy *noisy = NULL;
	struct seeded random;
	struct dp_rng rng = seeded_rng(&random);

	seeded_init(&random, 1);
	CU_ASSERT_EQUAL(dp_noise_apply(&noisy, plan, counts, grant, &rng), DP_PARAM);
	CU_ASSERT_PTR_NULL(noisy);
	CU_ASSERT_EQUAL(random.fills, 0);
	CU_ASSERT_EQUAL(dp_ledger_use(grant, 1), DP_SPENT);
	CU_ASSERT_EQUAL(dp_ledger_commit(&entry, grant, entry.body), DP_SPENT);
	dp_ledger_grant_free(grant);
}

static void
an_unsound_plan_or_counts_of_another_shape_void_the_grant(void)
{
	struct dp_plan plan = plan_of(UINT64_C(50) << DP_S2_BITS);
	struct dp_counts *counts = counts_of(), *narrow = NULL;

	CU_ASSERT_EQUAL(dp_counts_new(&narrow, &domain, tables, TABLES - 1), DP_OK);
	refuse(&plan, narrow);
	plan.residual[2].s2 = 0;
	refuse(&plan, counts);
	plan.residual[2].s2 = 1;
	plan.residual[2].scale++;
	refuse(&plan, counts);
	dp_counts_free(counts);
	dp_counts_free(narrow);
	dp_plan_wipe(&plan);
}

static void
a_source_that_fails_at_any_fill_gives_nothing(void)
{
	struct dp_plan plan = plan_of(UINT64_C(50) << DP_S2_BITS);
	struct dp_counts *counts = counts_of();
	struct seeded random;
	struct dp_rng rng = seeded_rng(&random);
	uint64_t fill, fills;
	struct dp_noisy *noisy;

	seeded_init(&random, 5);
	noisy = noisy_of(&plan, counts, &rng);
	fills = random.fills;
	dp_noise_free(noisy);
	CU_ASSERT(fills > 0);
	for (fill = 1; fill <= fills; fill++) {
		struct dp_grant *grant = grant_of(UINT64_MAX - 1);

		seeded_init(&random, 5);
		random.fails_at = fill;
		noisy = NULL;
		CU_ASSERT_EQUAL(dp_noise_apply(&noisy, &plan, counts, grant, &rng), DP_RNG);
		CU_ASSERT_PTR_NULL(noisy);
		CU_ASSERT_EQUAL(random.fills, fill);
		/* what was drawn is drawn: this grant buys nothing more */
		CU_ASSERT_EQUAL(dp_noise_apply(&noisy, &plan, counts, grant, &rng), DP_SPENT);
		dp_ledger_grant_free(grant);
	}
	dp_counts_free(counts);
	dp_plan_wipe(&plan);
}

static void
the_programs_randomness_is_a_fresh_stream_every_time(void)
{
	enum { LEN = 1 << 20 };
	uint8_t *stream[2] = {malloc(LEN), malloc(LEN)}, block[16];
	struct dp_rng rng = {NULL, NULL};
	size_t i, n, s, len, ones = 0;

	CU_ASSERT_FATAL(stream[0] != NULL && stream[1] != NULL);
	for (s = 0; s < 2; s++) {
		CU_ASSERT_EQUAL_FATAL(dp_noise_entropy(&rng), DP_OK);
		/* in pieces of every size up to more than its own block */
		for (i = 0, len = 0; i < LEN; i += n, len = (len + 1) % 5000) {
			n = len < LEN - i ? len : LEN - i;
			CU_ASSERT_EQUAL(rng.fill(rng.ctx, stream[s] + i, n), DP_OK);
		}
		dp_noise_entropy_wipe(&rng);
		CU_ASSERT_PTR_NULL(rng.ctx);
		CU_ASSERT_PTR_NULL(rng.fill);
	}
	CU_ASSERT_NOT_EQUAL(memcmp(stream[0], stream[1], 32), 0);
	memcpy(block, stream[0], sizeof(block));
	CU_ASSERT_PTR_NULL(memmem(stream[0] + 1, LEN - 1, block, sizeof(block)));
	CU_ASSERT_PTR_NULL(memmem(stream[1], LEN, block, sizeof(block)));
	for (i = 0; i < LEN; i++)
		ones += (size_t)__builtin_popcount(stream[0][i]);
	CU_ASSERT_DOUBLE_EQUAL((double)ones, 4.0 * LEN, 6 * sqrt(2.0 * LEN));
	dp_noise_entropy_wipe(&rng);
	free(stream[0]);
	free(stream[1]);
}

static const struct suite_case cases[] = {
	{"without noise the values are the scaled residuals", without_noise_the_values_are_the_scaled_residuals},
	{"the largest counts stay exact", the_largest_counts_stay_exact},
	{"the noise is the same whatever the counts", the_noise_is_the_same_whatever_the_counts},
	{"every cell is noised, zeros included", every_cell_is_noised_zeros_included},
	{"the price is recomputed and must not pass the grant", the_price_is_recomputed_and_must_not_pass_the_grant},
	{"one grant gives one vector", one_grant_gives_one_vector},
	{"an unsound plan or counts of another shape void the grant",
	    an_unsound_plan_or_counts_of_another_shape_void_the_grant},
	{"a source that fails at any fill gives nothing", a_source_that_fails_at_any_fill_gives_nothing},
	{"the programs' randomness is a fresh stream every time", the_programs_randomness_is_a_fresh_stream_every_time},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.noise", cases);
}
