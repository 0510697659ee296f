#include "node/when.h"

#include <string.h>

/* Position in this text: coarse to fine. */
static const char order[] = "ASQM";

bool
node_when_finer(char a, char b)
{
	return strchr(order, a) >= strchr(order, b);
}

static uint32_t
first_month(const struct proto_period *period)
{
	switch (period->freq) {
	case 'S':
		return 6 * period->part - 5;
	case 'Q':
		return 3 * period->part - 2;
	case 'M':
		return period->part;
	}
	return 1;
}

bool
node_when_within(const struct proto_period *inner, const struct proto_period *outer)
{
	struct proto_period around;

	if (!node_when_finer(inner->freq, outer->freq))
		return false;
	proto_period_of(&around, outer->freq, inner->year, first_month(inner));
	return proto_period_cmp(&around, outer) == 0;
}

enum proto_code
node_when_parse(struct node_when *ret_when, const char *pattern, char freq, const char *where,
    struct proto_error *error)
{
	struct node_when when = {.freq = freq};
	unsigned seen[128] = {0};
	const char *at;
	char shown;

	if (strlen(pattern) > NODE_WHEN_PATTERN_MAX)
		return proto_error_set(error, PROTO_MAPPING, where, "a pattern longer than %d bytes",
		    NODE_WHEN_PATTERN_MAX);
	for (at = pattern; *at; at++) {
		if (*at != '%')
			continue;
		at++;
		if (*at == '\0' || strchr("Ymdq%", *at) == NULL)
			return proto_error_set(error, PROTO_MAPPING, where,
			    "only %%Y, %%m, %%d, %%q and %%%% may stand in a pattern");
		if (*at != '%' && seen[(unsigned char)*at]++)
			return proto_error_set(error, PROTO_MAPPING, where, "%%%c stands twice in the pattern", *at);
	}
	if (!seen['Y'])
		return proto_error_set(error, PROTO_MAPPING, where, "the pattern lacks %%Y");
	if (seen['q'] && seen['m'])
		return proto_error_set(error, PROTO_MAPPING, where, "%%q and %%m exclude each other");
	if (seen['d'] && !seen['m'])
		return proto_error_set(error, PROTO_MAPPING, where, "%%d needs %%m");
	shown = seen['m'] ? 'M' : seen['q'] ? 'Q' : 'A';
	if (freq == '\0')
		when.freq = shown;
	else if (!node_when_finer(shown, freq))
		return proto_error_set(error, PROTO_MAPPING, where, "freq %c is finer than the pattern shows", freq);
	memcpy(when.pattern, pattern, strlen(pattern) + 1);
	when.day = seen['d'] > 0;
	*ret_when = when;
	return PROTO_OK;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number of least to most digits; text moves behind it. */
static bool
number(uint32_t *ret_value, const char **text, const char *end, size_t least, size_t most)
{
	uint32_t value = 0;
	size_t n;

	for (n = 0; n < most && *text < end && digit(**text); n++)
		value = 10 * value + (uint32_t)(*(*text)++ - '0');
	*ret_value = value;
	return n >= least;
}

/* The first day of a month. */
static int64_t
month_begins(uint32_t year, uint32_t month)
{
	struct proto_period before = {'M', year - (month == 1), month == 1 ? 12 : month - 1};

	return proto_period_last_day(&before) + 1;
}

int64_t
node_when_first_day(const struct proto_period *period)
{
	return month_begins(period->year, first_month(period));
}

static uint32_t
days_in(uint32_t year, uint32_t month)
{
	struct proto_period this = {'M', year, month};

	return (uint32_t)(proto_period_last_day(&this) - month_begins(year, month) + 1);
}

bool
node_when_read(struct proto_period *ret_period, int64_t *ret_day, const struct node_when *when, const char *text,
    size_t len)
{
	const char *begin = text, *end = text + len, *at;
	uint32_t year = 0, quarter = 0, month = 0, day = 1;

	for (at = when->pattern; *at; at++) {
		/* where digits of something else stand beside it, a number has no end but its full length */
		bool tight = *at == '%' && (at[2] == '%' || digit(at[2]) || (text > begin && digit(text[-1])));

		if (*at == '%' && at[1] == 'Y') {
			if (!number(&year, &text, end, 4, 4) || year < 1900 || year > 2199)
				return false;
		} else if (*at == '%' && at[1] == 'q') {
			if (!number(&quarter, &text, end, 1, 1) || quarter < 1 || quarter > 4)
				return false;
		} else if (*at == '%' && at[1] == 'm') {
			if (!number(&month, &text, end, tight ? 2 : 1, 2) || month < 1 || month > 12)
				return false;
		} else if (*at == '%' && at[1] == 'd') {
			if (!number(&day, &text, end, tight ? 2 : 1, 2) || day < 1)
				return false;
		} else {
			char literal = *at == '%' ? at[1] : *at;

			if (text == end || *text++ != literal)
				return false;
		}
		at += *at == '%';
	}
	if (text != end || (month && day > days_in(year, month)))
		return false;
	if (month == 0)
		month = quarter ? 3 * quarter - 2 : 1;
	proto_period_of(ret_period, when->freq, year, month);
	*ret_day = month_begins(year, month) + day - 1;
	return true;
}
