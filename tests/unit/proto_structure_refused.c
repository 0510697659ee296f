#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/structure.h"
#include "support/suite.h"

/*
 * One small good file, then one change at a time: each must be refused with one line that
 * names the structure, the key and the fault.
 */
#define MULTI "\"multi\":{\"D\":{\"max\":2,\"priority\":[\"z\",\"y\",\"x\"]}," \
    "\"F\":{\"max\":1,\"priority\":[\"x\",\"y\",\"z\"]}}"
#define TABLES "\"tables\":[{\"id\":\"T1\",\"group\":\"persons\",\"dims\":[\"C\",\"E\"]},{\"id\":\"T2\",\"group\":\"D\",\"dims\":[\"D\",\"C\"]}," \
    "{\"id\":\"T3\",\"group\":\"F+D\",\"dims\":[\"F\",\"D\",\"C\"]}]"
static const char good[] =
    "{\"agency\":\"TEST\",\"version\":\"1\",\"codelists\":{"
    "\"CL_FREQ\":{\"codes\":{\"A\":\"Year\",\"Q\":\"Quarter\"}},"
    "\"CL_AREA\":{\"file\":\"areas.csv\"},"
    "\"CL_C\":{\"source\":\"s\",\"codes\":{\"a\":\"Alpha\",\"b\":\"Beta\",\"_U\":\"Unknown\",\"_T\":\"All\"},"
    "\"parents\":{\"b\":\"a\"}},"
    "\"CL_D\":{\"codes\":{\"x\":\"X-ray\",\"y\":\"Yankee\",\"z\":\"Zulu\"}}},"
    "\"structures\":[{\"id\":\"S1\",\"default\":true,\"name\":\"One\",\"unit\":\"person\",\"resolution\":[\"1\"],"
    "\"dimensions\":[[\"FREQ\",\"CL_FREQ\"],[\"REF_AREA\",\"CL_AREA\"],[\"C\",\"CL_C\"],[\"D\",\"CL_D\"],[\"E\",\"CL_D\"],"
    "[\"F\",\"CL_D\"]],\"time\":\"TIME_PERIOD\","
    MULTI ","
    "\"pick\":{\"C\":[\"b\",\"a\",\"_U\"]},\"no_margin_over\":[\"C\"],\"area_sum\":{\"C\":[\"a\"]},"
    TABLES ",\"q_max\":1}]}";

static const char areas[] = "id,alpha3,m49,name,subregion\nXA,XXA,,Land A,061\n001,,,World,\n";

static enum proto_code
read_areas(void *ctx, const char *name, struct proto_buffer *ret_data, struct proto_error *error)
{
	(void)error;
	CU_ASSERT_STRING_EQUAL(name, "areas.csv");
	proto_buffer_text(ret_data, ctx);
	return PROTO_OK;
}

static enum proto_code
load(const char *text, size_t len, const char *csv, struct proto_error *error)
{
	struct proto_structure_files files = {read_areas, (void *)(uintptr_t)csv};
	struct proto_structure **set = NULL;
	size_t structures = 0, i;
	enum proto_code code = proto_structure_load_set(&set, &structures, text, len, &files, "file.json", error);

	CU_ASSERT_EQUAL(code == PROTO_OK, set != NULL);
	for (i = 0; i < structures; i++)
		proto_structure_free(set[i]);
	free(set);
	return code;
}

/* good, with the first find replaced by put. */
static enum proto_code
load_changed(const char *find, const char *put, struct proto_error *error)
{
	struct proto_buffer text = {0};
	const char *at = strstr(good, find);
	enum proto_code code;

	if (at == NULL)
		printf("[%s is not in the file] ", find);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	proto_buffer_put(&text, good, (size_t)(at - good));
	proto_buffer_text(&text, put);
	proto_buffer_text(&text, at + strlen(find));
	code = load((char *)text.data, text.len, areas, error);
	proto_buffer_wipe(&text);
	return code;
}

struct change {
	const char *find, *put, *where, *what;
};

