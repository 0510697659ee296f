/* Records: from a file to persons and counts. The numbers N1 to N9 are those of the list of bad inputs. */
#include "node/count.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/counting.h"
#include "support/structures.h"
#include "support/suite.h"

static struct proto_structure *victims;

static const char *const HEADER = "id,date,sex,age,form,cit,note\n";

/* The mapping of these tests; %s: more keys. */
static const char *
map(const char *more)
{
	static const char *const text = "{'map':'m','structure':'TIP_VICTIMS','kind':'records','file':{'format':'csv'},'record_key':'id',"
	    "'time':{'column':'date','pattern':'%Y-%m-%d'},'columns':{"
	    "'SEX':{'column':'sex','values':{'m':'M','f':'F','?':'_U'}},'AGE':{'column':'age','values':{'child':'Y0T17','adult':'Y_GE18','?':'_U'}},"
	    "'EXPL':{'column':'form','split':['+'],'values':{'sex':'SX','labour':'FL','begging':'BG','organs':'OR','?':'_U'}},"
	    "'CITGRP':{'column':'cit','lookup':'CL_AREA','derive':'citizenship-group'}}";
#define BLANK ",'on_blank':'_U'"
	char json[3000];
	size_t i;

	(void)snprintf(json, sizeof(json), "%s%s}", text, more);
	for (i = 0; json[i]; i++)
		json[i] = json[i] == '\'' ? '"' : json[i];
	return counting_text("map.json", json);
}

static struct node_count *
run_bytes(enum proto_code *ret_code, const void *data, size_t len, const char *more, const char *errors_file)
{
	struct counting_what what = {.file = counting_file("cases.csv", data, len), .mapping = map(more), .period = "2023-Q1",
	    .country = "GB", .errors_file = errors_file, .now = "2023-03-15T12:00:00Z"};
	struct proto_error error = {0};
	struct node_count *count = counting_run(ret_code, &what, victims, &error);

	if (*ret_code != PROTO_OK && *ret_code != PROTO_INPUT)
		printf("\n    %s: %s\n", error.where, error.what);
	CU_ASSERT_PTR_NOT_NULL_FATAL(count);
	CU_ASSERT_EQUAL(count->report.ok, *ret_code == PROTO_OK);
	CU_ASSERT_EQUAL(count->counts != NULL, *ret_code == PROTO_OK);
	CU_ASSERT_EQUAL(count->report.rows, count->report.taken + count->report.rejected + count->report.not_selected);
	return count;
}

/* Counts a text that is fine. */
static struct node_count *
fine(const char *rows, const char *more)
{
	char *text = NULL;
	enum proto_code code;
	struct node_count *count;

	CU_ASSERT_NOT_EQUAL_FATAL(asprintf(&text, "%s%s", HEADER, rows), -1);
	count = run_bytes(&code, text, strlen(text), more, NULL);
	CU_ASSERT_EQUAL(code, PROTO_OK);
	if (code != PROTO_OK)
		printf("\n    %s\n", counting_errors(count));
	free(text);
	return count;
}

/* A whole file that is refused with exactly these errors. */
static void
refused_bytes(const void *data, size_t len, const char *more, const char *errors)
{
	enum proto_code code;
	struct node_count *count = run_bytes(&code, data, len, more, NULL);

	CU_ASSERT_EQUAL(code, PROTO_INPUT);
	CU_ASSERT_STRING_EQUAL(counting_errors(count), errors);
	if (strcmp(counting_errors(count), errors) != 0)
		printf("\n    %s\n    instead of %s\n", counting_errors(count), errors);
	node_count_free(count);
}

/* Rows behind the header that are refused. */
static void
refused(const char *rows, const char *more, const char *errors)
{
	char *text = NULL;

	CU_ASSERT_NOT_EQUAL_FATAL(asprintf(&text, "%s%s", HEADER, rows), -1);
	refused_bytes(text, strlen(text), more, errors);
	free(text);
}

#define CELL(group, codes, n) CU_ASSERT_EQUAL(counting_cell(count, victims, group, codes), n)

static void
rows_become_persons_and_counts(void)
{
	struct node_count *count = fine("1,2023-01-01,m,child,sex+labour,GB,\n2,2023-03-15,f,adult,begging,FR,\n"
	    "3,2023-02-28,?,,organs + sex + labour,,\n1,2023-01-02,m,child,organs,GB,again\n", BLANK);

	CU_ASSERT_EQUAL(count->report.rows, 4);
	CU_ASSERT_EQUAL(count->report.taken, 4);
	CU_ASSERT_EQUAL(count->report.persons, 3);
	CELL("", "", 3);
	CELL("", "SEX=M,AGE=Y0T17", 1);
	CELL("", "SEX=_U,AGE=_U", 1);
	CELL("", "CITGRP=NAT,AGE=Y0T17", 1);
	CELL("", "CITGRP=_U,AGE=_U", 1);
	/* two of three: organs first, then sexual; labour is cut */
	CELL("EXPL", "EXPL=OR,SEX=M", 1);
	CELL("EXPL", "EXPL=SX,SEX=M", 1);
	CELL("EXPL", "EXPL=FL", 0);
	CELL("EXPL", "EXPL=BG,AGE=Y_GE18", 1);
	CU_ASSERT_EQUAL_FATAL(count->report.bounds, 1);
	CU_ASSERT_STRING_EQUAL(count->report.bound[0].dim, "EXPL");
	CU_ASSERT_EQUAL(count->report.bound[0].seen, 7);
	CU_ASSERT_EQUAL(count->report.bound[0].kept, 5);
	node_count_free(count);
	node_count_free(NULL);
}

