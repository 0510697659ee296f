#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coordinator/figure.h"
#include "dp/rebuild.h"
#include "node/count.h"
#include "support/region.h"
#include "support/seeded.h"
#include "support/structures.h"
#include "support/suite.h"

/*
 * One real quarter, split by who referred the person into four offices, over seeded repetitions: the
 * region's true counts lie inside the published intervals as often as they should, and the
 * published standard errors are the measured ones.
 *
 * With 2,000 repetitions the measured error of the smallest table itself varies by half a percent, so that
 * a bound of 3 % means something for any seed; with 200 it would vary by 1.5 %.
 */
#define REPETITIONS 2000
#define OFFICES 4
#define TABLES_MAX 8

static const char *const responder[OFFICES] = {"Government agency", "Local Authority", "NGO and third sector", "Police"};
static const char *const country[OFFICES] = {"XA", "XB", "XC", "XD"};

static struct region region;
static struct dp_counts *counts[OFFICES], *truth;
static char csv[512], map[512];

/* The rows of one responder; no earlier column of these files holds a comma. */
static bool
split(const char *from, const char *to, const char *type)
{
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	char line[4096], want[128];
	bool first = true;

	(void)snprintf(want, sizeof(want), ",%s,", type);
	while (in != NULL && out != NULL && fgets(line, sizeof(line), in) != NULL) {
		const char *field = strchr(line, ',');

		field = field ? strchr(field + 1, ',') : NULL;
		if (first || (field != NULL && strncmp(field, want, strlen(want)) == 0))
			(void)fputs(line, out);
		first = false;
	}
	if (in != NULL)
		(void)fclose(in);
	return out != NULL && fclose(out) == 0 && in != NULL;
}

static struct dp_counts *
count_file(const char *file, const char *office, struct proto_structure *structure)
{
	struct node_count_request request = {.file = file, .mapping = map, .structure = structure, .country = office,
	    .now = 1750000000};
	struct node_count *count = NULL;
	struct dp_counts *taken = NULL;
	struct proto_error error;

	if (proto_period_parse(&request.period, "2023-Q1", &error) != PROTO_OK ||
	    node_count_file(&count, &request, &error) != PROTO_OK) {
		(void)fprintf(stderr, "%s: %s: %s\n", file, error.what, error.where);
		node_count_free(count);
		return NULL;
	}
	taken = count->counts;
	count->counts = NULL;
	node_count_free(count);
	return taken;
}

static bool
count_all(struct proto_structure *structure)
{
	char part[] = "/tmp/chorale-region-XXXXXX";
	bool ok = true;
	size_t i;
	int fd = mkstemp(part);

	if (fd < 0)
		return false;
	(void)close(fd);
	truth = count_file(csv, "GB", structure);
	for (i = 0; i < OFFICES && ok; i++)
		ok = split(csv, part, responder[i]) && (counts[i] = count_file(part, country[i], structure)) != NULL;
	(void)unlink(part);
	return ok && truth != NULL;
}

struct pooled {
	size_t cells, covered;
	double squares[TABLES_MAX], errors[TABLES_MAX]; /* per table: sum of squared errors, of published variances */
};

/* One repetition's table, every cell of the region against the truth. */
static void
pool_table(struct pooled *pooled, const struct coord_published *published, size_t t)
{
	const struct dp_plan *plan = &published->manifest.plan;
	struct coord_area *area[1] = {&published->area[0]};
	struct coord_figure figure = {0};
	uint64_t cells = dp_domain_cells(&plan->domain, plan->table[t].dims), at;
	uint64_t *exact = calloc(cells, sizeof(*exact));
	double variance, low, high;
	struct proto_error error;

	CU_ASSERT_EQUAL_FATAL(coord_figure_read(&figure, published, area, 1, plan->table[t], &error), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(dp_counts_figure(exact, truth, plan->table[t]), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_rebuild_variance(&variance, plan, plan->table[t]), DP_OK);
	variance *= OFFICES;
	for (at = 0; at < cells; at++) {
		double off = figure.measured[at] - (double)exact[at];

		dp_rebuild_interval(&low, &high, figure.measured[at], sqrt(variance));
		pooled->covered += low <= (double)exact[at] && (double)exact[at] <= high;
		pooled->squares[t] += off * off;
		pooled->errors[t] += variance;
	}
	pooled->cells += cells;
	coord_figure_wipe(&figure);
	free(exact);
}

static void
intervals_and_errors_are_what_they_say(void)
{
	struct pooled pooled = {0};
	struct seeded seeded;
	size_t r, i, t, tables = region.manifest.plan.tables;

	seeded_init(&seeded, suite_seed());
	for (r = 0; r < REPETITIONS; r++) {
		struct dp_rng rng = seeded_rng(&seeded);
		struct coord_published published = {0};

		region_again(&region);
		for (i = 0; i < OFFICES; i++)
			CU_ASSERT_FATAL(region_submit(&region, i, counts[i], &rng));
		CU_ASSERT_FATAL(region_publish(&published, &region));
		for (t = 0; t < tables; t++)
			pool_table(&pooled, &published, t);
		coord_published_wipe(&published);
	}
	printf("covered %.4f of %zu cells\n", (double)pooled.covered / (double)pooled.cells, pooled.cells);
	CU_ASSERT((double)pooled.covered >= 0.95 * (double)pooled.cells);
	CU_ASSERT((double)pooled.covered <= 0.98 * (double)pooled.cells);
	for (t = 0; t < tables; t++) {
		double ratio = sqrt(pooled.squares[t] / pooled.errors[t]);

		printf("%s: measured over published standard error %.4f\n", region.manifest.structure->table[t].id, ratio);
		CU_ASSERT(fabs(ratio - 1) <= 0.03);
	}
}

static void
the_offices_together_hold_every_person(void)
{
	uint64_t whole = 0, part = 0, sum = 0;
	size_t i;

	CU_ASSERT_EQUAL(dp_counts_figure(&whole, truth, (struct dp_figure){0, 0}), DP_OK);
	for (i = 0; i < OFFICES; i++) {
		CU_ASSERT_EQUAL(dp_counts_figure(&part, counts[i], (struct dp_figure){0, 0}), DP_OK);
		sum += part;
	}
	CU_ASSERT_EQUAL(whole, 4746);
	CU_ASSERT_EQUAL(sum, whole);
}

static const struct suite_case cases[] = {
	{"the offices together hold every person", the_offices_together_hold_every_person},
	{"intervals and errors are what they say", intervals_and_errors_are_what_they_say},
	{NULL, NULL},
};

int
main(void)
{
	const struct region_round round = {"TIP_VICTIMS.2023-Q1.r0", "0.1", country, OFFICES};
	struct proto_structure *structure = structures_default("TIP_VICTIMS");
	const char *path = suite_shared("data/uk_nrm/nrm_persons_2023-Q1.csv");
	size_t i;
	int status;

	if (path == NULL)
		suite_skip("the agreement's real files are not beside the source tree (data/uk_nrm)");
	(void)snprintf(csv, sizeof(csv), "%s", path);
	(void)snprintf(map, sizeof(map), "%s", suite_shared("domain/mapping_uk_nrm.json"));
	if (!count_all(structure) || !region_open(&region, structure, &round))
		return 1;
	status = suite_run("region.real", cases);
	region_close(&region);
	for (i = 0; i < OFFICES; i++)
		dp_counts_free(counts[i]);
	dp_counts_free(truth);
	return status;
}
