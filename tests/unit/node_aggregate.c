#include "node/aggregate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/counting.h"
#include "support/structures.h"
#include "support/suite.h"

static struct proto_structure *victims;

#define COLUMNS_ALL "'SEX':{'column':'sex','values':{'all':'_T','f':'F','m':'M','?':'_U'}}," \
	"'AGE':{'column':'age','values':{'all':'_T','child':'Y0T17','adult':'Y_GE18'}}," \
	"'EXPL':{'column':'form','values':{'all':'_T','sex':'SX','labour':'FL'}}"
#define CITGRP ",'CITGRP':{'column':'cit','lookup':'CL_AREA','values':{'all':'_T'},'derive':'citizenship-group'}"
#define ATTEST ",'attest':'The office counts persons'"

static struct node_count *
run(enum proto_code *ret_code, const char *columns, const char *more, const char *rows, struct proto_error *error)
{
	struct counting_what what = {.period = "2023-Q1", .country = "GB"};
	char json[3000], *text = NULL;
	struct node_count *count;
	size_t i;

	(void)snprintf(json, sizeof(json), "{'map':'a','structure':'TIP_VICTIMS','kind':'aggregate','file':{'format':'csv'},"
	    "'time':{'constant':'2023-Q1'},'columns':{%s},'value':{'column':'n','thousands':',','suppressed':['<5'],'max':1000000}%s}", columns, more);
	for (i = 0; json[i]; i++)
		json[i] = json[i] == '\'' ? '"' : json[i];
	CU_ASSERT_NOT_EQUAL_FATAL(asprintf(&text, "sex,age,form,cit,n\n%s", rows), -1);
	what.mapping = counting_text("map.json", json);
	what.file = counting_text("table.csv", text);
	count = counting_run(ret_code, &what, victims, error);
	free(text);
	return count;
}

