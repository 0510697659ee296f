#include "dp/estimate.h"

#include <math.h>
#include <stdlib.h>

#include "center.h"
#include "simplex.h"

struct remainder {
	double size;
	size_t cell;
};

static int
compare_remainders(const void *a, const void *b)
{
	const struct remainder *one = a, *two = b;

	if (one->size != two->size)
		return one->size > two->size ? -1 : 1;
	return one->cell < two->cell ? -1 : one->cell > two->cell;
}

/* What the floors left over goes to the largest remainders. More than one each, or less than none,
 * happens only where x is so large that double does not hold its fractions. */
static void
hand_out(uint64_t *n, const struct remainder *order, size_t cells, dp_i128 left)
{
	size_t c;

	for (c = 0; c < cells && left > 0; c++) {
		dp_i128 share = (left + (dp_i128)(cells - c) - 1) / (dp_i128)(cells - c);

		n[order[c].cell] += (uint64_t)share;
		left -= share;
	}
	for (c = cells; c-- > 0 && left < 0;) {
		dp_i128 here = n[order[c].cell], back = -left < here ? -left : here;

		n[order[c].cell] -= (uint64_t)back;
		left += back;
	}
}

enum dp_status
dp_estimate_split(uint64_t *ret_n, const double *x, size_t cells, uint64_t total)
{
	struct remainder *order;
	dp_i128 left = total;
	double threshold;
	size_t c;

	if (cells == 0)
		return DP_PARAM;
	if (total > DP_ESTIMATE_MAX)
		return DP_RANGE;
	for (c = 0; c < cells; c++)
		if (!isfinite(x[c]))
			return DP_PARAM;
	if ((order = calloc(cells, sizeof(*order))) == NULL)
		return DP_NOMEM;
	threshold = dp_simplex_threshold(x, cells, (double)total);
	for (c = 0; c < cells; c++) {
		double share = x[c] > threshold ? fmin(x[c] - threshold, (double)total) : 0;

		ret_n[c] = (uint64_t)floor(share);
		left -= ret_n[c];
		order[c] = (struct remainder){share - floor(share), c};
	}
	qsort(order, cells, sizeof(*order), compare_remainders);
	hand_out(ret_n, order, cells, left);
	free(order);
	return DP_OK;
}