static void
all_refused(const struct change *change)
{
	for (; change->find; change++) {
		struct proto_error error = {0};
		char where[160];

		(void)snprintf(where, sizeof(where), "file.json%s%s", change->where[0] ? ": " : "", change->where);
		CU_ASSERT_EQUAL(load_changed(change->find, change->put, &error), PROTO_STRUCTURE);
		if (error.code != PROTO_STRUCTURE || strcmp(error.where, where) != 0 || strstr(error.what, change->what) == NULL)
			printf("\n    %s -> [%s] at [%s]", change->put, error.what, error.where);
		CU_ASSERT_STRING_EQUAL(error.where, where);
		CU_ASSERT_PTR_NOT_NULL(strstr(error.what, change->what));
	}
}

static void
the_file_itself_is_good(void)
{
	struct proto_error error = {0};

	CU_ASSERT_EQUAL(load_changed("\"q_max\":1", "\"q_max\":1", &error), PROTO_OK);
	CU_ASSERT_EQUAL(load_changed("\"resolution\":[\"1\"],", "", &error), PROTO_OK);
	CU_ASSERT_EQUAL(load_changed("\"default\":true,", "", &error), PROTO_OK);
	CU_ASSERT_EQUAL(load_changed("\"no_margin_over\":[\"C\"],\"area_sum\":{\"C\":[\"a\"]},", "", &error), PROTO_OK);
	CU_ASSERT_EQUAL(load_changed("\"source\":\"s\"", "\"source\":null", &error), PROTO_OK);
	CU_ASSERT_EQUAL(load_changed("F+D", "D+F", &error), PROTO_OK);
}

static void
a_priority_names_each_code_once(void)
{
	static const struct change changes[] = {
	    {"[\"z\",\"y\",\"x\"]", "[\"z\",\"y\"]", "S1: multi.D.priority", "misses x of CL_D"},
	    {"[\"z\",\"y\",\"x\"]", "[]", "S1: multi.D.priority", "misses x of CL_D"},
	    {"[\"z\",\"y\",\"x\"]", "[\"z\",\"y\",\"w\"]", "S1: multi.D.priority", "names w, which CL_D does not have"},
	    {"[\"z\",\"y\",\"x\"]", "[\"z\",\"y\",\"x\",\"_T\"]", "S1: multi.D.priority", "names _T, which CL_D does not have"},
	    {"[\"z\",\"y\",\"x\"]", "[\"z\",\"y\",\"z\"]", "S1: multi.D.priority", "names z twice"},
	    {"[\"z\",\"y\",\"x\"]", "[\"z\",\"y\",\"x\",\"x\"]", "S1: multi.D.priority", "names x twice"},
	    {"[\"z\",\"y\",\"x\"]", "[\"z\",\"y\",7]", "S1: multi.D.priority", "no code"},
	    {"[\"z\",\"y\",\"x\"]", "\"zyx\"", "S1: multi.D.priority", "not a list"},
	    {",\"priority\":[\"z\",\"y\",\"x\"]", "", "S1: multi.D.priority", "not a list"},
	    {"[\"b\",\"a\",\"_U\"]", "[\"b\",\"a\"]", "S1: pick.C", "misses _U of CL_C"},
	    {"[\"b\",\"a\",\"_U\"]", "[\"b\",\"a\",\"_U\",\"q\"]", "S1: pick.C", "names q, which CL_C does not have"},
	    {"\"pick\":{\"C\"", "\"pick\":{\"G\"", "S1: pick.G", "not a counted dimension"},
	    {"\"pick\":{\"C\":[\"b\",\"a\",\"_U\"]", "\"pick\":{\"D\":[\"x\",\"y\",\"z\"]", "S1: pick.D", "multi-valued"},
	    {"\"pick\":{\"C\":[\"b\",\"a\",\"_U\"]}", "\"pick\":[]", "S1: pick", "not an object"},
	    {NULL, NULL, NULL, NULL}};

	all_refused(changes);
}

