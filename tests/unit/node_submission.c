#include "node/submission.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/head.h"
#include "proto/submission.h"
#include "support/office.h"
#include "support/seeded.h"
#include "support/suite.h"

#define ROUND "TIP_TINY.2023-Q1.r0"

/* An office with one round, opened for writing. */
struct fixture {
	struct office office;
	struct node_state *state;
	struct wire wire;
	struct office_round round;
	struct seeded seeded;
	struct dp_rng rng;
};

static void
setup(struct fixture *fixture)
{
	office_init(&fixture->office);
	fixture->state = office_open(&fixture->office, NODE_STATE_CREATE);
	wire_init(&fixture->wire, "REGION-1", 1);
	office_round_init(&fixture->round, &fixture->wire, fixture->state, ROUND);
	seeded_init(&fixture->seeded, suite_seed());
	fixture->rng = seeded_rng(&fixture->seeded);
}

static void
teardown(struct fixture *fixture)
{
	node_state_close(fixture->state);
	office_round_wipe(&fixture->round);
	wire_wipe(&fixture->wire);
	office_wipe(&fixture->office);
}

static enum proto_code
prepare(struct fixture *fixture, struct node_submission *submission, int64_t now)
{
	struct node_submission_request request = office_round_request(&fixture->round, &fixture->rng, now);
	struct proto_error error = {0};
	enum proto_code code = node_submission_prepare(submission, fixture->state, &request, &error);

	if (code != PROTO_OK)
		printf("    (%s: %s)\n", proto_error_name(code), error.what);
	return code;
}

static enum proto_code
load(struct fixture *fixture, struct node_submission *submission, bool *found)
{
	struct proto_error error = {0};

	return node_submission_load(submission, found, fixture->state, fixture->round.manifest.round_text,
	    fixture->round.keys.pub.signing, &error);
}

static void
whole(void)
{
	struct fixture f;
	struct node_submission submission = {0};
	struct proto_header header;
	struct proto_part part = {0};
	struct proto_error error = {0};
	struct node_head head;
	uint8_t body[PROTO_HASH];

	setup(&f);
	CU_ASSERT_FATAL(prepare(&f, &submission, 5000) == PROTO_OK);
	office_must(proto_header_open(&header, submission.header, sizeof(submission.header), f.round.keys.pub.signing, &error),
	    &error);
	CU_ASSERT_STRING_EQUAL(header.round, ROUND);
	CU_ASSERT_STRING_EQUAL(header.node, "XA");
	CU_ASSERT_STRING_EQUAL(header.coordinator, "REGION-1");
	CU_ASSERT_EQUAL(header.sequence, 1);
	CU_ASSERT_EQUAL(header.total, f.round.manifest.rho_units);
	CU_ASSERT(memcmp(header.manifest, f.round.manifest.sha256, PROTO_HASH) == 0);
	/* the ledger, the header and DIR.head name one entry */
	CU_ASSERT_FATAL(f.state->rows == 1);
	CU_ASSERT(memcmp(header.head, f.state->row[0].entry.head, PROTO_HASH) == 0);
	CU_ASSERT_EQUAL(f.state->row[0].time, 5000);
	proto_submission_body(body, header.country_part);
	CU_ASSERT(memcmp(body, f.state->row[0].entry.body, PROTO_HASH) == 0);
	office_must(node_head_load(&head, f.office.head, f.state->key, &error), &error);
	CU_ASSERT(head.entries == 1 && memcmp(head.head, header.head, PROTO_HASH) == 0);
	/* the administrator's key opens what the office can read back */
	office_must(proto_part_open(&part, &f.round.manifest, &header, &submission.part, f.wire.secret[PROTO_PURPOSE_OPENING],
	    &error), &error);
	CU_ASSERT_FATAL(part.cells == submission.cells && part.cells == f.round.manifest.plan.cells);
	CU_ASSERT(memcmp(part.value, submission.noisy, part.cells * sizeof(*part.value)) == 0);
	CU_ASSERT_EQUAL(submission.receipt.len, 0);
	proto_part_wipe(&part);
	node_submission_wipe(&submission);
	teardown(&f);
}

