#include "dp/estimate.h"

#include <stdlib.h>
#include <string.h>

#include "dp/rebuild.h"
#include "support/suite.h"
#include "support/trial.h"

#define AREAS 12

/* Areas of one domain and one plan, each with its own cases. */
struct areas {
	struct trial trial[AREAS];
	const int64_t *y[AREAS];
	size_t areas;
	struct dp_estimate region, estimate[AREAS];
};

static void
areas_draw(struct areas *areas, struct seeded *random, uint32_t widest)
{
	size_t a, s2 = 0;

	memset(areas, 0, sizeof(*areas));
	areas->areas = 1 + seeded_below(random, AREAS);
	for (a = 0; a < areas->areas; a++) {
		struct trial *trial = &areas->trial[a];

		if (a == 0)
			trial_domain(trial, random, widest);
		else {
			trial->domain = areas->trial[0].domain;
			trial->tables = areas->trial[0].tables;
			memcpy(trial->table, areas->trial[0].table, sizeof(trial->table));
		}
		trial_count(trial, random);
		/* the noise may differ from area to area, the layout does not */
		CU_ASSERT_FATAL(trial_draw(trial, random, false));
		areas->y[a] = trial->y;
		s2 += trial->plan.cells;
	}
	CU_ASSERT_EQUAL(s2, areas->areas * areas->trial[0].plan.cells);
}

static void
areas_free(struct areas *areas)
{
	size_t a;

	for (a = 0; a < areas->areas; a++) {
		trial_free(&areas->trial[a]);
		dp_estimate_wipe(&areas->estimate[a]);
	}
	dp_estimate_wipe(&areas->region);
}

/* max(0, unbiased total of the sum), rounded */
static uint64_t
region_total(const struct areas *areas, size_t table)
{
	const struct trial *trial = &areas->trial[0];
	double all = 0, x;
	size_t a;

	for (a = 0; a < areas->areas; a++) {
		CU_ASSERT_EQUAL(dp_rebuild_figure(&x, &trial->plan, areas->y[a],
		                    (struct dp_figure){trial->table[table].group, 0}), DP_OK);
		all += x;
	}
	return all > 0 ? (uint64_t)floor(all + 0.5) : 0;
}

static void
check_region(struct areas *areas, int width)
{
	const struct trial *trial = &areas->trial[0];
	size_t t, c, a;

	for (t = 0; t < trial->tables; t++) {
		uint64_t total = 0;

		for (c = 0; c < dp_domain_cells(&trial->domain, trial->table[t].dims); c++) {
			uint64_t sum = 0;

			for (a = 0; a < areas->areas; a++)
				sum += areas->estimate[a].cell[t][c];
			CU_ASSERT_EQUAL(areas->region.cell[t][c], sum);
			total += sum;
		}
		CU_ASSERT_EQUAL(total, region_total(areas, t));
	}
	for (a = 0; a < areas->areas; a++) {
		for (t = 0; t < trial->tables; t++)
			areas->trial[a].total[t] = trial_margin(&areas->trial[a], &areas->estimate[a], t, 0, 0);
		for (t = 0; t < trial->tables; t++) /* one total for a group */
			for (c = 0; c < t; c++)
				CU_ASSERT(trial->table[c].group != trial->table[t].group ||
				    areas->trial[a].total[c] == areas->trial[a].total[t]);
		trial_check(&areas->trial[a], &areas->estimate[a], width);
	}
	for (t = 0; t < trial->tables; t++)
		areas->trial[0].total[t] = region_total(areas, t);
	trial_check(&areas->trial[0], &areas->region, width);
}

static void
run(size_t runs, uint32_t widest, int width)
{
	static struct areas areas;
	unsigned long long seed = suite_seed();
	struct seeded random;

	for (; runs-- > 0; seed++) {
		seeded_init(&random, seed);
		areas_draw(&areas, &random, widest);
		CU_ASSERT_EQUAL_FATAL(dp_estimate_region(&areas.region, areas.estimate, &areas.trial[0].plan, areas.y,
		                          areas.areas), DP_OK);
		check_region(&areas, width);
		areas_free(&areas);
	}
}

static void
tables_areas_and_region_agree_in_every_cell(void)
{
	run(150, 2, DP_DIMS_MAX);
}

static void
so_they_do_with_wider_tables_in_every_one_way_margin(void)
{
	run(100, 4, 1);
}

/* What the staging is for: the region's one-way margins are its own projection, not what is left of
 * many flat areas. */
