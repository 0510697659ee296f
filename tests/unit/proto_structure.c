#include "proto/structure.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/structures.h"
#include "support/suite.h"

static void
has_domain(const char *id, size_t dims, const struct dp_dim *dim)
{
	struct proto_structure *structure = structures_default(id);
	size_t i;

	CU_ASSERT_EQUAL(dp_domain_check(&structure->domain), DP_OK);
	CU_ASSERT_EQUAL(structure->dims, dims);
	CU_ASSERT_EQUAL(structure->domain.dims, dims);
	for (i = 0; i < dims; i++) {
		CU_ASSERT_EQUAL(structure->domain.dim[i].codes, dim[i].codes);
		CU_ASSERT_EQUAL(structure->domain.dim[i].bound, dim[i].bound);
		CU_ASSERT_EQUAL(structure->dim[i].list->codes, dim[i].codes);
		CU_ASSERT_TRUE(proto_codelist_find(structure->dim[i].list, "_U", 2) >= 0);
		CU_ASSERT_TRUE(proto_codelist_find(structure->dim[i].list, "_T", 2) < 0);
	}
	proto_structure_free(structure);
}

static void
the_default_structures_give_their_domains(void)
{
	has_domain("TIP_VICTIMS", 4, (struct dp_dim[]){{4, 0}, {3, 0}, {12, 2}, {5, 0}});
	has_domain("TIP_IDENT", 4, (struct dp_dim[]){{5, 0}, {11, 0}, {4, 0}, {3, 0}});
	has_domain("TIP_ASSIST", 3, (struct dp_dim[]){{12, 3}, {4, 0}, {3, 0}});
	has_domain("TIP_FLOWS", 3, (struct dp_dim[]){{4, 0}, {18, 0}, {3, 0}});
	has_domain("TIP_CRIM", 5, (struct dp_dim[]){{4, 3}, {4, 0}, {3, 0}, {5, 0}, {12, 0}});
	has_domain("TIP_MEANS", 3, (struct dp_dim[]){{10, 3}, {7, 0}, {12, 0}});
}

static void
victims_have_their_tables_and_priority(void)
{
	struct proto_structure *victims = structures_default("TIP_VICTIMS");
	static const struct dp_figure figure[4] = {{0, 3}, {4, 5}, {0, 10}, {4, 6}};
	const struct proto_dimension *expl = &victims->dim[2];
	size_t i;

	CU_ASSERT_TRUE(victims->is_default);
	CU_ASSERT_EQUAL(victims->q_max, 1);
	CU_ASSERT_EQUAL(victims->tables, 4);
	for (i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(victims->figure[i].group, figure[i].group);
		CU_ASSERT_EQUAL(victims->figure[i].dims, figure[i].dims);
		CU_ASSERT_EQUAL(victims->table[i].figure.dims, figure[i].dims);
	}
	/* written EXPL first */
	CU_ASSERT_EQUAL(victims->table[1].dim[0], 2);
	CU_ASSERT_EQUAL(victims->table[1].dim[1], 0);
	CU_ASSERT_EQUAL(expl->bound, 2);
	CU_ASSERT_FALSE(expl->pick);
	CU_ASSERT_EQUAL(expl->rank[proto_codelist_find(expl->list, "OR", 2)], 0);
	CU_ASSERT_EQUAL(expl->rank[proto_codelist_find(expl->list, "SX", 2)], 8);
	CU_ASSERT_EQUAL(expl->rank[proto_codelist_find(expl->list, "_U", 2)], 11);
	CU_ASSERT_STRING_EQUAL(expl->list->code[proto_codelist_find(expl->list, "DS", 2)].parent, "FL");
	CU_ASSERT_STRING_EQUAL(expl->list->name, "Any form");
	CU_ASSERT_STRING_EQUAL(victims->freq->name, "Total");
	CU_ASSERT_PTR_NULL(victims->dim[0].rank);
	proto_structure_free(victims);
}

