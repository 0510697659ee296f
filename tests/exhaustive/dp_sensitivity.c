#include "dp/sensitivity.h"

#include <stdlib.h>
#include <string.h>

#include "dp/plan.h"

#include "support/suite.h"

/*
 * Every admissible person of some small structures: every code of every single-valued
 * dimension times every set of 1..k codes of every multi-valued one. For each, the integer
 * vector L C M x is formed from its definition (marginal, then centering axis by axis), and
 * its squared norm is held against the formula, and the sum over residuals against the price.
 */
#define CELLS 4096

/* A person after bounding, or one of its rows before. */
struct person {
	uint32_t set[DP_DIMS_MAX]; /* bit c: holds code c; one bit for a single-valued dimension */
};

/* Adds one person's marginal: 1 in every cell of the product of its sets, times the
 * contributions that are summed out. */
static void
add_marginal(int64_t cell[CELLS], const struct dp_domain *domain, struct dp_figure figure, const struct person *person)
{
	uint64_t cells = dp_domain_cells(domain, figure.dims), c;
	uint32_t code[DP_DIMS_MAX], i;

	CU_ASSERT_FATAL(cells <= CELLS);
	for (c = 0; c < cells; c++) {
		int64_t count = 1;

		dp_domain_codes(code, domain, figure.dims, c);
		for (i = 0; i < domain->dims; i++)
			if (figure.dims >> i & 1)
				count *= person->set[i] >> code[i] & 1;
			else if (figure.group >> i & 1)
				count *= __builtin_popcount(person->set[i]);
		cell[c] += count;
	}
}

/* n C = n I - J along one axis of the marginal: integers stay integers. */
static void
center(int64_t cell[CELLS], const struct dp_domain *domain, dp_dims dims, uint32_t axis)
{
	uint64_t cells = dp_domain_cells(domain, dims), n = domain->dim[axis].codes, stride = 1, c, k;
	uint32_t i;

	for (i = axis + 1; i < domain->dims; i++)
		if (dims >> i & 1)
			stride *= domain->dim[i].codes;
	for (c = 0; c < cells; c++) {
		int64_t sum = 0;

		if (c / stride % n)
			continue; /* c is the first cell of its line */
		for (k = 0; k < n; k++)
			sum += cell[c + k * stride];
		for (k = 0; k < n; k++)
			cell[c + k * stride] = (int64_t)n * cell[c + k * stride] - sum;
	}
}

static uint64_t
squared_norm(const struct dp_domain *domain, struct dp_figure figure, const struct person *rows, size_t count)
{
	static int64_t cell[CELLS];
	uint64_t cells = dp_domain_cells(domain, figure.dims), sum = 0, c;
	size_t row;
	uint32_t i;

	memset(cell, 0, sizeof(cell));
	for (row = 0; row < count; row++)
		add_marginal(cell, domain, figure, &rows[row]);
	for (i = 0; i < domain->dims; i++)
		if (figure.dims >> i & 1)
			center(cell, domain, figure.dims, i);
	for (c = 0; c < cells; c++)
		sum += (uint64_t)(cell[c] * cell[c]);
	return sum;
}

static bool
admissible(const struct dp_dim *dim, uint32_t set)
{
	uint32_t held = (uint32_t)__builtin_popcount(set);

	return held >= 1 && held <= (dim->bound ? dim->bound : 1);
}

/* The next person in the order of a mixed-radix counter; false after the last. */
static bool
next(struct person *person, const struct dp_domain *domain)
{
	uint32_t i;

	for (i = 0; i < domain->dims; i++) {
		do
			person->set[i]++;
		while (person->set[i] < 1u << domain->dim[i].codes && !admissible(&domain->dim[i], person->set[i]));
		if (person->set[i] < 1u << domain->dim[i].codes)
			return true;
		person->set[i] = 1;
	}
	return false;
}

static struct person
first(void)
{
	struct person person;
	uint32_t i;

	for (i = 0; i < DP_DIMS_MAX; i++)
		person.set[i] = 1;
	return person;
}

struct structure {
	struct dp_domain domain;
	dp_dims table[4];
	size_t tables;
};

