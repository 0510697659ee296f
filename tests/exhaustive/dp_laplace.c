#include "dp/laplace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dp/bernoulli.h"

#include "support/suite.h"

/*
 * Algorithm 2 walked over its choices. Its parts are replaced here (dp.bits and dp.bernoulli
 * hold the real ones exact): every choice has a known chance, and asking for U a second time
 * is a restart, which gives the first choice again. So P(y) = mass(y) / (1 - restarts).
 */
#define PATH 64
#define PRUNE 1e-18
#define VALUES 200

static struct {
	unsigned choice[PATH];
	size_t given, used;
	unsigned options; /* of the next choice, after a run that wanted more */
	double chance[2]; /* of its options, unless there are more than two: then all equal */
	bool drawn, restarted;
} path;

static enum dp_status
choose(unsigned *ret_choice, unsigned options, double chance)
{
	if (path.used == path.given) {
		path.options = options;
		path.chance[1] = chance;
		path.chance[0] = 1 - chance;
		return DP_RNG;
	}
	*ret_choice = path.choice[path.used++];
	return DP_OK;
}

static enum dp_status
coin(bool *ret_hit, double chance)
{
	unsigned choice;
	enum dp_status status = choose(&choice, 2, chance);

	if (status == DP_OK)
		*ret_hit = choice;
	return status;
}

enum dp_status
dp_bits_below(struct dp_bits *bits, dp_u128 *ret_value, dp_u128 bound)
{
	unsigned choice;
	enum dp_status status;

	(void)bits;
	path.restarted = path.drawn;
	path.drawn = true;
	if (path.restarted || (status = choose(&choice, (unsigned)bound, 0)) != DP_OK)
		return DP_RNG;
	*ret_value = choice;
	return DP_OK;
}

enum dp_status
dp_bits_chance(struct dp_bits *bits, bool *ret_hit, dp_u128 num, dp_u128 den)
{
	(void)bits;
	return coin(ret_hit, (double)num / (double)den);
}

enum dp_status
dp_bernoulli_exp(struct dp_bits *bits, bool *ret_hit, dp_u128 num, dp_u128 den)
{
	(void)bits;
	return coin(ret_hit, exp(-(double)num / (double)den));
}

enum dp_status
dp_bernoulli_exp_one(struct dp_bits *bits, bool *ret_hit)
{
	(void)bits;
	return coin(ret_hit, exp(-1));
}

struct query {
	uint64_t s, t;
	double mass[VALUES], beyond, restarts, undecided;
};

static void
visit(struct query *query, size_t length, double mass)
{
	unsigned options, i;
	double chance[2];
	int64_t y;

	if (mass < PRUNE || length == PATH) {
		query->undecided += mass;
		return;
	}
	path.given = length;
	path.used = 0;
	path.drawn = path.restarted = false;
	if (dp_laplace_draw(&y, query->s, query->t, NULL) == DP_OK) {
		CU_ASSERT_EQUAL_FATAL(path.used, length);
		if (llabs(y) < VALUES / 2)
			query->mass[y + VALUES / 2] += mass;
		else
			query->beyond += mass;
		return;
	}
	if (path.restarted) {
		query->restarts += mass;
		return;
	}
	options = path.options;
	memcpy(chance, path.chance, sizeof(chance));
	for (i = 0; i < options; i++) {
		path.choice[length] = i;
		visit(query, length + 1, mass * (options == 2 && chance[1] > 0 ? chance[i] : 1.0 / options));
	}
}

static void
every_value_has_its_probability(void)
{
	struct query query;
	int y;

	for (query.s = 1; query.s <= 4; query.s++)
		for (query.t = 1; query.t <= 12; query.t++) {
			double rate = (double)query.s / (double)query.t;

			memset(query.mass, 0, sizeof(query.mass));
			query.beyond = query.restarts = query.undecided = 0;
			visit(&query, 0, 1);
			CU_ASSERT(query.undecided < 1e-14);
			for (y = -VALUES / 2 + 1; y < VALUES / 2; y++)
				CU_ASSERT_DOUBLE_EQUAL(query.mass[y + VALUES / 2] / (1 - query.restarts),
				    tanh(rate / 2) * exp(-rate * abs(y)), 1e-14);
		}
}

static const struct suite_case cases[] = {
	{"every value has its probability", every_value_has_its_probability},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.laplace (exhaustive)", cases);
}
