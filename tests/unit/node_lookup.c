#include "node/lookup.h"

#include <stdio.h>
#include <string.h>

#include "support/counting.h"
#include "support/structures.h"
#include "support/suite.h"

static struct proto_structure *victims;

static bool
areas_only(struct node_meaning *ret_meaning, const void *ctx, const char *code, size_t len)
{
	int found = proto_codelist_find(ctx, code, len);

	*ret_meaning = (struct node_meaning){NODE_MEANS_AREA, (uint32_t)found};
	return found >= 0;
}

static const char *
area_of(const struct node_lookup *lookup, const char *text)
{
	struct node_meaning meaning;

	return node_lookup_find(&meaning, lookup, text, strlen(text)) ? victims->area->code[meaning.index].id : "";
}

static void
what_was_added_is_found_byte_by_byte(void)
{
	struct node_lookup *lookup = NULL;
	struct node_meaning meaning;
	char text[20];
	unsigned i, wrong = 0;

	CU_ASSERT_EQUAL_FATAL(node_lookup_new(&lookup, NULL), PROTO_OK);
	CU_ASSERT_FALSE(node_lookup_find(&meaning, lookup, "x", 1));
	for (i = 0; i < 5000; i++) {
		(void)snprintf(text, sizeof(text), "text %u", i);
		wrong += node_lookup_add(lookup, text, strlen(text), (struct node_meaning){NODE_MEANS_CODE, i}) != PROTO_OK;
	}
	for (i = 0; i < 6000; i++) {
		(void)snprintf(text, sizeof(text), "text %u", i);
		wrong += node_lookup_find(&meaning, lookup, text, strlen(text)) != (i < 5000);
		wrong += i < 5000 && meaning.index != i;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(node_lookup_size(lookup), 5000);
	CU_ASSERT_EQUAL(node_lookup_add(lookup, "text 7", 6, meaning), PROTO_EXISTS);
	CU_ASSERT_FALSE(node_lookup_find(&meaning, lookup, "Text 7", 6));
	CU_ASSERT_FALSE(node_lookup_find(&meaning, lookup, "text 7 ", 7));
	CU_ASSERT_FALSE(node_lookup_find(&meaning, lookup, "", 0));
	CU_ASSERT_EQUAL(node_lookup_add(lookup, "", 0, meaning), PROTO_OK);
	CU_ASSERT_TRUE(node_lookup_find(&meaning, lookup, "", 0));
	CU_ASSERT_FALSE(node_lookup_find(&meaning, NULL, "", 0));
	node_lookup_free(lookup);
	node_lookup_free(NULL);
}

static void
areas_are_found_by_each_of_their_names(void)
{
	static const char *const denmark[] = {"DK", "DNK", "208", "Denmark"};
	struct node_lookup *lookup = NULL;
	size_t i;

	CU_ASSERT_EQUAL_FATAL(node_lookup_areas(&lookup, victims->area, NULL), PROTO_OK);
	for (i = 0; i < 4; i++)
		CU_ASSERT_STRING_EQUAL(area_of(lookup, denmark[i]), "DK");
	CU_ASSERT_STRING_EQUAL(area_of(lookup, "004"), "AF");
	CU_ASSERT_STRING_EQUAL(area_of(lookup, "4"), "");
	CU_ASSERT_STRING_EQUAL(area_of(lookup, "dk"), "");
	CU_ASSERT_STRING_EQUAL(area_of(lookup, ""), "");
	CU_ASSERT_STRING_EQUAL(area_of(lookup, "NA"), "NA");
	CU_ASSERT_STRING_EQUAL(area_of(lookup, "Synthetic country A"), "XA");
	node_lookup_free(lookup);
}

static void
a_name_of_two_areas_stands_for_neither(void)
{
	struct proto_code_item items[] = {{.id = (char[]){"AA"}, .name = (char[]){"Same"}}, {.id = (char[]){"BB"}, .name = (char[]){"Same"}},
	    {.id = (char[]){"CC"}, .name = (char[]){"CC"}}};
	struct proto_codelist list = {.id = (char[]){"CL"}, .codes = 3, .code = items};
	struct node_lookup *lookup = NULL;
	struct node_meaning meaning;

	CU_ASSERT_EQUAL_FATAL(node_lookup_areas(&lookup, &list, NULL), PROTO_OK);
	CU_ASSERT_FALSE(node_lookup_find(&meaning, lookup, "Same", 4));
	CU_ASSERT_TRUE(node_lookup_find(&meaning, lookup, "BB", 2));
	CU_ASSERT_TRUE(node_lookup_find(&meaning, lookup, "CC", 2)); /* twice the same area is no doubt */
	CU_ASSERT_EQUAL(meaning.index, 2);
	node_lookup_free(lookup);
}

static void
codes_are_found_by_id_and_name(void)
{
	const struct proto_codelist *list = victims->dim[0].list;
	struct node_lookup *lookup = NULL;
	struct node_meaning meaning;

	CU_ASSERT_EQUAL_FATAL(node_lookup_codes(&lookup, list, NULL), PROTO_OK);
	CU_ASSERT_TRUE(node_lookup_find(&meaning, lookup, "Female", 6));
	CU_ASSERT_STRING_EQUAL(list->code[meaning.index].id, "F");
	CU_ASSERT_EQUAL(meaning.kind, NODE_MEANS_CODE);
	CU_ASSERT_TRUE(node_lookup_find(&meaning, lookup, "M", 1));
	CU_ASSERT_FALSE(node_lookup_find(&meaning, lookup, "_T", 2));
	node_lookup_free(lookup);
}

static enum proto_code
load(struct node_lookup **ret_lookup, const char *text, struct proto_error *error)
{
	return node_lookup_file(ret_lookup, counting_text("lookup.csv", text), areas_only, victims->area, error);
}

static void
a_file_of_labels_is_read(void)
{
	struct node_lookup *lookup = NULL;
	struct proto_error error = {0};

	CU_ASSERT_EQUAL_FATAL(load(&lookup, "\xef\xbb\xbflabel,code\r\nDane, DK\r\n\" Swede \",SE\r\n\"Kiwi, or so\",NZ", &error), PROTO_OK);
	CU_ASSERT_EQUAL(node_lookup_size(lookup), 3);
	CU_ASSERT_STRING_EQUAL(area_of(lookup, "Dane"), "DK");
	CU_ASSERT_STRING_EQUAL(area_of(lookup, "Swede"), "SE");
	CU_ASSERT_STRING_EQUAL(area_of(lookup, "Kiwi, or so"), "NZ");
	node_lookup_free(lookup);
}

static void
a_wrong_file_is_refused_by_line(void)
{
	static const struct { const char *text, *what; } files[] = {
	    {"", "line 1: the header is not label,code"},
	    {"name,code\nDane,DK\n", "line 1: the header is not label,code"},
	    {"label,code,more\nDane,DK,x\n", "line 1: not two fields, label,code"},
	    {"label,code\nDane,DK\nSwede\n", "line 3: not two fields, label,code"},
	    {"label,code\nDane,DK\nDane,SE\n", "line 3: a repeated label"},
	    {"label,code\nDane,DK\n Dane ,DK\n", "line 3: a repeated label"},
	    {"label,code\nDane,ZZ\n", "line 2: the code is not one that may stand here"},
	    {"label,code\nDane,\n", "line 2: the code is not one that may stand here"},
	    {"label,code\n,DK\n", "line 2: an empty label"},
	    {"label,code\nDan\xe9,DK\n", "line 2: not valid UTF-8"},
	    {"label,code\n\"Dane,DK\n", "line 2: a quotation mark that is never closed"},
	    {"label,code\n\nDane,DK\n", "line 2: not two fields, label,code"}};
	struct node_lookup *lookup = NULL;
	struct proto_error error;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		error = (struct proto_error){0};
		CU_ASSERT_EQUAL(load(&lookup, files[i].text, &error), PROTO_MAPPING);
		CU_ASSERT_STRING_EQUAL(error.what, files[i].what);
	}
	CU_ASSERT_EQUAL(node_lookup_file(&lookup, "/nowhere/at/all", areas_only, victims->area, &error), PROTO_NOT_FOUND);
	CU_ASSERT_EQUAL(node_lookup_file(&lookup, "/tmp", areas_only, victims->area, &error), PROTO_PERMISSION);
	CU_ASSERT_PTR_NULL(lookup);
}

static const struct suite_case cases[] = {
	{"what was added is found, byte by byte", what_was_added_is_found_byte_by_byte},
	{"areas are found by each of their names", areas_are_found_by_each_of_their_names},
	{"a name of two areas stands for neither", a_name_of_two_areas_stands_for_neither},
	{"codes are found by id and name", codes_are_found_by_id_and_name},
	{"a file of labels is read", a_file_of_labels_is_read},
	{"a wrong file is refused by line", a_wrong_file_is_refused_by_line},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	victims = structures_default("TIP_VICTIMS");
	status = suite_run("node.lookup", cases);
	proto_structure_free(victims);
	return status;
}