static void
a_bound_is_between_one_and_the_codes(void)
{
	static const struct change changes[] = {
	    {"\"max\":2", "\"max\":0", "S1: multi.D.max", "1 to the 3 codes of CL_D"},
	    {"\"max\":2", "\"max\":4", "S1: multi.D.max", "1 to the 3 codes of CL_D"},
	    {"\"max\":2", "\"max\":-1", "S1: multi.D.max", "1 to"},
	    {"\"max\":2", "\"max\":4294967297", "S1: multi.D.max", "1 to"},
	    {"\"max\":2", "\"max\":2.0", "S1: multi.D.max", "1 to"},
	    {"\"max\":2", "\"max\":\"2\"", "S1: multi.D.max", "1 to"},
	    {"\"max\":2,", "", "S1: multi.D.max", "1 to"},
	    {"\"max\":2,", "\"max\":2,\"min\":1,", "S1: multi.D", "unknown key \"min\""},
	    {"\"multi\":{\"D\"", "\"multi\":{\"REF_AREA\"", "S1: multi.REF_AREA", "not a counted dimension"},
	    {"\"multi\":{", "\"multi\":{\"C\":5,", "S1: multi.C", "not an object"},
	    {MULTI, "\"multi\":[]", "S1: multi", "not an object"},
	    {NULL, NULL, NULL, NULL}};

	all_refused(changes);
}

static void
a_table_stays_in_its_group(void)
{
	static const struct change changes[] = {
	    {"\"group\":\"D\"", "\"group\":\"persons\"", "S1: tables.T2.group", "the table has the multi-valued D, the group does not"},
	    {"\"dims\":[\"D\",\"C\"]", "\"dims\":[\"E\",\"C\"]", "S1: tables.T2.group", "the group has D, the table does not"},
	    {"\"group\":\"F+D\"", "\"group\":\"D\"", "S1: tables.T3.group", "the table has the multi-valued F, the group does not"},
	    {"\"group\":\"persons\"", "\"group\":\"D\"", "S1: tables.T1.group", "the group has D, the table does not"},
	    {"\"group\":\"D\"", "\"group\":\"C\"", "S1: tables.T2.group", "neither persons nor"},
	    {"\"group\":\"D\"", "\"group\":\"D+D\"", "S1: tables.T2.group", "neither persons nor"},
	    {"\"group\":\"D\"", "\"group\":\"D+\"", "S1: tables.T2.group", "neither persons nor"},
	    {"\"group\":\"D\"", "\"group\":\"\"", "S1: tables.T2.group", "neither persons nor"},
	    {"\"group\":\"D\"", "\"group\":\"D+persons\"", "S1: tables.T2.group", "neither persons nor"},
	    {"\"group\":\"D\"", "\"group\":[\"D\"]", "S1: tables.T2.group", "not a text"},
	    {"\"group\":\"D\",", "", "S1: tables.T2.group", "missing"},
	    {"\"dims\":[\"C\",\"E\"]", "\"dims\":[\"E\"]", "S1: tables.T1.dims", "sums C out, which no_margin_over forbids"},
	    {NULL, NULL, NULL, NULL}};

	all_refused(changes);
}

static void
a_table_is_whole(void)
{
	static const struct change changes[] = {
	    {"\"dims\":[\"C\",\"E\"]", "\"dims\":[\"C\",\"G\"]", "S1: tables.T1.dims", "no counted dimension"},
	    {"\"dims\":[\"C\",\"E\"]", "\"dims\":[\"C\",\"REF_AREA\"]", "S1: tables.T1.dims", "no counted dimension"},
	    {"\"dims\":[\"C\",\"E\"]", "\"dims\":[\"C\",1]", "S1: tables.T1.dims", "no counted dimension"},
	    {"\"dims\":[\"C\",\"E\"]", "\"dims\":[\"C\",\"C\"]", "S1: tables.T1.dims", "names C twice"},
	    {"\"dims\":[\"C\",\"E\"]", "\"dims\":[]", "S1: tables.T1.dims", "1 to 4 dimensions"},
	    {",\"dims\":[\"C\",\"E\"]", "", "S1: tables.T1.dims", "1 to 4 dimensions"},
	    {"\"dims\":[\"C\",\"E\"]", "\"dims\":[\"C\",\"E\",\"C\",\"E\",\"C\"]", "S1: tables.T1.dims", "1 to 4 dimensions"},
	    {"\"id\":\"T1\",", "", "S1: tables.id", "missing"},
	    {"\"id\":\"T1\"", "\"id\":\"T 1\"", "S1: tables.id", "no id"},
	    {"\"id\":\"T2\"", "\"id\":\"T1\"", "S1: tables.T1", "stands twice"},
	    {"\"id\":\"T2\"", "\"id\":\"T2\",\"size\":1", "S1: tables.T2", "unknown key \"size\""},
	    {"{\"id\":\"T2\"", "{\"id\":\"T9\",\"group\":\"persons\",\"dims\":[\"E\",\"C\"]},{\"id\":\"T2\"", "S1: tables.T9",
	        "has the dimensions of T1"},
	    {"{\"id\":\"T2\"", "7,{\"id\":\"T2\"", "S1: tables", "no object"},
	    {TABLES, "\"tables\":[]", "S1: tables", "1 to 64 tables"},
	    {TABLES ",", "", "S1: tables", "1 to 64 tables"},
	    {NULL, NULL, NULL, NULL}};

	all_refused(changes);
}