static void
an_empty_file_of_records_counts_nobody(void)
{
	struct node_count *count = fine("", "");

	CU_ASSERT_EQUAL(count->report.rows, 0);
	CELL("", "", 0);
	node_count_free(count);
	refused_bytes("", 0, "", "1 - malformed");
	refused_bytes("\n", 1, "", "1 - malformed");
}

/* N1 */
static void
other_encodings_are_refused_with_their_line(void)
{
	struct node_count *count;
	enum proto_code code;

	refused("1,2023-01-01,m,child,sex,GB,caf\xe9\n2,2023-01-01,x,child,sex,GB,\n", "", "2 - encoding; 3 sex unknown-code x");
	refused("1,2023-01-01,m,child,sex,GB,\xc0\xaf\n", "", "2 - encoding");
	refused("1,2023-01-01,m,child,sex,GB,\xed\xa0\x80\n", "", "2 - encoding");
	refused_bytes("\xff\xfei\0d\0", 6, "", "1 - encoding");
	refused_bytes("i\0d\0,\0", 6, "", "1 - encoding");
	refused_bytes("id,date,sex,age,form,cit,n\xe9\n", 27, "", "1 - encoding");
	count = run_bytes(&code, "\xef\xbb\xbfid,date,sex,age,form,cit\n1,2023-01-01,m,child,sex,GB\n", 56, "", NULL);
	CU_ASSERT_EQUAL(code, PROTO_OK);
	CU_ASSERT_EQUAL(count->report.persons, 1);
	node_count_free(count);
}

/* N2 */
static void
a_nul_is_refused_wherever_it_is(void)
{
	refused_bytes("id,date,sex,age,form,cit\n1,2023-01-01,m,child,s\0x,GB\n", 53, "", "2 - encoding");
	refused_bytes("id,da\0e,sex,age,form,cit\n", 25, "", "1 - encoding");
	refused_bytes("id,date,sex,age,form,cit\n1,2023-01-01,m,child,sex,GB\n\0", 54, "", "3 - encoding");
}

/* N3 */
static void
what_is_too_long_is_refused(void)
{
	size_t len = 11u << 20, at = strlen(HEADER);
	char *text = malloc(len);

	memcpy(text, HEADER, at);
	memset(text + at, 'x', len - at);
	memcpy(text + at + (1u << 20), "\n1,2023-01-01,m,child,sex,GB,\n", 30);
	refused_bytes(text, at + (1u << 20) + 30, "", "2 - too-large"); /* a field of 1 MiB */
	memset(text + at, 'x', len - at);
	refused_bytes(text, len, "", "2 - too-large"); /* a line of 10 MiB */
	memset(text + at, ',', 100000);
	text[at + 100000] = '\n';
	refused_bytes(text, at + 100001, "", "2 - too-large"); /* 100,000 columns */
	memset(text, ',', 100000);
	refused_bytes(text, 100000, "", "1 - too-large"); /* in the header */
	free(text);
}

/* N4 */
static void
a_broken_table_is_refused(void)
{
	refused("1,2023-01-01,m,child,sex,GB,\n2,2023-01-01,\"m,child,sex,GB,\n", "", "3 - malformed");
	refused("1,2023-01-01,m,child,sex,GB\n2,2023-01-01,m,child,sex,GB,,\n3\n", "", "2 - malformed; 3 - malformed; 4 - malformed");
	refused("1,2023-01-01,m,child,sex,GB,\nid,date,sex,age,form,cit,note\n2,2023-01-01,m,child,sex,GB,\n", "", "3 - malformed");
	refused("1,2023-01-01,m,child,sex,GB,\n2;2023-01-01;m;child;sex;GB;\n", "", "3 - malformed");
	refused("1,2023-01-01,m,child,sex,GB,\n\n\n2,2023-01-01,m,child,sex,GB,\n\n\n", "", "3 - malformed; 4 - malformed");
	refused("1,2023-01-01,m,chi\"ld,sex,GB,\n", "", "2 - malformed");
	refused_bytes("id,date,sex,age,form,cit,sex\n", 29, "", "1 sex malformed");
	refused_bytes("id,date,sex,age,form,cit, sex \n", 31, "", "1 sex malformed");
}

