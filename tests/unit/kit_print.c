#include "proto/kit/print.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "dp/rho.h"
#include "proto/kit/table.h"
#include "support/suite.h"

static void
expect_field(const char *text, size_t len, const char *must)
{
	struct proto_buffer out = {0};

	kit_print_csv_field(&out, text, len);
	CU_ASSERT_STRING_EQUAL(proto_buffer_string(&out), must);
	proto_buffer_wipe(&out);
}

/* N9 */
static void
formulas(void)
{
	static const char *const field[][2] = {
		{"=1+1", "'=1+1"}, {"+1+1", "'+1+1"}, {"-2-cmd", "'-2-cmd"}, {"@SUM(A1)", "'@SUM(A1)"}, {"\tx", "'\tx"},
		{"\rx", "\"'\rx\""}, {"\nx", "\"'\nx\""}, {"=\"a\",b", "\"'=\"\"a\"\",b\""}, {"+", "'+"}, {"-", "'-"}, {"-.5", "'-.5"},
		{"-5.", "'-5."}, {"-1e", "'-1e"}, {"-1e5x", "'-1e5x"}, {"+1.2.3", "'+1.2.3"}, {"--1", "'--1"}, {"-1 ", "\"'-1 \""},
		{"\xef\xbc\x9d" "1", "'\xef\xbc\x9d" "1"}, {"\xef\xbc\x8b", "'\xef\xbc\x8b"}, {"\xef\xbc\x8d", "'\xef\xbc\x8d"},
		{"\xef\xbc\xa0", "'\xef\xbc\xa0"},
		{"-1", "-1"}, {"+1", "+1"}, {"-1.5", "-1.5"}, {"-1.5e-7", "-1.5e-7"}, {"+2E+10", "+2E+10"}, {"12", "12"}, {"", ""},
		{"plain", "plain"}, {"a=b", "a=b"}, {"a,b", "\"a,b\""}, {"say \"x\"", "\"say \"\"x\"\"\""}, {"two\nlines", "\"two\nlines\""},
		{" x", "\" x\""}, {"x ", "\"x \""}, {"\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9"},
	};
	size_t i;

	for (i = 0; i < sizeof(field) / sizeof(*field); i++)
		expect_field(field[i][0], strlen(field[i][0]), field[i][1]);
	expect_field("=1", 1, "'=");
	expect_field("ab\xef\xbc", 2, "ab");
}

