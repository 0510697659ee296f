#include "node/cell.h"

#include <stdio.h>
#include <string.h>

#include "support/counting.h"
#include "support/structures.h"
#include "support/suite.h"

static struct proto_structure *victims, *flows;

/* The cell rules of one mapping: `rules` is the value of `columns`, `more` further keys. */
static struct node_mapping *
mapping_of(const struct proto_structure *structure, const char *rules, const char *more)
{
	struct node_mapping_for what_for = {structure, {'Q', 2023, 1}, "GB", counting_text("demonyms.csv",
	    "label,code\nUK,GB\nIrish,IE\nDanish,DK\nSudanese,SD\nSouth Sudanese,SS\nUnknown,_U\nNone,STLS\nSt Lucian,LC\n")};
	struct node_mapping *mapping = NULL;
	struct proto_error error = {0};
	char json[3000];
	size_t i;

	(void)snprintf(json, sizeof(json), "{'map':'m','structure':'%s','kind':'records','file':{'format':'csv'},'record_key':null,"
	    "'time':{'constant':'2023-Q1'},'columns':%s%s}", structure->id, rules, more);
	for (i = 0; json[i]; i++)
		json[i] = json[i] == '\'' ? '"' : json[i];
	if (node_mapping_decode(&mapping, json, strlen(json), &what_for, &error) != PROTO_OK)
		printf("%s: %s\n", error.where, error.what);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mapping);
	return mapping;
}

/* The codes of a cell in the order of the list, joined by '+', or "!class"; "*" in front: the dual rule decided. */
static const char *
read(const struct node_mapping *mapping, size_t dim, const char *text)
{
	static char out[200];
	struct node_cell cell;
	uint32_t code;

	node_cell_read(&cell, mapping, (uint32_t)dim, text, strlen(text));
	out[0] = '\0';
	if (cell.wrong != NODE_RIGHT) {
		(void)snprintf(out, sizeof(out), "!%s", node_report_class(cell.wrong));
		CU_ASSERT_PTR_NOT_NULL(cell.reason);
		return out;
	}
	if (cell.dual)
		strcat(out, "*");
	for (code = node_set_next(&cell.set, 0); code != UINT32_MAX; code = node_set_next(&cell.set, code + 1)) {
		if (out[0] && strcmp(out, "*") != 0)
			strcat(out, "+");
		strcat(out, mapping->structure->dim[dim].list->code[code].id);
	}
	return out;
}

static void
values_are_exact(void)
{
	struct node_mapping *m = mapping_of(victims, "{'SEX':{'column':'s','values':{'Male':'M','Female':'F','x':'_U'},'missing':['-','NA']}}", "");

	CU_ASSERT_STRING_EQUAL(read(m, 0, "Male"), "M");
	CU_ASSERT_STRING_EQUAL(read(m, 0, "x"), "_U");
	CU_ASSERT_STRING_EQUAL(read(m, 0, "male"), "!unknown-code");
	CU_ASSERT_STRING_EQUAL(read(m, 0, "M\xd0\xb0le"), "!unknown-code"); /* a Cyrillic letter that looks alike */
	CU_ASSERT_STRING_EQUAL(read(m, 0, "M"), "!unknown-code");
	CU_ASSERT_STRING_EQUAL(read(m, 0, "-"), "_U");
	CU_ASSERT_STRING_EQUAL(read(m, 0, "NA"), "_U");
	CU_ASSERT_STRING_EQUAL(read(m, 0, ""), "!blank");
	node_mapping_free(m);
}

static void
missing_comes_before_blank_and_blank_before_unknown(void)
{
	struct node_mapping *m = mapping_of(victims, "{'SEX':{'column':'s','values':{'a':'F'},'missing':['']}}", ",'on_blank':'M','on_unknown':'_O'");

	CU_ASSERT_STRING_EQUAL(read(m, 0, ""), "_U");
	CU_ASSERT_STRING_EQUAL(read(m, 0, "b"), "_O");
	node_mapping_free(m);
	m = mapping_of(victims, "{'SEX':{'column':'s','values':{'a':'F'}}}", ",'on_blank':'M','on_unknown':'_O'");
	CU_ASSERT_STRING_EQUAL(read(m, 0, ""), "M");
	node_mapping_free(m);
	/* a text that is missing is never looked up: NA here is no Namibia */
	m = mapping_of(victims, "{'CITGRP':{'column':'c','lookup':'CL_AREA','missing':['NA'],'derive':'citizenship-group'}}", "");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "NA"), "_U");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "NAM"), "FOR");
	node_mapping_free(m);
}

