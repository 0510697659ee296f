#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/structure.h"
#include "support/suite.h"

/* The CSV of areas, as read by the smallest structures file that names one. */
static const char good[] =
    "{\"agency\":\"TEST\",\"version\":\"1\",\"codelists\":{\"CL_FREQ\":{\"codes\":{\"A\":\"Year\"}},"
    "\"CL_AREA\":{\"file\":\"areas.csv\"},\"CL_C\":{\"codes\":{\"a\":\"Alpha\"}}},"
    "\"structures\":[{\"id\":\"S1\",\"name\":\"One\",\"unit\":\"person\",\"dimensions\":[[\"FREQ\",\"CL_FREQ\"],"
    "[\"REF_AREA\",\"CL_AREA\"],[\"C\",\"CL_C\"]],\"time\":\"TIME_PERIOD\","
    "\"tables\":[{\"id\":\"T1\",\"group\":\"persons\",\"dims\":[\"C\"]}],\"q_max\":1}]}";

static const char areas[] = "id,alpha3,m49,name,subregion\nXA,XXA,,Land A,061\r\nXB,XXB,991,\"Land \"\"B\"\", the second\",061\n001,,,World,\n";

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

static void
csv_refused(const char *csv, const char *where, const char *what)
{
	struct proto_error error = {0};

	CU_ASSERT_EQUAL(load(good, strlen(good), csv, &error), PROTO_STRUCTURE);
	if (strcmp(error.where, where) != 0 || strstr(error.what, what) == NULL)
		printf("\n    [%s] at [%s]", error.what, error.where);
	CU_ASSERT_STRING_EQUAL(error.where, where);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, what));
}

#define CSV_HEAD "id,alpha3,m49,name,subregion\n"
#define CSV_FILE "file.json: codelists.CL_AREA.file"
#define CSV_LINE CSV_FILE ": line 3"

static void
areas_are_strict_csv(void)
{
	csv_refused("", CSV_FILE, "is empty");
	csv_refused("\xef\xbb\xbf" CSV_HEAD "XA,,,A,\n", CSV_FILE, "first line");
	csv_refused("id;alpha3;m49;name;subregion\nXA;;;A;\n", CSV_FILE, "first line");
	csv_refused(CSV_HEAD, "file.json: codelists.CL_AREA", "has no codes");
	csv_refused(CSV_HEAD "XA,,,A,\nXB,,,\xff,\n", CSV_FILE, "UTF-8");
	csv_refused(CSV_HEAD "XA,,,A,\nXB,,,B\n", CSV_LINE, "fewer than five");
	csv_refused(CSV_HEAD "XA,,,A,\nXB,,,B,,\n", CSV_LINE, "more than five");
	csv_refused(CSV_HEAD "XA,,,A,\n\n", CSV_LINE, "fewer than five");
	csv_refused(CSV_HEAD "XA,,,A,\nXB,,,\"B,\n", CSV_LINE, "does not open or close a field");
	csv_refused(CSV_HEAD "XA,,,A,\nXB,,,B\"b\",\n", CSV_LINE, "does not open or close a field");
	csv_refused(CSV_HEAD "XA,,,A,\nXB,,,\"B\"b,\n", CSV_LINE, "text after a quoted one");
	csv_refused(CSV_HEAD "XA,,,A,\nXB,,,B,\"061\"x\n", CSV_LINE, "text after a quoted one");
	csv_refused(CSV_HEAD "XA,,,A,\n,,,B,\n", CSV_LINE, "no id of a code");
	csv_refused(CSV_HEAD "XA,,,A,\n_T,,,B,\n", CSV_LINE, "no id of a code");
	csv_refused(CSV_HEAD "XA,,,A,\nXB,,,,\n", CSV_LINE, "name");
	csv_refused(CSV_HEAD "XA,,,A,\nXB,XB,,B,\n", CSV_LINE, "three capitals");
	csv_refused(CSV_HEAD "XA,,,A,\nXB,,12,B,\n", CSV_LINE, "three digits");
	csv_refused(CSV_HEAD "XA,,,A,\nXB,,,B,Europe\n", CSV_LINE, "three digits");
	csv_refused(CSV_HEAD "XA,,,A,\nXB,,,B\tb,\n", CSV_LINE, "control");
	csv_refused(CSV_HEAD "XA,,,A,\nXA,,,B,\n", "file.json: codelists.CL_AREA", "\"XA\" stands for two codes");
	csv_refused(CSV_HEAD "XA,XXX,,A,\nXB,XXX,,B,\n", "file.json: codelists.CL_AREA", "\"XXX\" stands for two codes");
	csv_refused(CSV_HEAD "XA,,001,A,\nXB,,001,B,\n", "file.json: codelists.CL_AREA", "\"001\" stands for two codes");
	csv_refused(CSV_HEAD "XA,,,Same,\nXB,,,Same,\n", "file.json: codelists.CL_AREA", "\"Same\" stands for two codes");
	csv_refused(CSV_HEAD "XA,,,A,\nxb,,,B,\n", "file.json: S1: dimensions.REF_AREA", "neither two capitals");
}

static void
areas_have_limits(void)
{
	struct proto_buffer csv = {0};
	unsigned i;

	proto_buffer_text(&csv, CSV_HEAD);
	for (i = 0; i < 1000; i++)
		proto_buffer_printf(&csv, "%03u,,,Area %u,\n", i, i);
	CU_ASSERT_EQUAL(load(good, strlen(good), proto_buffer_string(&csv), NULL), PROTO_OK);
	proto_buffer_text(&csv, "XA,,,One more,\n");
	csv_refused(proto_buffer_string(&csv), CSV_FILE, "more than 1000 codes");
	for (i = 0; i < 1 << 20; i++)
		proto_buffer_text(&csv, "x");
	csv_refused(proto_buffer_string(&csv), CSV_FILE, "larger than 1 MiB");
	proto_buffer_wipe(&csv);
}

static void
areas_are_read_as_written(void)
{
	struct proto_structure_files files = {read_areas, (void *)(uintptr_t)areas};
	struct proto_structure **set = NULL;
	const struct proto_codelist *area;
	size_t structures = 0;

	CU_ASSERT_EQUAL_FATAL(proto_structure_load_set(&set, &structures, good, strlen(good), &files, "", NULL), PROTO_OK);
	area = set[0]->area;
	CU_ASSERT_EQUAL(area->codes, 3);
	CU_ASSERT_STRING_EQUAL(area->code[0].id, "XA");
	CU_ASSERT_STRING_EQUAL(area->code[0].subregion, "061");
	CU_ASSERT_PTR_NULL(area->code[0].m49);
	CU_ASSERT_STRING_EQUAL(area->code[1].name, "Land \"B\", the second");
	CU_ASSERT_STRING_EQUAL(area->code[1].m49, "991");
	CU_ASSERT_STRING_EQUAL(area->code[2].name, "World");
	CU_ASSERT_PTR_NULL(area->code[2].subregion);
	proto_structure_free(set[0]);
	free(set);
}

static const struct suite_case cases[] = {
	{"areas are strict CSV", areas_are_strict_csv},
	{"areas have limits", areas_have_limits},
	{"areas are read as written", areas_are_read_as_written},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("proto.structure areas", cases);
}
