#include "node/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dp/rebuild.h"
#include "support/office.h"
#include "support/suite.h"
#include "support/wire.h"

#define ROUND "TIP_TINY.2023-Q1.r0"

/* The small structure: SEX (F M _U) and FORM (LB SX OT _U, at most 2); T1 is SEX, T2 is written FORM x SEX. */
struct fixture {
	struct wire wire;
	struct proto_manifest manifest;
	struct node_figures figures;
	struct proto_error error;
};

static void
setup(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	wire_init(&f->wire, "REGION-1", 1);
	wire_manifest_opened(&f->manifest, &f->wire, ROUND);
	office_must(node_figures_plan(&f->figures, &f->manifest, &f->error), &f->error);
}

static void
teardown(struct fixture *f)
{
	node_figures_wipe(&f->figures);
	proto_manifest_wipe(&f->manifest);
	wire_wipe(&f->wire);
}

/* Three persons: F with LB and SX; M with OT; M with OT again. */
static struct dp_counts *
three(const struct proto_structure *structure)
{
	static const struct dp_person person[] = {{{1, 2}, {{0}, {0, 1}}}, {{1, 1}, {{1}, {2}}}, {{1, 1}, {{1}, {2}}}};
	struct dp_counts *counts = NULL;
	size_t i;

	if (dp_counts_new(&counts, &structure->domain, structure->figure, structure->tables) != DP_OK)
		abort();
	for (i = 0; i < 3; i++)
		if (dp_counts_add(counts, &person[i]) != DP_OK)
			abort();
	return counts;
}

static json_t *
as_json(const struct node_figures *figures)
{
	struct proto_buffer out = {0};
	struct proto_json json;
	json_t *root = NULL;
	struct proto_error error = {0};

	proto_json_init(&json, &out, 0);
	node_figures_json(figures, &json);
	office_must(proto_json_load(&root, out.data, out.len, "figures", &error), &error);
	proto_buffer_wipe(&out);
	return root;
}

/* The cell of table t with these codes. */
static const json_t *
cell(const json_t *root, size_t t, const char *sex, const char *form)
{
	const json_t *cells = json_object_get(json_array_get(root, t), "cells"), *found = NULL;
	size_t i;

	for (i = 0; i < json_array_size(cells); i++) {
		const json_t *one = json_array_get(cells, i), *its = json_object_get(one, "FORM");

		if (strcmp(json_string_value(json_object_get(one, "SEX")), sex) == 0 &&
		    (form == NULL) == (its == NULL) && (form == NULL || strcmp(json_string_value(its), form) == 0)) {
			CU_ASSERT_PTR_NULL(found); /* each once */
			found = one;
		}
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	return found;
}

static json_int_t
count(const json_t *root, size_t t, const char *sex, const char *form)
{
	return json_integer_value(json_object_get(cell(root, t, sex, form), "count"));
}

static void
labels(void)
{
	struct fixture f;
	struct dp_counts *counts;
	json_t *root;

	setup(&f);
	counts = three(f.manifest.structure);
	office_must(node_figures_counts(&f.figures, counts, &f.error), &f.error);
	root = as_json(&f.figures);
	CU_ASSERT_EQUAL(json_array_size(root), 2);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(json_array_get(root, 0), "cells")), 3);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(json_array_get(root, 1), "cells")), 12);
	CU_ASSERT(count(root, 0, "F", NULL) == 1 && count(root, 0, "M", NULL) == 2 && count(root, 0, "_U", NULL) == 0);
	CU_ASSERT(count(root, 1, "F", "LB") == 1 && count(root, 1, "F", "SX") == 1 && count(root, 1, "F", "OT") == 0);
	CU_ASSERT(count(root, 1, "M", "OT") == 2 && count(root, 1, "M", "LB") == 0 && count(root, 1, "_U", "_U") == 0);
	json_decref(root);
	dp_counts_free(counts);
	teardown(&f);
}

static void
bands(void)
{
	struct fixture f;
	struct dp_counts *counts;
	const json_t *one;
	json_t *root;
	double low, high, se;

	setup(&f);
	counts = three(f.manifest.structure);
	office_must(node_figures_counts(&f.figures, counts, &f.error), &f.error);
	root = as_json(&f.figures);
	one = cell(root, 1, "M", "OT");
	low = json_number_value(json_object_get(one, "low"));
	high = json_number_value(json_object_get(one, "high"));
	se = json_number_value(json_object_get(json_array_get(root, 1), "se"));
	CU_ASSERT(se > 1);
	CU_ASSERT(fabs((high - low) / 2 - DP_REBUILD_Z95 * se) < 0.006);
	CU_ASSERT(fabs((high + low) / 2 - 2) < 0.006);
	CU_ASSERT(low < 0); /* unbiased: what is sent may be negative */
	json_decref(root);
	dp_counts_free(counts);
	teardown(&f);
}

/* What was sent is told as the coordinator will rebuild it. */
static void
sent(void)
{
	struct fixture f;
	struct node_submission submission = {.round = ROUND};
	double *right;
	json_t *root;
	size_t i;

	setup(&f);
	submission.cells = f.manifest.plan.cells;
	submission.noisy = calloc(submission.cells, sizeof(*submission.noisy));
	for (i = 0; i < submission.cells; i++)
		submission.noisy[i] = (int64_t)(i * i) - 40;
	submission.cells--;
	CU_ASSERT_EQUAL(node_figures_sent(&f.figures, &submission, &f.error), PROTO_DAMAGED);
	submission.cells++;
	office_must(node_figures_sent(&f.figures, &submission, &f.error), &f.error);
	right = calloc(12, sizeof(*right));
	CU_ASSERT_FATAL(dp_rebuild_figure(right, &f.manifest.plan, submission.noisy, f.manifest.structure->figure[1]) == DP_OK);
	root = as_json(&f.figures);
	/* SEX is the first dimension of the domain, FORM the second and runs fastest */
	CU_ASSERT(fabs(json_number_value(json_object_get(cell(root, 1, "M", "SX"), "value")) - right[4 + 1]) < 0.006);
	CU_ASSERT(fabs(json_number_value(json_object_get(cell(root, 1, "_U", "LB"), "value")) - right[8]) < 0.006);
	CU_ASSERT_PTR_NULL(json_object_get(cell(root, 1, "M", "SX"), "count"));
	json_decref(root);
	free(right);
	free(submission.noisy);
	teardown(&f);
}

static const struct suite_case cases[] = {
    {"each count stands beside its own codes, in whatever order the table is written", labels},
    {"the band is 1.96 standard errors on both sides, below zero too", bands},
    {"what was sent is told as it will be rebuilt; a vector of another length is damage", sent},
    {NULL, NULL}};

int
main(void)
{
	return suite_run("node.figures", cases);
}