/* A mapping under which a header would pass for a person: nothing but its being the header stops it. */
static void
a_header_in_the_middle_is_no_person(void)
{
	struct counting_what what = {.period = "2023-Q1", .mapping = counting_text("lenient.json",
	    "{\"map\":\"m\",\"structure\":\"TIP_VICTIMS\",\"kind\":\"records\",\"file\":{\"format\":\"csv\"},\"record_key\":null,"
	    "\"time\":{\"constant\":\"2023-Q1\"},\"columns\":{\"SEX\":{\"column\":\"sex\",\"values\":{\"m\":\"M\"}}},\"on_unknown\":\"_U\"}")};
	struct node_count *count;
	enum proto_code code;

	what.file = counting_text("cases.csv", "no,sex\n1,m\nno,sex\n2,m\n");
	count = counting_run(&code, &what, victims, NULL);
	CU_ASSERT_EQUAL(code, PROTO_INPUT);
	CU_ASSERT_STRING_EQUAL(counting_errors(count), "3 - malformed");
	node_count_free(count);
	what.file = counting_text("cases.csv", "no,sex\n1,m\nno,Sex\n2,m\n");
	count = counting_run(&code, &what, victims, NULL);
	CU_ASSERT_EQUAL(code, PROTO_OK);
	CELL("", "", 3);
	node_count_free(count);
}

static void
several_codes_of_a_single_valued_dimension_contradict_in_one_row(void)
{
	static const char text[] = "{\"map\":\"m\",\"structure\":\"TIP_VICTIMS\",\"kind\":\"records\",\"file\":{\"format\":\"csv\"},"
	    "\"record_key\":null,\"time\":{\"constant\":\"2023-Q1\"},\"columns\":{\"SEX\":{\"column\":\"sex\",\"split\":[\"+\"],"
	    "\"values\":{\"m\":\"M\",\"f\":\"F\",\"?\":\"_U\"}},\"AGE\":{\"flags\":{\"child\":\"Y0T17\",\"adult\":\"Y_GE18\"},"
	    "\"true\":[\"1\"],\"false\":[\"0\"],\"missing\":[\"\"],\"none\":\"_U\"}}";
	struct counting_what what = {.period = "2023-Q1"};
	struct node_count *count;
	enum proto_code code;
	char json[1000];

	what.file = counting_text("cases.csv", "sex,child,adult\nm,1,0\nm+f,0,1\nf+?,,1\n?,1,1\nf,0,\n");
	(void)snprintf(json, sizeof(json), "%s}", text);
	what.mapping = counting_text("several.json", json);
	count = counting_run(&code, &what, victims, NULL);
	CU_ASSERT_EQUAL(code, PROTO_INPUT);
	CU_ASSERT_STRING_EQUAL(counting_errors(count), "3 sex conflict m+f; 5 adult conflict");
	node_count_free(count);
	(void)snprintf(json, sizeof(json), "%s,\"on_conflict\":\"first-code\"}", text);
	what.mapping = counting_text("several.json", json);
	count = counting_run(&code, &what, victims, NULL);
	CU_ASSERT_EQUAL(code, PROTO_OK);
	CELL("", "SEX=F,AGE=Y_GE18", 2);
	CELL("", "SEX=F,AGE=_U", 1);
	CELL("", "SEX=_U,AGE=Y0T17", 1);
	node_count_free(count);
}

/* Keeps changing a file's times until told to stop. */
struct restless {
	int fd;
	atomic_bool stop;
};

static void *
touch(void *ctx)
{
	struct restless *restless = ctx;

	while (!restless->stop)
		(void)futimens(restless->fd, NULL);
	return NULL;
}

static void
a_file_that_changes_while_it_is_counted_is_refused(void)
{
	size_t len = 4u << 20, i;
	char *text = malloc(len);
	struct counting_what what = {.period = "2023-Q1", .mapping = map("")};
	struct proto_error error = {0};
	struct restless restless;
	struct node_count *count;
	enum proto_code code;
	pthread_t thread;

	for (i = strlen(HEADER); i < len; i++)
		text[i] = "1,2023-01-01,m,child,sex,GB,\n"[(i - strlen(HEADER)) % 29];
	memcpy(text, HEADER, strlen(HEADER));
	what.file = counting_file("changing.csv", text, len - (len - strlen(HEADER)) % 29);
	restless = (struct restless){.fd = open(what.file, O_RDWR)};
	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, touch, &restless), 0);
	count = counting_run(&code, &what, victims, &error);
	restless.stop = true;
	(void)pthread_join(thread, NULL);
	(void)close(restless.fd);
	CU_ASSERT_EQUAL(code, PROTO_REFUSED);
	CU_ASSERT_PTR_NULL(count);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, "changed"));
	/* left alone it is counted */
	count = counting_run(&code, &what, victims, &error);
	CU_ASSERT_EQUAL(code, PROTO_OK);
	node_count_free(count);
	free(text);
}

