#include "proto/period.h"

#include <string.h>
#include <time.h>

#include "support/suite.h"

static void
periods_have_one_spelling(void)
{
	static const char *const right[] = {"2023", "1900", "2199", "2023-S1", "2023-S2", "2023-Q1", "2023-Q4", "2023-01",
	    "2023-12"};
	size_t i;

	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		struct proto_period period;
		char text[PROTO_PERIOD_TEXT];

		CU_ASSERT_EQUAL(proto_period_parse(&period, right[i], NULL), PROTO_OK);
		proto_period_format(text, &period);
		CU_ASSERT_STRING_EQUAL(text, right[i]);
	}
}

static void
what_is_no_period_is_refused(void)
{
	static const char *const wrong[] = {"", "203", "20233", "1899", "2200", "2023-", "2023-Q0", "2023-Q5", "2023-S3",
	    "2023-S0", "2023-00", "2023-13", "2023-1", "2023-q1", "2023Q1", "2023-A1", "2023-Q1 ", " 2023", "2023-Q01", "+023",
	    "2023-+1", "2023-M1", "2023-W1", "\xd9\xa2\xd9\xa3", "2023-01-01"};
	struct proto_period period = {'A', 7, 7};
	struct proto_error error;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CU_ASSERT_EQUAL(proto_period_parse(&period, wrong[i], &error), PROTO_MALFORMED);
		CU_ASSERT_PTR_NOT_NULL(strstr(error.what, "not a period"));
		CU_ASSERT_EQUAL(period.year, 7);
	}
	CU_ASSERT_EQUAL(proto_period_parse(&period, "x\x1b[2J", &error), PROTO_MALFORMED);
	CU_ASSERT_STRING_EQUAL(error.where, "x\\x1b[2J");
}

