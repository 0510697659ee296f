#include "dp/bernoulli.h"

#include <math.h>
#include <string.h>

#include "support/suite.h"

/*
 * Algorithm 1 walked over its coins. dp_bits_chance is replaced here (dp.bits holds the real one
 * exact), so that a run is a path of coins with known fractions: the chance of every path is
 * known, and all paths down to 1e-16 are tried.
 */
#define PATH 256
#define PRUNE 1e-16

static struct {
	bool coin[PATH];
	size_t given, used; /* coins of the prefix; coins tossed so far */
	double chance;      /* of the next coin, after a run that wanted more */
} path;

enum dp_status
dp_bits_chance(struct dp_bits *bits, bool *ret_hit, dp_u128 num, dp_u128 den)
{
	(void)bits;
	CU_ASSERT_FATAL(den > 0 && num <= den);
	if (num == 0 || num == den) { /* no randomness in it */
		*ret_hit = num > 0;
		return DP_OK;
	}
	if (path.used == path.given) {
		path.chance = (double)num / (double)den;
		return DP_RNG;
	}
	*ret_hit = path.coin[path.used++];
	return DP_OK;
}

struct query {
	enum dp_status (*toss)(const struct query *query, bool *ret_hit);
	dp_u128 a, b, c;
	double hit, miss, undecided;
};

static void
visit(struct query *query, size_t length, double mass)
{
	double chance;
	bool hit;

	if (mass < PRUNE || length == PATH) {
		query->undecided += mass;
		return;
	}
	path.given = length;
	path.used = 0;
	if (query->toss(query, &hit) == DP_OK) {
		CU_ASSERT_EQUAL_FATAL(path.used, length);
		if (hit)
			query->hit += mass;
		else
			query->miss += mass;
		return;
	}
	chance = path.chance;
	path.coin[length] = true;
	visit(query, length + 1, mass * chance);
	path.coin[length] = false;
	visit(query, length + 1, mass * (1 - chance));
}

static void
expect(struct query *query, double probability)
{
	query->hit = query->miss = query->undecided = 0;
	visit(query, 0, 1);
	CU_ASSERT(query->undecided < 1e-10);
	CU_ASSERT_DOUBLE_EQUAL(query->hit + query->miss + query->undecided, 1, 1e-12);
	CU_ASSERT(query->hit <= probability + 1e-12);
	CU_ASSERT(query->hit + query->undecided >= probability - 1e-12);
}

static enum dp_status
toss_one(const struct query *query, bool *ret_hit)
{
	(void)query;
	return dp_bernoulli_exp_one(NULL, ret_hit);
}

static void
exp_one_is_exact(void)
{
	struct query query = {.toss = toss_one};

	expect(&query, exp(-1));
}

static enum dp_status
toss_exp(const struct query *query, bool *ret_hit)
{
	return dp_bernoulli_exp(NULL, ret_hit, query->a, query->b);
}

static void
every_small_fraction_is_exact(void)
{
	struct query query = {.toss = toss_exp};

	for (query.b = 1; query.b <= 40; query.b++)
		for (query.a = 0; query.a <= query.b; query.a++)
			expect(&query, exp(-(double)query.a / (double)query.b));
}

static enum dp_status
toss_product(const struct query *query, bool *ret_hit)
{
	return dp_bernoulli_exp_product(NULL, ret_hit, query->a, query->b, query->c);
}

/* Whole parts 0 to 4 on either side, with and without fractions. */
static void
every_small_product_is_exact(void)
{
	struct query query = {.toss = toss_product};
	double m;

	for (query.b = 1; query.b <= 5; query.b++)
		for (query.c = 1; query.c <= 5; query.c++)
			for (query.a = 0; query.a <= 5 && query.a * query.a <= 4 * query.b * query.c; query.a++) {
				m = (double)query.a;
				expect(&query, exp(-m / (double)query.b * m / (double)query.c));
			}
}

static void
factors_of_any_size_are_exact(void)
{
	const dp_u128 huge = ((dp_u128)1 << 126) + 12345;
	struct query query = {.toss = toss_product, .a = huge / 3, .b = huge, .c = huge / 2};

	expect(&query, exp(-2.0 / 9));
	query.c = huge / 5;
	query.b = huge / 4;
	expect(&query, exp(-20.0 / 9));
}

static void
wrong_fractions_are_refused(void)
{
	bool hit;

	CU_ASSERT_EQUAL(dp_bernoulli_exp(NULL, &hit, 2, 1), DP_PARAM);
	CU_ASSERT_EQUAL(dp_bernoulli_exp(NULL, &hit, 0, 0), DP_PARAM);
	CU_ASSERT_EQUAL(dp_bernoulli_exp_product(NULL, &hit, 1, 0, 1), DP_PARAM);
	CU_ASSERT_EQUAL(dp_bernoulli_exp_product(NULL, &hit, 1, 1, 0), DP_PARAM);
}

static const struct suite_case cases[] = {
	{"exp(-1) is exact", exp_one_is_exact},
	{"every small fraction is exact", every_small_fraction_is_exact},
	{"every small product is exact", every_small_product_is_exact},
	{"factors of any size are exact", factors_of_any_size_are_exact},
	{"wrong fractions are refused", wrong_fractions_are_refused},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.bernoulli (exhaustive)", cases);
}