static void
a_column_that_is_not_there_is_named(void)
{
	struct counting_what what = {.mapping = map(""), .period = "2023-Q1"};
	struct proto_error error = {0};
	enum proto_code code;

	what.file = counting_text("cases.csv", "id,date,SEX,age,form,cit\n");
	CU_ASSERT_PTR_NULL(counting_run(&code, &what, victims, &error));
	CU_ASSERT_EQUAL(code, PROTO_MAPPING);
	CU_ASSERT_STRING_EQUAL(error.what, "the file has no column sex");
	what.file = counting_text("cases.csv", "id;date;sex;age;form;cit\n");
	CU_ASSERT_PTR_NULL(counting_run(&code, &what, victims, &error));
	CU_ASSERT_STRING_EQUAL(error.what, "the file has no column date; it has only one column: is the delimiter another one?");
}

/* N5 */
static void
codes_that_are_none_are_listed_and_nothing_is_taken(void)
{
	refused("1,2023-01-01,M,child,sex,GB,\n2,2023-01-01,m,child,sex+?+war,GB,\n3,2023-01-01,m,child,sex,GB,\n"
	    "4,2023-01-01,\xd0\xbc,old,,Narnia,\n", "",
	    "2 sex unknown-code M; 3 form unknown-code sex+?+war; 5 sex unknown-code \xd0\xbc; 5 age unknown-code old; 5 form blank; 5 cit unknown-code");
	refused("1,2023-01-01,,child,,GB,\n", "", "2 sex blank; 2 form blank");
	refused("1,2023-01-01,m,child,sex+,GB,\n", "", "2 form malformed sex+");
	refused(",2023-01-01,m,child,sex,GB,\n\" \t\",2023-01-01,m,child,sex,GB,\n", "", "2 id blank; 3 id blank");
}

static void
the_valid_rows_of_a_refused_file_are_counted_in_the_report(void)
{
	enum proto_code code;
	struct node_count *count;
	const char *text = "id,date,sex,age,form,cit\n1,2023-01-01,m,child,sex,GB\n2,2023-01-01,x,child,sex,GB\n1,2023-01-01,m,child,sex,GB\n";

	count = run_bytes(&code, text, strlen(text), "", NULL);
	CU_ASSERT_EQUAL(code, PROTO_INPUT);
	CU_ASSERT_EQUAL(count->report.rows, 3);
	CU_ASSERT_EQUAL(count->report.taken, 2);
	CU_ASSERT_EQUAL(count->report.rejected, 1);
	CU_ASSERT_EQUAL(count->report.persons, 1);
	CU_ASSERT_EQUAL(count->report.bound[0].seen, 1);
	node_count_free(count);
}

/* N7 */
static void
dates_outside_the_round_are_refused_without_select(void)
{
	refused("1,2023-02-30,m,child,sex,GB,\n2,2022-12-31,m,child,sex,GB,\n3,2023-04-01,m,child,sex,GB,\n4,2023-03-17,m,child,sex,GB,\n"
	    "5,,m,child,sex,GB,\n6,2023-3-16,m,child,sex,GB,\n7,31/01/2023,m,child,sex,GB,\n", "",
	    "2 date malformed; 3 date outside-period; 4 date outside-period; 5 date future; 6 date blank; 8 date malformed");
}

static void
with_select_rows_outside_are_counted_and_not_examined(void)
{
	struct node_count *count = fine("1,2022-12-31,X,?,nonsense,Narnia,\n2,2023-01-01,m,child,sex,GB,\n,2030-01-01,m,child,sex,GB,\n",
	    ",'select':{'period':'round'}");

	CU_ASSERT_EQUAL(count->report.not_selected, 2);
	CU_ASSERT_EQUAL(count->report.taken, 1);
	CELL("", "", 1);
	node_count_free(count);
	/* what is no date at all says nothing about the period */
	refused("1,2022-13-31,m,child,sex,GB,\n2,2023-03-20,m,child,sex,GB,\n", ",'select':{'period':'round'}", "2 date malformed; 3 date future");
}

static void
where_and_area_select_before_time(void)
{
	static const char *const rows = "1,2023-01-01,m,child,sex,GB,yes\n2,2023-01-01,m,child,sex,FR,yes\n3,nonsense,m,child,sex,GB,no\n"
	    "4,2023-01-01,m,child,sex,,yes\n5,2023-01-01,m,child,sex,Narnia, yes \n";
	struct node_count *count = fine(rows, ",'where':{'note':['yes']},'area':{'column':'cit','lookup':'CL_AREA'},'select':{'area':'own'}");

	CU_ASSERT_EQUAL(count->report.not_selected, 4);
	CU_ASSERT_EQUAL(count->report.taken, 1);
	node_count_free(count);
	refused(rows, ",'where':{'note':['yes']},'area':{'column':'cit','lookup':'CL_AREA','missing':['Narnia']}",
	    "3 cit outside-area; 5 cit blank; 5 cit blank; 6 cit blank; 6 cit unknown-code");
}

