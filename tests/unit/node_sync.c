#include "node/sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside/layout.h"
#include "inside/signed_view.h"
#include "node/round.h"
#include "node/structures.h"
#include "node/submit.h"
#include "proto/kit/x509.h"
#include "support/deputy.h"
#include "support/suite.h"

#define ROUND "TIP_TINY.2023-Q1.r0"
#define NEXT "TIP_TINY.2023-Q2.r0"

struct fixture {
	struct deputy deputy;
	struct deputy_office own;
	struct node_sync sync;
	struct proto_error error;
};

/* An active office; one open round, not fetched yet. */
static void
setup(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	deputy_init(&f->deputy, "REGION-1", 1);
	deputy_office_init(&f->own, &f->deputy);
	deputy_open_round(&f->deputy, ROUND);
	office_must(node_sync_approval(&f->own.open, &f->error), &f->error);
}

static void
teardown(struct fixture *f)
{
	deputy_office_wipe(&f->own);
	deputy_wipe(&f->deputy);
}

static enum proto_code
contact(struct fixture *f)
{
	enum proto_code code;

	memset(&f->error, 0, sizeof(f->error));
	code = node_sync_contact(&f->own.open, &f->sync, &f->error);
	if (code != PROTO_OK)
		printf("    (%s: %s)\n", proto_error_name(code), f->error.what);
	/* what is kept must open again, whatever happened */
	deputy_office_reopen(&f->own, &f->deputy);
	return code;
}

/* Fetches, draws in ROUND, sends and holds the receipt. */
static void
submitted(struct fixture *f)
{
	struct node_submission submission = {0};

	CU_ASSERT_FATAL(contact(f) == PROTO_OK);
	deputy_office_draw(&f->own, ROUND, &submission);
	office_must(node_submit_send(&f->own.open, &submission, &f->error), &f->error);
	node_submission_wipe(&submission);
}

static size_t
stored_rounds(struct fixture *f)
{
	struct node_round_name *name;
	size_t names;

	office_must(node_round_list(&name, &names, f->own.open.state, &f->error), &f->error);
	free(name);
	return names;
}

