#include "node/when.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

/* The period and first day that a text means under a pattern, as text; "-": not a date. */
static const char *
meant(const char *pattern, char freq, const char *text)
{
	static char out[64];
	char period_text[PROTO_PERIOD_TEXT], time[PROTO_TIME_TEXT];
	struct node_when when;
	struct proto_period period;
	int64_t day;

	CU_ASSERT_EQUAL_FATAL(node_when_parse(&when, pattern, freq, "", NULL), PROTO_OK);
	if (!node_when_read(&period, &day, &when, text, strlen(text)))
		return "-";
	proto_period_format(period_text, &period);
	proto_time_format(time, day * 86400);
	(void)snprintf(out, sizeof(out), "%s %.10s", period_text, time);
	return out;
}

static void
texts_become_periods(void)
{
	CU_ASSERT_STRING_EQUAL(meant("%Y", 0, "2023"), "2023 2023-01-01");
	CU_ASSERT_STRING_EQUAL(meant("%Y-Q%q", 0, "2023-Q4"), "2023-Q4 2023-10-01");
	CU_ASSERT_STRING_EQUAL(meant("%Y-%m", 0, "2023-09"), "2023-09 2023-09-01");
	CU_ASSERT_STRING_EQUAL(meant("%d/%m/%Y", 0, "7/2/2024"), "2024-02 2024-02-07");
	CU_ASSERT_STRING_EQUAL(meant("%Y%m%d", 0, "20240229"), "2024-02 2024-02-29");
	CU_ASSERT_STRING_EQUAL(meant("%Y-%m-%d", 'Q', "2023-12-31"), "2023-Q4 2023-12-31");
	CU_ASSERT_STRING_EQUAL(meant("%Y-%m-%d", 'S', "2023-06-30"), "2023-S1 2023-06-30");
	CU_ASSERT_STRING_EQUAL(meant("%Y-Q%q", 'A', "2023-Q4"), "2023 2023-10-01");
	CU_ASSERT_STRING_EQUAL(meant("100%% of %Y", 0, "100% of 1999"), "1999 1999-01-01");
}

static void
what_is_no_date_is_refused(void)
{
	static const struct { const char *pattern, *text; } none[] = {{"%Y-%m-%d", "2023-02-30"}, {"%Y-%m-%d", "2023-02-29"},
	    {"%Y-%m-%d", "2100-02-29"}, {"%Y-%m-%d", "2023-13-01"}, {"%Y-%m-%d", "2023-00-01"}, {"%Y-%m-%d", "2023-01-00"},
	    {"%Y-%m-%d", "2023-04-31"}, {"%Y-%m-%d", "2023-01-01 "}, {"%Y-%m-%d", "2023-01-01T00:00"}, {"%Y-%m-%d", "2023-01"},
	    {"%Y-%m-%d", ""}, {"%Y-%m-%d", "20230101"}, {"%Y-%m-%d", "2023-1-001"}, {"%Y", "23"}, {"%Y", "02023"}, {"%Y", "1899"},
	    {"%Y", "2200"}, {"%Y", "-2023"}, {"%Y", "+2023"}, {"%Y-Q%q", "2023-Q0"}, {"%Y-Q%q", "2023-Q5"}, {"%Y-Q%q", "2023-q1"},
	    {"%Y", "\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa3"} /* Arabic-Indic digits */, {"%Y%m%d", "2024229"}, {"%Y%m", "20241"}};
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CU_ASSERT_STRING_EQUAL(meant(none[i].pattern, 0, none[i].text), "-");
	CU_ASSERT_STRING_EQUAL(meant("%Y-%m-%d", 0, "2000-02-29"), "2000-02 2000-02-29");
}

static void
patterns_that_cannot_be_are_refused(void)
{
	static const struct { const char *pattern; char freq; } none[] = {{"", 0}, {"%m", 0}, {"%Y%Y", 0}, {"%Y-%q-%m", 0}, {"%Y-%d", 0},
	    {"%Y-%H", 0}, {"%Y%", 0}, {"%y", 0}, {"%Y", 'Q'}, {"%Y-Q%q", 'M'}, {"%Y", 'S'},
	    {"%Y 0123456789012345678901234567890123456789012345678901234567890123456789", 0}};
	struct node_when when;
	struct proto_error error;
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CU_ASSERT_EQUAL(node_when_parse(&when, none[i].pattern, none[i].freq, "", &error), PROTO_MAPPING);
}

static bool
within(const char *inner, const char *outer)
{
	struct proto_period a, b;

	CU_ASSERT_EQUAL_FATAL(proto_period_parse(&a, inner, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(proto_period_parse(&b, outer, NULL), PROTO_OK);
	return node_when_within(&a, &b);
}

static void
a_finer_period_lies_within_a_coarser(void)
{
	CU_ASSERT_TRUE(within("2023-Q1", "2023-Q1"));
	CU_ASSERT_TRUE(within("2023-03", "2023-Q1"));
	CU_ASSERT_TRUE(within("2023-Q3", "2023-S2"));
	CU_ASSERT_TRUE(within("2023-S2", "2023"));
	CU_ASSERT_FALSE(within("2023-04", "2023-Q1"));
	CU_ASSERT_FALSE(within("2022-Q1", "2023-Q1"));
	CU_ASSERT_FALSE(within("2023", "2023-Q1"));
	CU_ASSERT_FALSE(within("2023-S1", "2023-Q1"));
}

/* Every day of four centuries, against a count of days. */
static void
every_day_is_one_later_than_the_day_before(void)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct node_when when;
	struct proto_period period;
	int64_t day, expected = 0;
	unsigned y, m, d, wrong = 0;
	char text[40];

	CU_ASSERT_EQUAL_FATAL(node_when_parse(&when, "%Y-%m-%d", 0, "", NULL), PROTO_OK);
	for (y = 1970; y < 2200; y++)
		for (m = 1; m <= 12; m++)
			for (d = 1; d <= 32; d++) {
				bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
				bool exists = d <= days[m - 1] + (m == 2 && leap ? 1u : 0u);

				(void)snprintf(text, sizeof(text), "%04u-%02u-%02u", y, m, d);
				wrong += node_when_read(&period, &day, &when, text, strlen(text)) != exists;
				if (!exists)
					continue;
				wrong += day != expected++ || period.year != y || period.part != m;
				wrong += d == 1 && node_when_first_day(&period) != day;
			}
	CU_ASSERT_EQUAL(wrong, 0);
}

static const struct suite_case cases[] = {
	{"texts become periods", texts_become_periods},
	{"what is no date is refused", what_is_no_date_is_refused},
	{"patterns that cannot be are refused", patterns_that_cannot_be_are_refused},
	{"a finer period lies within a coarser", a_finer_period_lies_within_a_coarser},
	{"every day is one later than the day before", every_day_is_one_later_than_the_day_before},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("node.when", cases);
}