static void
hex(void)
{
	uint8_t data[4] = {0};
	char text[9];

	kit_print_hex(text, (const uint8_t *)"\x00\x7f\xff\xab", 4);
	CU_ASSERT_STRING_EQUAL(text, "007fffab");
	CU_ASSERT_EQUAL(kit_print_unhex(data, 4, text, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(memcmp(data, "\x00\x7f\xff\xab", 4), 0);
	CU_ASSERT_EQUAL(kit_print_unhex(data, 4, "007fffa", NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(kit_print_unhex(data, 4, "007fffab0", NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(kit_print_unhex(data, 4, "007fffab00", NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(kit_print_unhex(data, 4, "007FFFAB", NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(kit_print_unhex(data, 4, "007fff g", NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(kit_print_unhex(data, 4, "", NULL), PROTO_MALFORMED);
}

static void
now(void)
{
	int64_t before = (int64_t)time(NULL), at = kit_print_now();

	CU_ASSERT(at >= before && at <= before + 60);
}

static void
privacy(void)
{
	struct proto_buffer out = {0};
	double rho, epsilon, shown_rho, shown_epsilon, guesses;
	uint64_t units;

	CU_ASSERT_EQUAL(dp_rho_parse(&units, "0.1"), DP_OK);
	kit_print_privacy(&out, units, "person counted");
	CU_ASSERT_PTR_NOT_NULL(strstr(proto_buffer_string(&out), "rho 0.1, which is epsilon "));
	CU_ASSERT_PTR_NOT_NULL(strstr(proto_buffer_string(&out), " at delta 1e-9; the unit is person counted. "));
	CU_ASSERT_PTR_NOT_NULL(strstr(proto_buffer_string(&out), "at most 62 times in 100 instead of 50."));
	proto_buffer_wipe(&out);
	/* never less than the truth, and not much more */
	for (units = 1; units < DP_RHO_MAX; units += 1 + units / 3) {
		kit_print_privacy(&out, units, "x");
		CU_ASSERT_EQUAL(sscanf(proto_buffer_string(&out), "rho %lf, which is epsilon %lf at", &shown_rho, &shown_epsilon), 2);
		CU_ASSERT_EQUAL(sscanf(strstr(proto_buffer_string(&out), "at most"), "at most %lf times", &guesses), 1);
		rho = ldexp((double)units, -DP_RHO_BITS);
		epsilon = dp_rho_epsilon(units, KIT_DELTA);
		CU_ASSERT(shown_rho >= rho * (1 - 1e-12) && shown_rho <= rho * 1.02);
		CU_ASSERT(shown_epsilon >= epsilon * (1 - 1e-12) && shown_epsilon <= epsilon * 1.02);
		CU_ASSERT(guesses >= 51 && guesses <= 100);
		/* two Gaussians of this rho: a rho-zCDP mechanism that must lie below the bound (mu = sqrt(2 rho)) */
		CU_ASSERT(guesses >= 100 * 0.5 * erfc(-sqrt(2 * rho) / 2 / sqrt(2)));
		proto_buffer_wipe(&out);
	}
	kit_print_privacy(&out, 0, "x");
	CU_ASSERT_PTR_NOT_NULL(strstr(proto_buffer_string(&out), "rho 0, which is epsilon 0 at"));
	CU_ASSERT_PTR_NOT_NULL(strstr(proto_buffer_string(&out), "at most 50 times"));
	proto_buffer_wipe(&out);
}

static void
print_table(const char *const (*rows)[3], size_t count, const char *must)
{
	static const char *const heading[] = {"NAME", ">COUNT", "NOTE"};
	struct kit_table *table = NULL;
	struct proto_buffer out = {0};
	size_t i;

	CU_ASSERT_EQUAL_FATAL(kit_table_new(&table, heading, 3, NULL), PROTO_OK);
	for (i = 0; i < count; i++)
		CU_ASSERT_EQUAL(kit_table_row(table, rows[i], NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_table_print(table, &out, NULL), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(proto_buffer_string(&out), must);
	proto_buffer_wipe(&out);
	kit_table_free(table);
}

static void
tables(void)
{
	/* widths: an accent is one column, a Han character two */
	static const char *const rows[][3] = {
		{"XA", "7", "first"}, {"\xc3\x89\xc3\xa9", "1234", NULL}, {"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2", "-1", "last"}};
	static const char *const bad[][3] = {{"a\033[2Jb", "1", "x"}};
	char wide[301], must[800];
	const char *const one[][3] = {{wide, "1", "end"}};

	memset(wide, 'w', 300);
	wide[300] = '\0';
	print_table(rows, 3,
	    "NAME    COUNT  NOTE\n"
	    "XA          7  first\n"
	    "\xc3\x89\xc3\xa9       1234\n"
	    "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2     -1  last\n");
	print_table(NULL, 0, "NAME  COUNT  NOTE\n");
	print_table(bad, 1, "NAME       COUNT  NOTE\na\\x1b[2Jb      1  x\n");
	(void)snprintf(must, sizeof(must), "%-300s  COUNT  NOTE\n%s      1  end\n", "NAME", wide);
	print_table(one, 1, must);
	kit_table_free(NULL);
}

static const struct suite_case cases[] = {
	{"a formula is neutralised, a number is not; quotes where they must be", formulas},
	{"hex in one form", hex},
	{"the clock", now},
	{"privacy in words never says less than the truth", privacy},
	{"a table: widths of all scripts, right alignment, nothing cut, controls shown", tables},
	{NULL, NULL},
};

int
main(void)
{
	return sodium_init() < 0 ? 1 : suite_run("kit.print", cases);
}