static const struct structure structures[] = {
	{{3, {{2, 0}, {3, 0}, {4, 0}}}, {3, 6, 7}, 3},
	{{3, {{4, 0}, {3, 0}, {6, 2}}}, {3, 5, 6}, 3},         /* TIP_VICTIMS in small: k <= n/2 */
	{{3, {{5, 2}, {3, 0}, {2, 0}}}, {3, 7}, 2},            /* n odd, k below its half */
	{{3, {{5, 3}, {3, 0}, {2, 0}}}, {3, 7}, 2},            /* k just above the half */
	{{2, {{4, 3}, {4, 0}}}, {3}, 1},                       /* TIP_CRIM's LEGAL */
	{{2, {{6, 6}, {2, 0}}}, {1, 2, 3}, 3},                 /* no bound at all */
	{{3, {{4, 2}, {5, 2}, {2, 0}}}, {3, 7, 5, 4}, 4},      /* two multi-valued, one or both in a table */
	{{3, {{4, 4}, {5, 4}, {2, 0}}}, {3, 7, 5, 4}, 4},      /* both above their half */
	{{4, {{3, 3}, {3, 2}, {4, 3}, {2, 0}}}, {7, 9, 10, 14}, 4}, /* three multi-valued */
	{{4, {{1, 1}, {1, 0}, {3, 2}, {2, 0}}}, {5, 14}, 2},   /* dimensions of one code */
	{{2, {{2, 2}, {2, 1}}}, {1, 2, 3}, 3},
	{{3, {{12, 2}, {4, 0}, {3, 0}}}, {3, 5, 6}, 3},        /* TIP_VICTIMS without CITGRP, full size */
	{{2, {{10, 3}, {12, 0}}}, {3, 2}, 2},                  /* TIP_MEANS: MEANS x EXPL */
};
#define STRUCTURES (sizeof(structures) / sizeof(structures[0]))

static struct dp_plan
laid_out(const struct structure *structure)
{
	struct dp_figure table[4];
	struct dp_plan plan = {0};
	size_t t;

	for (t = 0; t < structure->tables; t++)
		table[t] = (struct dp_figure){structure->table[t] & dp_domain_multi(&structure->domain), structure->table[t]};
	CU_ASSERT_EQUAL_FATAL(dp_plan_layout(&plan, &structure->domain, table, structure->tables), DP_OK);
	return plan;
}

static uint64_t
formula(const struct dp_plan *plan, size_t r, const uint32_t *size)
{
	const struct dp_residual *residual = &plan->residual[r];
	dp_u128 d2 = 0;

	CU_ASSERT_EQUAL_FATAL(dp_sensitivity_d2(&d2, &plan->domain,
	    (struct dp_figure){residual->group, residual->dims}, residual->scale, size), DP_OK);
	return (uint64_t)d2;
}

/* Per person: the norm is D2 of its set sizes. Over all persons: the largest is D2. */
static void
norms_equal_the_formula(void)
{
	size_t s, r, persons = 0;

	for (s = 0; s < STRUCTURES; s++) {
		struct dp_plan plan = laid_out(&structures[s]);

		for (r = 0; r < plan.residuals; r++) {
			struct dp_figure figure = {plan.residual[r].group, plan.residual[r].dims};
			struct person person = first();
			uint64_t largest = 0;

			do {
				uint64_t norm = squared_norm(&plan.domain, figure, &person, 1);
				uint32_t size[DP_DIMS_MAX], i;

				for (i = 0; i < DP_DIMS_MAX; i++)
					size[i] = (uint32_t)__builtin_popcount(person.set[i]);
				CU_ASSERT_EQUAL_FATAL(norm, formula(&plan, r, size));
				largest = norm > largest ? norm : largest;
				persons++;
			} while (next(&person, &plan.domain));
			CU_ASSERT_EQUAL(largest, formula(&plan, r, NULL));
		}
		dp_plan_wipe(&plan);
	}
	printf("%zu persons and residuals ", persons);
}

