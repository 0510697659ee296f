#ifndef DP_RHO_H
#define DP_RHO_H

#include <stdint.h>

#include "dp/status.h"

/*
 * rho is zCDP (Bun and Steinke 2016), carried everywhere as an integer number of
 * units of 2^-40. Decimals are rounded down on the way in; prices were rounded up
 * before they became units; a decimal on the way out is exact (at most 40 digits
 * after the point, no trailing zeros).
 */
#define DP_RHO_BITS 40
#define DP_RHO_ONE (UINT64_C(1) << DP_RHO_BITS)
#define DP_RHO_MAX (UINT64_C(1000) << DP_RHO_BITS)
#define DP_RHO_TEXT 56

/* dp_rho_parse(ret_units, text): "0.1" -> floor(0.1 * 2^40). Digits with at most
 * one point; no sign, no exponent, at most 60 characters. PARAM otherwise; RANGE above DP_RHO_MAX. */
DP_CHECK enum dp_status dp_rho_parse(uint64_t *ret_units, const char *text);

/* dp_rho_format(ret_text, units): the exact decimal. */
void dp_rho_format(char ret_text[static DP_RHO_TEXT], uint64_t units);

/*
 * dp_rho_epsilon(rho_units, delta): the smallest epsilon, rounded up, for which
 * rho-zCDP implies (epsilon, delta)-DP by the tight conversion.
 * Units:  delta in (0, 1). Returns NaN outside.
 * Source: Canonne, Kamath, Steinke 2020, section 2.3.
 */
double dp_rho_epsilon(uint64_t rho_units, double delta);

#endif
