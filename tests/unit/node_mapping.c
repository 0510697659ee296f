#include "node/mapping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/counting.h"
#include "support/structures.h"
#include "support/suite.h"

static struct proto_structure *victims, *flows;

static const char *const records =
    "{'map':'m','structure':'TIP_VICTIMS','kind':'records','file':{'format':'csv','delimiter':';','encoding':'windows-1252',"
    "'header':true,'skip_lines':2},'record_key':'id','home':'GB','area':{'column':'country','lookup':'CL_AREA','missing':['','0']},"
    "'time':{'column':'date','pattern':'%d/%m/%Y','freq':'Q'},'select':{'area':'own','period':'round'},"
    "'where':{'kind':['victim',' person ']},'columns':{'SEX':{'column':'sex','values':{'Male':'M',' Female ':'F'},'missing':['-']},"
    "'AGE':{'flags':{'child':'Y0T17','adult':'Y_GE18'},'true':['1'],'false':['0'],'missing':['?'],'none':'_U'},"
    "'EXPL':{'column':'form','split':[',',' & ','&'],'values':{'Sexual':'SX'}},"
    "'CITGRP':{'column':'citizen','lookup':'CL_AREA','values':{'none':'STLS'},'dual':{'split':' ','take':'first-not-home'},"
    "'derive':'citizenship-group'}},'on_unknown':'error','on_blank':'_U','on_conflict':'first-code'}";

static const char *const aggregate =
    "{'map':'a','structure':'TIP_VICTIMS','kind':'aggregate','file':{'format':'csv'},'time':{'constant':'2023-Q1'},"
    "'columns':{'SEX':{'column':'sex','values':{'all':'_T','men':'M'}},'AGE':{'column':'age','values':{'all':'_T'}}},"
    "'attest':'The office','value':{'column':'n','thousands':' ','suppressed':['<5'],'max':1000},'duplicates':'error'}";

/* JSON is easier to read here with single quotes. `from` (if not NULL) is replaced by `to`, once. */
static char *
changed(const char *text, const char *from, const char *to)
{
	const char *at = from ? strstr(text, from) : NULL;
	char *out = NULL;
	size_t i;

	if (from && at == NULL) {
		printf("not in the mapping: %s\n", from);
		abort();
	}
	if (asprintf(&out, "%.*s%s%s", at ? (int)(at - text) : 0, text, at ? to : "", at ? at + strlen(from) : text) < 0)
		abort();
	for (i = 0; out[i]; i++)
		if (out[i] == '\'')
			out[i] = '"';
	return out;
}

static enum proto_code
decode(struct node_mapping **ret_mapping, const char *text, const char *from, const char *to, struct proto_error *error)
{
	struct node_mapping_for what_for = {victims, {'Q', 2023, 1}, "XA", "dir/map.json"};
	char *json = changed(text, from, to);
	enum proto_code code = node_mapping_decode(ret_mapping, json, strlen(json), &what_for, error);

	free(json);
	return code;
}

static uint32_t
code_of(size_t dim, const char *id)
{
	return (uint32_t)proto_codelist_find(victims->dim[dim].list, id, strlen(id));
}

static bool
finds(const struct node_lookup *lookup, const char *text, enum node_meaning_kind kind, uint32_t index)
{
	struct node_meaning meaning;

	return node_lookup_find(&meaning, lookup, text, strlen(text)) && meaning.kind == kind && meaning.index == index;
}

