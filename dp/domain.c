#include "dp/domain.h"

enum dp_status
dp_domain_check(const struct dp_domain *domain)
{
	uint32_t i;

	if (domain->dims > DP_DIMS_MAX)
		return DP_PARAM;
	for (i = 0; i < domain->dims; i++) {
		const struct dp_dim *dim = &domain->dim[i];

		if (dim->codes < 1 || dim->codes > DP_CODES_MAX || dim->bound > dim->codes)
			return DP_PARAM;
	}
	return DP_OK;
}

dp_dims
dp_domain_multi(const struct dp_domain *domain)
{
	dp_dims multi = 0;
	uint32_t i;

	for (i = 0; i < domain->dims; i++)
		if (domain->dim[i].bound > 0)
			multi |= (dp_dims)1 << i;
	return multi;
}

dp_dims
dp_domain_informative(const struct dp_domain *domain, dp_dims dims)
{
	uint32_t i;

	for (i = 0; i < domain->dims; i++)
		if (domain->dim[i].codes == 1)
			dims &= ~((dp_dims)1 << i);
	return dims;
}

uint64_t
dp_domain_cells(const struct dp_domain *domain, dp_dims dims)
{
	uint64_t cells = 1;
	uint32_t i;

	for (i = 0; i < domain->dims; i++)
		if ((dims >> i & 1) && __builtin_mul_overflow(cells, (uint64_t)domain->dim[i].codes, &cells))
			return UINT64_MAX;
	return cells;
}

uint64_t
dp_domain_cell(const struct dp_domain *domain, dp_dims dims, const uint32_t code[DP_DIMS_MAX])
{
	uint64_t cell = 0;
	uint32_t i;

	for (i = 0; i < domain->dims; i++)
		if (dims >> i & 1)
			cell = cell * domain->dim[i].codes + code[i];
	return cell;
}

void
dp_domain_codes(uint32_t ret_code[DP_DIMS_MAX], const struct dp_domain *domain, dp_dims dims, uint64_t cell)
{
	uint32_t i;

	for (i = domain->dims; i-- > 0;)
		if (dims >> i & 1) {
			ret_code[i] = (uint32_t)(cell % domain->dim[i].codes);
			cell /= domain->dim[i].codes;
		}
}
