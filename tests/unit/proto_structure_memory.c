#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/structures.h"
#include "support/suite.h"

/*
 * Running out of memory is an ordinary error: the n-th allocation fails, for each n, and
 * the load says MEMORY and leaves nothing behind (the address sanitizer's build looks for leaks).
 * The linker sends the room's calls of malloc, calloc and strdup here.
 */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
char *__wrap_strdup(const char *text);

static size_t left = SIZE_MAX; /* allocations until one fails */

static bool
fails(void)
{
	return left != SIZE_MAX && left-- == 0;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

static const char file[] =
    "{\"agency\":\"T\",\"version\":\"1\",\"codelists\":{\"F\":{\"source\":\"s\",\"codes\":{\"A\":\"Year\"}},\"R\":{\"file\":\"r\"},"
    "\"C\":{\"codes\":{\"x\":\"X-ray\",\"y\":\"Yankee\",\"_T\":\"All\"},\"parents\":{\"y\":\"x\"}}},\"structures\":[{\"id\":\"S\","
    "\"name\":\"n\",\"unit\":\"u\",\"resolution\":[\"1\"],\"dimensions\":[[\"FREQ\",\"F\"],[\"REF_AREA\",\"R\"],[\"P\",\"C\"],[\"Q\",\"C\"]],"
    "\"time\":\"TIME_PERIOD\",\"multi\":{\"P\":{\"max\":1,\"priority\":[\"x\",\"y\"]}},\"pick\":{\"Q\":[\"y\",\"x\"]},"
    "\"area_sum\":{\"Q\":[\"x\"]},\"tables\":[{\"id\":\"T\",\"group\":\"P\",\"dims\":[\"P\",\"Q\"]}],\"q_max\":1}]}";

static enum proto_code
read_areas(void *ctx, const char *name, struct proto_buffer *ret_data, struct proto_error *error)
{
	(void)ctx;
	(void)name;
	(void)error;
	proto_buffer_text(ret_data, "id,alpha3,m49,name,subregion\nXA,XXA,990,Land,061\n");
	return PROTO_OK;
}

/* Loads with the n-th allocation failing; how many were made until then in ret_made. */
static enum proto_code
load(size_t n, bool document, const struct proto_buffer *text)
{
	struct proto_structure_files files = {read_areas, NULL};
	struct proto_structure **set = NULL, *one = NULL;
	struct proto_error error = {0};
	size_t structures = 0, i;
	enum proto_code code;

	left = n;
	if (document)
		code = proto_structure_decode(&one, text->data, text->len, &error);
	else
		code = proto_structure_load_set(&set, &structures, text->data, text->len, &files, "file", &error);
	left = SIZE_MAX;
	CU_ASSERT_EQUAL(code == PROTO_OK, one != NULL || set != NULL);
	CU_ASSERT_EQUAL(error.code, code);
	for (i = 0; i < structures; i++)
		proto_structure_free(set[i]);
	free(set);
	proto_structure_free(one);
	return code;
}

static void
every_allocation_may_fail(void)
{
	struct proto_buffer text = {0};
	size_t n;

	proto_buffer_text(&text, file);
	for (n = 0; n < 5000; n++) {
		enum proto_code code = load(n, false, &text);

		if (code == PROTO_OK)
			break;
		CU_ASSERT_EQUAL(code, PROTO_MEMORY);
	}
	printf("%zu allocations ", n);
	CU_ASSERT_TRUE(n > 100 && n < 5000);
	proto_buffer_wipe(&text);
}

static void
so_may_those_of_a_document(void)
{
	struct proto_structure *victims = structures_default("TIP_VICTIMS");
	size_t n, step = 1;
	enum proto_code code = PROTO_MEMORY;

	for (n = 0; code != PROTO_OK; n += step, step = n < 500 ? 1 : 17) {
		code = load(n, true, &victims->document);
		CU_ASSERT_TRUE(code == PROTO_OK || code == PROTO_MEMORY);
		if (n > 100000)
			CU_FAIL_FATAL("it never succeeds");
	}
	printf("about %zu allocations ", n);
	proto_structure_free(victims);
}

static const struct suite_case cases[] = {
	{"every allocation may fail", every_allocation_may_fail},
	{"so may those of a document", so_may_those_of_a_document},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("proto.structure memory", cases);
}
