#include "dp/bits.h"

#include <math.h>
#include <string.h>

#include "support/suite.h"

/*
 * Bits walked over their tape: a prefix of n bits that decides the value has probability
 * 2^-n, exactly. What rejection leaves open after DEPTH bits starts afresh, so the decided
 * masses must stand in the ratio of the true probabilities, as exact numbers (dyadic, held
 * by a double without rounding).
 */
#define DEPTH 20
#define VALUES 20

struct walk {
	uint64_t prefix, tail;
	unsigned length;
	double mass[VALUES], undecided;
	enum dp_status (*sample)(unsigned *ret_value, const struct walk *walk, struct dp_bits *tape);
	dp_u128 num, den;
};

/* The prefix first, then filler: what is drawn from that is not counted. */
static enum dp_status
tape_fill(void *ctx, uint8_t *buf, size_t len)
{
	struct walk *walk = ctx;
	size_t i;

	for (i = 0; i < len; i++) {
		walk->tail = walk->tail * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		buf[i] = (uint8_t)(walk->tail >> 56);
	}
	for (i = 0; i < walk->length; i++) {
		buf[i / 8] &= (uint8_t)~(1u << i % 8);
		buf[i / 8] |= (uint8_t)((walk->prefix >> i & 1) << i % 8);
	}
	walk->length = 0;
	return DP_OK;
}

static void
visit(struct walk *walk, uint64_t prefix, unsigned length)
{
	const struct dp_rng rng = {tape_fill, walk};
	struct dp_bits tape;
	unsigned value;

	walk->prefix = prefix;
	walk->length = length;
	dp_bits_init(&tape, &rng);
	CU_ASSERT_EQUAL_FATAL(walk->sample(&value, walk, &tape), DP_OK);
	if (tape.taken <= length) {
		CU_ASSERT_EQUAL_FATAL(tape.taken, length); /* or its parent was decided */
		CU_ASSERT_FATAL(value < VALUES);
		walk->mass[value] += ldexp(1, -(int)length);
	} else if (length == DEPTH) {
		walk->undecided += ldexp(1, -(int)length);
	} else {
		visit(walk, prefix, length + 1);
		visit(walk, prefix | UINT64_C(1) << length, length + 1);
	}
}

static void
start(struct walk *walk)
{
	unsigned i;
	double total;

	memset(walk->mass, 0, sizeof(walk->mass));
	walk->undecided = 0;
	visit(walk, 0, 0);
	total = walk->undecided;
	for (i = 0; i < VALUES; i++)
		total += walk->mass[i];
	CU_ASSERT_EQUAL(total, 1);
	CU_ASSERT(walk->undecided < 0.05);
}

static enum dp_status
sample_below(unsigned *ret_value, const struct walk *walk, struct dp_bits *tape)
{
	dp_u128 value;
	enum dp_status status = dp_bits_below(tape, &value, walk->den);

	*ret_value = (unsigned)value;
	return status;
}

static void
every_value_below_a_bound_is_equally_likely(void)
{
	struct walk walk = {.sample = sample_below};
	unsigned i;

	for (walk.den = 1; walk.den <= VALUES; walk.den++) {
		start(&walk);
		CU_ASSERT(walk.mass[0] > 0);
		for (i = 1; i < VALUES; i++)
			CU_ASSERT_EQUAL(walk.mass[i], i < walk.den ? walk.mass[0] : 0);
	}
}

static enum dp_status
sample_chance(unsigned *ret_value, const struct walk *walk, struct dp_bits *tape)
{
	bool hit;
	enum dp_status status = dp_bits_chance(tape, &hit, walk->num, walk->den);

	*ret_value = hit;
	return status;
}

static void
a_chance_is_its_fraction(void)
{
	struct walk walk = {.sample = sample_chance};

	for (walk.den = 1; walk.den <= 17; walk.den++)
		for (walk.num = 0; walk.num <= walk.den; walk.num++) {
			start(&walk);
			CU_ASSERT_EQUAL(walk.mass[1] * (double)(walk.den - walk.num), walk.mass[0] * (double)walk.num);
		}
}

/* Every width, at every position in the buffer: the bits come out in order, each once. */
static enum dp_status
counting(void *ctx, uint8_t *buf, size_t len)
{
	uint8_t *next = ctx;
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = (*next)++;
	return DP_OK;
}

static void
the_tape_is_read_in_order(void)
{
	unsigned width, i, k;

	for (width = 1; width <= 128; width++) {
		uint8_t next = 0;
		const struct dp_rng rng = {counting, &next};
		struct dp_bits tape;
		uint64_t position = 0;

		dp_bits_init(&tape, &rng);
		for (i = 0; i < 20; i++) {
			dp_u128 value = 0;

			CU_ASSERT_EQUAL_FATAL(dp_bits_take(&tape, &value, width), DP_OK);
			for (k = 0; k < width; k++, position++)
				CU_ASSERT_FATAL((value >> k & 1) == ((position / 8 & 255) >> position % 8 & 1));
			CU_ASSERT(width == 128 || value >> width == 0);
		}
		CU_ASSERT_EQUAL(tape.taken, position);
	}
}

static const struct suite_case cases[] = {
	{"every value below a bound is equally likely", every_value_below_a_bound_is_equally_likely},
	{"a chance is its fraction", a_chance_is_its_fraction},
	{"the tape is read in order", the_tape_is_read_in_order},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.bits (exhaustive)", cases);
}
