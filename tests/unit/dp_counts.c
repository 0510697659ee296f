#include "dp/counts.h"

#include <stdlib.h>
#include <string.h>

#include "support/seeded.h"
#include "support/suite.h"

/* SEX (3), a dimension of one code, AGE (4), FORM (5, at most 2). */
static const struct dp_domain domain = {4, {{3, 0}, {1, 0}, {4, 0}, {5, 2}}};
static const struct dp_figure tables[] = {{0, 5}, {0, 3}, {8, 13}, {8, 9}};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

static struct dp_counts *
fresh(void)
{
	struct dp_counts *counts = NULL;

	CU_ASSERT_EQUAL_FATAL(dp_counts_new(&counts, &domain, tables, TABLES), DP_OK);
	return counts;
}

static struct dp_person *
person_new(uint32_t sex, uint32_t age, uint32_t forms, uint32_t form_a, uint32_t form_b)
{
	struct dp_person *person = calloc(1, sizeof(*person));

	CU_ASSERT_PTR_NOT_NULL_FATAL(person);
	person->codes[0] = person->codes[1] = person->codes[2] = 1;
	person->code[0][0] = sex;
	person->code[2][0] = age;
	person->codes[3] = forms;
	person->code[3][0] = form_a;
	person->code[3][1] = form_b;
	return person;
}

static uint64_t
total(const struct dp_counts *counts, dp_dims group)
{
	uint64_t n = 0;

	CU_ASSERT_EQUAL(dp_counts_figure(&n, counts, (struct dp_figure){group, 0}), DP_OK);
	return n;
}

static void
a_person_adds_the_cross_product_of_her_codes(void)
{
	struct dp_counts *counts = fresh();
	struct dp_person *person = person_new(2, 3, 2, 1, 4);
	uint64_t cell[60];
	size_t c, ones = 0;

	CU_ASSERT_EQUAL(dp_counts_add(counts, person), DP_OK);
	CU_ASSERT_EQUAL(dp_counts_figure(cell, counts, (struct dp_figure){8, 13}), DP_OK);
	for (c = 0; c < 60; c++)
		ones += cell[c];
	CU_ASSERT_EQUAL(ones, 2);
	CU_ASSERT_EQUAL(cell[(2 * 4 + 3) * 5 + 1], 1);
	CU_ASSERT_EQUAL(cell[(2 * 4 + 3) * 5 + 4], 1);
	CU_ASSERT_EQUAL(dp_counts_figure(cell, counts, (struct dp_figure){0, 5}), DP_OK);
	CU_ASSERT_EQUAL(cell[2 * 4 + 3], 1);
	CU_ASSERT_EQUAL(total(counts, 0), 1);
	CU_ASSERT_EQUAL(total(counts, 8), 2);
	free(person);
	dp_counts_free(counts);
}

static void
refused(uint32_t dim, uint32_t codes, uint32_t a, uint32_t b)
{
	struct dp_counts *counts = fresh();
	struct dp_person *person = person_new(0, 0, 1, 0, 0);

	person->codes[dim] = codes;
	person->code[dim][0] = a;
	person->code[dim][1] = b;
	CU_ASSERT_EQUAL(dp_counts_add(counts, person), DP_PARAM);
	CU_ASSERT_EQUAL(total(counts, 0), 0);
	CU_ASSERT_EQUAL(total(counts, 8), 0);
	free(person);
	dp_counts_free(counts);
}

static void
a_person_outside_her_bounds_adds_nothing(void)
{
	refused(0, 0, 0, 0);
	refused(0, 2, 0, 1);
	refused(0, 1, 3, 0);
	refused(1, 1, 1, 0);
	refused(3, 0, 0, 0);
	refused(3, 3, 0, 1);
	refused(3, 2, 4, 4);
	refused(3, 2, 4, 5);
	refused(3, UINT32_MAX, 0, 1);
}

static void
shapes_that_are_none_are_refused(void)
{
	struct dp_domain wrong = domain;
	struct dp_domain wide = {4, {{250, 0}, {250, 0}, {250, 0}, {250, 0}}};
	struct dp_figure figure = {8, 5};
	struct dp_counts *counts = NULL;

	CU_ASSERT_EQUAL(dp_counts_new(&counts, &domain, tables, 0), DP_PARAM);
	CU_ASSERT_EQUAL(dp_counts_new(&counts, &domain, tables, DP_TABLES_MAX + 1), DP_PARAM);
	CU_ASSERT_EQUAL(dp_counts_new(&counts, &domain, &figure, 1), DP_PARAM);
	figure = (struct dp_figure){0, 8};
	CU_ASSERT_EQUAL(dp_counts_new(&counts, &domain, &figure, 1), DP_PARAM);
	figure = (struct dp_figure){0, 16};
	CU_ASSERT_EQUAL(dp_counts_new(&counts, &domain, &figure, 1), DP_PARAM);
	wrong.dim[0].codes = 0;
	CU_ASSERT_EQUAL(dp_counts_new(&counts, &wrong, tables, TABLES), DP_PARAM);
	figure = (struct dp_figure){0, 15};
	CU_ASSERT_EQUAL(dp_counts_new(&counts, &wide, &figure, 1), DP_RANGE);
	CU_ASSERT_PTR_NULL(counts);
	dp_counts_free(NULL);
}