/* N13 */
static void
again(void)
{
	struct fixture f;
	struct node_submission first = {0}, second = {0};
	uint64_t fills;
	bool found = false;

	setup(&f);
	CU_ASSERT_FATAL(load(&f, &first, &found) == PROTO_OK && !found);
	CU_ASSERT_FATAL(prepare(&f, &first, 5000) == PROTO_OK);
	fills = f.seeded.fills;
	CU_ASSERT_EQUAL(prepare(&f, &second, 5001), PROTO_EXISTS);
	CU_ASSERT_EQUAL(f.seeded.fills, fills); /* not one byte of randomness was asked for */
	node_state_close(f.state);
	f.state = office_open(&f.office, NODE_STATE_WRITE);
	CU_ASSERT_EQUAL(prepare(&f, &second, 5002), PROTO_EXISTS);
	CU_ASSERT_FATAL(load(&f, &second, &found) == PROTO_OK && found);
	CU_ASSERT_EQUAL(f.state->rows, 1);
	CU_ASSERT(memcmp(first.header, second.header, sizeof(first.header)) == 0);
	CU_ASSERT(first.part.len == second.part.len && memcmp(first.part.data, second.part.data, first.part.len) == 0);
	node_submission_wipe(&first);
	node_submission_wipe(&second);
	teardown(&f);
}

/* N12: each cap exactly used up, and one unit over. */
static void
caps(void)
{
	static const enum proto_code answer[] = {PROTO_POLICY, PROTO_BUDGET, PROTO_BUDGET, PROTO_POLICY};
	size_t i;

	for (i = 0; i < 4; i++) {
		struct fixture f;
		struct node_submission submission = {0};
		uint64_t *cap, rho, fills;

		setup(&f);
		rho = f.round.manifest.rho_units;
		cap = i == 0 ? &f.round.caps.round : i == 1 ? &f.round.caps.period : i == 2 ? &f.round.caps.year : &f.round.caps.floor;
		*cap = rho - 1;
		fills = f.seeded.fills;
		CU_ASSERT_EQUAL(prepare(&f, &submission, 5000), answer[i]);
		CU_ASSERT_EQUAL(f.seeded.fills, fills);
		CU_ASSERT_EQUAL(f.state->rows, 0);
		*cap = rho;
		CU_ASSERT_EQUAL(prepare(&f, &submission, 5000), PROTO_OK);
		node_submission_wipe(&submission);
		teardown(&f);
	}
}

/* Revisions add to their period, periods to their year. */
static void
sums(void)
{
	struct fixture f;
	struct office_round revision, quarter, next;
	struct node_submission submission = {0};
	uint64_t rho;

	setup(&f);
	rho = f.round.manifest.rho_units;
	f.round.caps.period = 2 * rho - 1;
	f.round.caps.year = 2 * rho;
	CU_ASSERT_FATAL(prepare(&f, &submission, 5000) == PROTO_OK);
	node_submission_wipe(&submission);
	revision = f.round;
	office_round_init(&f.round, &f.wire, f.state, "TIP_TINY.2023-Q1.r1");
	f.round.caps = revision.caps;
	CU_ASSERT_EQUAL(prepare(&f, &submission, 5001), PROTO_BUDGET);
	office_round_wipe(&f.round);
	office_round_init(&f.round, &f.wire, f.state, "TIP_TINY.2023-Q2.r0");
	f.round.caps = revision.caps;
	CU_ASSERT_FATAL(prepare(&f, &submission, 5002) == PROTO_OK);
	CU_ASSERT_EQUAL(submission.sequence, 2);
	CU_ASSERT_EQUAL(submission.total, 2 * rho);
	node_submission_wipe(&submission);
	quarter = f.round;
	office_round_init(&f.round, &f.wire, f.state, "TIP_TINY.2023-Q3.r0");
	f.round.caps = revision.caps;
	CU_ASSERT_EQUAL(prepare(&f, &submission, 5003), PROTO_BUDGET);
	next = f.round;
	/* another year is another budget, whatever the clock says */
	office_round_init(&f.round, &f.wire, f.state, "TIP_TINY.2024-Q1.r0");
	f.round.caps = revision.caps;
	CU_ASSERT_EQUAL(prepare(&f, &submission, 5003), PROTO_OK);
	node_submission_wipe(&submission);
	office_round_wipe(&revision);
	office_round_wipe(&quarter);
	office_round_wipe(&next);
	teardown(&f);
}