static void
approval(void)
{
	struct fixture f = {0};
	const struct node_enrolment *enrolment;

	deputy_init(&f.deputy, "REGION-1", 1);
	deputy_office_init(&f.own, &f.deputy);
	enrolment = &f.own.open.enrolment;
	f.deputy.approved = false;
	CU_ASSERT_STRING_EQUAL(node_enrolment_state(enrolment), "pending");
	CU_ASSERT_EQUAL(node_sync_approval(&f.own.open, &f.error), PROTO_WAITING);
	f.deputy.approved = true;
	CU_ASSERT_EQUAL(node_sync_approval(&f.own.open, &f.error), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(node_enrolment_state(enrolment), "active");
	deputy_office_reopen(&f.own, &f.deputy);
	CU_ASSERT_STRING_EQUAL(node_enrolment_state(enrolment), "active");
	/* held: not asked for again until it needs renewing */
	f.deputy.calls = 0;
	CU_ASSERT_EQUAL(node_sync_approval(&f.own.open, &f.error), PROTO_OK);
	CU_ASSERT_EQUAL(f.deputy.calls, 0);
	f.own.open.now = WIRE_NOW + INT64_C(5) * 365 * 86400 - 86400;
	CU_ASSERT_EQUAL(node_sync_approval(&f.own.open, &f.error), PROTO_OK);
	CU_ASSERT_EQUAL(f.deputy.calls, 1);
	teardown(&f);
}

/* W10, from the node's side: a certificate that is not ours is not taken. */
static void
wrong_certificate(void)
{
	struct fixture f = {0};
	struct deputy other;
	struct proto_buffer key = {0}, own = {0};

	deputy_init(&f.deputy, "REGION-1", 1);
	deputy_office_init(&f.own, &f.deputy);
	own = f.deputy.certificate;
	f.deputy.certificate = (struct proto_buffer){0};
	office_must(kit_x509_key(&key, &f.error), &f.error);
	/* another key, then another country, then another CA */
	deputy_approve(&f.deputy, "XA", &key);
	CU_ASSERT_EQUAL(node_sync_approval(&f.own.open, &f.error), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&key);
	office_must(node_keys_tls(&key, f.own.open.state, &f.error), &f.error);
	deputy_approve(&f.deputy, "XB", &key);
	CU_ASSERT_EQUAL(node_sync_approval(&f.own.open, &f.error), PROTO_NOT_GENUINE);
	deputy_init(&other, "REGION-1", 2);
	deputy_approve(&other, "XA", &key);
	proto_buffer_wipe(&f.deputy.certificate);
	f.deputy.certificate = other.certificate;
	other.certificate = (struct proto_buffer){0};
	CU_ASSERT_EQUAL(node_sync_approval(&f.own.open, &f.error), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&f.deputy.certificate);
	f.deputy.certificate = own;
	CU_ASSERT_EQUAL(node_sync_approval(&f.own.open, &f.error), PROTO_OK);
	proto_buffer_wipe(&key);
	deputy_wipe(&other);
	teardown(&f);
}

static void
fingerprint(void)
{
	struct fixture f;
	char own[PROTO_FINGERPRINT_TEXT], text[64];
	size_t i, n = 0;

	setup(&f);
	node_enrolment_fingerprint(own, &f.own.open.enrolment, &f.own.open.trust);
	for (i = 0; own[i] != '\0'; i++) /* as somebody might type it */
		if (own[i] != '-')
			text[n++] = own[i] >= 'A' && own[i] <= 'Z' ? (char)(own[i] + 32) : own[i];
	text[n] = '\0';
	CU_ASSERT_EQUAL(node_sync_pin(&f.own.open, text, &f.error), PROTO_OK);
	deputy_office_reopen(&f.own, &f.deputy);
	CU_ASSERT_EQUAL(f.own.open.enrolment.pin, NODE_PIN_CONFIRMED);
	own[0] = own[0] == 'A' ? 'B' : 'A';
	CU_ASSERT_EQUAL(node_sync_pin(&f.own.open, own, &f.error), PROTO_FINGERPRINT);
	deputy_office_reopen(&f.own, &f.deputy);
	CU_ASSERT_EQUAL(f.own.open.enrolment.pin, NODE_PIN_NONE);
	/* nothing goes out any more, not even to ask */
	f.deputy.calls = 0;
	CU_ASSERT_EQUAL(contact(&f), PROTO_FINGERPRINT);
	CU_ASSERT_EQUAL(node_sync_pin(&f.own.open, own, &f.error), PROTO_FINGERPRINT);
	CU_ASSERT_EQUAL(f.deputy.calls, 0);
	teardown(&f);
}

static void
fetches(void)
{
	struct fixture f;
	struct node_round round = {0};
	struct proto_structure *structure = NULL;

	setup(&f);
	CU_ASSERT_EQUAL(node_structures_load(&structure, &f.own.open, "TIP_TINY", &f.error), PROTO_WAITING);
	CU_ASSERT_EQUAL(node_round_load(&round, &f.own.open, ROUND, &f.error), PROTO_NOT_FOUND);
	CU_ASSERT_FATAL(contact(&f) == PROTO_OK);
	CU_ASSERT_EQUAL(f.sync.structures, 1);
	CU_ASSERT_EQUAL(f.sync.manifests, 1);
	CU_ASSERT_EQUAL(contact(&f), PROTO_OK);
	CU_ASSERT_EQUAL(f.sync.structures, 0);
	CU_ASSERT_EQUAL(f.sync.manifests, 0);
	office_must(node_round_load(&round, &f.own.open, ROUND, &f.error), &f.error);
	CU_ASSERT_EQUAL(node_round_admits(&round, &f.own.open, &f.error), PROTO_OK);
	node_round_wipe(&round);
	office_must(node_structures_load(&structure, &f.own.open, "TIP_TINY", &f.error), &f.error);
	CU_ASSERT_EQUAL(node_structures_load(&structure, &f.own.open, "TIP_OTHER", &f.error), PROTO_NOT_FOUND);
	proto_structure_free(structure);
	teardown(&f);
}

/* W8 */
static void
admits(void)
{
	struct fixture f;
	struct node_round round = {0};

	setup(&f);
	CU_ASSERT_FATAL(contact(&f) == PROTO_OK);
	office_must(node_round_load(&round, &f.own.open, ROUND, &f.error), &f.error);
	f.own.open.now = WIRE_NOW - 1;
	CU_ASSERT_EQUAL(node_round_admits(&round, &f.own.open, &f.error), PROTO_EARLY);
	f.own.open.now = WIRE_NOW + 86399;
	CU_ASSERT_EQUAL(node_round_admits(&round, &f.own.open, &f.error), PROTO_OK);
	f.own.open.now = WIRE_NOW + 86400;
	CU_ASSERT_EQUAL(node_round_admits(&round, &f.own.open, &f.error), PROTO_LATE);
	CU_ASSERT(strstr(f.error.what, "2027-01-16T08:00:00Z") != NULL);
	f.own.open.now = WIRE_NOW;
	round.state = PROTO_ROUND_CLOSED;
	CU_ASSERT_EQUAL(node_round_admits(&round, &f.own.open, &f.error), PROTO_LATE);
	round.state = PROTO_ROUND_OPEN;
	round.manifest.country[0].signing[0] ^= 1;
	CU_ASSERT_EQUAL(node_round_admits(&round, &f.own.open, &f.error), PROTO_REFUSED);
	strcpy(round.manifest.country[0].country, "WA");
	CU_ASSERT_EQUAL(node_round_admits(&round, &f.own.open, &f.error), PROTO_REFUSED);
	node_round_wipe(&round);
	teardown(&f);
}

/* N11: signed, but by another root, or by a key of another purpose, or for another round. */
static void
foreign_manifest(struct deputy *deputy, struct proto_sync_reply *reply)
{
	struct wire other;

	wire_init(&other, deputy->wire.trust.coordinator, 9);
	proto_buffer_wipe(&reply->round[0].manifest);
	reply->round[0].manifest = wire_manifest_signed(&other, ROUND);
	wire_wipe(&other);
}

static void
other_purpose(struct deputy *deputy, struct proto_sync_reply *reply)
{
	static const struct proto_signed_kind kind = {PROTO_PURPOSE_RECEIPT, PROTO_LABEL_MANIFEST, "manifest"};
	struct proto_buffer document = {0}, bytes = {0};
	struct proto_error error = {0};

	proto_buffer_put(&document, reply->round[0].manifest.data + PROTO_SIGNED_FRONT, reply->round[0].manifest.len - PROTO_SIGNED_FRONT);
	office_must(proto_signed_pack(&bytes, &deputy->wire.signer[PROTO_PURPOSE_RECEIPT], &kind, document.data, document.len, &error),
	    &error);
	proto_buffer_wipe(&document);
	proto_buffer_wipe(&reply->round[0].manifest);
	reply->round[0].manifest = bytes;
}

static void
another_round(struct deputy *deputy, struct proto_sync_reply *reply)
{
	(void)deputy;
	strcpy(reply->round[0].round, NEXT);
}

/* Everything in it is signed, consistently, by somebody else. */
static void
foreign_root(struct deputy *deputy, struct proto_sync_reply *reply)
{
	struct deputy other;

	deputy_init(&other, deputy->wire.trust.coordinator, 9);
	other.enrolled = deputy->enrolled;
	deputy_open_round(&other, ROUND);
	proto_buffer_wipe(&reply->trust);
	proto_buffer_wipe(&reply->structures_signed);
	proto_buffer_wipe(&reply->round[0].manifest);
	reply->trust = other.wire.trust_bytes;
	reply->structures_signed = other.catalog;
	reply->round[0].manifest = other.round[0].manifest_signed;
	other.wire.trust_bytes = other.catalog = other.round[0].manifest_signed = (struct proto_buffer){0};
	deputy_wipe(&other);
}

static void
unnamed_structure(struct deputy *deputy, struct proto_sync_reply *reply)
{
	struct proto_catalog catalog = {.issued = WIRE_NOW};
	struct proto_error error = {0};

	strcpy(catalog.coordinator, deputy->wire.trust.coordinator);
	proto_buffer_wipe(&reply->structures_signed);
	office_must(proto_catalog_sign(&reply->structures_signed, &catalog, &deputy->wire.signer[PROTO_PURPOSE_MANIFEST],
	    &error), &error);
}

static void
broken_structure(struct deputy *deputy, struct proto_sync_reply *reply)
{
	(void)deputy;
	reply->structure[0].data[reply->structure[0].len / 2] ^= 1;
}

static void
refused_replies(void)
{
	static void (*const twist[])(struct deputy *, struct proto_sync_reply *) = {foreign_manifest, other_purpose,
	    another_round, foreign_root, unnamed_structure, broken_structure};
	struct proto_structure *structure;
	struct fixture f;
	size_t i;

	setup(&f);
	for (i = 0; i < sizeof(twist) / sizeof(twist[0]); i++) {
		f.deputy.twist_sync = twist[i];
		CU_ASSERT_NOT_EQUAL(contact(&f), PROTO_OK);
		/* nothing of such a reply is kept */
		CU_ASSERT_EQUAL(stored_rounds(&f), 0);
		CU_ASSERT_EQUAL(node_structures_load(&structure, &f.own.open, "TIP_TINY", &f.error), PROTO_WAITING);
	}
	f.deputy.twist_sync = NULL;
	CU_ASSERT_EQUAL(contact(&f), PROTO_OK);
	teardown(&f);
}

/* W15: nodes must not be shown different manifests of one round; here one node sees both. */
static void
second_manifest(void)
{
	struct fixture f;

	setup(&f);
	CU_ASSERT_FATAL(contact(&f) == PROTO_OK);
	f.deputy.rounds = 0;
	f.deputy.wire.trust.area[1] = 'Y';
	proto_manifest_wipe(&f.deputy.round[0].manifest);
	proto_buffer_wipe(&f.deputy.round[0].manifest_signed);
	deputy_open_round(&f.deputy, ROUND);
	CU_ASSERT_EQUAL(contact(&f), PROTO_CONFLICT);
	CU_ASSERT_EQUAL(stored_rounds(&f), 1);
	teardown(&f);
}

/* N19, N20: step 0. */
static void
wrong_head(struct deputy *deputy, struct proto_sync_reply *reply)
{
	(void)deputy;
	reply->bound.head[31] ^= 1;
}

static void
wrong_total(struct deputy *deputy, struct proto_sync_reply *reply)
{
	(void)deputy;
	reply->bound.total++;
}

static void
later_entry(struct deputy *deputy, struct proto_sync_reply *reply)
{
	(void)deputy;
	reply->bound.sequence++;
}

static void
unknown_receipt(struct deputy *deputy, struct proto_sync_reply *reply)
{
	(void)deputy;
	reply->receipt_known = false;
}

static void
both_ledgers(void)
{
	static void (*const twist[])(struct deputy *, struct proto_sync_reply *) = {wrong_head, wrong_total, later_entry,
	    unknown_receipt};
	struct fixture f;
	size_t i;

	setup(&f);
	submitted(&f);
	CU_ASSERT_EQUAL(contact(&f), PROTO_OK);
	for (i = 0; i < sizeof(twist) / sizeof(twist[0]); i++) {
		f.deputy.twist_sync = twist[i];
		CU_ASSERT_EQUAL(contact(&f), PROTO_ROLLED_BACK);
	}
	teardown(&f);
}

/* A whole old copy, head file included: only the coordinator can tell. */
static void
restored(void)
{
	struct fixture f;
	struct proto_buffer database, head;

	setup(&f);
	CU_ASSERT_FATAL(contact(&f) == PROTO_OK);
	database = office_read(&f.own.office, "node.db");
	head = office_read(&f.own.office, "");
	submitted(&f);
	node_office_close(&f.own.open);
	office_write(&f.own.office, "node.db", &database);
	office_write(&f.own.office, "", &head);
	deputy_office_reopen(&f.own, &f.deputy);
	CU_ASSERT_EQUAL(f.own.open.state->rows, 0);
	CU_ASSERT_EQUAL(contact(&f), PROTO_ROLLED_BACK);
	proto_buffer_wipe(&database);
	proto_buffer_wipe(&head);
	teardown(&f);
}

/* A submission that went out, but whose receipt was lost: sync brings it, once, verified. */
static void
brings_receipt(void)
{
	struct fixture f;
	struct node_submission submission = {0};
	bool found;

	setup(&f);
	CU_ASSERT_FATAL(contact(&f) == PROTO_OK);
	deputy_office_draw(&f.own, ROUND, &submission);
	f.deputy.lost = "/v1/body";
	CU_ASSERT_EQUAL(node_submit_send(&f.own.open, &submission, &f.error), PROTO_UNREACHABLE);
	node_submission_wipe(&submission);
	/* somebody else's signature on it */
	f.deputy.round[0].receipt.data[f.deputy.round[0].receipt.len - 1] ^= 1;
	CU_ASSERT_EQUAL(contact(&f), PROTO_NOT_GENUINE);
	f.deputy.round[0].receipt.data[f.deputy.round[0].receipt.len - 1] ^= 1;
	CU_ASSERT_EQUAL(contact(&f), PROTO_OK);
	CU_ASSERT_EQUAL(f.sync.receipts, 1);
	CU_ASSERT_EQUAL(contact(&f), PROTO_OK);
	CU_ASSERT_EQUAL(f.sync.receipts, 0);
	office_must(node_submission_load(&submission, &found, f.own.open.state, ROUND, f.own.keys.pub.signing, &f.error),
	    &f.error);
	CU_ASSERT(found && submission.receipt.len > 0 && submission.accepted == WIRE_NOW + 60);
	node_submission_wipe(&submission);
	teardown(&f);
}

/* The set that was signed at close, seen by a node that holds a receipt. */
static void
accepted_sets(void)
{
	static const struct {
		enum deputy_set set;
		size_t alarms;
	} row[] = {{DEPUTY_SET_RIGHT, 0}, {DEPUTY_SET_WITHOUT, 1}, {DEPUTY_SET_REFUSED, 1}, {DEPUTY_SET_OTHER, 1},
	    {DEPUTY_SET_ABORT, 0}};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct fixture f;
		struct node_round round = {0};

		setup(&f);
		submitted(&f);
		deputy_close_round(&f.deputy, &f.deputy.round[0], row[i].set);
		CU_ASSERT_EQUAL(contact(&f), PROTO_OK);
		CU_ASSERT_EQUAL(f.sync.alarms, row[i].alarms);
		/* once: it is not new the next time, but stays */
		CU_ASSERT_EQUAL(contact(&f), PROTO_OK);
		CU_ASSERT_EQUAL(f.sync.alarms, 0);
		office_must(node_round_load(&round, &f.own.open, ROUND, &f.error), &f.error);
		CU_ASSERT_EQUAL(round.alarm != NULL, row[i].alarms > 0);
		CU_ASSERT_EQUAL(round.closed, WIRE_NOW + 10);
		CU_ASSERT_EQUAL(node_round_admits(&round, &f.own.open, &f.error), PROTO_LATE);
		node_round_wipe(&round);
		teardown(&f);
	}
}

