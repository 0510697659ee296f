#include "dp/gauss.h"

#include <string.h>

#include "dp/laplace.h"

#include "support/seeded.h"
#include "support/suite.h"

/* A source that fails after *ctx more calls. */
static enum dp_status
failing(void *ctx, uint8_t *buf, size_t len)
{
	unsigned *left = ctx;

	if ((*left)-- == 0)
		return DP_RNG;
	memset(buf, 0xff, len); /* all ones: every coin below 1 misses, so more bits are asked for */
	return DP_OK;
}

static struct seeded source;
static const struct dp_rng rng = {seeded_fill, &source};
static const dp_u128 one = 1;

static void
parameters_outside_the_domain_are_refused(void)
{
	int64_t z = 42;

	CU_ASSERT_EQUAL(dp_gauss_draw(&z, 0, 0, &rng), DP_PARAM);
	CU_ASSERT_EQUAL(dp_gauss_draw(&z, 1, 33, &rng), DP_PARAM);
	CU_ASSERT_EQUAL(dp_gauss_draw(&z, (one << 80) + 1, 0, &rng), DP_PARAM);
	CU_ASSERT_EQUAL(dp_gauss_draw(&z, (one << 112) + 1, 32, &rng), DP_PARAM);
	CU_ASSERT_EQUAL(z, 42);
}

static void
a_failing_source_gives_no_value(void)
{
	unsigned calls, left;
	int64_t z = 42;

	for (calls = 0; calls < 3; calls++) {
		const struct dp_rng bad = {failing, &left};

		left = calls;
		CU_ASSERT_EQUAL(dp_gauss_draw(&z, one << 20, 0, &bad), DP_RNG);
		CU_ASSERT_EQUAL(z, 42);
	}
}

/* Standardized sums over the whole range of sigma2; loose on purpose (the stat suite is not). */
static void
every_size_has_its_own_spread(void)
{
	static const struct { unsigned shift, bits; } size[] = {{0, 0}, {16, 16}, {30, 16}, {60, 16}, {76, 16},
		{80, 0}, {112, 32}};
	size_t s;

	seeded_init(&source, suite_seed());
	for (s = 0; s < sizeof(size) / sizeof(size[0]); s++) {
		double sigma2 = 1, sum = 0;
		int i, draws = 4000;

		for (i = 0; i < (int)(size[s].shift - size[s].bits); i++)
			sigma2 *= 2;
		for (i = 0; i < draws; i++) {
			int64_t z;

			CU_ASSERT_EQUAL_FATAL(dp_gauss_draw(&z, one << size[s].shift, size[s].bits, &rng), DP_OK);
			sum += (double)z * (double)z / sigma2;
		}
		/* sd of the mean is at most sqrt(2/4000) = 0.0224; 6.7 of them. */
		CU_ASSERT_DOUBLE_EQUAL(sum / draws, 1, 0.15);
	}
}

static void
tiny_variance_gives_almost_always_zero(void)
{
	int i;

	seeded_init(&source, suite_seed());
	for (i = 0; i < 1000; i++) {
		int64_t z = 42;

		/* P(z != 0) = 2 exp(-2^31): never. */
		CU_ASSERT_EQUAL(dp_gauss_draw(&z, 1, 32, &rng), DP_OK);
		CU_ASSERT_EQUAL(z, 0);
	}
}

static void
the_same_tape_gives_the_same_value(void)
{
	struct seeded again;
	int i;

	seeded_init(&source, suite_seed());
	again = source;
	for (i = 0; i < 100; i++) {
		const struct dp_rng twin = {seeded_fill, &again};
		int64_t a, b;

		CU_ASSERT_EQUAL(dp_gauss_draw(&a, 12345678, 10, &rng), DP_OK);
		CU_ASSERT_EQUAL(dp_gauss_draw(&b, 12345678, 10, &twin), DP_OK);
		CU_ASSERT_EQUAL(a, b);
	}
}

static void
laplace_refuses_what_it_cannot_hold(void)
{
	struct dp_bits bits;
	int64_t y = 42;

	seeded_init(&source, 1);
	dp_bits_init(&bits, &rng);
	CU_ASSERT_EQUAL(dp_laplace_draw(&y, 0, 1, &bits), DP_PARAM);
	CU_ASSERT_EQUAL(dp_laplace_draw(&y, 1, 0, &bits), DP_PARAM);
	CU_ASSERT_EQUAL(dp_laplace_draw(&y, 1, (uint64_t)DP_LAPLACE_MAX + 1, &bits), DP_PARAM);
	CU_ASSERT_EQUAL(y, 42);
	/* At the largest scale |y| >= 2^62 comes up with chance exp(-1), and is refused. */
	for (int i = 0;; i++) {
		enum dp_status status = dp_laplace_draw(&y, 1, (uint64_t)DP_LAPLACE_MAX, &bits);

		CU_ASSERT_FATAL(i < 1000);
		CU_ASSERT_FATAL(status == DP_OK || status == DP_RANGE);
		CU_ASSERT(y > -DP_LAPLACE_MAX && y < DP_LAPLACE_MAX);
		if (status == DP_RANGE)
			break;
	}
}

static const struct suite_case cases[] = {
	{"parameters outside the domain are refused", parameters_outside_the_domain_are_refused},
	{"a failing source gives no value", a_failing_source_gives_no_value},
	{"every size has its own spread", every_size_has_its_own_spread},
	{"tiny variance gives almost always zero", tiny_variance_gives_almost_always_zero},
	{"the same tape gives the same value", the_same_tape_gives_the_same_value},
	{"Laplace refuses what it cannot hold", laplace_refuses_what_it_cannot_hold},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.gauss", cases);
}