static void
the_whole_cell_is_tried_before_it_is_split(void)
{
	struct node_mapping *m = mapping_of(victims, "{'EXPL':{'column':'e','split':[',','&'],'values':{'Sexual':'SX','Labour':'FL',"
	    "'Labour, Domestic':'DS','Organ':'OR','unknown':'_U'}}}", "");

	CU_ASSERT_STRING_EQUAL(read(m, 2, "Labour, Domestic"), "DS");
	CU_ASSERT_STRING_EQUAL(read(m, 2, "Sexual, Labour & Organ"), "SX+FL+OR");
	CU_ASSERT_STRING_EQUAL(read(m, 2, "Labour ,\tLabour"), "FL");
	CU_ASSERT_STRING_EQUAL(read(m, 2, "Labour,unknown"), "FL+_U");
	CU_ASSERT_STRING_EQUAL(read(m, 2, "Labour,"), "!malformed");
	CU_ASSERT_STRING_EQUAL(read(m, 2, ",Labour"), "!malformed");
	CU_ASSERT_STRING_EQUAL(read(m, 2, "Labour,&Organ"), "!malformed");
	CU_ASSERT_STRING_EQUAL(read(m, 2, "Labour, Sexual, Domestic"), "!unknown-code");
	CU_ASSERT_STRING_EQUAL(read(m, 2, ","), "!malformed");
	node_mapping_free(m);
}

static void
the_longest_separator_at_a_place_is_meant(void)
{
	struct node_mapping *m = mapping_of(victims, "{'EXPL':{'column':'e','split':['-','--'],'values':{'a':'SX','b':'FL'}}}", ",'on_unknown':'OT'");

	CU_ASSERT_STRING_EQUAL(read(m, 2, "a--b"), "SX+FL");
	CU_ASSERT_STRING_EQUAL(read(m, 2, "a-b"), "SX+FL");
	CU_ASSERT_STRING_EQUAL(read(m, 2, "a---b"), "!malformed");
	CU_ASSERT_STRING_EQUAL(read(m, 2, "a-c"), "SX+OT"); /* on_unknown holds for a part */
	node_mapping_free(m);
}

static void
citizenship_is_grouped_from_home(void)
{
	struct node_mapping *m = mapping_of(victims, "{'CITGRP':{'column':'c','lookup':'CL_AREA','values':{'none':'STLS','?':'_U','other':'FOR'},'derive':'citizenship-group'}}", "");

	CU_ASSERT_STRING_EQUAL(read(m, 3, "GB"), "NAT");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "IRL"), "REG");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "208"), "REG"); /* Denmark: Northern Europe too */
	CU_ASSERT_STRING_EQUAL(read(m, 3, "France"), "FOR");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "Antarctica"), "FOR"); /* no sub-region */
	CU_ASSERT_STRING_EQUAL(read(m, 3, "none"), "STLS");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "?"), "_U");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "other"), "FOR");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "gb"), "!unknown-code");
	node_mapping_free(m);
	m = mapping_of(victims, "{'CITGRP':{'column':'c','lookup':'CL_AREA','derive':'citizenship-group'}}", ",'home':'FR'");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "France"), "NAT");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "Belgium"), "REG");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "GB"), "FOR");
	node_mapping_free(m);
}

static void
an_origin_is_the_subregion_of_its_area(void)
{
	struct node_mapping *m = mapping_of(flows, "{'ORIGIN':{'column':'c','lookup':'CL_AREA','values':{'none':'STLS','Asia':'030'},'derive':'subregion'}}", "");

	CU_ASSERT_STRING_EQUAL(read(m, 1, "Chad"), "202");
	CU_ASSERT_STRING_EQUAL(read(m, 1, "XA"), "061");
	CU_ASSERT_STRING_EQUAL(read(m, 1, "Antarctica"), "_U");
	CU_ASSERT_STRING_EQUAL(read(m, 1, "none"), "_U");
	CU_ASSERT_STRING_EQUAL(read(m, 1, "Asia"), "030");
	node_mapping_free(m);
}

static void
of_two_nationalities_the_first_that_is_not_home_counts(void)
{
	struct node_mapping *m = mapping_of(victims, "{'CITGRP':{'column':'c','lookup':'demonyms.csv','values':{'UK Danish':'STLS'},"
	    "'dual':{'split':' ','take':'first-not-home'},'derive':'citizenship-group'}}", "");

	CU_ASSERT_STRING_EQUAL(read(m, 3, "UK Irish"), "*REG");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "Irish UK"), "*REG");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "UK UK"), "*NAT");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "Irish Sudanese"), "*REG");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "Sudanese Irish"), "*FOR");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "Unknown Irish"), "*REG");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "UK Unknown"), "*NAT"); /* _U yields, also to home */
	CU_ASSERT_STRING_EQUAL(read(m, 3, "Unknown UK"), "*NAT");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "UK None"), "*STLS");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "Unknown Unknown"), "*_U");
	/* two words in one name: the first cut whose parts are both known */
	CU_ASSERT_STRING_EQUAL(read(m, 3, "South Sudanese"), "FOR");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "UK South Sudanese"), "*FOR");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "St Lucian South Sudanese"), "*FOR");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "UK  Irish"), "*REG");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "UK Martian"), "!unknown-code");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "UK "), "!unknown-code");
	/* values alone decide a whole cell; a part must be in the lookup */
	CU_ASSERT_STRING_EQUAL(read(m, 3, "UK Danish"), "STLS");
	CU_ASSERT_STRING_EQUAL(read(m, 3, "Irish UK Danish"), "!unknown-code");
	node_mapping_free(m);
}

