#include <math.h>

#include "dp/rho.h"
#include "proto/kit/print.h"

/* value with so many significant digits, never less than value. */
static double
round_up(double value, int digits)
{
	double scale;

	if (!(value > 0) || !isfinite(value))
		return value;
	scale = pow(10, digits - 1 - floor(log10(value)));
	return ceil(value * scale) / scale;
}

/*
 * Of a hundred guesses, even odds beforehand, how many can be right. rho-zCDP bounds the Renyi
 * divergence of every order a > 1 by a rho, so in the limit KL <= rho; the total variation is then at
 * most sqrt(rho / 2) (Pinsker) and at most sqrt(1 - exp(-rho)) (Bretagnolle and Huber); the best
 * test is right with probability (1 + TV) / 2.
 */
static double
right_guesses(double rho)
{
	double variation = fmin(sqrt(rho / 2), sqrt(-expm1(-rho)));

	return fmin(100, ceil(50 * (1 + variation)));
}

void
kit_print_privacy(struct proto_buffer *out, uint64_t rho_units, const char *unit)
{
	double rho = ldexp((double)rho_units, -DP_RHO_BITS);

	proto_buffer_printf(out,
	    "rho %.3g, which is epsilon %.3g at delta 1e-9; the unit is %s. Someone who thinks it even odds that a certain "
	    "person is in the records can, from these figures, be right at most %.0f times in 100 instead of 50.",
	    round_up(rho, 3), round_up(dp_rho_epsilon(rho_units, KIT_DELTA), 3), unit, right_guesses(rho));
}
