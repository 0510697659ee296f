#ifndef NODE_WHEN_H
#define NODE_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/error.h"
#include "proto/period.h"

/*
 * Dates by a pattern: %Y (four digits), %m, %d (one or two; two where a digit or another directive stands beside them),
 * %q (1 to 4), %% and literal text. %Y must stand in it; %q and %m exclude each other; %d needs
 * %m; each at most once. Only ASCII digits count as digits.
 */
#define NODE_WHEN_PATTERN_MAX 64

struct node_when {
	char pattern[NODE_WHEN_PATTERN_MAX + 1];
	char freq;  /* of the rows: 'A' 'S' 'Q' 'M' */
	bool day;   /* the pattern has %d */
};

/* node_when_parse(ret_when, pattern, freq, where, error): freq 0: as the pattern shows. MAPPING: not such a pattern,
 * or a freq finer than the pattern shows. */
PROTO_CHECK enum proto_code node_when_parse(struct node_when *ret_when, const char *pattern, char freq,
    const char *where, struct proto_error *error);

/* node_when_read(ret_period, ret_day, when, text, len): false: not a date of this pattern, or none that exists.
 * *ret_day: the first day it may mean, in days since 1970-01-01. */
bool node_when_read(struct proto_period *ret_period, int64_t *ret_day, const struct node_when *when,
    const char *text, size_t len);

/* The first day of a period, in days since 1970-01-01. */
int64_t node_when_first_day(const struct proto_period *period);

/* node_when_finer(a, b): a period of frequency a lies within one of frequency b. */
bool node_when_finer(char a, char b);

/* node_when_within(inner, outer): inner lies within outer. */
bool node_when_within(const struct proto_period *inner, const struct proto_period *outer);

#endif
