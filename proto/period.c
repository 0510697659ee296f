#include "proto/period.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define YEAR_MIN 1900
#define YEAR_MAX 2199
#define DAY_SECONDS 86400
#define TIME_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* Exactly `digits` decimal digits at text. */
static bool
decimal(uint32_t *ret_value, const char *text, unsigned digits)
{
	uint32_t value = 0;
	unsigned i;

	for (i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint32_t)(text[i] - '0');
	}
	*ret_value = value;
	return true;
}

/* The number of periods of this frequency in a year; 0 when it is none. */
static uint32_t
parts(char freq)
{
	switch (freq) {
	case 'A':
		return 1;
	case 'S':
		return 2;
	case 'Q':
		return 4;
	case 'M':
		return 12;
	}
	return 0;
}

static bool
parse(struct proto_period *ret_period, const char *text, size_t len)
{
	struct proto_period period = {.freq = 'A', .part = 1};

	if (len < 4 || !decimal(&period.year, text, 4))
		return false;
	if (len == 7 && text[4] == '-') {
		bool month = text[5] != 'S' && text[5] != 'Q';

		period.freq = month ? 'M' : text[5];
		if (month ? !decimal(&period.part, text + 5, 2) : !decimal(&period.part, text + 6, 1))
			return false;
	} else if (len != 4)
		return false;
	if (period.year < YEAR_MIN || period.year > YEAR_MAX || period.part < 1 || period.part > parts(period.freq))
		return false;
	*ret_period = period;
	return true;
}

enum proto_code
proto_period_parse(struct proto_period *ret_period, const char *text, struct proto_error *error)
{
	char shown[PROTO_ERROR_TEXT];

	if (!parse(ret_period, text, strlen(text)))
		return proto_error_set(error, PROTO_MALFORMED,
		    proto_error_text(shown, sizeof(shown), text, strlen(text)),
		    "not a period (2023, 2023-S1, 2023-Q1 or 2023-01; years %d to %d)", YEAR_MIN, YEAR_MAX);
	return PROTO_OK;
}

void
proto_period_format(char ret_text[static PROTO_PERIOD_TEXT], const struct proto_period *period)
{
	unsigned year = period->year % 10000, part = period->part % 100;

	if (period->freq == 'A')
		(void)snprintf(ret_text, PROTO_PERIOD_TEXT, "%04u", year);
	else if (period->freq == 'M')
		(void)snprintf(ret_text, PROTO_PERIOD_TEXT, "%04u-%02u", year, part);
	else
		(void)snprintf(ret_text, PROTO_PERIOD_TEXT, "%04u-%c%u", year, period->freq, part);
}

static uint32_t
first_month(const struct proto_period *period)
{
	return (period->part - 1) * (12 / parts(period->freq)) + 1;
}

int
proto_period_cmp(const struct proto_period *a, const struct proto_period *b)
{
	uint32_t month_a = first_month(a), month_b = first_month(b);

	if (a->year != b->year)
		return a->year < b->year ? -1 : 1;
	if (month_a != month_b)
		return month_a < month_b ? -1 : 1;
	/* A < S < Q < M: the longer period comes first */
	return (parts(a->freq) > parts(b->freq)) - (parts(a->freq) < parts(b->freq));
}

void
proto_period_of(struct proto_period *ret_period, char freq, uint32_t year, uint32_t month)
{
	assert(parts(freq) > 0 && month >= 1 && month <= 12);
	*ret_period = (struct proto_period){freq, year, (month - 1) / (12 / parts(freq)) + 1};
}

/*
 * Days from 1970-01-01 to a day of the Gregorian calendar, years 1 and later. Years
 * are counted from March, so that the leap day ends one and the months before
 * a given one have a closed form.
 */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t since_march = (month + 9) % 12, y = year - (month <= 2);

	return y * 365 + y / 4 - y / 100 + y / 400 + (since_march * 306 + 5) / 10 + day - 1 - 719468;
}

static uint32_t
month_days(int64_t year, int64_t month)
{
	return (uint32_t)(days_of(month == 12 ? year + 1 : year, month % 12 + 1, 1) - days_of(year, month, 1));
}