/* W14, from the node's side: one set for ever, but for an abort. */
static void
second_set(void)
{
	struct fixture f;
	struct node_round round = {0};

	setup(&f);
	submitted(&f);
	deputy_close_round(&f.deputy, &f.deputy.round[0], DEPUTY_SET_RIGHT);
	CU_ASSERT_FATAL(contact(&f) == PROTO_OK);
	deputy_close_round(&f.deputy, &f.deputy.round[0], DEPUTY_SET_WITHOUT);
	CU_ASSERT_EQUAL(contact(&f), PROTO_CONFLICT);
	deputy_close_round(&f.deputy, &f.deputy.round[0], DEPUTY_SET_ABORT);
	CU_ASSERT_EQUAL(contact(&f), PROTO_OK);
	office_must(node_round_load(&round, &f.own.open, ROUND, &f.error), &f.error);
	CU_ASSERT_EQUAL(round.state, PROTO_ROUND_ABORTED);
	node_round_wipe(&round);
	/* and nothing comes after an abort */
	deputy_close_round(&f.deputy, &f.deputy.round[0], DEPUTY_SET_RIGHT);
	CU_ASSERT_EQUAL(contact(&f), PROTO_CONFLICT);
	teardown(&f);
}

static void
out_of_time(void)
{
	struct fixture f;

	setup(&f);
	f.own.open.now = WIRE_UNTIL;
	CU_ASSERT_EQUAL(node_sync_contact(&f.own.open, &f.sync, &f.error), PROTO_EXPIRED);
	f.own.open.now = WIRE_FROM - 1;
	CU_ASSERT_EQUAL(node_sync_contact(&f.own.open, &f.sync, &f.error), PROTO_EXPIRED);
	CU_ASSERT_EQUAL(stored_rounds(&f), 0);
	teardown(&f);
}

static const struct suite_case cases[] = {
    {"an office waits until it is approved, then takes its certificate once", approval},
    {"a certificate for another key, country or from another CA is refused", wrong_certificate},
    {"equal fingerprints confirm the root, unequal ones unpin it for good", fingerprint},
    {"structures and manifests come once", fetches},
    {"a round is refused early, late, closed, and where this office's key is not listed", admits},
    {"a reply that the pinned root does not vouch for is refused whole", refused_replies},
    {"a second manifest of one round is refused", second_manifest},
    {"both ledgers must hold the very same entry", both_ledgers},
    {"a restored copy is noticed at the first contact", restored},
    {"a lost receipt comes by sync, verified", brings_receipt},
    {"an accepted set that leaves this office out raises an alarm, once", accepted_sets},
    {"a second accepted set is refused; an abort is final", second_set},
    {"keys outside their time are refused", out_of_time},
    {NULL, NULL}};

int
main(void)
{
	return suite_run("node.sync", cases);
}