static void
a_one_way_margin_of_the_region_is_its_own_projection(void)
{
	static struct areas areas;
	unsigned long long seed = suite_seed();
	struct seeded random;
	size_t runs, t, c;

	for (runs = 0; runs < 50; runs++, seed++) {
		const struct trial *trial = &areas.trial[0];
		int64_t *sum;

		seeded_init(&random, seed);
		areas_draw(&areas, &random, 1);
		sum = calloc(trial->plan.cells, sizeof(*sum));
		CU_ASSERT_PTR_NOT_NULL_FATAL(sum);
		for (t = 0; t < areas.areas; t++)
			for (c = 0; c < trial->plan.cells; c++)
				sum[c] += areas.y[t][c];
		CU_ASSERT_EQUAL_FATAL(dp_estimate_region(&areas.region, areas.estimate, &trial->plan, areas.y,
		                          areas.areas), DP_OK);
		for (t = 0; t < trial->tables; t++) {
			size_t cells = dp_domain_cells(&trial->domain, trial->table[t].dims);
			double x[6];
			uint64_t n[6];

			CU_ASSERT_EQUAL(dp_rebuild_figure(x, &trial->plan, sum, trial->table[t]), DP_OK);
			CU_ASSERT_EQUAL(dp_estimate_split(n, x, cells, region_total(&areas, t)), DP_OK);
			for (c = 0; c < cells; c++)
				CU_ASSERT_EQUAL(areas.region.cell[t][c], n[c]);
		}
		free(sum);
		areas_free(&areas);
	}
}

static void
the_same_vectors_give_the_same_estimate(void)
{
	static struct areas areas;
	struct dp_estimate region = {0, NULL}, estimate[AREAS];
	struct seeded random;
	size_t a, t;

	seeded_init(&random, suite_seed());
	areas_draw(&areas, &random, 3);
	CU_ASSERT_EQUAL(dp_estimate_region(&areas.region, areas.estimate, &areas.trial[0].plan, areas.y, areas.areas), DP_OK);
	CU_ASSERT_EQUAL(dp_estimate_region(&region, estimate, &areas.trial[0].plan, areas.y, areas.areas), DP_OK);
	for (a = 0; a < areas.areas; a++) {
		for (t = 0; t < areas.trial[0].tables; t++)
			CU_ASSERT_EQUAL(memcmp(estimate[a].cell[t], areas.estimate[a].cell[t],
			                    dp_domain_cells(&areas.trial[0].domain, areas.trial[0].table[t].dims) *
			                        sizeof(uint64_t)), 0);
		dp_estimate_wipe(&estimate[a]);
	}
	dp_estimate_wipe(&region);
	areas_free(&areas);
}

static void
no_area_and_sums_out_of_range_are_refused(void)
{
	static struct areas areas;
	struct seeded random;
	int64_t *huge;
	size_t c;

	seeded_init(&random, 1);
	do
		areas_draw(&areas, &random, 2);
	while (areas.areas < 2 && (areas_free(&areas), 1));
	CU_ASSERT_EQUAL(dp_estimate_region(&areas.region, areas.estimate, &areas.trial[0].plan, areas.y, 0), DP_PARAM);
	huge = calloc(areas.trial[0].plan.cells, sizeof(*huge));
	CU_ASSERT_PTR_NOT_NULL_FATAL(huge);
	for (c = 0; c < areas.trial[0].plan.cells; c++)
		huge[c] = INT64_MAX;
	areas.y[0] = areas.y[1] = huge;
	CU_ASSERT_EQUAL(dp_estimate_region(&areas.region, areas.estimate, &areas.trial[0].plan, areas.y, 2), DP_RANGE);
	/* no overflow, but a total beyond every double that can count */
	CU_ASSERT_EQUAL(dp_estimate_region(&areas.region, areas.estimate, &areas.trial[0].plan, areas.y, 1), DP_RANGE);
	CU_ASSERT_PTR_NULL(areas.region.cell);
	CU_ASSERT_PTR_NULL(areas.estimate[0].cell);
	free(huge);
	areas_free(&areas);
}

static const struct suite_case cases[] = {
	{"tables, areas and region agree in every cell", tables_areas_and_region_agree_in_every_cell},
	{"so they do with wider tables in every one-way margin", so_they_do_with_wider_tables_in_every_one_way_margin},
	{"a one-way margin of the region is its own projection", a_one_way_margin_of_the_region_is_its_own_projection},
	{"the same vectors give the same estimate", the_same_vectors_give_the_same_estimate},
	{"no area and sums out of range are refused", no_area_and_sums_out_of_range_are_refused},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.estimate_region", cases);
}
