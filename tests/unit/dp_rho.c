#include "dp/rho.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/suite.h"

static uint64_t
parsed(const char *text)
{
	uint64_t units = 77;

	CU_ASSERT_EQUAL(dp_rho_parse(&units, text), DP_OK);
	return units;
}

static void
decimals_are_rounded_down(void)
{
	CU_ASSERT_EQUAL(parsed("0"), 0);
	CU_ASSERT_EQUAL(parsed("0.1"), UINT64_C(109951162777));  /* 109951162777.6 */
	CU_ASSERT_EQUAL(parsed("0.05"), UINT64_C(54975581388));  /* 54975581388.8 */
	CU_ASSERT_EQUAL(parsed(".5"), DP_RHO_ONE / 2);
	CU_ASSERT_EQUAL(parsed("1."), DP_RHO_ONE);
	CU_ASSERT_EQUAL(parsed("00001.000"), DP_RHO_ONE);
	CU_ASSERT_EQUAL(parsed("1000"), DP_RHO_MAX);
	/* 2^-40 has 40 decimals: exactly one unit, and a hair less is none. */
	CU_ASSERT_EQUAL(parsed("0.0000000000009094947017729282379150390625"), 1);
	CU_ASSERT_EQUAL(parsed("0.0000000000009094947017729282379150390624999999999999999999"), 0);
	CU_ASSERT_EQUAL(parsed("0.9999999999999999999999999999999999999999999999999999999999"), DP_RHO_ONE - 1);
}

static void
what_is_no_decimal_is_refused(void)
{
	static const char *const wrong[] = {"", ".", "-0.1", "+0.1", "1e-1", "0,1", " 0.1", "0.1 ", "0.1.2", "0x1", "nan",
		"inf", "0.00000000000000000000000000000000000000000000000000000000001" /* 61 characters */};
	uint64_t units = 77;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CU_ASSERT_EQUAL(dp_rho_parse(&units, wrong[i]), DP_PARAM);
	CU_ASSERT_EQUAL(units, 77);
}

static void
more_than_the_maximum_is_refused(void)
{
	static const char *const large[] = {"1000.000000000001", "1001", "18446744073709551616",
		"999999999999999999999999999999999999999999999999999999999999"};
	uint64_t units = 77;
	size_t i;

	for (i = 0; i < sizeof(large) / sizeof(large[0]); i++)
		CU_ASSERT_EQUAL(dp_rho_parse(&units, large[i]), DP_RANGE);
	CU_ASSERT_EQUAL(units, 77);
}

static void
the_text_is_exact(void)
{
	static const struct { uint64_t units; const char *text; } known[] = {
		{0, "0"}, {DP_RHO_ONE, "1"}, {DP_RHO_ONE / 4, "0.25"}, {DP_RHO_MAX, "1000"},
		{1, "0.0000000000009094947017729282379150390625"},
		{UINT64_C(109951162777), "0.0999999999994543031789362430572509765625"},
		{UINT64_MAX, "16777215.9999999999990905052982270717620849609375"}};
	char text[DP_RHO_TEXT];
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		dp_rho_format(text, known[i].units);
		CU_ASSERT_STRING_EQUAL(text, known[i].text);
	}
}

static void
text_and_units_are_one_to_one(void)
{
	char text[DP_RHO_TEXT];
	int i;

	srand48((long)suite_seed());
	for (i = 0; i < 100000; i++) {
		uint64_t units = ((uint64_t)mrand48() << 32 ^ (uint64_t)mrand48()) >> (lrand48() % 64);

		if (units > DP_RHO_MAX)
			continue;
		dp_rho_format(text, units);
		CU_ASSERT_EQUAL(parsed(text), units);
	}
}

/*
 * Expected values: the paper's bound, minimized over alpha by ternary search in
 * ln(alpha - 1), 60 decimal digits (mpmath), delta being the double itself. epsilon must not
 * be below, and above by no more than 2 units in the last place.
 */
