#include "dp/gauss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dp/laplace.h"

#include "support/seeded.h"
#include "support/suite.h"

/*
 * The whole sampler, nothing replaced, against the true probabilities. Every statistic is
 * brought to a standard normal; 6 of them is a false alarm in 10^9.
 */
#define DRAWS 400000
#define LIMIT 6.0
#define BINS_MAX 4096

static struct seeded source;
static const struct dp_rng rng = {seeded_fill, &source};

struct size {
	dp_u128 s2;
	unsigned bits;
};

static double
sigma2_of(struct size size)
{
	return ldexp((double)size.s2, -(int)size.bits);
}

/* Wilson and Hilferty's cube root: a chi-square of k degrees as a standard normal. */
static double
standard(double chi2, double k)
{
	return (cbrt(chi2 / k) - (1 - 2 / (9 * k))) / sqrt(2 / (9 * k));
}

/* Pearson's statistic over the bins, small expectations put together from either end. */
static double
pearson(const uint64_t *seen, const double *expected, size_t bins)
{
	double chi2 = 0, pool_seen = 0, pool_expected = 0;
	size_t degrees = 0, i;

	for (i = 0; i < bins; i++) {
		pool_seen += (double)seen[i];
		pool_expected += expected[i];
		if (pool_expected >= 20 || i + 1 == bins) {
			/* The last pool may stay small; it then only adds little to either side. */
			chi2 += (pool_seen - pool_expected) * (pool_seen - pool_expected) / fmax(pool_expected, 5);
			degrees++;
			pool_seen = pool_expected = 0;
		}
	}
	return standard(chi2, (double)degrees - 1);
}

/* Bins are single integers; what lies outside is in the first and the last. */
static void
check_small(struct size size, const int64_t *z)
{
	static uint64_t seen[BINS_MAX];
	static double expected[BINS_MAX];
	double sigma2 = sigma2_of(size), sum = 0;
	int64_t half = BINS_MAX / 2 - 1, i;

	memset(seen, 0, sizeof(seen));
	for (i = 0; i < DRAWS; i++)
		seen[(z[i] < -half ? -half : z[i] > half ? half : z[i]) + half]++;
	for (i = -half; i <= half; i++)
		sum += expected[i + half] = exp(-(double)(i * i) / 2 / sigma2);
	for (i = -half; i <= half; i++)
		expected[i + half] *= DRAWS / sum;
	CU_ASSERT(fabs(pearson(seen, expected, (size_t)(2 * half + 1))) < LIMIT);
}

/* 256 bins of equal chance; at sigma2 > 2^20 the normal distribution is the discrete one
 * to within 10^-12 of each bin. */
static void
check_large(struct size size, const int64_t *z)
{
	uint64_t seen[256] = {0};
	double expected[256], sigma = sqrt(sigma2_of(size));
	int i;

	for (i = 0; i < DRAWS; i++)
		seen[(int)fmin(256 * 0.5 * erfc(-(double)z[i] / sigma / sqrt(2)), 255)]++;
	for (i = 0; i < 256; i++)
		expected[i] = DRAWS / 256.0;
	CU_ASSERT(fabs(pearson(seen, expected, 256)) < LIMIT);
}

/* Mean, variance (of the discrete distribution), sign of the neighbor. */
static void
check_moments(struct size size, const int64_t *z)
{
	double sigma2 = sigma2_of(size), variance = sigma2, fourth = 3 * sigma2 * sigma2, mean = 0, square = 0, lag = 0;
	int i;

	if (sigma2 < 100) {
		double p[3] = {1, 0, 0};

		for (i = 1; i < 200; i++) {
			double w = 2 * exp(-i * i / 2.0 / sigma2);

			p[0] += w;
			p[1] += w * i * i;
			p[2] += w * i * i * i * i;
		}
		variance = p[1] / p[0];
		fourth = p[2] / p[0];
	}
	for (i = 0; i < DRAWS; i++) {
		mean += (double)z[i];
		square += (double)z[i] * (double)z[i];
		lag += i ? (double)z[i] * (double)z[i - 1] : 0;
	}
	CU_ASSERT(fabs(mean) / sqrt(DRAWS * variance) < LIMIT);
	CU_ASSERT(fabs(square - DRAWS * variance) / sqrt(DRAWS * (fourth - variance * variance)) < LIMIT);
	CU_ASSERT(fabs(lag) / sqrt(DRAWS) / variance < LIMIT);
}

