#ifndef DP_SENSITIVITY_H
#define DP_SENSITIVITY_H

#include "dp/domain.h"
#include "dp/ratio.h"
#include "dp/status.h"

/*
 * dp_sensitivity_d2(ret_d2, domain, residual, size):
 * The largest squared norm of L * C M x over all persons x who hold exactly
 * size[i] codes in each multi-valued dimension i of the group (other entries are
 * ignored); with size = NULL the largest over all admissible sizes. Always an integer.
 *
 * Errors: PARAM, RANGE (does not fit 128 bits).
 * Source: dp/README.md, "the price".
 */
DP_CHECK enum dp_status dp_sensitivity_d2(dp_u128 *ret_d2, const struct dp_domain *domain,
    struct dp_figure figure, uint64_t scale, const uint32_t *size);

#endif