static void
no_total_passes_the_largest_count(void)
{
	struct dp_counts *counts = fresh(), *other = fresh(), *empty = fresh();
	struct dp_person *two = person_new(1, 1, 2, 0, 1), *one = person_new(1, 1, 1, 0, 0);

	CU_ASSERT_EQUAL(dp_counts_add_cell(counts, 2, 0, DP_COUNT_MAX + 1), DP_RANGE);
	CU_ASSERT_EQUAL(dp_counts_add_cell(counts, 2, 0, UINT64_MAX), DP_RANGE);
	CU_ASSERT_EQUAL(dp_counts_add_cell(counts, 2, 0, DP_COUNT_MAX - 1), DP_OK);
	CU_ASSERT_EQUAL(dp_counts_add_cell(counts, 2, 1, 2), DP_RANGE);
	/* two contributions would pass the limit of one table: nothing is added to any */
	CU_ASSERT_EQUAL(dp_counts_add(counts, two), DP_RANGE);
	CU_ASSERT_EQUAL(total(counts, 0), 0);
	CU_ASSERT_EQUAL(dp_counts_add(counts, one), DP_OK);
	CU_ASSERT_EQUAL(total(counts, 8), DP_COUNT_MAX);
	CU_ASSERT_EQUAL(dp_counts_add(counts, one), DP_RANGE);
	CU_ASSERT_EQUAL(total(counts, 0), 1);
	CU_ASSERT_EQUAL(dp_counts_add(other, one), DP_OK);
	CU_ASSERT_EQUAL(dp_counts_merge(counts, other), DP_RANGE);
	CU_ASSERT_EQUAL(total(counts, 0), 1);
	/* a merged total is as full as one that was counted */
	CU_ASSERT_EQUAL(dp_counts_merge(empty, counts), DP_OK);
	CU_ASSERT_EQUAL(dp_counts_add(empty, one), DP_RANGE);
	CU_ASSERT_EQUAL(dp_counts_add_cell(counts, TABLES, 0, 1), DP_PARAM);
	CU_ASSERT_EQUAL(dp_counts_add_cell(counts, 0, 12, 1), DP_PARAM);
	free(two);
	free(one);
	dp_counts_free(counts);
	dp_counts_free(other);
	dp_counts_free(empty);
}

static void
merging_is_adding(void)
{
	struct dp_counts *all = fresh(), *part[2] = {fresh(), fresh()}, *narrow = NULL;
	struct dp_domain other = domain;
	struct seeded random;
	uint64_t a[60], b[60];
	size_t i, t;

	seeded_init(&random, suite_seed());
	for (i = 0; i < 500; i++) {
		uint32_t form = (uint32_t)seeded_below(&random, 4);
		struct dp_person *person = person_new((uint32_t)seeded_below(&random, 3),
		    (uint32_t)seeded_below(&random, 4), 1 + (uint32_t)seeded_below(&random, 2), form, form + 1);

		CU_ASSERT_EQUAL(dp_counts_add(all, person), DP_OK);
		CU_ASSERT_EQUAL(dp_counts_add(part[i % 2], person), DP_OK);
		free(person);
	}
	CU_ASSERT_EQUAL(dp_counts_merge(part[0], part[1]), DP_OK);
	for (t = 0; t < TABLES; t++) {
		size_t cells = dp_domain_cells(&domain, tables[t].dims);

		CU_ASSERT_EQUAL(dp_counts_figure(a, all, tables[t]), DP_OK);
		CU_ASSERT_EQUAL(dp_counts_figure(b, part[0], tables[t]), DP_OK);
		CU_ASSERT_EQUAL(memcmp(a, b, cells * sizeof(a[0])), 0);
	}
	CU_ASSERT_EQUAL(total(all, 0), 500);
	CU_ASSERT_EQUAL(dp_counts_new(&narrow, &domain, tables, 1), DP_OK);
	CU_ASSERT_EQUAL(dp_counts_merge(all, narrow), DP_PARAM);
	CU_ASSERT_FALSE(dp_counts_fits(narrow, &domain, tables, TABLES));
	CU_ASSERT_FALSE(dp_counts_fits(narrow, &domain, tables + 1, 1));
	CU_ASSERT_TRUE(dp_counts_fits(narrow, &domain, tables, 1));
	other.dim[0].codes++;
	CU_ASSERT_FALSE(dp_counts_fits(narrow, &other, tables, 1));
	other = domain;
	other.dim[3].bound++;
	CU_ASSERT_FALSE(dp_counts_fits(narrow, &other, tables, 1));
	dp_counts_free(narrow);
	dp_counts_free(all);
	dp_counts_free(part[0]);
	dp_counts_free(part[1]);
}