static void
marks_of_the_other_structures_are_kept(void)
{
	struct proto_structure *flows = structures_default("TIP_FLOWS"), *crim = structures_default("TIP_CRIM");

	CU_ASSERT_EQUAL(flows->q_max, 2);
	CU_ASSERT_EQUAL(flows->keep, 1);
	CU_ASSERT_TRUE(flows->dim[0].no_margin_over);
	CU_ASSERT_TRUE(flows->dim[0].area_sum[0]);
	CU_ASSERT_FALSE(flows->dim[0].area_sum[1]);
	CU_ASSERT_PTR_NULL(flows->dim[1].area_sum);
	CU_ASSERT_TRUE(crim->dim[4].pick);
	CU_ASSERT_EQUAL(crim->dim[4].bound, 0);
	CU_ASSERT_EQUAL(crim->dim[4].rank[0], 8);
	CU_ASSERT_EQUAL(crim->keep, 0);
	proto_structure_free(flows);
	proto_structure_free(crim);
}

static void
dimensions_codes_and_areas_are_found(void)
{
	struct proto_structure *victims = structures_default("TIP_VICTIMS");
	const struct proto_codelist *area = victims->area;
	int gb = proto_codelist_find(area, "GB", 2);

	CU_ASSERT_EQUAL(proto_structure_dim(victims, "EXPL", 4), 2);
	CU_ASSERT_EQUAL(proto_structure_dim(victims, "EXPLX", 4), 2);
	CU_ASSERT_EQUAL(proto_structure_dim(victims, "EXP", 3), -1);
	CU_ASSERT_EQUAL(proto_structure_dim(victims, "FREQ", 4), -1);
	CU_ASSERT_EQUAL(proto_codelist_find(victims->dim[0].list, "_O", 2), 2);
	CU_ASSERT_EQUAL(proto_codelist_find(victims->dim[0].list, "f", 1), -1);
	CU_ASSERT_EQUAL(proto_codelist_find(victims->dim[0].list, "", 0), -1);
	CU_ASSERT_TRUE(gb >= 0);
	CU_ASSERT_EQUAL(proto_codelist_area(area, "GBR", 3), gb);
	CU_ASSERT_EQUAL(proto_codelist_area(area, "826", 3), gb);
	CU_ASSERT_EQUAL(proto_codelist_area(area, area->code[gb].name, strlen(area->code[gb].name)), gb);
	CU_ASSERT_EQUAL(proto_codelist_area(area, "gb", 2), -1);
	CU_ASSERT_EQUAL(proto_codelist_area(area, "", 0), -1);
	CU_ASSERT_PTR_NULL(area->code[proto_codelist_area(area, "XK", 2)].m49);
	CU_ASSERT_STRING_EQUAL(area->code[gb].subregion, "154");
	CU_ASSERT_TRUE(proto_codelist_find(area, "XE", 2) >= 0);
	CU_ASSERT_EQUAL(area->codes, 255);
	proto_structure_free(victims);
}

static void
the_document_is_its_own_proof(void)
{
	static const char *const id[] = {"TIP_VICTIMS", "TIP_IDENT", "TIP_ASSIST", "TIP_FLOWS", "TIP_CRIM", "TIP_MEANS"};
	size_t i;

	for (i = 0; i < sizeof(id) / sizeof(id[0]); i++) {
		struct proto_structure *structure = structures_default(id[i]), *again = NULL;
		uint8_t hash[32];

		crypto_hash_sha256(hash, structure->document.data, structure->document.len);
		CU_ASSERT_EQUAL(memcmp(hash, structure->sha256, 32), 0);
		CU_ASSERT_EQUAL(proto_structure_decode(&again, structure->document.data, structure->document.len, NULL), PROTO_OK);
		CU_ASSERT_EQUAL_FATAL(again == NULL, false);
		CU_ASSERT_EQUAL(again->document.len, structure->document.len);
		CU_ASSERT_EQUAL(memcmp(again->document.data, structure->document.data, again->document.len), 0);
		CU_ASSERT_EQUAL(memcmp(again->sha256, structure->sha256, 32), 0);
		CU_ASSERT_EQUAL(memcmp(&again->domain, &structure->domain, sizeof(again->domain)), 0);
		CU_ASSERT_EQUAL(memcmp(again->figure, structure->figure, sizeof(again->figure)), 0);
		CU_ASSERT_EQUAL(again->keep, structure->keep);
		CU_ASSERT_EQUAL(again->is_default, structure->is_default);
		proto_structure_free(structure);
		proto_structure_free(again);
	}
}

