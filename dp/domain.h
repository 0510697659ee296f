#ifndef DP_DOMAIN_H
#define DP_DOMAIN_H

#include <stddef.h>
#include <stdint.h>

#include "dp/status.h"

#define DP_DIMS_MAX 8
#define DP_CODES_MAX 250
#define DP_TABLES_MAX 64
#define DP_CELLS_MAX (UINT64_C(1) << 26) /* cells of all residuals of one plan */

/* A set of dimensions: bit i stands for dimension i of the domain. */
typedef uint32_t dp_dims;

/*
 * One dimension: its codes (without the total), and for a multi-valued one the
 * greatest number of codes that one person may hold.
 *   bound = 0: single-valued, exactly one code.   bound = k >= 1: a set of 1..k codes.
 */
struct dp_dim {
	uint32_t codes; /* 1..DP_CODES_MAX */
	uint32_t bound; /* 0, or 1..codes */
};

struct dp_domain {
	uint32_t dims; /* 0..DP_DIMS_MAX */
	struct dp_dim dim[DP_DIMS_MAX];
};

/*
 * A table or a margin is named by its set of dimensions and its measure group.
 * The group is the set of multi-valued dimensions whose contributions it counts
 * (0: persons). A table's group is table & dp_domain_multi(); a margin of a table
 * keeps the table's group even when it sums a multi-valued dimension out.
 */
struct dp_figure {
	dp_dims group;
	dp_dims dims;
};

/* dp_domain_check(domain): DP_OK, or DP_PARAM when outside the limits above. */
DP_CHECK enum dp_status dp_domain_check(const struct dp_domain *domain);

/* dp_domain_multi(domain): the set of multi-valued dimensions. */
dp_dims dp_domain_multi(const struct dp_domain *domain);

/* dp_domain_informative(domain, dims): those of dims with more than one code. The others change no cell of a
 * marginal and carry no residual (C_1 = 0), so two figures that differ only by them are one. */
dp_dims dp_domain_informative(const struct dp_domain *domain, dp_dims dims);

/*
 * dp_domain_cells(domain, dims): the number of cells of the marginal on dims;
 * the product of the codes, 1 for the empty set, saturating at UINT64_MAX.
 * Cells are numbered row-major: dimensions in ascending index, the last one
 * running fastest.
 */
uint64_t dp_domain_cells(const struct dp_domain *domain, dp_dims dims);

/*
 * dp_domain_cell(domain, dims, code): the number of the cell that holds
 * code[i] for every dimension i in dims (other entries are ignored).
 */
uint64_t dp_domain_cell(const struct dp_domain *domain, dp_dims dims,
    const uint32_t code[DP_DIMS_MAX]);

/* dp_domain_codes(ret_code, domain, dims, cell): the inverse of dp_domain_cell. */
void dp_domain_codes(uint32_t ret_code[DP_DIMS_MAX], const struct dp_domain *domain,
    dp_dims dims, uint64_t cell);

#endif