static int
compare(const char *a, const char *b)
{
	struct proto_period first, second;

	CU_ASSERT_EQUAL_FATAL(proto_period_parse(&first, a, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(proto_period_parse(&second, b, NULL), PROTO_OK);
	return proto_period_cmp(&first, &second);
}

static void
periods_are_ordered_by_day_then_frequency(void)
{
	static const char *const order[] = {"2022-12", "2023", "2023-S1", "2023-Q1", "2023-01", "2023-02", "2023-Q2",
	    "2023-04", "2023-S2", "2023-Q3", "2023-07", "2023-Q4", "2023-12", "2024"};
	size_t i, j;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (j = 0; j < sizeof(order) / sizeof(order[0]); j++) {
			int sign = compare(order[i], order[j]);

			CU_ASSERT_EQUAL((sign > 0) - (sign < 0), (i > j) - (i < j));
		}
}

static void
a_month_lies_in_one_period_of_each_frequency(void)
{
	static const char freqs[] = "ASQM";
	uint32_t month;
	size_t i;

	for (i = 0; i < 4; i++)
		for (month = 1; month <= 12; month++) {
			struct proto_period period, single;
			char text[PROTO_PERIOD_TEXT];

			proto_period_of(&period, freqs[i], 2023, month);
			proto_period_of(&single, 'M', 2023, month);
			proto_period_format(text, &period);
			CU_ASSERT_EQUAL(proto_period_parse(&period, text, NULL), PROTO_OK);
			CU_ASSERT_TRUE(proto_period_cmp(&period, &single) <= 0);
			CU_ASSERT_TRUE(proto_period_last_day(&period) >= proto_period_last_day(&single));
		}
}

static int64_t
last_day(const char *text)
{
	struct proto_period period;

	CU_ASSERT_EQUAL_FATAL(proto_period_parse(&period, text, NULL), PROTO_OK);
	return proto_period_last_day(&period);
}

static void
last_days_know_leap_years(void)
{
	CU_ASSERT_EQUAL(last_day("1970-01"), 30);
	CU_ASSERT_EQUAL(last_day("1969"), -1);
	CU_ASSERT_EQUAL(last_day("2000-02"), 11016); /* 2000-02-29 */
	CU_ASSERT_EQUAL(last_day("2023-Q1"), 19447);
	CU_ASSERT_EQUAL(last_day("2023-02") - last_day("2023-01"), 28);
	CU_ASSERT_EQUAL(last_day("2024-02") - last_day("2024-01"), 29);
	CU_ASSERT_EQUAL(last_day("1900-02") - last_day("1900-01"), 28);
	CU_ASSERT_EQUAL(last_day("2100-02") - last_day("2100-01"), 28);
	CU_ASSERT_EQUAL(last_day("2023-Q4"), last_day("2023"));
	CU_ASSERT_EQUAL(last_day("2023-S1"), last_day("2023-06"));
}

static void
rounds_have_one_spelling(void)
{
	static const char *const right[] = {"TIP_VICTIMS.2023-Q1.r0", "a-b_C9.2023.r12",
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345.2023-12.r9999"};
	static const char *const wrong[] = {"", "TIP", "TIP.2023", "TIP.2023.", "TIP.2023.0", "TIP.2023.r", "TIP.2023.r01",
	    "TIP.2023.r-1", "TIP.2023.r10000", "TIP.2023.r0.v1", ".2023.r0", "T P.2023.r0", "TIP.2023-Q9.r0", "../x.2023.r0",
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456.2023.r0", "TIP.2023.r0 ", "TIP..2023.r0", "T\xc3\x89.2023.r0"};
	struct proto_round round = {.revision = 77};
	struct proto_error error;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CU_ASSERT_EQUAL(proto_round_parse(&round, wrong[i], &error), PROTO_MALFORMED);
		CU_ASSERT_EQUAL(round.revision, 77);
	}
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		char text[PROTO_ROUND_TEXT];

		CU_ASSERT_EQUAL(proto_round_parse(&round, right[i], &error), PROTO_OK);
		proto_round_format(text, &round);
		CU_ASSERT_STRING_EQUAL(text, right[i]);
	}
}

static void
times_agree_with_the_calendar(void)
{
	unsigned long long state = suite_seed();
	unsigned i;

	for (i = 0; i < 100000; i++) {
		int64_t instant, again = -1;
		char text[PROTO_TIME_TEXT], expected[PROTO_TIME_TEXT];
		struct tm tm;
		time_t calendar;

		state = state * 6364136223846793005 + 1442695040888963407;
		calendar = (time_t)(instant = (int64_t)((state >> 11) % 253402300800));
		(void)gmtime_r(&calendar, &tm);
		(void)strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm);
		proto_time_format(text, instant);
		if (strcmp(text, expected) != 0 || proto_time_parse(&again, text, NULL) != PROTO_OK || again != instant)
			CU_FAIL("a time differs from the C library's");
	}
}

static void
what_is_no_time_is_refused(void)
{
	static const char *const wrong[] = {"", "2026-11-23", "2026-11-23T19:27:00", "2026-11-23T19:27:00+00:00",
	    "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
	    "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-12-31T23:59:60Z", "2026-01-01 00:00:00Z",
	    "2026-01-01T00:00:00z", "1969-12-31T23:59:59Z", "2026-1-001T00:00:00Z", "2026-01-01T00:00:00ZZ"};
	int64_t instant = 5;
	char text[PROTO_TIME_TEXT];
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CU_ASSERT_EQUAL(proto_time_parse(&instant, wrong[i], NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(instant, 5);
	CU_ASSERT_EQUAL(proto_time_parse(&instant, "2026-11-23T19:27:00Z", NULL), PROTO_OK);
	CU_ASSERT_EQUAL(instant, 1795462020);
	proto_time_format(text, INT64_MAX);
	CU_ASSERT_STRING_EQUAL(text, "9999-12-31T23:59:59Z");
	proto_time_format(text, INT64_MIN);
	CU_ASSERT_STRING_EQUAL(text, "1970-01-01T00:00:00Z");
}

static const struct suite_case cases[] = {
	{"periods have one spelling", periods_have_one_spelling},
	{"what is no period is refused", what_is_no_period_is_refused},
	{"periods are ordered by day, then frequency", periods_are_ordered_by_day_then_frequency},
	{"a month lies in one period of each frequency", a_month_lies_in_one_period_of_each_frequency},
	{"last days know leap years", last_days_know_leap_years},
	{"rounds have one spelling", rounds_have_one_spelling},
	{"times agree with the calendar", times_agree_with_the_calendar},
	{"what is no time is refused", what_is_no_time_is_refused},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("proto.period", cases);
}