static void
dimensions_are_framed_and_differ(void)
{
	static const struct change changes[] = {
	    {"[\"FREQ\",\"CL_FREQ\"],", "", "S1: dimensions", "FREQ and REF_AREA must be the first two"},
	    {"[\"REF_AREA\",\"CL_AREA\"],", "", "S1: dimensions", "FREQ and REF_AREA must be the first two"},
	    {"[\"FREQ\",\"CL_FREQ\"],[\"REF_AREA\",\"CL_AREA\"]", "[\"REF_AREA\",\"CL_AREA\"],[\"FREQ\",\"CL_FREQ\"]",
	        "S1: dimensions", "FREQ and REF_AREA must be the first two"},
	    {"[\"C\",\"CL_C\"],[\"D\",\"CL_D\"],[\"E\",\"CL_D\"],[\"F\",\"CL_D\"]", "[\"FREQ\",\"CL_C\"]", "S1: dimensions.FREQ",
	        "this name is taken"},
	    {",[\"C\",\"CL_C\"],[\"D\",\"CL_D\"],[\"E\",\"CL_D\"],[\"F\",\"CL_D\"]", "", "S1: dimensions", "1 to 8 more"},
	    {"[\"E\",\"CL_D\"]", "[\"OBS_VALUE\",\"CL_D\"]", "S1: dimensions.OBS_VALUE", "this name is taken"},
	    {"[\"E\",\"CL_D\"]", "[\"persons\",\"CL_D\"]", "S1: dimensions.persons", "this name is taken"},
	    {"[\"E\",\"CL_D\"]", "[\"C\",\"CL_D\"]", "S1: dimensions.C", "stands twice"},
	    {"[\"E\",\"CL_D\"]", "[\"E\",\"CL_X\"]", "S1: dimensions.E", "not in codelists"},
	    {"[\"E\",\"CL_D\"]", "[\"E\"]", "S1: dimensions", "not [id, code list]"},
	    {"[\"E\",\"CL_D\"]", "[\"E+\",\"CL_D\"]", "S1: dimensions", "not [id, code list]"},
	    {"[\"E\",\"CL_D\"]", "\"E\"", "S1: dimensions", "not [id, code list]"},
	    {"[\"E\",\"CL_D\"]", "[\"E\",\"CL_D\"],[\"1\",\"CL_D\"],[\"2\",\"CL_D\"],[\"3\",\"CL_D\"],[\"4\",\"CL_D\"],[\"5\",\"CL_D\"]",
	        "S1: dimensions", "1 to 8 more"},
	    {"\"Q\":\"Quarter\"", "\"W\":\"Week\"", "S1: dimensions.FREQ", "W is none of A, S, Q, M"},
	    {"[\"REF_AREA\",\"CL_AREA\"]", "[\"REF_AREA\",\"CL_D\"]", "S1: dimensions.REF_AREA", "neither two capitals"},
	    {NULL, NULL, NULL, NULL}};

	all_refused(changes);
}

