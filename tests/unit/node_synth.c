/* The generator's cases counted by the node, against the truth that the generator counted by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/counting.h"
#include "support/structures.h"
#include "support/suite.h"

static struct proto_structure *victims;

static void
synth(const char *arguments)
{
	char command[1200];

	(void)snprintf(command, sizeof(command), CHORALE_BINARY_DIR "/bin/chorale-synth %s", arguments);
	CU_ASSERT_EQUAL_FATAL(system(command), 0);
}

static char *
path_of(const char *name)
{
	return strdup(counting_file(name, NULL, 0));
}

/* Compares every line of the truth; returns how many there were. */
static size_t
compare(const struct node_count *count, const char *truth)
{
	char line[400], area[8], period[16], group[16], code[4][16], codes[120], note[16];
	static const char *const dims[] = {"SEX", "AGE", "EXPL", "CITGRP"};
	unsigned long long n;
	size_t lines = 0, wrong = 0, d;
	FILE *file = fopen(truth, "r");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_PTR_NOT_NULL(fgets(line, sizeof(line), file));
	while (fgets(line, sizeof(line), file)) {
		CU_ASSERT_EQUAL_FATAL(sscanf(line, "%7[^,],%15[^,],%15[^,],%15[^,],%15[^,],%15[^,],%15[^,],%llu,%15s", area, period, group,
		    code[0], code[1], code[2], code[3], &n, note), 9);
		for (codes[0] = '\0', d = 0; d < 4; d++)
			if (strcmp(code[d], "_T") != 0)
				(void)snprintf(codes + strlen(codes), sizeof(codes) - strlen(codes), "%s%s=%s", codes[0] ? "," : "", dims[d], code[d]);
		wrong += counting_cell(count, victims, strcmp(group, "persons") == 0 ? "" : group, codes) != n;
		lines++;
	}
	(void)fclose(file);
	CU_ASSERT_EQUAL(wrong, 0);
	return lines;
}

static void
every_figure_of_the_truth_is_counted(void)
{
	static const struct { const char *country, *period; unsigned persons, seed; } files[] = {
	    {"XA", "2026-Q1", 4000, 1}, {"XC", "2025-S2", 500, 2}, {"XE", "2025", 3000, 3}, {"XB", "2026-02", 40, 4}};
	char *map = path_of("map.json"), *cases = path_of("synthetic-cases.csv"), *truth = path_of("truth.csv"), arguments[1000];
	size_t f;

	(void)snprintf(arguments, sizeof(arguments), "mapping --out %s", map);
	synth(arguments);
	for (f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
		struct counting_what what = {.file = cases, .mapping = map, .period = files[f].period, .country = files[f].country};
		struct proto_error error = {0};
		enum proto_code code;
		struct node_count *count;

		(void)snprintf(arguments, sizeof(arguments), "cases --country %s --period %s --persons %u --seed %u --out %s --truth %s",
		    files[f].country, files[f].period, files[f].persons, files[f].seed, cases, truth);
		synth(arguments);
		count = counting_run(&code, &what, victims, &error);
		if (code != PROTO_OK)
			printf("\n    %s: %s\n    %s\n", error.where, error.what, count ? counting_errors(count) : "");
		CU_ASSERT_EQUAL_FATAL(code, PROTO_OK);
		CU_ASSERT_EQUAL(compare(count, truth), 136);
		CU_ASSERT_TRUE(count->report.not_selected > 0 || files[f].persons < 100);
		CU_ASSERT_TRUE(count->report.persons < count->report.taken || files[f].persons < 100);
		CU_ASSERT_TRUE(count->report.bound[0].seen > count->report.bound[0].kept || files[f].persons < 100);
		node_count_free(count);
	}
	free(map);
	free(cases);
	free(truth);
}

/* The same persons, whether their rows stand together or anywhere. */
static void
the_order_of_rows_does_not_matter(void)
{
	char *map = path_of("map.json"), *file = path_of("synthetic-rows.csv"), arguments[1000];
	struct counting_what what = {.file = file, .mapping = map, .period = "2026-Q1", .country = "XA"};
	struct node_count *count[2];
	enum proto_code code;
	size_t i;

	(void)snprintf(arguments, sizeof(arguments), "mapping --out %s", map);
	synth(arguments);
	for (i = 0; i < 2; i++) {
		(void)snprintf(arguments, sizeof(arguments), "rows --rows 30000 --per-person 3 --order %s --seed %zu --out %s",
		    i ? "shuffled" : "sorted", i, file);
		synth(arguments);
		count[i] = counting_run(&code, &what, victims, NULL);
		CU_ASSERT_EQUAL_FATAL(code, PROTO_OK);
	}
	CU_ASSERT_EQUAL(count[0]->report.persons, count[1]->report.persons);
	CU_ASSERT_EQUAL(count[0]->report.taken, 3 * count[0]->report.persons);
	CU_ASSERT_EQUAL(count[0]->report.taken, count[1]->report.taken);
	CU_ASSERT_EQUAL(count[0]->report.bound[0].kept, count[1]->report.bound[0].kept);
	for (i = 0; i < victims->dim[0].list->codes; i++) {
		char codes[60];

		(void)snprintf(codes, sizeof(codes), "SEX=%s,AGE=Y0T17", victims->dim[0].list->code[i].id);
		CU_ASSERT_EQUAL(counting_cell(count[0], victims, "", codes), counting_cell(count[1], victims, "", codes));
	}
	node_count_free(count[0]);
	node_count_free(count[1]);
	free(map);
	free(file);
}

static void
cases_are_labelled_or_not_written(void)
{
	CU_ASSERT_NOT_EQUAL(system(CHORALE_BINARY_DIR "/bin/chorale-synth cases --country XA --period 2026-Q1 --persons 1 --seed 1 "
	    "--out /dev/null --truth /dev/null 2>/dev/null"), 0);
	CU_ASSERT_NOT_EQUAL(system(CHORALE_BINARY_DIR "/bin/chorale-synth cases --country GB --period 2026-Q1 --persons 1 --seed 1 "
	    "--out /tmp/synthetic --truth /dev/null 2>/dev/null"), 0);
}

static const struct suite_case cases[] = {
	{"every figure of the truth is counted", every_figure_of_the_truth_is_counted},
	{"the order of rows does not matter", the_order_of_rows_does_not_matter},
	{"cases are labelled or not written", cases_are_labelled_or_not_written},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	victims = structures_default("TIP_VICTIMS");
	status = suite_run("node.synth", cases);
	proto_structure_free(victims);
	return status;
}