static void
epsilon_is_the_tight_bound_rounded_up(void)
{
	static const struct { uint64_t units; double delta; long double epsilon; } known[] = {
		{UINT64_C(109951162777), 1e-09, 2.715481886722624061939739L},
		{UINT64_C(109951162777), 1e-06, 2.141938928379111877587856L},
		{UINT64_C(1099511627776), 1e-09, 9.521463671792232235206575L},
		{UINT64_C(54975581388), 1e-09, 1.881660291047405188090541L},
		{UINT64_C(1319413953331), 1e-09, 10.55528969960305262433326L},
		{UINT64_C(1099511627776000), 1e-12, 1329.577075732213302172172L},
		{UINT64_C(1099511627776), 0.5, 0.9751086818473894037716031L},
		{UINT64_C(109951162777), 1e-300, 16.65720861447626749649657L},
		{UINT64_C(109951162777600), 1e-15, 215.7563326022081320740514L},
		{UINT64_C(109951162777), 5e-324, 17.29278936968966143760672L},
		{UINT64_C(1), 1e-09, 0.000004268833038855288271628344L},
		/* Just above a double (by less than 2^-61 of it): rounded the wrong way they fall below. */
		{UINT64_C(609559918093), 1e-07, 6.008544441778535195851445326L},
		{UINT64_C(1584859131197), 1e-12, 13.46738768247008266815711817L},
		{UINT64_C(1769538101092), 1e-14, 15.42835041547137109701269969L},
		{UINT64_C(2105246926855), 1e-10, 14.50229123014239718785271717L},
		{UINT64_C(1870236394136), 1e-05, 9.719714956569262657525570507L},
		{UINT64_C(1816582222108), 1e-05, 9.5501536451794581979084016L},
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		double epsilon = dp_rho_epsilon(known[i].units, known[i].delta);

		CU_ASSERT((long double)epsilon >= known[i].epsilon);
		CU_ASSERT((long double)epsilon <= known[i].epsilon * (1 + 2 * (long double)DBL_EPSILON));
	}
}

/* Where pure indistinguishability within delta holds already, the formula is negative. */
static void
epsilon_is_never_negative(void)
{
	CU_ASSERT_EQUAL(dp_rho_epsilon(12345, 0.9), 0);
	CU_ASSERT_EQUAL(dp_rho_epsilon(3, 1e-5), 0);
	CU_ASSERT_EQUAL(dp_rho_epsilon(0, 1e-9), 0);
}

static void
delta_outside_its_range_gives_no_number(void)
{
	CU_ASSERT(isnan(dp_rho_epsilon(DP_RHO_ONE, 0)));
	CU_ASSERT(isnan(dp_rho_epsilon(DP_RHO_ONE, 1)));
	CU_ASSERT(isnan(dp_rho_epsilon(DP_RHO_ONE, -1e-9)));
	CU_ASSERT(isnan(dp_rho_epsilon(DP_RHO_ONE, 2)));
	CU_ASSERT(isnan(dp_rho_epsilon(DP_RHO_ONE, NAN)));
	CU_ASSERT(isnan(dp_rho_epsilon(DP_RHO_ONE, INFINITY)));
}

/* Every order alpha gives a valid bound, so none may lie below the value reported. */
static void
no_order_gives_less(void)
{
	int i;

	srand48((long)suite_seed());
	for (i = 0; i < 10000; i++) {
		uint64_t units = (uint64_t)(DP_RHO_ONE * pow(10, 6 * drand48() - 4));
		double delta = pow(10, -1 - 20 * drand48()), rho = ldexp((double)units, -DP_RHO_BITS);
		double b = pow(10, 6 * drand48() - 2);
		double bound = rho * (1 + b) + (-log(delta) - log1p(b)) / b - log1p(1 / b);

		CU_ASSERT(dp_rho_epsilon(units, delta) <= fmax(bound, 0) * (1 + 1e-12) + 1e-12);
	}
}

static void
epsilon_grows_with_rho_and_with_certainty(void)
{
	uint64_t units;
	double before = 0, delta, now;

	for (units = 1; units < DP_RHO_MAX; units = units * 3 / 2 + 1) {
		now = dp_rho_epsilon(units, 1e-9);
		CU_ASSERT(now >= before);
		before = now;
	}
	before = INFINITY;
	for (delta = 1e-300; delta < 0.5; delta *= 7) {
		now = dp_rho_epsilon(DP_RHO_ONE, delta);
		CU_ASSERT(now <= before);
		before = now;
	}
}

static const struct suite_case cases[] = {
	{"decimals are rounded down", decimals_are_rounded_down},
	{"what is no decimal is refused", what_is_no_decimal_is_refused},
	{"more than the maximum is refused", more_than_the_maximum_is_refused},
	{"the text is exact", the_text_is_exact},
	{"text and units are one to one", text_and_units_are_one_to_one},
	{"epsilon is the tight bound, rounded up", epsilon_is_the_tight_bound_rounded_up},
	{"epsilon is never negative", epsilon_is_never_negative},
	{"delta outside its range gives no number", delta_outside_its_range_gives_no_number},
	{"no order gives less", no_order_gives_less},
	{"epsilon grows with rho and with certainty", epsilon_grows_with_rho_and_with_certainty},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.rho", cases);
}