static void
code_lists_are_whole(void)
{
	static const struct change changes[] = {
	    {"{\"x\":\"X-ray\",\"y\":\"Yankee\",\"z\":\"Zulu\"}", "{}", "codelists.CL_D", "has no codes"},
	    {"{\"x\":\"X-ray\",\"y\":\"Yankee\",\"z\":\"Zulu\"}", "{\"_T\":\"All\"}", "codelists.CL_D", "has no code but _T"},
	    {"{\"x\":\"X-ray\",\"y\":\"Yankee\",\"z\":\"Zulu\"}", "[]", "codelists.CL_D.codes", "not an object"},
	    {"\"y\":\"Yankee\"", "\"y\":\"X-ray\"", "codelists.CL_D", "\"X-ray\" stands for two codes"},
	    {"\"y\":\"Yankee\"", "\"y\":\"x\"", "codelists.CL_D", "\"x\" stands for two codes"},
	    {"\"y\":\"Yankee\"", "\"y y\":\"Yankee\"", "codelists.CL_D.y y", "no id of a code"},
	    {"\"y\":\"Yankee\"", "\"\":\"Yankee\"", "codelists.CL_D.", "no id of a code"},
	    {"\"y\":\"Yankee\"", "\"abcdefghijklmnopqrstuvwxyz1234567\":\"Yankee\"",
	        "codelists.CL_D.abcdefghijklmnopqrstuvwxyz1234567", "no id of a code"},
	    {"\"y\":\"Yankee\"", "\"y\":\"\"", "codelists.CL_D.y", "is empty"},
	    {"\"y\":\"Yankee\"", "\"y\":\"a\\nb\"", "codelists.CL_D.y", "control characters"},
	    {"\"y\":\"Yankee\"", "\"y\":\"a\\u202eb\"", "codelists.CL_D.y", "control characters"},
	    {"\"y\":\"Yankee\"", "\"y\":7", "codelists.CL_D.y", "not a text"},
	    {"\"y\":\"Yankee\"", "\"y\":{}", "codelists.CL_D.y", "missing"},
	    {"\"y\":\"Yankee\"", "\"y\":{\"name\":\"Y\",\"alpha3\":\"yyy\"}", "codelists.CL_D.y", "three capitals"},
	    {"\"y\":\"Yankee\"", "\"y\":{\"name\":\"Y\",\"m49\":\"12\"}", "codelists.CL_D.y", "three digits"},
	    {"\"y\":\"Yankee\"", "\"y\":{\"name\":\"Y\",\"subregion\":\"0123\"}", "codelists.CL_D.y", "three digits"},
	    {"\"y\":\"Yankee\"", "\"y\":{\"name\":\"Y\",\"label\":\"Y\"}", "codelists.CL_D.y", "unknown key \"label\""},
	    {"\"_T\":\"All\"", "\"_T\":\"\"", "codelists.CL_C.codes", "is empty"},
	    {"\"parents\":{\"b\":\"a\"}", "\"parents\":{\"b\":\"q\"}", "codelists.CL_C.b", "not in the list"},
	    {"\"parents\":{\"b\":\"a\"}", "\"parents\":{\"q\":\"a\"}", "codelists.CL_C.q", "not in the list"},
	    {"\"parents\":{\"b\":\"a\"}", "\"parents\":{\"b\":1}", "codelists.CL_C.b", "not in the list"},
	    {"\"parents\":{\"b\":\"a\"}", "\"parents\":{\"b\":\"a\",\"a\":\"b\"}", "codelists.CL_C.a", "a circle"},
	    {"\"parents\":{\"b\":\"a\"}", "\"parents\":{\"b\":\"b\"}", "codelists.CL_C.b", "a circle"},
	    {"\"parents\":{\"b\":\"a\"}", "\"parents\":[]", "codelists.CL_C.parents", "not an object"},
	    {"\"source\":\"s\"", "\"sauce\":\"s\"", "codelists.CL_C", "unknown key \"sauce\""},
	    {"\"source\":\"s\"", "\"source\":1", "codelists.CL_C", "not a text"},
	    {"\"file\":\"areas.csv\"", "\"source\":\"s\"", "codelists.CL_AREA", "either codes or file"},
	    {"\"file\":\"areas.csv\"", "\"file\":\"areas.csv\",\"codes\":{\"XA\":\"A\"}", "codelists.CL_AREA", "either codes or file"},
	    {"\"file\":\"areas.csv\"", "\"file\":\"../areas.csv\"", "codelists.CL_AREA.file", "plain name"},
	    {"\"file\":\"areas.csv\"", "\"file\":\".areas.csv\"", "codelists.CL_AREA.file", "plain name"},
	    {"\"file\":\"areas.csv\"", "\"file\":\"/areas.csv\"", "codelists.CL_AREA.file", "plain name"},
	    {"\"codelists\":{", "\"codelists\":{},\"notes\":{", "codelists", "1 to 64 code lists"},
	    {"\"CL_C\":{", "\"CL C\":{", "codelists.CL C", "under an id"},
	    {"\"CL_C\":{", "\"CL_G\":7,\"CL_C\":{", "codelists.CL_G", "not an object"},
	    {NULL, NULL, NULL, NULL}};

	all_refused(changes);
}

