#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coordinator/figure.h"
#include "coordinator/release_dir.h"
#include "coordinator/release_verify.h"
#include "dp/rebuild.h"
#include "proto/release.h"
#include "support/region.h"
#include "support/seeded.h"
#include "support/structures.h"
#include "support/suite.h"

/* Three offices of which two submit; everything below reads this one release. */
static const char *const country[] = {"XA", "XB", "XC"};
static struct region region;
static struct coord_published published;
static struct coord_pack pack;

static bool
submit(size_t i, uint64_t seed, uint32_t persons)
{
	const struct dp_plan *plan = &region.manifest.plan;
	struct seeded seeded;
	struct dp_rng rng;
	struct dp_counts *counts = NULL;
	struct dp_person *person = calloc(1, sizeof(*person));
	uint32_t p, d;
	bool ok;

	seeded_init(&seeded, seed);
	rng = seeded_rng(&seeded);
	ok = dp_counts_new(&counts, &plan->domain, plan->table, plan->tables) == DP_OK;
	for (p = 0; ok && p < persons; p++) {
		for (d = 0; d < plan->domain.dims; d++) {
			person->codes[d] = 1;
			person->code[d][0] = (uint32_t)seeded_below(&seeded, plan->domain.dim[d].codes);
		}
		ok = dp_counts_add(counts, person) == DP_OK;
	}
	ok = ok && region_submit(&region, i, counts, &rng);
	dp_counts_free(counts);
	free(person);
	return ok;
}

static void
a_fresh_release_verifies(void)
{
	struct coord_verify_report report;
	struct coord_published loaded = {0};
	const uint8_t *key = proto_trust_cert(&region.trust, PROTO_PURPOSE_RELEASE)->key;
	size_t i;

	coord_release_verify(&report, &loaded, &pack, key);
	for (i = 0; i < report.checks; i++)
		if (!report.check[i].ok)
			printf("%s: %s: %s\n", report.check[i].name, report.check[i].error.what, report.check[i].error.where);
	CU_ASSERT_FATAL(report.ok);
	CU_ASSERT_EQUAL(report.checks, 5);
	CU_ASSERT_STRING_EQUAL(loaded.id, "TIP_VICTIMS.2026-Q1.r0.v1");
	CU_ASSERT_EQUAL(loaded.area[0].reporters, 2);
	CU_ASSERT_EQUAL(loaded.area[0].listed, 3);
	CU_ASSERT_EQUAL(memcmp(loaded.area[0].y, published.area[0].y, published.manifest.plan.cells * sizeof(int64_t)), 0);
	coord_published_wipe(&loaded);
}

static bool
verifies(const struct coord_pack *candidate, const uint8_t *key)
{
	struct coord_verify_report report;

	coord_release_verify(&report, NULL, candidate, key);
	return report.ok;
}

static void
a_changed_byte_in_any_file_is_noticed(void)
{
	size_t f, n;

	for (f = 0; f < pack.files; f++) {
		struct proto_buffer *data = &pack.file[f].data;
		size_t step = data->len / 17 + 1;

		for (n = 0; n < data->len; n += step) {
			data->data[n] ^= 1;
			CU_ASSERT_FALSE(verifies(&pack, NULL));
			data->data[n] ^= 1;
		}
	}
	CU_ASSERT(verifies(&pack, NULL));
}

static void
a_missing_file_is_noticed(void)
{
	size_t f;

	for (f = 0; f < pack.files; f++) {
		struct coord_pack_file taken = pack.file[f];
		struct coord_pack fewer = pack;

		pack.file[f] = pack.file[pack.files - 1];
		fewer.files--;
		CU_ASSERT_FALSE(verifies(&fewer, NULL));
		pack.file[f] = taken;
	}
}

static void
another_key_is_refused(void)
{
	uint8_t other[PROTO_PUBLIC];

	memcpy(other, proto_trust_cert(&region.trust, PROTO_PURPOSE_RELEASE)->key, sizeof(other));
	other[5] ^= 1;
	CU_ASSERT_FALSE(verifies(&pack, other));
}

static struct proto_buffer *
find(struct coord_pack *from, const char *name)
{
	size_t f;

	for (f = 0; f < from->files; f++)
		if (strcmp(from->file[f].name, name) == 0)
			return &from->file[f].data;
	return NULL;
}