/* Even and odd are equally frequent once sigma2 is a few steps squared. */
static void
check_parity(const int64_t *z)
{
	double odd = 0;
	int i;

	for (i = 0; i < DRAWS; i++)
		odd += (double)(z[i] & 1);
	CU_ASSERT(fabs(odd - DRAWS / 2.0) / sqrt(DRAWS / 4.0) < LIMIT);
}

static void
draw(int64_t *z, struct size size)
{
	int i;

	for (i = 0; i < DRAWS; i++)
		CU_ASSERT_EQUAL_FATAL(dp_gauss_draw(&z[i], size.s2, size.bits, &rng), DP_OK);
}

static void
small_variances_have_their_probabilities(void)
{
	/* 0.25, 1, 2.5, 100, 12345.678 */
	static const struct size sizes[] = {{1, 2}, {1, 0}, {5, 1}, {100 << 16, 16}, {UINT64_C(809086412), 16}};
	static int64_t z[DRAWS];
	size_t s;

	seeded_init(&source, suite_seed());
	for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		draw(z, sizes[s]);
		check_small(sizes[s], z);
		check_moments(sizes[s], z);
		if (sigma2_of(sizes[s]) > 4)
			check_parity(z);
	}
}

static void
lattice_variances_have_their_probabilities(void)
{
	/* TIP_VICTIMS' EXPL x SEX at rho 0.1 (L = 48); a million-cell table; the limit. */
	static const struct size sizes[] = {{(dp_u128)5412345678, 16}, {((dp_u128)1 << 76) + 987654321, 16},
		{(dp_u128)1 << 96, 16}};
	static int64_t z[DRAWS];
	size_t s;

	seeded_init(&source, suite_seed());
	for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		draw(z, sizes[s]);
		if (sigma2_of(sizes[s]) > 1 << 20)
			check_large(sizes[s], z);
		check_moments(sizes[s], z);
		check_parity(z);
	}
}

static void
laplace_has_its_probabilities(void)
{
	static const struct { uint64_t s, t; } scale[] = {{1, 1}, {3, 2}, {1, 10}, {7, 1000}};
	static uint64_t seen[BINS_MAX];
	static double expected[BINS_MAX];
	const int half = BINS_MAX / 2 - 1;
	struct dp_bits tape;
	size_t k;
	int i;

	seeded_init(&source, suite_seed());
	dp_bits_init(&tape, &rng);
	for (k = 0; k < sizeof(scale) / sizeof(scale[0]); k++) {
		double rate = (double)scale[k].s / (double)scale[k].t;

		memset(seen, 0, sizeof(seen));
		for (i = 0; i < DRAWS; i++) {
			int64_t y;

			CU_ASSERT_EQUAL_FATAL(dp_laplace_draw(&y, scale[k].s, scale[k].t, &tape), DP_OK);
			seen[(y < -half ? -half : y > half ? half : y) + half]++;
		}
		for (i = -half; i <= half; i++)
			expected[i + half] = DRAWS * tanh(rate / 2) * exp(-rate * abs(i));
		CU_ASSERT(fabs(pearson(seen, expected, (size_t)(2 * half + 1))) < LIMIT);
	}
}

static const struct suite_case cases[] = {
	{"small variances have their probabilities", small_variances_have_their_probabilities},
	{"lattice variances have their probabilities", lattice_variances_have_their_probabilities},
	{"Laplace has its probabilities", laplace_has_its_probabilities},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.gauss (statistical)", cases);
}