static void
the_rest_is_whole(void)
{
	static const struct change changes[] = {
	    {"\"q_max\":1", "\"q_max\":0", "S1: q_max", "1 to 1000"},
	    {"\"q_max\":1", "\"q_max\":1001", "S1: q_max", "1 to 1000"},
	    {"\"q_max\":1", "\"q_max\":1.5", "S1: q_max", "1 to 1000"},
	    {",\"q_max\":1", "", "S1: q_max", "1 to 1000"},
	    {"\"q_max\":1", "\"q_max\":1,\"qmax\":2", "S1", "unknown key \"qmax\""},
	    {"\"agency\":\"TEST\"", "\"agent\":\"TEST\"", "", "unknown key \"agent\""},
	    {"\"agency\":\"TEST\",", "", "S1: agency", "missing"},
	    {"\"version\":\"1\"", "\"version\":1", "S1: version", "not a text"},
	    {"\"id\":\"S1\",", "", "id", "missing"},
	    {"\"id\":\"S1\"", "\"id\":\"S.1\"", "id", "no id"},
	    {"\"id\":\"S1\"", "\"id\":\"\"", "id", "no id"},
	    {"\"default\":true", "\"default\":1", "S1: default", "neither true nor false"},
	    {"\"name\":\"One\",", "", "S1: name", "missing"},
	    {"\"unit\":\"person\"", "\"unit\":\"\\u0085\"", "S1: unit", "control characters"},
	    {"\"resolution\":[\"1\"]", "\"resolution\":\"1\"", "S1: resolution", "not a list"},
	    {"\"resolution\":[\"1\"]", "\"resolution\":[1]", "S1: resolution", "not a text"},
	    {"\"time\":\"TIME_PERIOD\"", "\"time\":\"TIME\"", "S1: time", "not TIME_PERIOD"},
	    {"\"no_margin_over\":[\"C\"]", "\"no_margin_over\":[\"C\",\"C\"]", "S1: no_margin_over", "one twice"},
	    {"\"no_margin_over\":[\"C\"]", "\"no_margin_over\":[\"G\"]", "S1: no_margin_over", "no counted dimension"},
	    {"\"no_margin_over\":[\"C\"]", "\"no_margin_over\":\"C\"", "S1: no_margin_over", "not a list"},
	    {"\"area_sum\":{\"C\":[\"a\"]}", "\"area_sum\":{\"C\":[\"q\"]}", "S1: area_sum.C", "names q, which CL_C does not have"},
	    {"\"area_sum\":{\"C\":[\"a\"]}", "\"area_sum\":{\"C\":[\"a\",\"a\"]}", "S1: area_sum.C", "names a twice"},
	    {"\"area_sum\":{\"C\":[\"a\"]}", "\"area_sum\":{\"C\":[]}", "S1: area_sum.C", "not a list of codes"},
	    {"\"area_sum\":{\"C\":[\"a\"]}", "\"area_sum\":{\"G\":[\"a\"]}", "S1: area_sum.G", "not a counted dimension"},
	    {"\"area_sum\":{\"C\":[\"a\"]}", "\"area_sum\":[]", "S1: area_sum", "not an object"},
	    {"\"structures\":[", "\"structures\":[7,", "structures", "no object"},
	    {"\"codelists\":{", "\"lists\":{", "", "unknown key \"lists\""},
	    {NULL, NULL, NULL, NULL}};

	all_refused(changes);
}

/* The head of good, then the structures given. */
static enum proto_code
load_structures(const char *tail, struct proto_error *error)
{
	const char *at = strstr(good, "\"structures\":");
	struct proto_buffer text = {0};
	enum proto_code code;

	proto_buffer_put(&text, good, (size_t)(at - good));
	proto_buffer_text(&text, tail);
	code = load((char *)text.data, text.len, areas, error);
	proto_buffer_wipe(&text);
	return code;
}