static void
every_key_has_its_effect(void)
{
	struct node_mapping *m = NULL;
	struct node_meaning meaning;
	struct proto_error error = {0};

	if (decode(&m, records, NULL, NULL, &error) != PROTO_OK)
		printf("%s: %s\n", error.where, error.what);
	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	CU_ASSERT_STRING_EQUAL(m->map, "m");
	CU_ASSERT_EQUAL(m->kind, NODE_RECORDS);
	CU_ASSERT_EQUAL(m->csv.delimiter, ';');
	CU_ASSERT_TRUE(m->csv.windows_1252);
	CU_ASSERT_EQUAL(m->csv.skip_lines, 2);
	CU_ASSERT_STRING_EQUAL(m->record_key, "id");
	CU_ASSERT_STRING_EQUAL(victims->area->code[m->home].id, "GB");
	CU_ASSERT_STRING_EQUAL(victims->area->code[m->own].id, "XA");
	CU_ASSERT_STRING_EQUAL(m->area.column, "country");
	CU_ASSERT_TRUE(node_lookup_find(&meaning, m->area.lookup, "GBR", 3));
	CU_ASSERT_TRUE(node_lookup_find(&meaning, m->area.missing, "", 0));
	CU_ASSERT_STRING_EQUAL(m->time.when.pattern, "%d/%m/%Y");
	CU_ASSERT_EQUAL(m->time.when.freq, 'Q');
	CU_ASSERT_TRUE(m->select_area && m->select_period && m->first_code);
	CU_ASSERT_EQUAL(m->wheres, 1);
	CU_ASSERT_STRING_EQUAL(m->where[0].column, "kind");
	CU_ASSERT_TRUE(node_lookup_find(&meaning, m->where[0].accept, "person", 6));
	CU_ASSERT_TRUE(finds(m->field[0].values, "Male", NODE_MEANS_CODE, code_of(0, "M")));
	CU_ASSERT_TRUE(finds(m->field[0].values, "Female", NODE_MEANS_CODE, code_of(0, "F")));
	CU_ASSERT_TRUE(node_lookup_find(&meaning, m->field[0].missing, "-", 1));
	CU_ASSERT_EQUAL(m->field[1].flags, 2);
	CU_ASSERT_EQUAL(m->field[1].none, code_of(1, "_U"));
	CU_ASSERT_EQUAL(m->field[2].separators, 3);
	CU_ASSERT_STRING_EQUAL(m->field[2].separator[0], " & "); /* the longest first */
	CU_ASSERT_EQUAL(m->field[3].derive, NODE_DERIVE_CITIZENSHIP);
	CU_ASSERT_EQUAL(m->field[3].groups.region, code_of(3, "REG"));
	CU_ASSERT_TRUE(finds(m->field[3].values, "none", NODE_MEANS_STATELESS, 0));
	CU_ASSERT_STRING_EQUAL(m->field[3].dual, " ");
	CU_ASSERT_EQUAL(m->field[0].on_unknown, NODE_NO_CODE);
	CU_ASSERT_EQUAL(m->field[0].on_blank, code_of(0, "_U"));
	CU_ASSERT_EQUAL(m->field[3].on_blank, code_of(3, "_U"));
	node_mapping_free(m);
	node_mapping_free(NULL);
}