/* Whether a document with one more or one other byte is still accepted. */
static enum proto_code
decode_changed(const struct proto_buffer *document, const char *find, const char *put)
{
	struct proto_buffer changed = {0};
	const uint8_t *at = memmem(document->data, document->len, find, strlen(find));
	struct proto_structure *structure = NULL;
	enum proto_code code;

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	proto_buffer_put(&changed, document->data, (size_t)(at - document->data));
	proto_buffer_text(&changed, put);
	at += strlen(find);
	proto_buffer_put(&changed, at, (size_t)(document->data + document->len - at));
	code = proto_structure_decode(&structure, changed.data, changed.len, NULL);
	proto_structure_free(structure);
	proto_buffer_wipe(&changed);
	return code;
}

static void
a_document_has_one_form(void)
{
	struct proto_structure *victims = structures_default("TIP_VICTIMS");
	const struct proto_buffer *document = &victims->document;

	CU_ASSERT_EQUAL(decode_changed(document, "\"q_max\":1", "\"q_max\":1"), PROTO_OK);
	CU_ASSERT_EQUAL(decode_changed(document, "\"q_max\":1", "\"q_max\":2"), PROTO_OK);
	CU_ASSERT_EQUAL(decode_changed(document, "\"q_max\":1", "\"q_max\": 1"), PROTO_NOT_CANONICAL);
	CU_ASSERT_EQUAL(decode_changed(document, "\"pick\":{},", ""), PROTO_NOT_CANONICAL);
	CU_ASSERT_EQUAL(decode_changed(document, "\"agency\":\"CHORALE\",\"version\":\"1.0.0\"",
	                    "\"version\":\"1.0.0\",\"agency\":\"CHORALE\""), PROTO_NOT_CANONICAL);
	CU_ASSERT_EQUAL(decode_changed(document, "\"Male\"", "\"M\\u0061le\""), PROTO_NOT_CANONICAL);
	CU_ASSERT_EQUAL(decode_changed(document, "\"parents\":{}", "\"parents\":{},\"note\":\"x\""), PROTO_NOT_CANONICAL);
	CU_ASSERT_EQUAL(decode_changed(document, "\"codelists\":{", "\"codelists\":{\"CL_MORE\":{\"codes\":{\"A\":\"a\"}},"),
	    PROTO_NOT_CANONICAL);
	/* two codes change places: the order is part of the version, and canonical */
	CU_ASSERT_EQUAL(decode_changed(document, "\"A\":\"Yearly\",\"S\":\"Half-yearly\"", "\"S\":\"Half-yearly\",\"A\":\"Yearly\""),
	    PROTO_OK);
	CU_ASSERT_EQUAL(decode_changed(document, "\"group\":\"persons\"", "\"group\":\"EXPL\""), PROTO_STRUCTURE);
	CU_ASSERT_EQUAL(decode_changed(document, "\"q_max\":1", "\"q_max\":1,\"q_max\":1"), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed(document, "}]}", "}]"), PROTO_MALFORMED);
	proto_structure_free(victims);
}

static void
a_document_cut_anywhere_is_refused(void)
{
	struct proto_structure *flows = structures_default("TIP_FLOWS");
	size_t len;

	for (len = 0; len < flows->document.len; len += len < 300 ? 1 : 211) {
		struct proto_structure *structure = NULL;

		CU_ASSERT_NOT_EQUAL(proto_structure_decode(&structure, flows->document.data, len, NULL), PROTO_OK);
		CU_ASSERT_PTR_NULL(structure);
	}
	proto_structure_free(flows);
}

static const struct suite_case cases[] = {
	{"the default structures give their domains", the_default_structures_give_their_domains},
	{"victims have their tables and priority", victims_have_their_tables_and_priority},
	{"marks of the other structures are kept", marks_of_the_other_structures_are_kept},
	{"dimensions, codes and areas are found", dimensions_codes_and_areas_are_found},
	{"the document is its own proof", the_document_is_its_own_proof},
	{"a document has one form", a_document_has_one_form},
	{"a document cut anywhere is refused", a_document_cut_anywhere_is_refused},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("proto.structure", cases);
}