static void
a_file_holds_different_structures(void)
{
	static const char one[] = "{\"id\":\"%s\",%s\"name\":\"One\",\"unit\":\"u\",\"dimensions\":[[\"FREQ\",\"CL_FREQ\"],[\"REF_AREA\","
				  "\"CL_AREA\"],[\"C\",\"CL_C\"]],\"time\":\"TIME_PERIOD\",\"tables\":[{\"id\":\"T\",\"group\":\"persons\",\"dims\":[\"C\"]}],"
				  "\"q_max\":1}";
	char first[500], second[500], tail[1100];
	struct proto_error error = {0};

	CU_ASSERT_EQUAL(load_structures("\"structures\":[]}", &error), PROTO_STRUCTURE);
	CU_ASSERT_STRING_EQUAL(error.where, "file.json: structures");
	CU_ASSERT_EQUAL(load_structures("\"structures\":{}}", &error), PROTO_STRUCTURE);
	CU_ASSERT_EQUAL(load_structures("\"notes\":{}}", &error), PROTO_STRUCTURE);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(first, sizeof(first), one, "S1", "\"default\":true,");
	(void)snprintf(second, sizeof(second), one, "S2", "");
	(void)snprintf(tail, sizeof(tail), "\"structures\":[%s,%s]}", first, second);
	CU_ASSERT_EQUAL(load_structures(tail, &error), PROTO_OK);
	(void)snprintf(tail, sizeof(tail), "\"structures\":[%s,%s]}", first, first);
	CU_ASSERT_EQUAL(load_structures(tail, &error), PROTO_STRUCTURE);
	CU_ASSERT_STRING_EQUAL(error.where, "file.json: S1");
	CU_ASSERT_STRING_EQUAL(error.what, "stands twice");
	(void)snprintf(second, sizeof(second), one, "S2", "\"default\":true,");
	(void)snprintf(tail, sizeof(tail), "\"structures\":[%s,%s]}", first, second);
#pragma GCC diagnostic pop
	CU_ASSERT_EQUAL(load_structures(tail, &error), PROTO_STRUCTURE);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, "S1 is the default already"));
}

static void
too_many_codes_are_refused(void)
{
	struct proto_buffer text = {0};
	struct proto_error error = {0};
	const char *at = strstr(good, "\"x\":\"X-ray\"");
	unsigned codes, i;

	for (codes = 250; codes <= 1001; codes += codes == 251 ? 750 : 1) {
		text.len = 0;
		proto_buffer_put(&text, good, (size_t)(at - good));
		for (i = 3; i < codes; i++)
			proto_buffer_printf(&text, "\"n%u\":\"Code %u\",", i, i);
		proto_buffer_text(&text, at);
		/* the priorities now miss codes: that is a later check */
		CU_ASSERT_EQUAL(load((char *)text.data, text.len, areas, &error), PROTO_STRUCTURE);
		CU_ASSERT_PTR_NOT_NULL(strstr(error.what, codes == 250 ? "misses n3" : codes == 251 ? "more than 250 codes" : "at most 1000 codes"));
	}
	proto_buffer_wipe(&text);
}

/* One table over four dimensions of the same list: 90^4 cells are below 2^26, 91^4 are not. */
static void
tables_have_a_limit_of_cells(void)
{
	struct proto_error error = {0};
	unsigned codes, i;

	for (codes = 90; codes <= 91; codes++) {
		struct proto_buffer text = {0};

		proto_buffer_text(&text, "{\"agency\":\"T\",\"version\":\"1\",\"codelists\":{\"F\":{\"codes\":{\"A\":\"Year\"}},"
		    "\"R\":{\"codes\":{\"XA\":\"Land\"}},\"L\":{\"codes\":{\"c\":\"Code\"");
		for (i = 1; i < codes; i++)
			proto_buffer_printf(&text, ",\"c%u\":\"Code %u\"", i, i);
		proto_buffer_text(&text, "}}},\"structures\":[{\"id\":\"S\",\"name\":\"S\",\"unit\":\"u\",\"dimensions\":[[\"FREQ\",\"F\"],"
		    "[\"REF_AREA\",\"R\"],[\"A\",\"L\"],[\"B\",\"L\"],[\"C\",\"L\"],[\"D\",\"L\"]],\"time\":\"TIME_PERIOD\",\"tables\":["
		    "{\"id\":\"T\",\"group\":\"persons\",\"dims\":[\"A\",\"B\",\"C\",\"D\"]}],\"q_max\":1}]}");
		CU_ASSERT_EQUAL(load((char *)text.data, text.len, areas, &error), codes == 90 ? PROTO_OK : PROTO_STRUCTURE);
		proto_buffer_wipe(&text);
	}
	CU_ASSERT_STRING_EQUAL(error.where, "file.json: S: tables");
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, "cells together"));
}

