#ifndef COORDINATOR_OBSERVATION_H
#define COORDINATOR_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/buffer.h"

/* One published value with the error of exactly what it sums. */
struct coord_observation {
	bool any;            /* false: nobody reported; the values below are unset */
	double measured, variance;
	uint64_t estimate;
	size_t listed, reporters;
	bool gap;            /* a listed country or period is missing from the sum */
};

/* Adds another period's observation: values, variances; gaps and non-reporters are kept. */
void coord_observation_add(struct coord_observation *sum, const struct coord_observation *other);

/* 'O' not reported, 'P' a gap in a sum, 'U' half width above half of the estimate, else 'A'. */
char coord_observation_status(const struct coord_observation *observation);

/*
 * The columns from OBS_VALUE to N_REPORTERS, in the order of the CSV, comma-separated, without line end: estimates are
 * whole numbers, measured values have four decimals; nothing reported leaves them empty.
 */
void coord_observation_csv(struct proto_buffer *out, const struct coord_observation *observation, bool measured);

#endif
