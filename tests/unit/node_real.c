/* The real files that the agreement names, against the counts it names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/counting.h"
#include "support/structures.h"
#include "support/suite.h"

static struct proto_structure *victims, *means;

static const char *const quarters[] = {"2022-Q2", "2022-Q3", "2022-Q4", "2023-Q1"};

static char *
shared(const char *path)
{
	const char *found = suite_shared(path);

	if (found == NULL)
		suite_skip("../shared is absent: the real files cannot be counted");
	return strdup(found);
}

static struct node_count *
quarter(size_t q, const char *period)
{
	char name[64], *file, *mapping = shared("domain/mapping_uk_nrm.json");
	struct counting_what what = {.mapping = mapping, .period = period};
	struct node_count *count;
	struct proto_error error = {0};
	enum proto_code code;

	(void)snprintf(name, sizeof(name), "data/uk_nrm/nrm_persons_%s.csv", quarters[q]);
	what.file = file = shared(name);
	count = counting_run(&code, &what, victims, &error);
	CU_ASSERT_EQUAL(code, PROTO_OK);
	if (code != PROTO_OK)
		printf("\n    %s: %s\n    %s\n", error.where, error.what, count ? counting_errors(count) : "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(count);
	free(file);
	free(mapping);
	return count;
}

struct expected {
	const char *group, *codes;
	uint64_t n;
};

static void
four_quarters_give_the_counts_named(void)
{
	static const struct expected expected[] = {{"", "", 17920}, {"", "SEX=M", 14051}, {"", "SEX=F", 3855}, {"", "SEX=_O", 13},
	    {"", "SEX=_U", 1}, {"", "AGE=Y_GE18", 9395}, {"", "AGE=Y0T17", 7456}, {"", "AGE=_U", 1069}, {"", "CITGRP=NAT", 4407},
	    {"", "CITGRP=REG", 126}, {"", "CITGRP=FOR", 13342}, {"", "CITGRP=_U", 45}, {"EXPL", "EXPL=FL", 8489},
	    {"EXPL", "EXPL=CR", 7452}, {"EXPL", "EXPL=SX", 2702}, {"EXPL", "EXPL=DS", 1103}, {"EXPL", "EXPL=OR", 18},
	    {"EXPL", "EXPL=_U", 1872}};
	uint64_t rows = 0, taken = 0, dual = 0, persons = 0, n;
	struct node_count *count[4];
	size_t q, e;

	for (q = 0; q < 4; q++) {
		count[q] = quarter(q, quarters[q]);
		rows += count[q]->report.rows;
		taken += count[q]->report.taken;
		dual += count[q]->report.dual;
		persons += count[q]->report.persons;
		CU_ASSERT_TRUE(count[q]->report.ok);
		CU_ASSERT_EQUAL(count[q]->report.rejected, 0);
		CU_ASSERT_EQUAL(count[q]->report.not_selected, 0);
		CU_ASSERT_STRING_EQUAL(count[q]->map, "uk-nrm");
	}
	CU_ASSERT_EQUAL(rows, 17920);
	CU_ASSERT_EQUAL(taken, 17920);
	CU_ASSERT_EQUAL(persons, 17920);
	CU_ASSERT_EQUAL(dual, 667);
	for (e = 0; e < sizeof(expected) / sizeof(expected[0]); e++) {
		for (n = 0, q = 0; q < 4; q++)
			n += counting_cell(count[q], victims, expected[e].group, expected[e].codes);
		CU_ASSERT_EQUAL(n, expected[e].n);
		if (n != expected[e].n)
			printf("\n    %s: %llu instead of %llu\n", expected[e].codes, (unsigned long long)n, (unsigned long long)expected[e].n);
	}
	for (q = 0; q < 4; q++)
		node_count_free(count[q]);
}

static void
a_quarter_in_the_round_of_another_is_not_selected(void)
{
	static const uint64_t rows[] = {4171, 4586, 4417, 4746};
	size_t q;

	for (q = 0; q < 4; q++) {
		struct node_count *count = quarter(q, quarters[(q + 1) % 4]);

		CU_ASSERT_EQUAL(count->report.rows, rows[q]);
		CU_ASSERT_EQUAL(count->report.not_selected, rows[q]);
		CU_ASSERT_EQUAL(count->report.taken, 0);
		CU_ASSERT_EQUAL(counting_cell(count, victims, "", ""), 0);
		node_count_free(count);
	}
}

static void
means_are_bounded_as_named(void)
{
	static const struct expected expected[] = {{"", "RECR=OTH", 10511}, {"", "RECR=PAR", 7131}, {"", "RECR=FAM", 6814},
	    {"", "RECR=FRI", 2447}, {"", "RECR=_U", 64140}};
	struct counting_what what = {.file = shared("data/ctdc/ctdc_synthetic_v2025_derived_multihot.csv"),
	    .mapping = shared("domain/mapping_ctdc_means.json"), .period = "2024"};
	struct proto_error error = {0};
	struct node_count *count;
	enum proto_code code;
	size_t e;

	count = counting_run(&code, &what, means, &error);
	CU_ASSERT_EQUAL(code, PROTO_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(count);
	CU_ASSERT_EQUAL(count->report.rows, 91043);
	CU_ASSERT_EQUAL(count->report.persons, 91043);
	CU_ASSERT_EQUAL_FATAL(count->report.bounds, 1);
	CU_ASSERT_STRING_EQUAL(count->report.bound[0].dim, "MEANS");
	CU_ASSERT_EQUAL(count->report.bound[0].seen, 107686);
	CU_ASSERT_EQUAL(count->report.bound[0].kept, 90788);
	for (e = 0; e < sizeof(expected) / sizeof(expected[0]); e++)
		CU_ASSERT_EQUAL(counting_cell(count, means, expected[e].group, expected[e].codes), expected[e].n);
	node_count_free(count);
	free((void *)(uintptr_t)what.file);
	free((void *)(uintptr_t)what.mapping);
}

/* TIP_MEANS with one more table, of persons by EXPL: what `pick` leaves. */
static struct proto_structure *
means_by_form(void)
{
	struct proto_structure *plain = structures_default("TIP_MEANS"), *structure = NULL;
	json_t *root = NULL, *tables;
	struct proto_error error = {0};
	struct proto_structure **set = NULL;
	size_t structures = 0;
	char *text;

	CU_ASSERT_EQUAL_FATAL(proto_json_load(&root, plain->document.data, plain->document.len, "", &error), PROTO_OK);
	tables = json_object_get(json_array_get(json_object_get(root, "structures"), 0), "tables");
	CU_ASSERT_EQUAL_FATAL(json_array_append_new(tables, json_pack("{s:s,s:s,s:[s]}", "id", "M3", "group", "persons", "dims", "EXPL")), 0);
	text = json_dumps(root, 0);
	if (proto_structure_load_set(&set, &structures, text, strlen(text), NULL, "", &error) != PROTO_OK)
		printf("%s: %s\n", error.where, error.what);
	CU_ASSERT_EQUAL_FATAL(structures, 1);
	structure = set[0];
	free(set);
	free(text);
	json_decref(root);
	proto_structure_free(plain);
	return structure;
}