static void
what_is_not_json_keeps_its_own_code(void)
{
	struct proto_error error = {0};

	CU_ASSERT_EQUAL(load("{", 1, areas, &error), PROTO_MALFORMED);
	CU_ASSERT_STRING_EQUAL(error.where, "file.json");
	CU_ASSERT_EQUAL(load("[]", 2, areas, &error), PROTO_STRUCTURE);
	CU_ASSERT_EQUAL(load("{}", 2, areas, &error), PROTO_STRUCTURE);
	CU_ASSERT_EQUAL(load_changed("\"x\":\"X-ray\"", "\"x\":\"X-ray\",\"x\":\"Again\"", &error), PROTO_MALFORMED);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, "duplicate"));
}

static void
an_error_line_is_safe_to_print(void)
{
	struct proto_error error = {0};
	const char *c;

	CU_ASSERT_EQUAL(load_changed("\"multi\":{\"D\"", "\"multi\":{\"\\u001b[2J\\u202eD\"", &error), PROTO_STRUCTURE);
	CU_ASSERT_STRING_EQUAL(error.where, "file.json: S1: multi.\\x1b[2J\\xe2\\x80\\xaeD");
	for (c = error.where; *c; c++)
		CU_ASSERT_TRUE((unsigned char)*c >= 0x20 && (unsigned char)*c < 0x7f);
	CU_ASSERT_EQUAL(load_changed("\"q_max\":1", "\"\\u009b\":1", NULL), PROTO_STRUCTURE);
}

static enum proto_code
read_nothing(void *ctx, const char *name, struct proto_buffer *ret_data, struct proto_error *error)
{
	(void)ctx;
	(void)ret_data;
	return proto_error_set(error, PROTO_NOT_FOUND, name, "not there");
}

static void
a_file_that_is_not_there_says_so(void)
{
	struct proto_structure_files files = {read_nothing, NULL};
	struct proto_structure **set = NULL;
	struct proto_error error = {0};
	size_t structures = 0;

	CU_ASSERT_EQUAL(proto_structure_load_set(&set, &structures, good, strlen(good), &files, "x", &error), PROTO_NOT_FOUND);
	CU_ASSERT_STRING_EQUAL(error.where, "areas.csv");
	CU_ASSERT_EQUAL(proto_structure_load_set(&set, &structures, good, strlen(good), NULL, "x", &error), PROTO_STRUCTURE);
	CU_ASSERT_STRING_EQUAL(error.what, "code lists must be inlined here");
	CU_ASSERT_PTR_NULL(set);
}

static const struct suite_case cases[] = {
	{"the file itself is good", the_file_itself_is_good},
	{"a priority names each code once", a_priority_names_each_code_once},
	{"a bound is between one and the codes", a_bound_is_between_one_and_the_codes},
	{"a table stays in its group", a_table_stays_in_its_group},
	{"a table is whole", a_table_is_whole},
	{"dimensions are framed and differ", dimensions_are_framed_and_differ},
	{"code lists are whole", code_lists_are_whole},
	{"the rest is whole", the_rest_is_whole},
	{"a file holds different structures", a_file_holds_different_structures},
	{"too many codes are refused", too_many_codes_are_refused},
	{"tables have a limit of cells", tables_have_a_limit_of_cells},
	{"what is not JSON keeps its own code", what_is_not_json_keeps_its_own_code},
	{"an error line is safe to print", an_error_line_is_safe_to_print},
	{"a file that is not there says so", a_file_that_is_not_there_says_so},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("proto.structure refused", cases);
}