static void
a_margin_is_the_sum_over_the_dimensions_left_out(void)
{
	struct dp_counts *counts = fresh();
	uint64_t margin[5], n, cell;

	for (cell = 0; cell < 60; cell++)
		CU_ASSERT_EQUAL(dp_counts_add_cell(counts, 2, cell, cell), DP_OK);
	CU_ASSERT_EQUAL(dp_counts_figure(margin, counts, (struct dp_figure){8, 8}), DP_OK);
	for (n = 0; n < 5; n++)
		CU_ASSERT_EQUAL(margin[n], 12 * n + 5 * 66);
	CU_ASSERT_EQUAL(dp_counts_figure(margin, counts, (struct dp_figure){8, 4}), DP_OK);
	for (n = 0; n < 4; n++) /* cell 20 s + 5 n + f, over 3 s and 5 f */
		CU_ASSERT_EQUAL(margin[n], 5 * 20 * (0 + 1 + 2) + 15 * 5 * n + 3 * (0 + 1 + 2 + 3 + 4));
	CU_ASSERT_EQUAL(dp_counts_figure(margin, counts, (struct dp_figure){0, 8}), DP_PARAM);
	CU_ASSERT_EQUAL(dp_counts_figure(margin, counts, (struct dp_figure){8, 2}), DP_PARAM);
	dp_counts_free(counts);
}

static void
tables_of_persons_agree_and_a_change_to_one_is_found(void)
{
	struct dp_counts *counts = fresh();
	struct dp_person *person = person_new(1, 2, 2, 3, 0);
	struct dp_counts_conflict conflict = {.cell = 99};

	CU_ASSERT_EQUAL(dp_counts_add(counts, person), DP_OK);
	CU_ASSERT_EQUAL(dp_counts_agree(&conflict, counts), DP_OK);
	CU_ASSERT_EQUAL(conflict.cell, 99);
	/* group 8, SEX x FORM: one contribution more than in the wider table */
	CU_ASSERT_EQUAL(dp_counts_add_cell(counts, 3, 7, 4), DP_OK);
	CU_ASSERT_EQUAL(dp_counts_agree(&conflict, counts), DP_PARAM);
	CU_ASSERT_EQUAL(conflict.table_a, 2);
	CU_ASSERT_EQUAL(conflict.table_b, 3);
	CU_ASSERT_EQUAL(conflict.figure.group, 8);
	CU_ASSERT_EQUAL(conflict.figure.dims, 9);
	CU_ASSERT_EQUAL(conflict.cell, 7);
	CU_ASSERT_EQUAL(conflict.a, 0);
	CU_ASSERT_EQUAL(conflict.b, 4);
	free(person);
	dp_counts_free(counts);
}

static void
many_who_are_alike_are_as_many_one_by_one(void)
{
	struct dp_counts *one = fresh(), *many = fresh();
	struct dp_person *person = person_new(1, 2, 2, 0, 3);
	uint64_t a[60], b[60];
	int i;

	for (i = 0; i < 17; i++)
		CU_ASSERT_EQUAL(dp_counts_add(one, person), DP_OK);
	CU_ASSERT_EQUAL(dp_counts_add_many(many, person, 17), DP_OK);
	CU_ASSERT_EQUAL(dp_counts_figure(a, one, (struct dp_figure){8, 13}), DP_OK);
	CU_ASSERT_EQUAL(dp_counts_figure(b, many, (struct dp_figure){8, 13}), DP_OK);
	CU_ASSERT_EQUAL(memcmp(a, b, sizeof(a)), 0);
	CU_ASSERT_EQUAL(dp_counts_add_many(many, person, 0), DP_OK);
	CU_ASSERT_EQUAL(dp_counts_add_many(many, person, UINT64_MAX / 2 + 2), DP_RANGE); /* the product passes 64 bits */
	CU_ASSERT_EQUAL(dp_counts_add_many(many, person, DP_COUNT_MAX / 2), DP_RANGE);
	CU_ASSERT_EQUAL(total(many, 0), 17);
	person->codes[3] = 3;
	CU_ASSERT_EQUAL(dp_counts_add_many(many, person, 2), DP_PARAM);
	free(person);
	dp_counts_free(one);
	dp_counts_free(many);
}

static const struct suite_case cases[] = {
	{"a person adds the cross product of her codes", a_person_adds_the_cross_product_of_her_codes},
	{"a person outside her bounds adds nothing", a_person_outside_her_bounds_adds_nothing},
	{"shapes that are none are refused", shapes_that_are_none_are_refused},
	{"no total passes the largest count", no_total_passes_the_largest_count},
	{"many who are alike are as many one by one", many_who_are_alike_are_as_many_one_by_one},
	{"merging is adding", merging_is_adding},
	{"a margin is the sum over the dimensions left out", a_margin_is_the_sum_over_the_dimensions_left_out},
	{"tables of persons agree, and a change to one is found", tables_of_persons_agree_and_a_change_to_one_is_found},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.counts", cases);
}