static struct node_count *
fine(const char *columns, const char *rows)
{
	struct proto_error error = {0};
	enum proto_code code;
	struct node_count *count = run(&code, columns, ATTEST, rows, &error);

	CU_ASSERT_EQUAL(code, PROTO_OK);
	if (code != PROTO_OK)
		printf("\n    %s: %s; %s\n", error.where, error.what, count ? count->report.error[0].reason : "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(count);
	return count;
}

static void
refused(const char *columns, const char *rows, const char *errors, const char *reason)
{
	enum proto_code code;
	struct node_count *count = run(&code, columns, ATTEST, rows, NULL);

	CU_ASSERT_EQUAL(code, PROTO_INPUT);
	CU_ASSERT_PTR_NOT_NULL_FATAL(count);
	CU_ASSERT_PTR_NULL(count->counts);
	CU_ASSERT_STRING_EQUAL(counting_errors(count), errors);
	if (strcmp(counting_errors(count), errors) != 0)
		printf("\n    %s\n", counting_errors(count));
	if (reason) {
		CU_ASSERT_STRING_EQUAL(count->report.error[0].reason, reason);
		if (strcmp(count->report.error[0].reason, reason) != 0)
			printf("\n    %s\n", count->report.error[0].reason);
	}
	node_count_free(count);
}

#define CELL(group, codes, n) CU_ASSERT_EQUAL(counting_cell(count, victims, group, codes), n)

static const char *const whole =
    "f,child,all,all,10\nm,child,all,all,5\nf,adult,all,all,\"1,020\"\n" /* V1 */
    "f,all,sex,all,700\nm,all,sex,all,2\nf,all,labour,all,500\nm,all,labour,all,3\n" /* V2: contributions */
    "all,child,all,GB,14\nall,child,all,FR,1\nall,adult,all,XA,1020\n" /* V3 */
    "all,child,sex,all,9\nall,adult,sex,all,693\nall,child,labour,all,3\nall,adult,labour,all,500\n" /* V4 */
    "all,all,all,all,1035\nf,all,all,all,1030\n"; /* totals */

static void
each_table_takes_the_rows_of_its_level(void)
{
	struct node_count *count = fine(COLUMNS_ALL CITGRP, whole);

	CELL("", "SEX=F,AGE=Y0T17", 10);
	CELL("", "SEX=F,AGE=Y_GE18", 1020);
	CELL("", "SEX=M,AGE=Y_GE18", 0);
	CELL("EXPL", "EXPL=SX,SEX=F", 700);
	CELL("EXPL", "EXPL=FL,AGE=Y0T17", 3);
	CELL("EXPL", "EXPL=FL", 503);
	CELL("", "CITGRP=NAT,AGE=Y0T17", 14);
	CELL("", "CITGRP=FOR", 1021);
	CU_ASSERT_EQUAL(count->report.persons, 1035);
	CU_ASSERT_EQUAL(count->report.taken, 16);
	CU_ASSERT_EQUAL(count->report.unused, 2);
	CU_ASSERT_STRING_EQUAL(count->attest, "The office counts persons");
	node_count_free(count);
}

static void
without_its_level_a_table_sums_the_smallest_finer_one(void)
{
	struct node_count *count = fine(COLUMNS_ALL CITGRP,
	    "f,child,all,GB,4\nf,child,all,FR,6\nm,adult,all,FR,5\nf,child,sex,all,7\nm,adult,labour,all,2\n");

	CELL("", "SEX=F,AGE=Y0T17", 10);
	CELL("", "SEX=M,AGE=Y_GE18", 5);
	CELL("", "CITGRP=FOR,AGE=Y0T17", 6);
	CELL("EXPL", "EXPL=SX,SEX=F", 7);
	CELL("EXPL", "EXPL=FL,AGE=Y_GE18", 2);
	CU_ASSERT_EQUAL(count->report.unused, 0);
	node_count_free(count);
}

/* A person stands once in each row of her forms: such rows must not become persons. */
static void
persons_are_never_summed_over_a_multivalued_dimension(void)
{
	refused(COLUMNS_ALL, "f,child,sex,all,7\nf,child,labour,all,2\n", "0 - incomplete; 0 - incomplete",
	    "table V1 (SEX, AGE): the file has no rows for it");
}

static void
a_dimension_without_a_column_is_unknown(void)
{
	struct node_count *count = fine(COLUMNS_ALL, "f,child,all,x,4\nf,child,sex,x,4\n");

	CELL("", "CITGRP=_U,AGE=Y0T17", 4);
	CELL("", "CITGRP=NAT", 0);
	CELL("EXPL", "EXPL=SX,SEX=F", 4);
	node_count_free(count);
	/* no forms at all: every contribution is unknown, and persons are what they are */
	count = fine("'SEX':{'column':'sex','values':{'f':'F','m':'M'}},'AGE':{'column':'age','values':{'child':'Y0T17'}}", "f,child,,,4\nm,child,,,5\n");
	CELL("EXPL", "EXPL=_U,SEX=F", 4);
	CELL("", "CITGRP=_U,AGE=Y0T17", 9);
	node_count_free(count);
}

static void
a_table_without_rows_is_an_error(void)
{
	refused(COLUMNS_ALL CITGRP, "f,child,all,all,4\nall,child,all,GB,4\n", "0 - incomplete; 0 - incomplete",
	    "table V2 (SEX, EXPL): the file has no rows for it");
}

static void
tables_that_disagree_are_told_with_both_sums(void)
{
	refused(COLUMNS_ALL CITGRP, "f,child,all,all,4\nf,adult,all,all,5\nall,child,all,GB,4\nall,adult,all,GB,6\nf,child,sex,all,1\n",
	    "0 - conflict", "tables V1 and V3 differ on AGE=Y_GE18: 5 and 6");
	refused(COLUMNS_ALL CITGRP, "f,child,all,GB,4\nf,all,sex,all,3\nall,child,sex,all,2\n",
	    "0 - conflict", "tables V2 and V4 differ on EXPL=SX: 3 and 2");
}

static void
a_repeated_cell_names_the_first(void)
{
	refused(COLUMNS_ALL, "f,child,all,x,4\nm,child,all,x,4\nf,child,all,y,4\n", "4 - duplicate", "the same cell as row 2");
}

/* N6 */
static void
what_is_no_count_is_refused(void)
{
	static const struct { const char *text, *kind; } values[] = {{"-1", "not-a-number"}, {"1.5", "not-a-number"}, {"1e3", "not-a-number"},
	    {"+1", "not-a-number"}, {"0x10", "not-a-number"}, {"NaN", "not-a-number"}, {"inf", "not-a-number"}, {"1 000", "not-a-number"},
	    {"\"1,00\"", "not-a-number"}, {"\"10,0000\"", "not-a-number"}, {"\"1000,000\"", "not-a-number"}, {"\",100\"", "not-a-number"},
	    {"\"100,\"", "not-a-number"}, {"\"1,,000\"", "not-a-number"}, {"9223372036854775808", "not-a-number"},
	    {"\xd9\xa1\xd9\xa2", "not-a-number"} /* Arabic-Indic digits */, {"\xef\xbc\x91", "not-a-number"} /* a full-width one */,
	    {"", "blank"}, {"1000001", "too-large"}, {"<5", "suppressed"}, {" <5 ", "suppressed"}, {"<6", "not-a-number"}};
	char row[900], errors[100], digits[401];
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		(void)snprintf(row, sizeof(row), "f,child,all,x,%s\n", values[i].text);
		(void)snprintf(errors, sizeof(errors), "2 n %s", values[i].kind);
		refused(COLUMNS_ALL, row, errors, NULL);
	}
	memset(digits, '7', 400);
	digits[400] = '\0';
	(void)snprintf(row, sizeof(row), "f,child,all,x,%s\n", digits);
	refused(COLUMNS_ALL, row, "2 n not-a-number", NULL);
}