int64_t
proto_period_last_day(const struct proto_period *period)
{
	uint32_t last = period->part * (12 / parts(period->freq));

	return days_of(period->year, last, month_days(period->year, last));
}

static bool
id_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool
proto_id_check(const char *id, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!id_char(id[i]))
			return false;
	return len >= 1 && len <= PROTO_ID_MAX;
}

/* A revision: 'r' and a number without leading zeros, 0 to PROTO_REVISION_MAX. */
static bool
parse_revision(uint32_t *ret_revision, const char *text)
{
	size_t len = strlen(text);

	if (len < 2 || len > 5 || text[0] != 'r' || (text[1] == '0' && len > 2))
		return false;
	return decimal(ret_revision, text + 1, (unsigned)(len - 1));
}

enum proto_code
proto_round_parse(struct proto_round *ret_round, const char *text, struct proto_error *error)
{
	const char *first = strchr(text, '.'), *second = first ? strchr(first + 1, '.') : NULL;
	struct proto_round round = {.revision = 0};
	char shown[PROTO_ERROR_TEXT];

	if (second == NULL || !proto_id_check(text, (size_t)(first - text)) ||
	    !parse(&round.period, first + 1, (size_t)(second - first - 1)) || !parse_revision(&round.revision, second + 1))
		return proto_error_set(error, PROTO_MALFORMED,
		    proto_error_text(shown, sizeof(shown), text, strlen(text)),
		    "not a round (STRUCTURE.PERIOD.rN, as in TIP_VICTIMS.2023-Q1.r0)");
	memcpy(round.structure, text, (size_t)(first - text));
	*ret_round = round;
	return PROTO_OK;
}

void
proto_round_format(char ret_text[static PROTO_ROUND_TEXT], const struct proto_round *round)
{
	char period[PROTO_PERIOD_TEXT];

	proto_period_format(period, &round->period);
	(void)snprintf(ret_text, PROTO_ROUND_TEXT, "%.*s.%s.r%u", PROTO_ID_MAX, round->structure, period, round->revision);
}

enum proto_code
proto_time_parse(int64_t *ret_time, const char *text, struct proto_error *error)
{
	uint32_t year, month, day, hour, minute, second;
	char shown[PROTO_ERROR_TEXT];

	if (strlen(text) == 20 && decimal(&year, text, 4) && text[4] == '-' && decimal(&month, text + 5, 2) &&
	    text[7] == '-' && decimal(&day, text + 8, 2) && text[10] == 'T' && decimal(&hour, text + 11, 2) &&
	    text[13] == ':' && decimal(&minute, text + 14, 2) && text[16] == ':' && decimal(&second, text + 17, 2) &&
	    text[19] == 'Z' && year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= month_days(year, month) &&
	    hour < 24 && minute < 60 && second < 60) {
		*ret_time = days_of(year, month, day) * DAY_SECONDS + (int64_t)(hour * 3600 + minute * 60 + second);
		return PROTO_OK;
	}
	return proto_error_set(error, PROTO_MALFORMED, proto_error_text(shown, sizeof(shown), text, strlen(text)),
	    "not a UTC time (as in 2026-11-23T19:27:00Z)");
}

void
proto_time_format(char ret_text[static PROTO_TIME_TEXT], int64_t time)
{
	int64_t days, y;
	unsigned year, month = 1, seconds;

	time = time < 0 ? 0 : time > TIME_MAX ? TIME_MAX : time;
	days = time / DAY_SECONDS;
	seconds = (unsigned)(time % DAY_SECONDS);
	/* a year has at most 366 days, so this guess is never late */
	for (y = 1970 + days / 366; days >= days_of(y + 1, 1, 1);)
		y++;
	while (days >= days_of(y, month, 1) + month_days(y, month))
		month++;
	year = (unsigned)y;
	(void)snprintf(ret_text, PROTO_TIME_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ", year % 10000, month % 100,
	    (unsigned)(days - days_of(y, month, 1) + 1) % 100, seconds / 3600 % 100, seconds / 60 % 60, seconds % 60);
}