/* Sum over residuals of norm_B (12 / m_B), s2_B = m_B lattice steps squared, m_B a divisor of 12. */
static uint64_t
loss(const struct dp_plan *plan, const struct person *rows, size_t count)
{
	uint64_t sum = 0;
	size_t r;

	for (r = 0; r < plan->residuals; r++)
		sum += 12 / (uint64_t)(plan->residual[r].s2 >> DP_S2_BITS) * squared_norm(&plan->domain,
		    (struct dp_figure){plan->residual[r].group, plan->residual[r].dims}, rows, count);
	return sum;
}

static void
random_noise(struct dp_plan *plan)
{
	static const unsigned divisor[] = {1, 2, 3, 4, 6, 12};
	size_t r;

	for (r = 0; r < plan->residuals; r++)
		plan->residual[r].s2 = (dp_u128)divisor[lrand48() % 6] << DP_S2_BITS;
}

/* price = loss / 24? */
static int
compare_price(const struct dp_plan *plan, uint64_t numerator)
{
	struct dp_ratio *price = NULL, *expected = NULL;
	int order;

	CU_ASSERT_EQUAL_FATAL(dp_plan_price(&price, plan), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_ratio_new(&expected), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_ratio_add(expected, numerator, 24), DP_OK);
	order = dp_ratio_cmp(price, expected);
	dp_ratio_free(price);
	dp_ratio_free(expected);
	return order;
}

static void
the_price_is_the_dearest_person(void)
{
	size_t s;
	int round;

	srand48((long)suite_seed());
	for (s = 0; s < STRUCTURES; s++)
		for (round = 0; round < 5; round++) {
			struct dp_plan plan = laid_out(&structures[s]);
			struct person person = first();
			uint64_t dearest = 0, now;

			random_noise(&plan);
			do {
				now = loss(&plan, &person, 1);
				dearest = now > dearest ? now : dearest;
			} while (next(&person, &plan.domain));
			CU_ASSERT_EQUAL(compare_price(&plan, dearest), 0);
			dp_plan_wipe(&plan);
		}
}

/* k <= n/2 everywhere: the price is the plain sum of the largest norms. Otherwise it is at
 * most that sum, and for LEGAL (3 of 4) less. */
static void
the_sum_of_maxima_is_reached_up_to_half_of_the_codes(void)
{
	size_t s, r;
	uint32_t i;

	srand48((long)suite_seed());
	for (s = 0; s < STRUCTURES; s++) {
		struct dp_plan plan = laid_out(&structures[s]);
		uint64_t sum = 0;
		bool half = true;
		int order;

		random_noise(&plan);
		for (r = 0; r < plan.residuals; r++)
			sum += 12 / (uint64_t)(plan.residual[r].s2 >> DP_S2_BITS) * formula(&plan, r, NULL);
		for (i = 0; i < plan.domain.dims; i++)
			half &= 2 * plan.domain.dim[i].bound <= plan.domain.dim[i].codes;
		order = compare_price(&plan, sum);
		CU_ASSERT(half ? order == 0 : order <= 0);
		if (plan.domain.dim[0].codes == 4 && plan.domain.dim[0].bound == 3)
			CU_ASSERT_EQUAL(order, -1);
		dp_plan_wipe(&plan);
	}
}

/* Why an office must end with one code per single-valued dimension: two rows of one person
 * that disagree cost more than any plan charges. */
static void
conflicting_rows_would_break_the_price(void)
{
	struct dp_plan plan = laid_out(&structures[0]);
	struct person rows[2] = {first(), first()};
	size_t r;

	for (r = 0; r < plan.residuals; r++)
		plan.residual[r].s2 = (dp_u128)1 << DP_S2_BITS;
	CU_ASSERT_EQUAL(compare_price(&plan, loss(&plan, rows, 1)), 0);
	rows[1].set[2] = 2;
	CU_ASSERT_EQUAL(compare_price(&plan, loss(&plan, rows, 2)), -1);
	dp_plan_wipe(&plan);
}

static const struct suite_case cases[] = {
	{"norms equal the formula", norms_equal_the_formula},
	{"the price is the dearest person", the_price_is_the_dearest_person},
	{"the sum of maxima is reached up to half of the codes", the_sum_of_maxima_is_reached_up_to_half_of_the_codes},
	{"conflicting rows would break the price", conflicting_rows_would_break_the_price},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.sensitivity (exhaustive)", cases);
}
