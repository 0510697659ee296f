#include "node/key_order.h"

#include <stdbool.h>
#include <string.h>

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The length of the run of digits at text without leading zeros; *ret_zeros of them. */
static size_t
run(size_t *ret_zeros, const char *text, size_t len)
{
	size_t zeros = 0, n;

	while (zeros < len && text[zeros] == '0')
		zeros++;
	for (n = zeros; n < len && digit(text[n]); n++)
		;
	*ret_zeros = zeros;
	return n - zeros;
}

/*
 * Texts are sequences of numbers and other bytes, compared element by element; texts that differ in leading zeros alone
 * are ordered by the first run where they do. A digit and another byte compare as bytes: all digits lie on the same
 * side of any other byte, so this is the same for every number, and the order is total.
 */
int
node_key_order(const char *a, size_t len_a, const char *b, size_t len_b)
{
	size_t i = 0, j = 0;
	int zeros = 0;

	while (i < len_a && j < len_b) {
		if (digit(a[i]) && digit(b[j])) {
			size_t zeros_a, zeros_b, run_a = run(&zeros_a, a + i, len_a - i);
			size_t run_b = run(&zeros_b, b + j, len_b - j);
			int differ;

			if (run_a != run_b)
				return run_a < run_b ? -1 : 1;
			if ((differ = memcmp(a + i + zeros_a, b + j + zeros_b, run_a)) != 0)
				return differ;
			if (zeros == 0)
				zeros = (zeros_a > zeros_b) - (zeros_a < zeros_b);
			i += zeros_a + run_a;
			j += zeros_b + run_b;
		} else {
			if (a[i] != b[j])
				return (unsigned char)a[i] < (unsigned char)b[j] ? -1 : 1;
			i++;
			j++;
		}
	}
	if (i < len_a || j < len_b)
		return i < len_a ? 1 : -1;
	return zeros;
}
