#include "dp/rho.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define TEXT_MAX 60

/* digit[0..count-1], a decimal fraction: doubles it and returns the carry, its next bit. */
static unsigned
double_fraction(uint8_t *digit, size_t count)
{
	unsigned carry = 0;

	while (count-- > 0) {
		carry += 2u * digit[count];
		digit[count] = (uint8_t)(carry % 10);
		carry /= 10;
	}
	return carry;
}

enum dp_status
dp_rho_parse(uint64_t *ret_units, const char *text)
{
	size_t length = strnlen(text, TEXT_MAX + 1), digits = 0, fraction = 0, i;
	uint8_t digit[TEXT_MAX];
	uint64_t units = 0;
	bool point = false;
	int bit;

	if (length > TEXT_MAX)
		return DP_PARAM;
	for (i = 0; i < length; i++) {
		if (text[i] == '.' && !point) {
			point = true;
		} else if (text[i] < '0' || text[i] > '9') {
			return DP_PARAM;
		} else {
			digits++;
			if (point)
				digit[fraction++] = (uint8_t)(text[i] - '0');
			else if (units <= DP_RHO_MAX) /* beyond it any value is too large */
				units = units * 10 + (uint64_t)(text[i] - '0');
		}
	}
	if (digits == 0)
		return DP_PARAM;
	if (units > DP_RHO_MAX >> DP_RHO_BITS)
		return DP_RANGE;
	for (bit = 0; bit < DP_RHO_BITS; bit++)
		units = units << 1 | double_fraction(digit, fraction);
	if (units > DP_RHO_MAX)
		return DP_RANGE;
	*ret_units = units;
	return DP_OK;
}

void
dp_rho_format(char ret_text[static DP_RHO_TEXT], uint64_t units)
{
	uint64_t whole = units >> DP_RHO_BITS, rest = units & (DP_RHO_ONE - 1);
	char reversed[24];
	size_t digits = 0, length = 0;

	do
		reversed[digits++] = (char)('0' + whole % 10);
	while (whole /= 10);
	while (digits > 0)
		ret_text[length++] = reversed[--digits];
	if (rest)
		ret_text[length++] = '.';
	/* rest < 2^40 has at most 40 decimals: each step removes one factor 2 of 2^40. */
	for (; rest; rest &= DP_RHO_ONE - 1) {
		rest *= 10;
		ret_text[length++] = (char)('0' + (rest >> DP_RHO_BITS));
	}
	ret_text[length] = '\0';
}

/*
 * The root b = alpha - 1 > 0 of rho b^2 + ln(1 + b) = c, c > 0. The left side grows from
 * 0, and both terms give an upper end. Any b gives a valid epsilon; this one the smallest.
 */
static long double
best_order(long double rho, long double c)
{
	long double low = 0, high = expm1l(c);
	int i;

	if (rho > 0 && high > sqrtl(c / rho))
		high = sqrtl(c / rho);
	for (i = 0; i < 128; i++) {
		long double middle = low + (high - low) / 2;

		if (rho * middle * middle + log1pl(middle) < c)
			low = middle;
		else
			high = middle;
	}
	return high;
}

double
dp_rho_epsilon(uint64_t rho_units, double delta)
{
	long double rho = ldexpl((long double)rho_units, -DP_RHO_BITS), c, b, term[4], epsilon = 0, size = 0;
	double rounded;
	int i;

	if (!(delta > 0 && delta < 1))
		return NAN;
	c = -logl((long double)delta);
	b = best_order(rho, c);
	/* epsilon = rho alpha + (ln(1/delta) - ln alpha) / (alpha - 1) + ln(1 - 1/alpha) */
	term[0] = rho * (1 + b);
	term[1] = c / b;
	term[2] = -log1pl(b) / b;
	term[3] = -log1pl(1 / b);
	for (i = 0; i < 4; i++) {
		epsilon += term[i];
		size += fabsl(term[i]);
	}
	/* Each term carries a few roundings and a library error below 2 ulp, the sum three more:
	 * 16 units of the sum of sizes is far above all of it. Then outward to a double. */
	epsilon += 16 * LDBL_EPSILON * size;
	if (epsilon <= 0)
		return 0;
	rounded = (double)epsilon;
	return (long double)rounded < epsilon ? nextafter(rounded, INFINITY) : rounded;
}