/* What the holder of the genuine key could do: hashes and signature made anew over changed files. */
static void
sign_again(struct coord_pack *changed)
{
	struct proto_buffer *sums = find(changed, "SHA256SUMS"), *signature = find(changed, "SHA256SUMS.sig");
	struct proto_error error;
	size_t f;

	proto_buffer_wipe(sums);
	for (f = 0; f < changed->files; f++) {
		uint8_t hash[crypto_hash_sha256_BYTES];
		char hex[2 * sizeof(hash) + 1];

		if (strncmp(changed->file[f].name, "SHA256SUMS", 10) == 0)
			continue;
		(void)crypto_hash_sha256(hash, changed->file[f].data.data, changed->file[f].data.len);
		(void)sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
		proto_buffer_printf(sums, "%s  %s\n", hex, changed->file[f].name);
	}
	CU_ASSERT_EQUAL_FATAL(proto_release_sign(signature->data, sums->data, sums->len,
	    region_signer(&region, PROTO_PURPOSE_RELEASE).secret, &error), PROTO_OK);
}

static void
make_pack(struct coord_pack *ret_pack, const struct coord_published *from)
{
	struct proto_error error;

	CU_ASSERT_EQUAL_FATAL(coord_release_pack(ret_pack, from, &error), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(coord_release_pack_sign(ret_pack, region_signer(&region, PROTO_PURPOSE_RELEASE).secret, &error), PROTO_OK);
}

/* The attack that hashes alone would miss: one file changed, sums made anew, signed by the genuine key. */
static void
figures_that_do_not_follow_are_refused_even_when_signed(void)
{
	const char *name[] = {"measurements.csv", "estimates.csv", "residuals.json", "release.json"};
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		struct coord_pack forged = {0};
		struct coord_verify_report report;
		struct proto_buffer *data;
		char *digit;

		make_pack(&forged, &published);
		sign_again(&forged);
		CU_ASSERT(verifies(&forged, NULL));
		data = find(&forged, name[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(proto_buffer_string(data));
		/* one digit of one figure: of the last row that has one, of the last integer, of the cost */
		digit = strcmp(name[i], "release.json") == 0 ? strstr((char *)data->data, "\"rho\"") + 12 : (char *)data->data + data->len - 1;
		if (strstr(name[i], ".csv") != NULL)
			digit = strstr((char *)data->data, ",0.95,");
		while (strchr("12345678", *digit) == NULL)
			digit--;
		++*digit;
		sign_again(&forged);
		coord_release_verify(&report, NULL, &forged, NULL);
		CU_ASSERT_FALSE(report.ok);
		CU_ASSERT(report.checks >= 3);
		coord_release_pack_wipe(&forged);
	}
}

static void
a_release_survives_a_directory(void)
{
	char parent[] = "/tmp/chorale-release-XXXXXX", dir[64], again[72];
	struct coord_pack read = {0};
	struct proto_error error;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(parent));
	(void)snprintf(dir, sizeof(dir), "%s/r", parent);
	CU_ASSERT_EQUAL_FATAL(coord_release_dir_save(&pack, dir, COORD_RELEASE_DIR_NEW, &error), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(coord_release_dir_load(&read, dir, &error), PROTO_OK);
	CU_ASSERT(verifies(&read, NULL));
	CU_ASSERT_EQUAL(coord_release_dir_save(&pack, dir, COORD_RELEASE_DIR_NEW, &error), PROTO_EXISTS);
	CU_ASSERT_EQUAL(coord_release_dir_save(&pack, dir, COORD_RELEASE_DIR_REPLACE, &error), PROTO_OK);
	(void)snprintf(again, sizeof(again), "rm -r %s", parent);
	CU_ASSERT_EQUAL(system(again), 0);
	coord_release_pack_wipe(&read);
}

static uint64_t
table_total(const struct coord_area *area, size_t t)
{
	uint64_t cells = dp_domain_cells(&published.manifest.plan.domain, published.manifest.plan.table[t].dims), at, sum = 0;

	for (at = 0; at < cells; at++)
		sum += area->estimate.cell[t][at];
	return sum;
}

static void
estimates_add_up_to_the_rounded_total(void)
{
	const struct dp_plan *plan = &published.manifest.plan;
	size_t t, i;

	for (t = 0; t < plan->tables; t++) {
		struct dp_figure total = {plan->table[t].group, 0};
		uint64_t countries = 0;
		double unbiased;

		CU_ASSERT_EQUAL_FATAL(dp_rebuild_figure(&unbiased, plan, published.area[0].y, total), DP_OK);
		unbiased = unbiased > 0 ? floor(unbiased + 0.5) : 0;
		CU_ASSERT_EQUAL(table_total(&published.area[0], t), (uint64_t)unbiased);
		for (i = 1; i < published.areas; i++)
			if (published.area[i].y != NULL)
				countries += table_total(&published.area[i], t);
		CU_ASSERT_EQUAL(countries, (uint64_t)unbiased);
	}
}

static void
every_cell_of_the_region_is_the_sum_of_its_countries(void)
{
	const struct dp_plan *plan = &published.manifest.plan;
	size_t t, i;
	uint64_t at;

	for (t = 0; t < plan->tables; t++)
		for (at = 0; at < dp_domain_cells(&plan->domain, plan->table[t].dims); at++) {
			uint64_t sum = 0;

			for (i = 1; i < published.areas; i++)
				if (published.area[i].y != NULL)
					sum += published.area[i].estimate.cell[t][at];
			CU_ASSERT_EQUAL(published.area[0].estimate.cell[t][at], sum);
		}
}

static void
a_country_that_did_not_report_is_missing_not_zero(void)
{
	const struct coord_pack_file *csv = coord_release_pack_find(&pack, "estimates.csv");
	struct proto_buffer text = {0};
	const char *line;

	proto_buffer_put(&text, csv->data.data, csv->data.len);
	line = strstr(proto_buffer_string(&text), "TIP_VICTIMS,Q,XC,2026-Q1,V1,F,Y0T17,_T,_T,");
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	CU_ASSERT_PTR_NOT_NULL(strstr(line, "_T,_T,,,,,0.95,O,0,"));
	CU_ASSERT(strstr(line, "_T,_T,,,,,0.95,O,0,") < strchr(line, '\n'));
	line = strstr(proto_buffer_string(&text), "TIP_VICTIMS,Q,150,2026-Q1,,_T,_T,_T,_T,");
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	CU_ASSERT(strstr(line, ",0.95,P,2,") != NULL && strstr(line, ",0.95,P,2,") < strchr(line, '\n'));
	proto_buffer_wipe(&text);
}

/* A sum's variance against the plain sum over all pairs of cells, from the residuals' definition. */
static void
the_error_of_a_sum_is_the_error_of_what_it_sums(void)
{
	const struct dp_plan *plan = &published.manifest.plan;
	struct coord_area *area[2] = {&published.area[1], &published.area[2]};
	struct coord_choice *choice = calloc(1, sizeof(*choice));
	struct coord_figure figure = {0};
	struct coord_observation two, all;
	struct proto_error error;
	double total;
	uint32_t c;

	CU_ASSERT_EQUAL_FATAL(coord_figure_read(&figure, &published, area, 2, plan->table[0], &error), PROTO_OK);
	choice->chosen[0][0] = choice->chosen[0][1] = true;
	for (c = 0; c < plan->domain.dim[1].codes; c++)
		choice->chosen[1][c] = true;
	CU_ASSERT_EQUAL_FATAL(coord_figure_observe(&two, &figure, plan, choice, &error), PROTO_OK);
	for (c = 0; c < plan->domain.dim[0].codes; c++)
		choice->chosen[0][c] = true;
	CU_ASSERT_EQUAL_FATAL(coord_figure_observe(&all, &figure, plan, choice, &error), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(dp_rebuild_figure(&total, plan, published.area[0].y, (struct dp_figure){0, 0}), DP_OK);
	CU_ASSERT_DOUBLE_EQUAL(all.measured, total, 1e-6);
	CU_ASSERT_EQUAL_FATAL(dp_rebuild_variance(&total, plan, (struct dp_figure){0, 0}), DP_OK);
	CU_ASSERT_DOUBLE_EQUAL(all.variance, 2 * total, 1e-9 * total);
	CU_ASSERT(two.variance > 0);
	CU_ASSERT_FALSE(two.gap);
	coord_figure_wipe(&figure);
	free(choice);
}

/* The largest values that proto_part_open lets through, in patterns that fit no counts. */
static void
fill_edge(int64_t *y, const struct dp_plan *plan, int pattern)
{
	size_t r, c;

	for (r = 0; r < plan->residuals; r++) {
		const struct dp_residual *residual = &plan->residual[r];
		int64_t most = (int64_t)(residual->scale << 32);
		const int64_t value[4] = {most, -most, most, residual->dims == 0 ? most : -most / 3};

		for (c = 0; c < residual->cells; c++)
			y[residual->offset + c] = pattern >= 2 && c % 2 ? -value[pattern] : value[pattern];
	}
}

/* A lying office is believed, but must not keep the region from its release. */
static void
a_vector_at_the_edge_of_its_range_blocks_nothing(void)
{
	const struct coord_area kept[3] = {published.area[0], published.area[1], published.area[2]};
	struct coord_pack again = {0};
	struct proto_error error;
	int pattern, i;

	published.area[1].y = calloc(published.manifest.plan.cells, sizeof(int64_t));
	CU_ASSERT_PTR_NOT_NULL_FATAL(published.area[1].y);
	for (pattern = 0; pattern < 4; pattern++) {
		published.area[0].y = NULL;
		for (i = 0; i < 3; i++)
			published.area[i].estimate = (struct dp_estimate){0};
		fill_edge(published.area[1].y, &published.manifest.plan, pattern);
		CU_ASSERT_EQUAL_FATAL(coord_published_derive(&published, &error), PROTO_OK);
		estimates_add_up_to_the_rounded_total();
		every_cell_of_the_region_is_the_sum_of_its_countries();
		CU_ASSERT_EQUAL_FATAL(coord_release_pack(&again, &published, &error), PROTO_OK);
		CU_ASSERT_EQUAL_FATAL(coord_release_pack_sign(&again, region_signer(&region, PROTO_PURPOSE_RELEASE).secret, &error), PROTO_OK);
		CU_ASSERT(verifies(&again, NULL));
		coord_release_pack_wipe(&again);
		for (i = 0; i < 3; i++)
			dp_estimate_wipe(&published.area[i].estimate);
		free(published.area[0].y);
	}
	free(published.area[1].y);
	memcpy(published.area, kept, sizeof(kept));
}

static const struct suite_case cases[] = {
	{"a fresh release verifies", a_fresh_release_verifies},
	{"a changed byte in any file is noticed", a_changed_byte_in_any_file_is_noticed},
	{"a missing file is noticed", a_missing_file_is_noticed},
	{"another key is refused", another_key_is_refused},
	{"figures that do not follow are refused even when signed", figures_that_do_not_follow_are_refused_even_when_signed},
	{"a release survives a directory", a_release_survives_a_directory},
	{"estimates add up to the rounded total", estimates_add_up_to_the_rounded_total},
	{"every cell of the region is the sum of its countries", every_cell_of_the_region_is_the_sum_of_its_countries},
	{"a country that did not report is missing, not zero", a_country_that_did_not_report_is_missing_not_zero},
	{"the error of a sum is the error of what it sums", the_error_of_a_sum_is_the_error_of_what_it_sums},
	{"a vector at the edge of its range blocks nothing", a_vector_at_the_edge_of_its_range_blocks_nothing},
	{NULL, NULL},
};

int
main(void)
{
	const struct region_round round = {"TIP_VICTIMS.2026-Q1.r0", "0.1", country, 3};
	struct proto_error error;
	int status;

	if (!region_open(&region, structures_default("TIP_VICTIMS"), &round) || !submit(0, 1, 300) || !submit(1, 2, 40) ||
	    !region_publish(&published, &region) || coord_release_pack(&pack, &published, &error) != PROTO_OK ||
	    coord_release_pack_sign(&pack, region_signer(&region, PROTO_PURPOSE_RELEASE).secret, &error) != PROTO_OK)
		return 1;
	status = suite_run("coordinator.release", cases);
	coord_release_pack_wipe(&pack);
	coord_published_wipe(&published);
	region_close(&region);
	return status;
}
