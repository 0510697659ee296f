#include <math.h>

#include "dp/plan.h"

#include "support/suite.h"

/*
 * What the price is about: Renyi divergences of discrete Gaussians, summed from their
 * definition in long double.
 */
#define REACH 400

static long double
weight(int z, long double s2)
{
	return expl(-(long double)z * z / 2 / s2);
}

/* D_alpha(N_Z(shift, s2) || N_Z(0, s2)) */
static long double
divergence(int shift, long double s2, long double alpha)
{
	long double sum = 0, total = 0;
	int z;

	for (z = -REACH; z <= REACH; z++) {
		total += weight(z, s2);
		sum += expl(-(alpha * (z - shift) * (z - shift) + (1 - alpha) * z * z) / 2 / s2);
	}
	return logl(sum / total) / (alpha - 1);
}

static const long double alphas[] = {1.001L, 1.1L, 1.5L, 2, 2.5L, 3, 5.25L, 8};
#define ALPHAS (sizeof(alphas) / sizeof(alphas[0]))

static void
the_divergence_never_passes_the_price(void)
{
	static const long double sizes[] = {0.1L, 0.25L, 0.5L, 1, 2.5L, 10, 36};
	size_t s, a;
	int shift;

	for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		for (shift = 0; shift <= 3; shift++)
			for (a = 0; a < ALPHAS; a++) {
				long double d = divergence(shift, sizes[s], alphas[a]);
				long double bound = alphas[a] * shift * shift / 2 / sizes[s];

				CU_ASSERT(d <= bound * (1 + 1e-14L) + 1e-14L);
				/* Reached exactly where alpha times the shift is an integer. */
				if (alphas[a] * shift == truncl(alphas[a] * shift))
					CU_ASSERT(d >= bound * (1 - 1e-14L) - 1e-14L);
			}
}

/* One person in a dimension of two codes at sigma2 = 1/4, the price of its residual from the plan. */
static long double
price_of_two_codes(void)
{
	static const struct dp_domain domain = {1, {{2, 0}}};
	static const struct dp_figure table = {0, 1};
	struct dp_plan plan = {0};
	uint64_t units = 0;

	CU_ASSERT_EQUAL_FATAL(dp_plan_layout(&plan, &domain, &table, 1), DP_OK);
	plan.residual[0].s2 = (dp_u128)1 << 96;                                   /* the total: next to nothing */
	plan.residual[1].s2 = ((dp_u128)1 << DP_S2_BITS) / 4 * plan.residual[1].scale * plan.residual[1].scale;
	CU_ASSERT_EQUAL_FATAL(dp_plan_rho(&units, &plan), DP_OK);
	dp_plan_wipe(&plan);
	return ldexpl((long double)units, -40);
}

/* Scaled by L = 2: the person's shift is (1, -1), the noise on both N_Z(0, 4 sigma2). */
static void
scaled_noise_costs_the_price(void)
{
	long double rho = price_of_two_codes();
	size_t a;

	CU_ASSERT_DOUBLE_EQUAL((double)rho, 1, 1e-11);
	for (a = 0; a < ALPHAS; a++)
		CU_ASSERT(divergence(1, 1, alphas[a]) + divergence(-1, 1, alphas[a]) <= alphas[a] * rho * (1 + 1e-14L));
}

/* Not scaled: what remains after centering is the difference of two integer noises of
 * sigma2 = 1/4, shifted by 1. */
static void
a_shift_of_unscaled_noise_costs_more_than_the_formula(void)
{
	static long double p[2 * REACH + 1];
	long double sum = 0, total = 0, alpha = 1.001L, cost;
	int z, d;

	for (d = -20; d <= 20; d++) {
		for (z = -20; z <= 20; z++)
			p[d + REACH] += weight(z, 0.25L) * weight(z - d, 0.25L);
		total += p[d + REACH];
	}
	for (d = -18; d <= 18; d++)
		sum += powl(p[d - 1 + REACH] / total, alpha) * powl(p[d + REACH] / total, 1 - alpha);
	cost = logl(sum) / (alpha - 1) / alpha;
	CU_ASSERT(cost > 1.11L * price_of_two_codes());
	CU_ASSERT(cost < 1.12L);
}

static const struct suite_case cases[] = {
	{"the divergence never passes the price", the_divergence_never_passes_the_price},
	{"scaled noise costs the price", scaled_noise_costs_the_price},
	{"a shift of unscaled noise costs more than the formula", a_shift_of_unscaled_noise_costs_more_than_the_formula},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.price", cases);
}
