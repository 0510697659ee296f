#include "node/submit.h"

#include <stdio.h>
#include <string.h>

#include "node/sync.h"
#include "node/verify.h"
#include "support/deputy.h"
#include "support/suite.h"

#define ROUND "TIP_TINY.2023-Q1.r0"

struct fixture {
	struct deputy deputy;
	struct deputy_office own;
	struct node_submission submission;
	struct proto_error error;
};

/* An active office that has drawn in its one round, and sent nothing yet. */
static void
setup(struct fixture *f)
{
	struct node_sync sync;

	memset(f, 0, sizeof(*f));
	deputy_init(&f->deputy, "REGION-1", 1);
	deputy_office_init(&f->own, &f->deputy);
	deputy_open_round(&f->deputy, ROUND);
	office_must(node_sync_approval(&f->own.open, &f->error), &f->error);
	office_must(node_sync_contact(&f->own.open, &sync, &f->error), &f->error);
	deputy_office_draw(&f->own, ROUND, &f->submission);
}

static void
teardown(struct fixture *f)
{
	node_submission_wipe(&f->submission);
	deputy_office_wipe(&f->own);
	deputy_wipe(&f->deputy);
}

/* Another run of the command: everything comes from the store. */
static enum proto_code
rerun(struct fixture *f)
{
	bool found = false;

	node_submission_wipe(&f->submission);
	deputy_office_reopen(&f->own, &f->deputy);
	office_must(node_submission_load(&f->submission, &found, f->own.open.state, ROUND, f->own.keys.pub.signing, &f->error),
	    &f->error);
	CU_ASSERT_FATAL(found);
	return node_submit_send(&f->own.open, &f->submission, &f->error);
}

static void
sends(void)
{
	struct fixture f;
	struct node_verify verify;
	size_t calls;

	setup(&f);
	f.deputy.calls = 0;
	CU_ASSERT_EQUAL(node_submit_send(&f.own.open, &f.submission, &f.error), PROTO_OK);
	CU_ASSERT_EQUAL(f.deputy.calls, 2);
	CU_ASSERT(f.submission.receipt.len > 0);
	CU_ASSERT_EQUAL(f.submission.accepted, WIRE_NOW + 60);
	CU_ASSERT(f.deputy.round[0].body.len == f.submission.part.len &&
	    memcmp(f.deputy.round[0].body.data, f.submission.part.data, f.submission.part.len) == 0);
	/* again: the receipt is here, nobody is asked */
	calls = f.deputy.calls;
	CU_ASSERT_EQUAL(rerun(&f), PROTO_OK);
	CU_ASSERT_EQUAL(f.deputy.calls, calls);
	CU_ASSERT_EQUAL(node_verify_run(&verify, &f.own.open, &f.error), PROTO_OK);
	CU_ASSERT(verify.ok && verify.checks == NODE_VERIFY_CHECKS);
	teardown(&f);
}

/* W13: the connection is cut before or after the other side acted. */
static void
cut(void)
{
	static const char *const path[] = {"/v1/header", "/v1/body"};
	size_t i, lost;

	for (i = 0; i < 2; i++)
		for (lost = 0; lost < 2; lost++) {
			struct fixture f;
			uint8_t header[PROTO_HEADER_BYTES];

			setup(&f);
			memcpy(header, f.submission.header, sizeof(header));
			if (lost == 1)
				f.deputy.lost = path[i];
			else
				f.deputy.dead = path[i];
			CU_ASSERT_EQUAL(node_submit_send(&f.own.open, &f.submission, &f.error), PROTO_UNREACHABLE);
			CU_ASSERT_EQUAL(f.submission.receipt.len, 0);
			f.deputy.dead = NULL;
			CU_ASSERT_EQUAL(rerun(&f), PROTO_OK);
			CU_ASSERT(memcmp(header, f.submission.header, sizeof(header)) == 0);
			CU_ASSERT_EQUAL(f.deputy.round[0].header.len, sizeof(header));
			CU_ASSERT_EQUAL(f.deputy.round[0].body.len, f.submission.part.len);
			CU_ASSERT_EQUAL(f.own.open.state->rows, 1);
			teardown(&f);
		}
}

static void
other_header(struct deputy *deputy, struct proto_receipt *receipt)
{
	(void)deputy;
	receipt->header[0] ^= 1;
}

