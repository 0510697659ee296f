#include "center.h"

static void
center_line(dp_i128 *cell, uint64_t codes, uint64_t stride)
{
	dp_i128 sum = 0;
	uint64_t k;

	for (k = 0; k < codes; k++)
		sum += cell[k * stride];
	for (k = 0; k < codes; k++)
		cell[k * stride] = (dp_i128)codes * cell[k * stride] - sum;
}

void
dp_center_apply(dp_i128 *cell, const struct dp_domain *domain, dp_dims dims)
{
	uint64_t cells = dp_domain_cells(domain, dims), stride = 1, block, j;
	uint32_t i;

	for (i = domain->dims; i-- > 0;) {
		uint64_t codes = domain->dim[i].codes;

		if (!(dims >> i & 1))
			continue;
		for (block = 0; block < cells; block += codes * stride)
			for (j = 0; j < stride; j++)
				center_line(cell + block + j, codes, stride);
		stride *= codes;
	}
}
