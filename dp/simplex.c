#include "simplex.h"

#include <math.h>

double
dp_simplex_threshold(const double *v, size_t n, double total)
{
	double threshold = -INFINITY;
	size_t active = n + 1, now, i;

	for (;;) {
		double sum = 0;

		for (i = 0, now = 0; i < n; i++)
			if (v[i] > threshold) {
				sum += v[i];
				now++;
			}
		/* Rounding may bring a coordinate on the edge back, for ever: stop unless some were dropped.
		 * None left: total is 0, and rounding put the threshold on the largest itself. */
		if (now >= active || now == 0)
			return threshold;
		active = now;
		threshold = (sum - total) / (double)now;
	}
}