/* N8 */
static void
ten_thousand_rows_of_one_person_are_one_person(void)
{
	static const char *const forms[] = {"sex", "labour", "begging", "organs", "sex+labour", "?"};
	char *rows = malloc(10000 * 50), *at = rows;
	struct node_count *count;
	unsigned i;

	for (i = 0; i < 10000; i++)
		at += sprintf(at, "\"same\",2023-01-01,m,%s,%s,GB,\n", i % 7 ? "child" : "?", forms[i % 6]);
	count = fine(rows, "");
	CU_ASSERT_EQUAL(count->report.taken, 10000);
	CU_ASSERT_EQUAL(count->report.persons, 1);
	CELL("", "", 1);
	CELL("", "AGE=Y0T17", 1);
	CELL("EXPL", "EXPL=OR", 1);
	CELL("EXPL", "EXPL=BG", 1);
	CELL("EXPL", "", 2);
	CU_ASSERT_EQUAL(count->report.bound[0].seen, 4);
	CU_ASSERT_EQUAL(count->report.bound[0].kept, 2);
	node_count_free(count);
	free(rows);
}

static void
rows_that_disagree_are_listed_or_resolved_by_the_list(void)
{
	static const char *const rows = "a,2023-01-01,m,child,sex,GB,\nb,2023-01-01,f,adult,sex,FR,\na,2023-01-01,f,child,sex,GB,\n"
	    "b,2023-01-01,?,adult,sex,DK,\nc,2023-01-01,x,adult,sex,GB,\na,2023-01-01,m,adult,sex,GB,\nb,2023-01-01,f,adult,sex,ES,\n";
	struct node_count *count;

	/* in the order of rows, whatever was waited for; a person keeps what was said first */
	refused(rows, "", "4 sex conflict; 5 cit conflict; 6 sex unknown-code x; 7 age conflict");
	count = fine("a,2023-01-01,m,adult,sex,GB,\na,2023-01-01,f,child,sex,GB,\na,2023-01-01,?,?,sex,FR,\n", ",'on_conflict':'first-code'");
	CELL("", "SEX=F,AGE=Y0T17", 1);
	CELL("", "CITGRP=NAT", 1);
	CELL("", "", 1);
	node_count_free(count);
}

static void
an_unknown_code_yields_to_a_known_one(void)
{
	struct node_count *count = fine("a,2023-01-01,?,child,?,GB,\na,2023-01-02,f,?,sex,GB,\na,2023-01-02,?,?,?,GB,\nb,2023-01-02,?,?,?,GB,\n", "");

	CELL("", "SEX=F,AGE=Y0T17", 1);
	CELL("", "SEX=_U,AGE=_U", 1);
	CELL("EXPL", "EXPL=SX", 1);
	CELL("EXPL", "EXPL=_U", 1);
	CU_ASSERT_EQUAL(count->report.bound[0].seen, 1);
	node_count_free(count);
}

static void
without_a_key_every_row_is_a_person(void)
{
	char *text;
	enum proto_code code;
	struct counting_what what = {.period = "2023-Q1", .now = "2023-03-15T12:00:00Z"};
	struct node_count *count;
	char *from;
	FILE *file = fopen(map(""), "r");
	char json[3000];

	/* the same mapping with record_key null */
	CU_ASSERT_PTR_NOT_NULL_FATAL(fgets(json, sizeof(json), file));
	(void)fclose(file);
	from = strstr(json, "\"id\"");
	memcpy(from, "null", 4);
	what.mapping = counting_text("keyless.json", json);
	CU_ASSERT_NOT_EQUAL_FATAL(asprintf(&text, "%s1,2023-01-01,m,child,sex,GB,\n1,2023-01-01,f,child,sex,GB,\n", HEADER), -1);
	what.file = counting_text("cases.csv", text);
	count = counting_run(&code, &what, victims, NULL);
	CU_ASSERT_EQUAL_FATAL(code, PROTO_OK);
	CU_ASSERT_EQUAL(count->report.persons, 2);
	CELL("", "SEX=M", 1);
	node_count_free(count);
	free(text);
}

