#ifndef PROTO_PERIOD_H
#define PROTO_PERIOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/error.h"

/*
 * Periods and round ids.
 *   2023  2023-S1  2023-Q1  2023-01         FREQ A S Q M, years 1900 to 2199
 *   TIP_VICTIMS.2023-Q1.r0                  a round;  .v1 after it: a release
 * Each has one spelling: what parses formats to the same text. Errors: MALFORMED.
 */
struct proto_period {
	char freq;       /* 'A' 'S' 'Q' 'M' */
	uint32_t year;
	uint32_t part;   /* 1-based within the year; 1 for A */
};
#define PROTO_PERIOD_TEXT 12

PROTO_CHECK enum proto_code proto_period_parse(struct proto_period *ret_period, const char *text, struct proto_error *error);
void proto_period_format(char ret_text[static PROTO_PERIOD_TEXT], const struct proto_period *period);
/* <0, 0, >0 by the first day, then by freq A<S<Q<M. */
int proto_period_cmp(const struct proto_period *a, const struct proto_period *b);
/* proto_period_of(ret, freq, year, month): the period of that freq that holds the month. */
void proto_period_of(struct proto_period *ret_period, char freq, uint32_t year, uint32_t month);
/* last day of the period as days since 1970-01-01 (a round may not open for a future period is not a rule;
 * used to refuse future rows). */
int64_t proto_period_last_day(const struct proto_period *period);

#define PROTO_ID_MAX 32                       /* structure, coordinator and code ids */
/* proto_id_check(id, len): 1 to PROTO_ID_MAX of A-Z a-z 0-9 _ - . */
bool proto_id_check(const char *id, size_t len);

#define PROTO_REVISION_MAX 9999
#define PROTO_ROUND_TEXT (PROTO_ID_MAX + 32)  /* round and release ids */
struct proto_round {
	char structure[PROTO_ID_MAX + 1];
	struct proto_period period;
	uint32_t revision;
};
PROTO_CHECK enum proto_code proto_round_parse(struct proto_round *ret_round, const char *text, struct proto_error *error);
void proto_round_format(char ret_text[static PROTO_ROUND_TEXT], const struct proto_round *round);

/* UTC times: seconds since 1970 <-> "2026-11-23T19:27:00Z", years 1970 to 9999; a time outside
 * is written as the nearest one inside. */
#define PROTO_TIME_TEXT 24
PROTO_CHECK enum proto_code proto_time_parse(int64_t *ret_time, const char *text, struct proto_error *error);
void proto_time_format(char ret_text[static PROTO_TIME_TEXT], int64_t time);

#endif