static void
flags_are_yes_no_or_missing(void)
{
	struct node_mapping *m = mapping_of(victims, "{'EXPL':{'flags':{'a':'SX'},'true':['1','1.0'],'false':['0'],'missing':['-99'],'none':'_U'}}", "");
	struct node_mapping *lenient = mapping_of(victims, "{'EXPL':{'flags':{'a':'SX'},'true':['1'],'false':['0'],'none':'_U'}}",
	    ",'on_blank':'_U','on_unknown':'_U'");
	static const struct { const char *text; enum node_cell_flag flag; enum node_class wrong; } cells[] = {{"1.0", NODE_FLAG_YES, NODE_RIGHT},
	    {"0", NODE_FLAG_NO, NODE_RIGHT}, {"-99", NODE_FLAG_UNKNOWN, NODE_RIGHT}, {"", NODE_FLAG_UNKNOWN, NODE_BLANK},
	    {"yes", NODE_FLAG_UNKNOWN, NODE_UNKNOWN_CODE}, {"01", NODE_FLAG_UNKNOWN, NODE_UNKNOWN_CODE}};
	enum node_cell_flag flag;
	enum node_class wrong;
	const char *reason;
	size_t i;

	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		node_cell_flag(&flag, &wrong, &reason, &m->field[2], cells[i].text, strlen(cells[i].text));
		CU_ASSERT_EQUAL(flag, cells[i].flag);
		CU_ASSERT_EQUAL(wrong, cells[i].wrong);
		CU_ASSERT_EQUAL(reason != NULL, wrong != NODE_RIGHT);
	}
	for (i = 0; i < 2; i++) {
		node_cell_flag(&flag, &wrong, &reason, &lenient->field[2], "yes", i ? 0 : 3);
		CU_ASSERT_EQUAL(flag, NODE_FLAG_UNKNOWN);
		CU_ASSERT_EQUAL(wrong, NODE_RIGHT);
	}
	node_mapping_free(m);
	node_mapping_free(lenient);
}

static void
sets_hold_every_code(void)
{
	struct node_set set = {{0}}, other = {{0}};
	uint32_t code, seen = 0;

	for (code = 0; code <= DP_CODES_MAX; code++) {
		CU_ASSERT_FALSE(node_set_has(&set, code));
		node_set_add(&set, code);
	}
	CU_ASSERT_EQUAL(node_set_count(&set), DP_CODES_MAX + 1);
	for (code = node_set_next(&set, 0); code != UINT32_MAX; code = node_set_next(&set, code + 1))
		seen += code == seen;
	CU_ASSERT_EQUAL(seen, DP_CODES_MAX + 1);
	node_set_add(&other, 200);
	node_set_union(&other, &other);
	CU_ASSERT_EQUAL(node_set_next(&other, 0), 200);
	CU_ASSERT_EQUAL(node_set_next(&other, 201), UINT32_MAX);
	node_set_remove(&other, 200);
	CU_ASSERT_EQUAL(node_set_count(&other), 0);
}

static const struct suite_case cases[] = {
	{"values are exact", values_are_exact},
	{"missing comes before blank, and both before unknown", missing_comes_before_blank_and_blank_before_unknown},
	{"the whole cell is tried before it is split", the_whole_cell_is_tried_before_it_is_split},
	{"the longest separator at a place is meant", the_longest_separator_at_a_place_is_meant},
	{"citizenship is grouped from home", citizenship_is_grouped_from_home},
	{"an origin is the sub-region of its area", an_origin_is_the_subregion_of_its_area},
	{"of two nationalities the first that is not home counts", of_two_nationalities_the_first_that_is_not_home_counts},
	{"flags are yes, no or missing", flags_are_yes_no_or_missing},
	{"sets hold every code", sets_hold_every_code},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	victims = structures_default("TIP_VICTIMS");
	flows = structures_default("TIP_FLOWS");
	status = suite_run("node.cell", cases);
	proto_structure_free(victims);
	proto_structure_free(flows);
	return status;
}