static void
the_first_form_by_public_order_is_picked(void)
{
	static const struct expected expected[] = {{"", "EXPL=SX", 72490}, {"", "EXPL=FL", 18488}, {"", "EXPL=_U", 65}};
	struct proto_structure *structure = means_by_form();
	struct counting_what what = {.file = shared("data/ctdc/ctdc_synthetic_v2025_derived_multihot.csv"),
	    .mapping = shared("domain/mapping_ctdc_means.json"), .period = "2024"};
	struct node_count *count;
	enum proto_code code;
	size_t e;

	count = counting_run(&code, &what, structure, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(count);
	for (e = 0; e < sizeof(expected) / sizeof(expected[0]); e++)
		CU_ASSERT_EQUAL(counting_cell(count, structure, expected[e].group, expected[e].codes), expected[e].n);
	node_count_free(count);
	free((void *)(uintptr_t)what.file);
	free((void *)(uintptr_t)what.mapping);
	proto_structure_free(structure);
}

/* Four areas of a file of 164, which holds 48,773 rows; the figures were counted apart, with Python. */
static void
one_area_of_many_is_selected(void)
{
	static const struct { const char *area, *year; uint64_t rows, female, forced; } areas[] = {
	    {"UA", "2016", 495, 215, 0}, {"PH", "2016", 1988, 1369, 742}, {"MD", "2008", 241, 193, 0}, {"US", "2017", 3683, 3562, 97}};
	char *file = shared("data/ctdc/ctdc_global_2020-04-14_7cols.csv"), *mapping = shared("domain/mapping_ctdc_2020.json");
	size_t a;

	for (a = 0; a < sizeof(areas) / sizeof(areas[0]); a++) {
		struct counting_what what = {.file = file, .mapping = mapping, .period = areas[a].year, .country = areas[a].area};
		struct proto_error error = {0};
		enum proto_code code;
		struct node_count *count = counting_run(&code, &what, victims, &error);

		CU_ASSERT_EQUAL(code, PROTO_OK);
		CU_ASSERT_PTR_NOT_NULL_FATAL(count);
		CU_ASSERT_EQUAL(count->report.rows, 48773);
		CU_ASSERT_EQUAL(count->report.taken, areas[a].rows);
		CU_ASSERT_EQUAL(count->report.not_selected, 48773 - areas[a].rows);
		CU_ASSERT_EQUAL(counting_cell(count, victims, "", "SEX=F"), areas[a].female);
		CU_ASSERT_EQUAL(counting_cell(count, victims, "EXPL", "EXPL=FL"), areas[a].forced);
		node_count_free(count);
	}
	free(file);
	free(mapping);
}

/* Half of what UNODC publishes is "<5": such a file is no input, and each such cell is listed. */
static void
suppressed_cells_are_listed_and_refused(void)
{
	/* one cell of Germany 2019 stands twice in the file: rows 43486 and 43487 */
	static const struct { const char *area, *year; uint64_t rows, suppressed, twice; } areas[] = {{"RO", "2016", 16, 4, 0},
	    {"DE", "2019", 43, 16, 1}, {"US", "2019", 39, 2, 0}};
	char *file = shared("data/glotip/glotip_2023-05-30.csv"), *mapping = shared("domain/mapping_glotip.json");
	size_t a, e;

	for (a = 0; a < sizeof(areas) / sizeof(areas[0]); a++) {
		struct counting_what what = {.file = file, .mapping = mapping, .period = areas[a].year, .country = areas[a].area};
		struct node_count *count;
		enum proto_code code;

		count = counting_run(&code, &what, victims, NULL);
		CU_ASSERT_EQUAL(code, PROTO_INPUT);
		CU_ASSERT_PTR_NOT_NULL_FATAL(count);
		CU_ASSERT_PTR_NULL(count->counts);
		CU_ASSERT_EQUAL(count->report.rows, 46556);
		CU_ASSERT_EQUAL(count->report.rejected, areas[a].suppressed + areas[a].twice);
		CU_ASSERT_EQUAL(count->report.errors, areas[a].suppressed + areas[a].twice);
		CU_ASSERT_EQUAL(count->report.not_selected, 46556 - areas[a].rows);
		for (e = 0; e < count->report.shown; e++) {
			bool twice = count->report.error[e].row == 43487;

			CU_ASSERT_EQUAL(count->report.error[e].kind, twice ? NODE_DUPLICATE : NODE_SUPPRESSED);
			CU_ASSERT_STRING_EQUAL(count->report.error[e].column, twice ? "" : "txtVALUE");
		}
		node_count_free(count);
	}
	free(file);
	free(mapping);
}

static const struct suite_case cases[] = {
	{"four quarters give the counts named", four_quarters_give_the_counts_named},
	{"a quarter in the round of another is not selected", a_quarter_in_the_round_of_another_is_not_selected},
	{"means are bounded as named", means_are_bounded_as_named},
	{"the first form by public order is picked", the_first_form_by_public_order_is_picked},
	{"one area of many is selected", one_area_of_many_is_selected},
	{"suppressed cells are listed and refused", suppressed_cells_are_listed_and_refused},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	victims = structures_default("TIP_VICTIMS");
	means = structures_default("TIP_MEANS");
	status = suite_run("node.real", cases);
	proto_structure_free(victims);
	proto_structure_free(means);
	return status;
}
