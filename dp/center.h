#ifndef DP_CENTER_H
#define DP_CENTER_H

#include "dp/domain.h"

__extension__ typedef __int128 dp_i128;

/*
 * dp_center_apply(cell, domain, dims):
 * In place, along each axis i of dims: x becomes n_i x - (the sum along the axis), so that
 * the whole becomes (product of n_i) * C x with C = I - J/n on every axis. In integers, hence
 * exact: centering twice only scales.
 *
 * Range: every partial result is at most (product of n_i) * (sum of |x|); the caller
 *        keeps that below 2^126.
 */
void dp_center_apply(dp_i128 *cell, const struct dp_domain *domain, dp_dims dims);

#endif