static void
an_aggregate_mapping_is_read(void)
{
	struct node_mapping *m = NULL;

	CU_ASSERT_EQUAL_FATAL(decode(&m, aggregate, NULL, NULL, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(m->kind, NODE_AGGREGATE);
	CU_ASSERT_STRING_EQUAL(m->attest, "The office");
	CU_ASSERT_STRING_EQUAL(m->value.thousands, " ");
	CU_ASSERT_EQUAL(m->value.max, 1000);
	CU_ASSERT_TRUE(finds(m->field[0].values, "all", NODE_MEANS_CODE, (uint32_t)victims->dim[0].list->codes));
	CU_ASSERT_FALSE(m->field[2].mapped);
	CU_ASSERT_EQUAL(m->time.constant.part, 1);
	CU_ASSERT_EQUAL(m->csv.delimiter, ',');
	node_mapping_free(m);
	/* left out, it is read, and refused by the counting when the file's own errors are told */
	CU_ASSERT_EQUAL_FATAL(decode(&m, aggregate, "'attest':'The office',", "", NULL), PROTO_OK);
	CU_ASSERT_PTR_NULL(m->attest);
	node_mapping_free(m);
}

struct refusal {
	const char *text, *from, *to, *key, *what; /* NULL text: records */
};

static void
refused(const struct refusal *refusals, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct refusal *r = &refusals[i];
		struct node_mapping *m = NULL;
		struct proto_error error = {0};
		enum proto_code code = decode(&m, r->text ? r->text : records, r->from, r->to, &error);
		size_t key = strlen(r->key), where = strlen(error.where);

		CU_ASSERT_EQUAL(code, PROTO_MAPPING);
		CU_ASSERT_PTR_NULL(m);
		CU_ASSERT_TRUE(where >= key && strcmp(error.where + where - key, r->key) == 0);
		CU_ASSERT_PTR_NOT_NULL(strstr(error.what, r->what));
		if (code != PROTO_MAPPING || strstr(error.what, r->what) == NULL || where < key ||
		    strcmp(error.where + where - key, r->key) != 0)
			printf("\n    %s -> %s: %d %s: %s\n", r->from, r->to, (int)code, error.where, error.what);
		node_mapping_free(m);
	}
}
#define REFUSED(list) refused(list, sizeof(list) / sizeof((list)[0]))

static void
unknown_keys_are_errors_at_every_level(void)
{
	static const struct refusal list[] = {
	    {NULL, "'map':'m'", "'map':'m','Map':1", "map.json", "Map"},
	    {NULL, "'header':true", "'header':true,'quote':1", "file", "quote"},
	    {NULL, "'missing':['','0']", "'missing':['','0'],'values':{}", "area", "values"},
	    {NULL, "'freq':'Q'", "'freq':'Q','format':1", "time", "format"},
	    {NULL, "'area':'own',", "'area':'own','year':1,", "select", "year"},
	    {NULL, "'values':{'Male'", "'value':{},'values':{'Male'", "columns.SEX", "value"},
	    {NULL, "'none':'_U'", "'none':'_U','column':'x'", "columns.AGE", "column"},
	    {NULL, "'take':", "'also':1,'take':", "columns.CITGRP.dual", "also"},
	    {aggregate, "'thousands'", "'decimal':'.','thousands'", "value", "decimal"}};

	REFUSED(list);
}

static void
the_frame_is_checked(void)
{
	static const struct refusal list[] = {
	    {NULL, "'TIP_VICTIMS'", "'TIP_FLOWS'", "structure", "feeds TIP_FLOWS"},
	    {NULL, "'structure':'TIP_VICTIMS',", "", "structure", "missing"},
	    {NULL, "'kind':'records'", "'kind':'rows'", "kind", "not records or aggregate"},
	    {NULL, "'map':'m',", "", "map", "missing"},
	    {NULL, "'format':'csv'", "'format':'xlsx'", "file.format", "only csv"},
	    {NULL, "'delimiter':';'", "'delimiter':'|'", "file.delimiter", "comma, semicolon or tab"},
	    {NULL, "'delimiter':';'", "'delimiter':';;'", "file.delimiter", "comma, semicolon or tab"},
	    {NULL, "windows-1252", "latin1", "file.encoding", "utf-8"},
	    {NULL, "'header':true", "'header':false", "file.header", "not true"},
	    {NULL, "'skip_lines':2", "'skip_lines':-1", "file.skip_lines", "0 to 10000"},
	    {NULL, "'skip_lines':2", "'sheet':'a'", "file.sheet", "no sheets"},
	    {NULL, "'home':'GB'", "'home':'ZZ'", "home", "not an area"},
	    {NULL, "'record_key':'id',", "", "record_key", "missing"},
	    {NULL, "'record_key':'id'", "'record_key':''", "record_key", "empty"},
	    {NULL, "'on_conflict':'first-code'", "'on_conflict':'last'", "on_conflict", "first-code"},
	    {NULL, "'on_unknown':'error'", "'on_unknown':'_X'", "on_unknown", "_X is not"},
	    {NULL, "'on_blank':'_U'", "'on_blank':'_T'", "on_blank", "_T"},
	    {NULL, "'on_blank':'_U'", "'on_blank':'M'", "on_blank", "M is not"},
	    {NULL, "'on_blank':'_U'", "'on_blank':'_U','attest':'x'", "attest", "only for kind aggregate"},
	    {NULL, "'on_blank':'_U'", "'on_blank':'_U','value':{'column':'x'}", "value", "only for kind aggregate"},
	    {NULL, "'first-code'}", "'first-code'", "map.json", "JSON"},
	    {NULL, "'map':'m'", "'map':'m','map':'n'", "map.json", "duplicate"}};

	REFUSED(list);
}

static void
area_time_select_and_where_are_checked(void)
{
	static const struct refusal list[] = {
	    {NULL, "'column':'country',", "", "area", "column and lookup"},
	    {NULL, "'missing':['','0']", "'missing':'0'", "area.missing", "not a list"},
	    {NULL, "'missing':['','0']", "'missing':['0','0']", "area.missing", "twice"},
	    {NULL, "'time':{'column':'date','pattern':'%d/%m/%Y','freq':'Q'},", "", "time", "missing"},
	    {NULL, "'pattern':'%d/%m/%Y',", "", "time", "pattern"},
	    {NULL, "%d/%m/%Y", "%d/%m", "map.json", "%Y"},
	    {NULL, "'freq':'Q'", "'freq':'D'", "time.freq", "A, S, Q or M"},
	    {NULL, "'freq':'Q'", "'freq':'A'", "time", "frequency A"},
	    {NULL, "'freq':'Q'", "'constant':'2023-Q1'", "time", "column"},
	    {NULL, "{'column':'date','pattern':'%d/%m/%Y','freq':'Q'}", "{'constant':'2023-Q5'}", "time.constant", "not a period"},
	    {NULL, "{'column':'date','pattern':'%d/%m/%Y','freq':'Q'}", "{'constant':'2023'}", "time", "frequency A"},
	    {NULL, "'area':'own'", "'area':'all'", "select.area", "not own"},
	    {NULL, "'period':'round'", "'period':'2023'", "select.period", "not round"},
	    {NULL, "'area':{'column':'country','lookup':'CL_AREA','missing':['','0']},", "", "select.area", "needs `area`"},
	    {NULL, "['victim',' person ']", "[]", "where.kind", "no value"},
	    {NULL, "['victim',' person ']", "['victim',' victim']", "where.kind", "twice"},
	    {NULL, "['victim',' person ']", "'victim'", "where.kind", "not a list"}};

	REFUSED(list);
}

static void
columns_are_checked(void)
{
	static const struct refusal list[] = {
	    {NULL, "'SEX':", "'GENDER':", "columns.GENDER", "not a dimension"},
	    {NULL, "'Male':'M'", "'Male':'X'", "columns.SEX.Male", "X is not a counted code"},
	    {NULL, "'Male':'M'", "'Male':'_T'", "columns.SEX.Male", "_T is not a counted code"},
	    {NULL, "'Male':'M'", "'Female':'M'", "columns.SEX. Female ", "twice"},
	    {NULL, "'Male':'M'", "' ':'M'", "columns.SEX.values", "empty cell"},
	    {NULL, "'Male':'M'", "'Male':1", "columns.SEX.Male", "not a code"},
	    {NULL, "'values':{'Male':'M',' Female ':'F'}", "'derive':'age'", "columns.SEX.derive", "citizenship-group or subregion"},
	    {NULL, "'values':{'Male':'M',' Female ':'F'}", "'derive':'citizenship-group'", "columns.SEX.derive", "not NAT"},
	    {NULL, "'values':{'Male':'M',' Female ':'F'},", "", "columns.SEX", "neither values nor lookup"},
	    {NULL, "'values':{'Male':'M',' Female ':'F'}", "'lookup':'CL_AREA'", "columns.SEX.lookup", "derive"},
	    {NULL, "'column':'sex',", "", "columns.SEX", "neither column nor flags"},
	    {NULL, "{'child':'Y0T17','adult':'Y_GE18'}", "{}", "columns.AGE.flags", "1 to 64"},
	    {NULL, "'adult':'Y_GE18'", "'adult':'Y'", "columns.AGE.adult", "Y is not"},
	    {NULL, ",'none':'_U'", "", "columns.AGE", "true, false and none"},
	    {NULL, "'false':['0']", "'false':['1']", "columns.AGE.false", "another meaning"},
	    {NULL, "'missing':['?']", "'missing':['0']", "columns.AGE.missing", "another meaning"},
	    {NULL, "[',',' & ','&']", "[]", "columns.EXPL.split", "1 to 16"},
	    {NULL, "[',',' & ','&']", "['']", "columns.EXPL.split", "1 to 16 bytes"},
	    {NULL, "'first-not-home'", "'first'", "columns.CITGRP.dual", "first-not-home"},
	    {NULL, "'lookup':'CL_AREA','values':{'none':'STLS'}", "'values':{'none':'STLS'}", "columns.CITGRP.dual", "needs a lookup"},
	    {NULL, "'values':{'none':'STLS'}", "'values':{'none':'XYZ'}", "columns.CITGRP.none", "XYZ is not"}};

	REFUSED(list);
}

static void
an_aggregate_mapping_is_checked(void)
{
	static const struct refusal list[] = {
	    {aggregate, "'attest'", "'record_key':'id','attest'", "record_key", "only for kind records"},
	    {aggregate, "'attest'", "'on_conflict':'error','attest'", "on_conflict", "only for kind records"},
	    {aggregate, "'duplicates':'error'", "'duplicates':'sum'", "duplicates", "not error"},
	    {aggregate, "'attest':'The office'", "'attest':''", "attest", "empty"},
	    {aggregate, "'The office'", "'The\\noffice'", "attest", "one line"},
	    {aggregate, "'The office'", "'The\\u0085office'", "attest", "one line"},
	    {aggregate, "'column':'n',", "", "value", "column"},
	    {aggregate, "'thousands':' '", "'thousands':'0'", "value.thousands", "separator"},
	    {aggregate, "'max':1000", "'max':0", "value.max", "1 to"},
	    {aggregate, "'max':1000", "'max':1.5", "value.max", "1 to"},
	    {aggregate, "'values':{'all':'_T'}}", "'split':[','],'values':{'all':'_T'}}", "columns.AGE.split", "one cell"},
	    {aggregate, "{'column':'age','values':{'all':'_T'}}", "{'flags':{'a':'_U'},'true':['1'],'false':['0'],'none':'_U'}", "columns.AGE", "no flags"}};

	REFUSED(list);
}

/* Deep, long and broken documents, and what is no object. */
static void
other_documents_are_refused(void)
{
	static const char *const none[] = {"", "null", "[]", "1", "{}", "{\"map\":1}", "{\"columns\":[]}"};
	struct node_mapping_for what_for = {victims, {'Q', 2023, 1}, "XA", "map.json"};
	struct node_mapping *m = NULL;
	char deep[2000];
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CU_ASSERT_EQUAL(node_mapping_decode(&m, none[i], strlen(none[i]), &what_for, NULL), PROTO_MAPPING);
	memset(deep, '[', sizeof(deep));
	CU_ASSERT_EQUAL(node_mapping_decode(&m, deep, sizeof(deep), &what_for, NULL), PROTO_MAPPING);
	CU_ASSERT_PTR_NULL(m);
}

static void
a_dimension_that_is_not_named_is_unknown(void)
{
	struct node_mapping_for what_for = {flows, {'Q', 2023, 1}, "XA", "map.json"};
	char *json = changed("{'map':'m','structure':'TIP_FLOWS','kind':'records','file':{'format':'csv'},'record_key':null,"
	    "'time':{'constant':'2023-Q1'},'columns':{'ORIGIN':{'column':'c','lookup':'CL_AREA','derive':'subregion'}}}", NULL, NULL);
	struct node_mapping *m = NULL;

	CU_ASSERT_EQUAL_FATAL(node_mapping_decode(&m, json, strlen(json), &what_for, NULL), PROTO_OK);
	CU_ASSERT_PTR_NULL(m->record_key);
	CU_ASSERT_EQUAL(m->field[1].derive, NODE_DERIVE_SUBREGION);
	node_mapping_free(m);
	free(json);
}

static void
the_four_mappings_of_the_agreement_are_read(void)
{
	static const struct { const char *file, *structure; struct proto_period period; const char *country; } maps[] = {
	    {"domain/mapping_uk_nrm.json", "TIP_VICTIMS", {'Q', 2023, 1}, "GB"}, {"domain/mapping_ctdc_2020.json", "TIP_VICTIMS", {'A', 2016, 1}, "PH"},
	    {"domain/mapping_ctdc_means.json", "TIP_MEANS", {'A', 2024, 1}, "XA"}, {"domain/mapping_glotip.json", "TIP_VICTIMS", {'A', 2016, 1}, "RO"}};
	size_t i;

	for (i = 0; i < 4; i++) {
		const char *path = suite_shared(maps[i].file);
		struct proto_structure *structure = structures_default(maps[i].structure);
		struct node_mapping_for what_for = {structure, maps[i].period, maps[i].country, path};
		struct node_mapping *m = NULL;
		struct proto_error error = {0};

		if (path && node_mapping_load(&m, &what_for, &error) != PROTO_OK)
			printf("%s: %s\n", error.where, error.what);
		CU_ASSERT_TRUE(path == NULL || m != NULL);
		if (path == NULL)
			printf("SKIPPED: ../shared is absent\n");
		node_mapping_free(m);
		proto_structure_free(structure);
	}
}

static const struct suite_case cases[] = {
	{"every key has its effect", every_key_has_its_effect},
	{"an aggregate mapping is read", an_aggregate_mapping_is_read},
	{"unknown keys are errors at every level", unknown_keys_are_errors_at_every_level},
	{"the frame is checked", the_frame_is_checked},
	{"area, time, select and where are checked", area_time_select_and_where_are_checked},
	{"columns are checked", columns_are_checked},
	{"an aggregate mapping is checked", an_aggregate_mapping_is_checked},
	{"other documents are refused", other_documents_are_refused},
	{"a dimension that is not named is unknown", a_dimension_that_is_not_named_is_unknown},
	{"the four mappings of the agreement are read", the_four_mappings_of_the_agreement_are_read},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	victims = structures_default("TIP_VICTIMS");
	flows = structures_default("TIP_FLOWS");
	status = suite_run("node.mapping", cases);
	proto_structure_free(victims);
	proto_structure_free(flows);
	return status;
}