static void
other_total(struct deputy *deputy, struct proto_receipt *receipt)
{
	(void)deputy;
	receipt->total++;
}

static void
other_node(struct deputy *deputy, struct proto_receipt *receipt)
{
	(void)deputy;
	strcpy(receipt->node, "XB");
}

/* A receipt must be for exactly these bytes, and signed under the pinned root. */
static void
wrong_receipts(void)
{
	static void (*const twist[])(struct deputy *, struct proto_receipt *) = {other_header, other_total, other_node};
	struct proto_signer right;
	struct wire other;
	struct fixture f;
	size_t i;

	setup(&f);
	for (i = 0; i < sizeof(twist) / sizeof(twist[0]); i++) {
		f.deputy.twist_receipt = twist[i];
		CU_ASSERT_NOT_EQUAL(node_submit_send(&f.own.open, &f.submission, &f.error), PROTO_OK);
		CU_ASSERT_EQUAL(f.submission.receipt.len, 0);
		proto_buffer_wipe(&f.deputy.round[0].receipt);
		proto_buffer_wipe(&f.deputy.round[0].body);
	}
	f.deputy.twist_receipt = NULL;
	/* signed by another root, then by a key of another purpose */
	wire_init(&other, "REGION-1", 9);
	right = f.deputy.wire.signer[PROTO_PURPOSE_RECEIPT];
	f.deputy.wire.signer[PROTO_PURPOSE_RECEIPT] = other.signer[PROTO_PURPOSE_RECEIPT];
	CU_ASSERT_EQUAL(node_submit_send(&f.own.open, &f.submission, &f.error), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&f.deputy.round[0].receipt);
	proto_buffer_wipe(&f.deputy.round[0].body);
	f.deputy.wire.signer[PROTO_PURPOSE_RECEIPT] = right;
	CU_ASSERT_EQUAL(rerun(&f), PROTO_OK);
	wire_wipe(&other);
	teardown(&f);
}

/* What the coordinator refuses stays stored, and its own words come through. */
static void
refused(void)
{
	static const enum proto_code answer[] = {PROTO_LATE, PROTO_CONFLICT, PROTO_REVOKED, PROTO_BUSY};
	struct fixture f;
	size_t i;

	setup(&f);
	for (i = 0; i < sizeof(answer) / sizeof(answer[0]); i++) {
		f.deputy.refuses = answer[i];
		CU_ASSERT_EQUAL(rerun(&f), answer[i]);
		CU_ASSERT_EQUAL(f.own.open.state->rows, 1);
	}
	f.deputy.refuses = PROTO_OK;
	CU_ASSERT_EQUAL(rerun(&f), PROTO_OK);
	teardown(&f);
}

/* `verify` finds what was changed behind its back. */
static void
verify_finds(void)
{
	static const char *const change[] = {"UPDATE submission SET part = zeroblob(40)",
	    "UPDATE receipt SET receipt = zeroblob(400)", "UPDATE round SET manifest = zeroblob(400)",
	    "UPDATE structure SET document = zeroblob(40)", "UPDATE catalog SET catalog = zeroblob(400)",
	    "UPDATE round SET alarm = 'this office was left out'"};
	size_t i;

	for (i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
		struct fixture f;
		struct node_verify verify = {0};

		setup(&f);
		CU_ASSERT_EQUAL(node_submit_send(&f.own.open, &f.submission, &f.error), PROTO_OK);
		office_must(kit_db_run(f.own.open.state->db, &f.error, "DROP TRIGGER submission_stays", ""), &f.error);
		office_must(kit_db_run(f.own.open.state->db, &f.error, "DROP TRIGGER receipt_stays", ""), &f.error);
		office_must(kit_db_run(f.own.open.state->db, &f.error, change[i], ""), &f.error);
		CU_ASSERT_EQUAL(node_verify_run(&verify, &f.own.open, &f.error), PROTO_OK);
		CU_ASSERT(!verify.ok);
		teardown(&f);
	}
}

static const struct suite_case cases[] = {
    {"header, body, receipt; then nothing more", sends},
    {"cut before or after either call: the same bytes again, one receipt", cut},
    {"a receipt for other bytes or by another key is refused", wrong_receipts},
    {"what the coordinator refuses stays stored and can be sent again", refused},
    {"verify finds a changed submission, receipt, manifest, structure, and an alarm", verify_finds},
    {NULL, NULL}};

int
main(void)
{
	return suite_run("node.submit", cases);
}