/* More combinations than are kept at once: they are tallied and dropped, and nothing is lost. */
static void
many_combinations_without_a_key_are_tallied_in_between(void)
{
	static const char *const forms[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
	static const char *const codes[] = {"SX", "FL", "DS", "CR", "BG", "MA", "CS", "AD", "SU", "OR", "OT"};
	char json[2000], *text = malloc(16u << 20), *at = text;
	struct counting_what what = {.period = "2023-Q1"};
	struct node_count *count;
	enum proto_code code;
	unsigned set, s, a, c, f, rows = 0;

	at = json + sprintf(json, "{\"map\":\"m\",\"structure\":\"TIP_VICTIMS\",\"kind\":\"records\",\"file\":{\"format\":\"csv\"},\"record_key\":null,"
	    "\"time\":{\"constant\":\"2023-Q1\"},\"columns\":{\"SEX\":{\"column\":\"s\",\"values\":{\"0\":\"F\",\"1\":\"M\",\"2\":\"_O\",\"3\":\"_U\"}},"
	    "\"AGE\":{\"column\":\"a\",\"values\":{\"0\":\"Y0T17\",\"1\":\"Y_GE18\",\"2\":\"_U\"}},"
	    "\"CITGRP\":{\"column\":\"c\",\"values\":{\"0\":\"NAT\",\"1\":\"REG\",\"2\":\"FOR\",\"3\":\"STLS\"},\"derive\":\"citizenship-group\"},"
	    "\"EXPL\":{\"column\":\"e\",\"split\":[\"+\"],\"values\":{");
	for (f = 0; f < 11; f++)
		at += sprintf(at, "%s\"%s\":\"%s\"", f ? "," : "", forms[f], codes[f]);
	(void)sprintf(at, "}}}}");
	at = text + sprintf(text, "s,a,c,e\n");
	for (set = 1; set < 2048; set++)
		for (s = 0; s < 4; s++)
			for (a = 0; a < 3; a++)
				for (c = 0; c < 4; c++, rows++) {
					const char *plus = "";

					at += sprintf(at, "%u,%u,%u,", s, a, c);
					for (f = 0; f < 11; f++)
						if (set >> f & 1) {
							at += sprintf(at, "%s%s", plus, forms[f]);
							plus = "+";
						}
					*at++ = '\n';
				}
	what.file = counting_file("cases.csv", text, (size_t)(at - text));
	what.mapping = counting_text("many.json", json);
	count = counting_run(&code, &what, victims, NULL);
	CU_ASSERT_EQUAL_FATAL(code, PROTO_OK);
	CELL("", "", rows);
	CELL("", "SEX=F,AGE=_U", rows / 12);
	/* organs come first in the public order: nobody's are cut */
	CELL("EXPL", "EXPL=OR", 1024u * 48);
	CU_ASSERT_EQUAL(count->report.bound[0].seen, 11u * 1024 * 48);
	CU_ASSERT_EQUAL(count->report.bound[0].kept, (11u + 2 * 2036) * 48);
	node_count_free(count);
	free(text);
}

/* Keys in their order are not remembered; the one that comes back at the end must be all the same. */
static void
a_key_that_comes_back_after_half_a_million_is_the_same_person(void)
{
	static const char *const ends[] = {"", "700000,m\n", "5,m\n", "0,f\n"};
	enum { MANY = 600000 };
	char *json = strdup("{\"map\":\"m\",\"structure\":\"TIP_VICTIMS\",\"kind\":\"records\",\"file\":{\"format\":\"csv\"},\"record_key\":\"k\","
	    "\"time\":{\"constant\":\"2023-Q1\"},\"columns\":{\"SEX\":{\"column\":\"s\",\"values\":{\"m\":\"M\",\"f\":\"F\"}}}}");
	char *text = malloc(24u << 20);
	unsigned i, e;

	for (e = 0; e < 4; e++) {
		struct counting_what what = {.period = "2023-Q1", .mapping = counting_text("order.json", json)};
		struct node_count *count;
		enum proto_code code;
		char *at = text + sprintf(text, "k,s\n");

		for (i = 0; i < MANY; i++)
			at += sprintf(at, "%u,m\n%u,m\n", i, i);
		at += sprintf(at, "%s", ends[e]);
		what.file = counting_file("cases.csv", text, (size_t)(at - text));
		count = counting_run(&code, &what, victims, NULL);
		CU_ASSERT_EQUAL(code, e == 3 ? PROTO_INPUT : PROTO_OK);
		CU_ASSERT_EQUAL(count->report.persons, MANY + (e == 1));
		CU_ASSERT_EQUAL(count->report.taken, 2 * MANY + (e == 1 || e == 2));
		if (e < 3) {
			CELL("", "SEX=M", MANY + (e == 1));
		} else {
			CU_ASSERT_STRING_EQUAL(counting_errors(count), "1200002 s conflict");
		}
		node_count_free(count);
	}
	free(text);
	free(json);
}

/* Conflicts are found while keys are not remembered, too. */
static void
a_conflict_in_a_long_ordered_file_is_listed_by_row(void)
{
	enum { MANY = 560000 };
	char *text = malloc(24u << 20), *at = text + sprintf(text, "k,s\n");
	struct counting_what what = {.period = "2023-Q1", .mapping = counting_text("order.json",
	    "{\"map\":\"m\",\"structure\":\"TIP_VICTIMS\",\"kind\":\"records\",\"file\":{\"format\":\"csv\"},\"record_key\":\"k\","
	    "\"time\":{\"constant\":\"2023-Q1\"},\"columns\":{\"SEX\":{\"column\":\"s\",\"values\":{\"m\":\"M\",\"f\":\"F\"}}}}")};
	struct node_count *count;
	enum proto_code code;
	unsigned i;

	for (i = MANY; i > 0; i--)
		at += sprintf(at, "X%u,m\nX%u,%s\n", i, i, i == 3 || i == MANY - 1 ? "f" : i == 2 ? "?" : "m");
	what.file = counting_file("cases.csv", text, (size_t)(at - text));
	count = counting_run(&code, &what, victims, NULL);
	CU_ASSERT_EQUAL(code, PROTO_INPUT);
	CU_ASSERT_STRING_EQUAL(counting_errors(count), "5 s conflict; 1119997 s conflict; 1119999 s unknown-code ?");
	CU_ASSERT_EQUAL(count->report.persons, MANY);
	node_count_free(count);
	free(text);
}

/* ---- the errors file ---- */

static char *
slurp(const char *path)
{
	static char text[200000];
	FILE *file = fopen(path, "r");
	size_t len = 0;

	if (file) {
		len = fread(text, 1, sizeof(text) - 1, file);
		(void)fclose(file);
	}
	text[len] = '\0';
	return text;
}

/* N9 */
static void
the_errors_file_is_private_and_holds_no_formula(void)
{
	const char *text = "id,date,sex,age,form,cit\nsecret-key,2023-01-01,=1+1,\"@x,\"\"y\"\"\",sex,-2\n"
	    "secret-key,2023-01-99,+m,\t-child, =x ,GB\n\"secret\nkey\",2023-01-01,\xef\xbc\x9d" "1,child,sex,GB\n";
	char *path = strdup(counting_text("errors.csv", "an older file"));
	struct node_count *count;
	struct stat status;
	enum proto_code code;

	CU_ASSERT_EQUAL(chmod(path, 0644), 0);
	count = run_bytes(&code, text, strlen(text), "", path);
	CU_ASSERT_EQUAL(code, PROTO_INPUT);
	CU_ASSERT_STRING_EQUAL(slurp(path), "row,column,class,text,reason\n"
	    "2,sex,unknown-code,'=1+1,not among the values or the lookup of this column\n"
	    "2,age,unknown-code,\"'@x,\"\"y\"\"\",not among the values or the lookup of this column\n"
	    "2,cit,unknown-code,,not among the values or the lookup of this column\n"
	    "3,date,malformed,,\"not a date that exists, in the form that the mapping says\"\n"
	    "3,sex,unknown-code,'+m,not among the values or the lookup of this column\n"
	    "3,age,unknown-code,'-child,not among the values or the lookup of this column\n"
	    "3,form,unknown-code,'=x,not among the values or the lookup of this column\n"
	    "4,sex,unknown-code,'\xef\xbc\x9d" "1,not among the values or the lookup of this column\n");
	CU_ASSERT_PTR_NULL(strstr(slurp(path), "secret"));
	CU_ASSERT_EQUAL(stat(path, &status), 0);
	CU_ASSERT_EQUAL(status.st_mode & 07777, 0600);
	CU_ASSERT_STRING_EQUAL(count->report.errors_file, path);
	node_count_free(count);
	free(path);
}

static void
twenty_errors_are_shown_and_all_are_written(void)
{
	char *rows = malloc(5000 * 40), *at = rows + sprintf(rows, "%s", HEADER), *path = strdup(counting_file("errors.csv", NULL, 0)), *line;
	struct node_count *count;
	enum proto_code code;
	unsigned i, lines = 0;

	for (i = 0; i < 1000; i++)
		at += sprintf(at, "%u,2023-01-01,x,y,sex,GB,\n", i);
	count = run_bytes(&code, rows, strlen(rows), "", path);
	CU_ASSERT_EQUAL(count->report.errors, 2000);
	CU_ASSERT_EQUAL(count->report.rejected, 1000);
	CU_ASSERT_EQUAL(count->report.shown, NODE_REPORT_SHOWN);
	for (line = slurp(path); (line = strchr(line, '\n')) != NULL; line++)
		lines++;
	CU_ASSERT_EQUAL(lines, 2001);
	node_count_free(count);
	free(rows);
	/* a run without errors leaves no stale list */
	node_count_free(run_bytes(&code, "id,date,sex,age,form,cit\n", 25, "", path));
	CU_ASSERT_EQUAL(code, PROTO_OK);
	CU_ASSERT_STRING_EQUAL(slurp(path), "row,column,class,text,reason\n");
	free(path);
}

static void
the_errors_file_never_replaces_what_is_read(void)
{
	const char *file = counting_text("cases.csv", "id,date,sex,age,form,cit\n1,x,x,x,x,x\n"), *mapping = map("");
	struct counting_what what = {.file = file, .mapping = mapping, .period = "2023-Q1"};
	const char *const paths[] = {file, mapping, "/dev/null", "/tmp", "/nowhere/errors.csv"};
	static const enum proto_code codes[] = {PROTO_REFUSED, PROTO_REFUSED, PROTO_PERMISSION, PROTO_PERMISSION, PROTO_NOT_FOUND};
	enum proto_code code;
	size_t i;

	for (i = 0; i < 5; i++) {
		what.errors_file = paths[i];
		CU_ASSERT_PTR_NULL(counting_run(&code, &what, victims, NULL));
		CU_ASSERT_EQUAL(code, codes[i]);
	}
	CU_ASSERT_STRING_EQUAL(slurp(file), "id,date,sex,age,form,cit\n1,x,x,x,x,x\n");
}

static void
the_report_is_one_json_object_without_texts(void)
{
	const char *text = "id,date,sex,age,form,cit\nk1,2023-01-01,privatetext,child,sex,GB\nk2,2023-01-01,m,child\n";
	enum proto_code code;
	struct node_count *count = run_bytes(&code, text, strlen(text), "", NULL);
	struct proto_buffer buffer = {0};
	struct proto_json json;

	proto_json_init(&json, &buffer, 0);
	node_report_json(&json, &count->report);
	CU_ASSERT_STRING_EQUAL(proto_buffer_string(&buffer), "{\"ok\":false,\"rows\":2,\"taken\":0,\"rejected\":2,\"not_selected\":0,\"persons\":0,"
	    "\"dual\":0,\"unused\":0,\"errors_total\":2,\"bound\":{\"EXPL\":{\"seen\":0,\"kept\":0}},\"errors\":["
	    "{\"row\":2,\"column\":\"sex\",\"class\":\"unknown-code\",\"reason\":\"not among the values or the lookup of this column\"},"
	    "{\"row\":3,\"column\":null,\"class\":\"malformed\",\"reason\":\"4 fields, the header has 6\"}],\"errors_file\":null}");
	CU_ASSERT_STRING_EQUAL(count->report.error[0].text, "privatetext");
	proto_buffer_wipe(&buffer);
	node_count_free(count);
}

static const struct suite_case cases[] = {
	{"rows become persons and counts", rows_become_persons_and_counts},
	{"an empty file of records counts nobody", an_empty_file_of_records_counts_nobody},
	{"N1: other encodings are refused with their line", other_encodings_are_refused_with_their_line},
	{"N2: a NUL is refused wherever it is", a_nul_is_refused_wherever_it_is},
	{"N3: what is too long is refused", what_is_too_long_is_refused},
	{"N4: a broken table is refused", a_broken_table_is_refused},
	{"N4: a header in the middle is no person", a_header_in_the_middle_is_no_person},
	{"several codes of a single-valued dimension contradict in one row", several_codes_of_a_single_valued_dimension_contradict_in_one_row},
	{"N23: a file that changes while it is counted is refused", a_file_that_changes_while_it_is_counted_is_refused},
	{"a column that is not there is named", a_column_that_is_not_there_is_named},
	{"N5: codes that are none are listed and nothing is taken", codes_that_are_none_are_listed_and_nothing_is_taken},
	{"the valid rows of a refused file are counted in the report", the_valid_rows_of_a_refused_file_are_counted_in_the_report},
	{"N7: dates outside the round are refused without select", dates_outside_the_round_are_refused_without_select},
	{"with select rows outside are counted and not examined", with_select_rows_outside_are_counted_and_not_examined},
	{"where and area select before time", where_and_area_select_before_time},
	{"N8: ten thousand rows of one person are one person", ten_thousand_rows_of_one_person_are_one_person},
	{"N8: rows that disagree are listed, or resolved by the list", rows_that_disagree_are_listed_or_resolved_by_the_list},
	{"an unknown code yields to a known one", an_unknown_code_yields_to_a_known_one},
	{"without a key every row is a person", without_a_key_every_row_is_a_person},
	{"many combinations without a key are tallied in between", many_combinations_without_a_key_are_tallied_in_between},
	{"a key that comes back after half a million is the same person", a_key_that_comes_back_after_half_a_million_is_the_same_person},
	{"a conflict in a long ordered file is listed by row", a_conflict_in_a_long_ordered_file_is_listed_by_row},
	{"N9: the errors file is private and holds no formula", the_errors_file_is_private_and_holds_no_formula},
	{"twenty errors are shown and all are written", twenty_errors_are_shown_and_all_are_written},
	{"the errors file never replaces what is read", the_errors_file_never_replaces_what_is_read},
	{"the report is one JSON object without texts", the_report_is_one_json_object_without_texts},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	victims = structures_default("TIP_VICTIMS");
	status = suite_run("node.count", cases);
	proto_structure_free(victims);
	return status;
}