static void
numbers_are_read_exactly(void)
{
	static const struct { const char *text, *thousands; uint64_t value; } numbers[] = {{"0", "", 0}, {"7", "", 7}, {"1,757", ",", 1757},
	    {"12,345,678", ",", 12345678}, {"1757", ",", 1757}, {"1\xc2\xa0" "757", "\xc2\xa0", 1757}, {"4294967296", "", UINT64_C(1) << 32}};
	uint64_t value;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		CU_ASSERT_TRUE(node_aggregate_number(&value, numbers[i].text, strlen(numbers[i].text), numbers[i].thousands));
		CU_ASSERT_EQUAL(value, numbers[i].value);
	}
	CU_ASSERT_FALSE(node_aggregate_number(&value, "", 0, ""));
}

static void
nothing_counts_without_an_attestation(void)
{
	struct proto_error error = {0};
	enum proto_code code;
	struct node_count *count = run(&code, COLUMNS_ALL CITGRP, "", whole, &error);

	CU_ASSERT_EQUAL(code, PROTO_MAPPING);
	CU_ASSERT_PTR_NULL(count);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, "attest"));
	/* what is wrong in the file is told first */
	count = run(&code, COLUMNS_ALL CITGRP, "", "f,child,all,all,<5\n", &error);
	CU_ASSERT_EQUAL(code, PROTO_INPUT);
	node_count_free(count);
}

static void
a_total_above_the_largest_is_refused(void)
{
	struct counting_what what = {.period = "2023-Q1"};
	struct proto_error error = {0};
	enum proto_code code;

	what.mapping = counting_text("map.json", "{\"map\":\"a\",\"structure\":\"TIP_VICTIMS\",\"kind\":\"aggregate\",\"file\":{\"format\":\"csv\"},"
	    "\"time\":{\"constant\":\"2023-Q1\"},\"attest\":\"x\",\"columns\":{\"SEX\":{\"column\":\"sex\",\"values\":{\"f\":\"F\",\"m\":\"M\"}}},"
	    "\"value\":{\"column\":\"n\"}}");
	what.file = counting_text("table.csv", "sex,n\nf,4294967296\nm,1\n");
	CU_ASSERT_PTR_NULL(counting_run(&code, &what, victims, &error));
	CU_ASSERT_EQUAL(code, PROTO_TOO_LARGE);
	what.file = counting_text("table.csv", "sex,n\nf,4294967297\nm,1\n");
	node_count_free(counting_run(&code, &what, victims, &error));
	CU_ASSERT_EQUAL(code, PROTO_INPUT);
}

static const struct suite_case cases[] = {
	{"each table takes the rows of its level", each_table_takes_the_rows_of_its_level},
	{"without its level a table sums the smallest finer one", without_its_level_a_table_sums_the_smallest_finer_one},
	{"persons are never summed over a multi-valued dimension", persons_are_never_summed_over_a_multivalued_dimension},
	{"a dimension without a column is unknown", a_dimension_without_a_column_is_unknown},
	{"a table without rows is an error", a_table_without_rows_is_an_error},
	{"tables that disagree are told with both sums", tables_that_disagree_are_told_with_both_sums},
	{"a repeated cell names the first", a_repeated_cell_names_the_first},
	{"N6: what is no count is refused", what_is_no_count_is_refused},
	{"numbers are read exactly", numbers_are_read_exactly},
	{"nothing counts without an attestation", nothing_counts_without_an_attestation},
	{"a total above the largest is refused", a_total_above_the_largest_is_refused},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	victims = structures_default("TIP_VICTIMS");
	status = suite_run("node.aggregate", cases);
	proto_structure_free(victims);
	return status;
}
