#include <stdlib.h>
#include <string.h>

#include "support/structures.h"
#include "support/suite.h"

/*
 * The project's own structures against the agreement's: other words, but the same ids, codes,
 * orders, tables and marks, and the same areas.
 */
static struct proto_structure **agreed;
static size_t agreements;

static void
same_ranks(const struct proto_dimension *own, const struct proto_dimension *other)
{
	CU_ASSERT_EQUAL_FATAL(own->rank == NULL, other->rank == NULL);
	if (own->rank != NULL)
		CU_ASSERT_EQUAL(memcmp(own->rank, other->rank, own->list->codes * sizeof(*own->rank)), 0);
	CU_ASSERT_EQUAL_FATAL(own->area_sum == NULL, other->area_sum == NULL);
	if (own->area_sum != NULL)
		CU_ASSERT_EQUAL(memcmp(own->area_sum, other->area_sum, own->list->codes * sizeof(*own->area_sum)), 0);
}

static void
same_dimension(const struct proto_dimension *own, const struct proto_dimension *other)
{
	size_t i;

	CU_ASSERT_STRING_EQUAL(own->id, other->id);
	CU_ASSERT_STRING_EQUAL(own->list->id, other->list->id);
	CU_ASSERT_EQUAL_FATAL(own->list->codes, other->list->codes);
	for (i = 0; i < own->list->codes; i++) {
		const struct proto_code_item *a = &own->list->code[i], *b = &other->list->code[i];

		CU_ASSERT_STRING_EQUAL(a->id, b->id);
		CU_ASSERT_EQUAL_FATAL(a->parent == NULL, b->parent == NULL);
		if (a->parent != NULL)
			CU_ASSERT_STRING_EQUAL(a->parent, b->parent);
	}
	CU_ASSERT_EQUAL(own->bound, other->bound);
	CU_ASSERT_EQUAL(own->pick, other->pick);
	same_ranks(own, other);
}

static void
structures_are_the_agreed_ones(void)
{
	size_t i, k;

	CU_ASSERT_EQUAL(agreements, 6);
	for (i = 0; i < agreements; i++) {
		const struct proto_structure *other = agreed[i];
		struct proto_structure *own = structures_default(other->id);

		CU_ASSERT_EQUAL(own->is_default, other->is_default);
		CU_ASSERT_EQUAL(own->q_max, other->q_max);
		CU_ASSERT_EQUAL(own->keep, other->keep);
		CU_ASSERT_STRING_EQUAL(own->agency, other->agency);
		CU_ASSERT_EQUAL(memcmp(&own->domain, &other->domain, sizeof(own->domain)), 0);
		for (k = 0; k < own->dims; k++)
			same_dimension(&own->dim[k], &other->dim[k]);
		CU_ASSERT_EQUAL_FATAL(own->tables, other->tables);
		for (k = 0; k < own->tables; k++) {
			CU_ASSERT_STRING_EQUAL(own->table[k].id, other->table[k].id);
			CU_ASSERT_EQUAL(memcmp(&own->table[k].figure, &other->table[k].figure, sizeof(struct dp_figure)), 0);
			CU_ASSERT_EQUAL(memcmp(own->table[k].dim, other->table[k].dim, sizeof(own->table[k].dim)), 0);
		}
		proto_structure_free(own);
	}
}

static void
text_equal(const char *own, const char *other)
{
	CU_ASSERT_EQUAL_FATAL(own == NULL, other == NULL);
	if (own != NULL)
		CU_ASSERT_STRING_EQUAL(own, other);
}

static void
areas_are_the_agreed_ones(void)
{
	struct proto_structure *own = structures_default("TIP_VICTIMS");
	const struct proto_codelist *area = agreed[0]->area;
	size_t i;

	CU_ASSERT_EQUAL(own->area->codes, area->codes);
	for (i = 0; i < area->codes; i++) {
		int at = proto_codelist_find(own->area, area->code[i].id, strlen(area->code[i].id));

		CU_ASSERT_TRUE_FATAL(at >= 0);
		text_equal(own->area->code[at].alpha3, area->code[i].alpha3);
		text_equal(own->area->code[at].m49, area->code[i].m49);
		text_equal(own->area->code[at].subregion, area->code[i].subregion);
		text_equal(own->area->code[at].name, area->code[i].name);
	}
	proto_structure_free(own);
}

static const struct suite_case cases[] = {
	{"structures are the agreed ones", structures_are_the_agreed_ones},
	{"areas are the agreed ones", areas_are_the_agreed_ones},
	{NULL, NULL},
};

int
main(void)
{
	struct proto_structure_files files;
	struct proto_buffer data;
	char dir[4096];
	int status;
	size_t i;

	if (suite_shared("domain/structures.json") == NULL)
		suite_skip("the agreement's structures are not beside the source tree");
	data = structures_read(suite_shared("domain/structures.json"));
	(void)strncpy(dir, suite_shared("domain"), sizeof(dir) - 1);
	dir[sizeof(dir) - 1] = '\0';
	files = structures_files(dir);
	if (proto_structure_load_set(&agreed, &agreements, data.data, data.len, &files, "agreement", NULL) != PROTO_OK)
		return 1;
	status = suite_run("proto.structure shared", cases);
	for (i = 0; i < agreements; i++)
		proto_structure_free(agreed[i]);
	free(agreed);
	proto_buffer_wipe(&data);
	return status;
}