/* N16 */
static void
clock_back(void)
{
	struct fixture f;
	struct office_round before;
	struct node_submission submission = {0};

	setup(&f);
	CU_ASSERT_FATAL(prepare(&f, &submission, 5000) == PROTO_OK);
	node_submission_wipe(&submission);
	before = f.round;
	office_round_init(&f.round, &f.wire, f.state, "TIP_TINY.2023-Q2.r0");
	CU_ASSERT_EQUAL(prepare(&f, &submission, 4999), PROTO_CLOCK);
	CU_ASSERT_EQUAL(f.state->rows, 1);
	CU_ASSERT_EQUAL(prepare(&f, &submission, 5000), PROTO_OK);
	node_submission_wipe(&submission);
	office_round_wipe(&before);
	teardown(&f);
}

/* N21 */
static void
no_randomness(void)
{
	struct fixture f;
	struct node_submission submission = {0};
	uint64_t fill;

	setup(&f);
	for (fill = 1; fill < 8; fill++) {
		f.seeded.fails_at = f.seeded.fills + fill;
		if (prepare(&f, &submission, 5000) == PROTO_OK) {
			node_submission_wipe(&submission);
			break;
		}
		CU_ASSERT_EQUAL(f.state->rows, 0);
	}
	CU_ASSERT(fill > 1); /* at least the first failure was met */
	teardown(&f);
}

/* What cannot be in the ledger is refused before anything is drawn: counts of another shape. */
static void
other_shape(void)
{
	struct fixture f;
	struct node_submission submission = {0};
	const struct dp_domain other = {.dims = 1, .dim = {{3, 0}}};
	const struct dp_figure figure = {0, 1};
	struct dp_counts *counts;

	setup(&f);
	dp_counts_free(f.round.counts);
	CU_ASSERT_FATAL(dp_counts_new(&counts, &other, &figure, 1) == DP_OK);
	f.round.counts = counts;
	CU_ASSERT_EQUAL(prepare(&f, &submission, 5000), PROTO_INTERNAL);
	node_state_close(f.state);
	f.state = office_open(&f.office, NODE_STATE_WRITE);
	CU_ASSERT_EQUAL(f.state->rows, 0);
	teardown(&f);
}

/* Every stored byte is checked before it is sent again. */
static void
changed_bytes(void)
{
	static const char *const change[] = {"header = zeroblob(length(header))", "header = substr(header, 2)",
	    "part = zeroblob(length(part))", "part = substr(part, 2)", "noisy = zeroblob(length(noisy))",
	    "noisy = substr(noisy, 9)", "seal = zeroblob(32)"};
	size_t i;

	for (i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
		struct fixture f;
		struct node_submission submission = {0};
		char sql[160];
		bool found = false;

		setup(&f);
		CU_ASSERT_FATAL(prepare(&f, &submission, 5000) == PROTO_OK);
		node_submission_wipe(&submission);
		snprintf(sql, sizeof(sql), "UPDATE submission SET %s", change[i]);
		office_force(f.state, "submission_stays", sql);
		CU_ASSERT_EQUAL(load(&f, &submission, &found), PROTO_DAMAGED);
		teardown(&f);
	}
}

static void
another_key(void)
{
	struct fixture f;
	struct node_submission submission = {0};
	struct wire_node other;
	struct proto_error error;
	bool found;

	setup(&f);
	CU_ASSERT_FATAL(prepare(&f, &submission, 5000) == PROTO_OK);
	node_submission_wipe(&submission);
	wire_node(&other, "XB");
	CU_ASSERT_EQUAL(node_submission_load(&submission, &found, f.state, ROUND, other.keys.signing, &error), PROTO_DAMAGED);
	teardown(&f);
}

static const struct suite_case cases[] = {
    {"header, part, ledger and head file name one entry; the opening key opens the stored vector", whole},
    {"the same round again draws nothing and gives the same bytes", again},
    {"a cap exactly used up is allowed, one unit over is refused before a draw", caps},
    {"revisions add to their period, periods to the year of the data", sums},
    {"a clock before the last entry adds none", clock_back},
    {"without randomness nothing is spent or stored", no_randomness},
    {"counts of another shape are refused and leave nothing", other_shape},
    {"a changed stored byte is found before it is sent", changed_bytes},
    {"a header under another key is not this office's", another_key},
    {NULL, NULL}};

int
main(void)
{
	return suite_run("node.submission", cases);
}
