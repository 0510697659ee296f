#include "coordinator/api.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "kit_scratch.h"
#include "proto/fingerprint.h"
#include "proto/kit/x509.h"
#include "support/peer.h"
#include "support/suite.h"

/* One region for all cases; each uses countries or periods of its own. */
static struct peer_region region;
static struct peer xa, xb;
static struct proto_error error;
static char round_1[PROTO_ROUND_TEXT], round_2[PROTO_ROUND_TEXT], round_3[PROTO_ROUND_TEXT];

static uint64_t
evidence(const char *node)
{
	uint64_t count = 99;

	CU_ASSERT_EQUAL(coord_store_log_evidence_count(&count, region.state.store, node, &error), PROTO_OK);
	return count;
}

static void
an_office_enrols_and_is_approved(void)
{
	struct coord_country_approval approval = {"XA", NULL, peer_clock};
	struct coord_country row = {0};
	char fingerprint[PROTO_FINGERPRINT_TEXT];

	peer_make(&xa, "XA");
	peer_invite(&xa, &region);
	CU_ASSERT_EQUAL(peer_enrol(&xa, &region, "/v1/enrol/state"), PROTO_NOT_GENUINE); /* nothing to poll yet */
	CU_ASSERT_EQUAL(coord_country_approve(&region.state, region.keys, &approval, &error), PROTO_WAITING);
	CU_ASSERT_EQUAL(peer_enrol(&xa, &region, "/v1/enrol"), PROTO_WAITING);
	CU_ASSERT_EQUAL(peer_enrol(&xa, &region, "/v1/enrol"), PROTO_WAITING); /* again: the same */
	CU_ASSERT_EQUAL(coord_store_country(&row, region.state.store, "XA", &error), PROTO_OK);
	CU_ASSERT_FALSE(row.has_secret);
	CU_ASSERT_EQUAL(row.state, COORD_PENDING);
	coord_store_country_wipe(&row);
	approval.fingerprint = "AAAA-AAAA-AAAA-AAAA-AAAA";
	CU_ASSERT_EQUAL(coord_country_approve(&region.state, region.keys, &approval, &error), PROTO_FINGERPRINT);
	CU_ASSERT_EQUAL(peer_enrol(&xa, &region, "/v1/enrol/state"), PROTO_WAITING);
	proto_fingerprint(fingerprint, region.state.trust.root, &xa.keys);
	approval.fingerprint = fingerprint;
	CU_ASSERT_EQUAL(coord_country_approve(&region.state, region.keys, &approval, &error), PROTO_OK);
	CU_ASSERT_EQUAL(peer_enrol(&xa, &region, "/v1/enrol/state"), PROTO_OK);
	CU_ASSERT_TRUE(xa.certificate.len > 0);
	peer_make(&xb, "XB");
	peer_join(&xb, &region);
}

static void
an_enrolment_without_the_secret_is_refused(void)
{
	struct peer thief, stranger, late;

	peer_make(&thief, "XC");
	peer_invite(&thief, &region);
	memset(thief.secret, 7, sizeof thief.secret);
	CU_ASSERT_EQUAL(peer_enrol(&thief, &region, "/v1/enrol"), PROTO_NOT_GENUINE);
	/* a country that nobody invited: the same answer */
	peer_make(&stranger, "XD");
	CU_ASSERT_EQUAL(peer_enrol(&stranger, &region, "/v1/enrol"), PROTO_NOT_GENUINE);
	peer_wipe(&thief);
	peer_wipe(&stranger);
	/* an invitation serves one set of keys */
	peer_make(&late, "XA");
	memcpy(late.secret, xa.secret, sizeof late.secret);
	CU_ASSERT_EQUAL(peer_enrol(&late, &region, "/v1/enrol"), PROTO_NOT_GENUINE);
	peer_wipe(&late);
	/* and fourteen days */
	peer_make(&late, "XC");
	peer_invite(&late, &region);
	peer_clock += COORD_INVITATION_SECONDS;
	CU_ASSERT_EQUAL(peer_enrol(&late, &region, "/v1/enrol"), PROTO_EXPIRED);
	peer_clock -= COORD_INVITATION_SECONDS;
	peer_wipe(&late);
}

static void
an_enrolment_is_bound_to_the_connections_key(void)
{
	struct proto_buffer request = {0}, reply;
	struct peer office, thief;

	peer_make(&office, "XC");
	peer_make(&thief, "XC");
	peer_invite(&office, &region);
	CU_ASSERT_EQUAL(proto_enrol_request_encode(&request, "REGION", &office.keys, office.secret, office.signing, &error), PROTO_OK);
	CU_ASSERT_EQUAL(peer_call(&reply, &region, &thief.self, "/v1/enrol", request.data, request.len), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&reply);
	CU_ASSERT_EQUAL(peer_call(&reply, &region, &office.self, "/v1/enrol", request.data, request.len), PROTO_OK);
	proto_buffer_wipe(&reply);
	proto_buffer_wipe(&request);
	peer_wipe(&office);
	peer_wipe(&thief);
}

static enum proto_code
sync_as(const struct proto_buffer *certificate, struct proto_sync_reply *ret_reply)
{
	struct proto_sync_request request = {0};
	struct proto_buffer bytes = {0}, reply;
	enum proto_code code;

	if (proto_sync_request_encode(&bytes, &request, &error) != PROTO_OK)
		abort();
	code = peer_call(&reply, &region, certificate, "/v1/sync", bytes.data, bytes.len);
	if (code == PROTO_OK && ret_reply != NULL)
		CU_ASSERT_EQUAL(proto_sync_reply_decode(ret_reply, reply.data, reply.len, &error), PROTO_OK);
	proto_buffer_wipe(&bytes);
	proto_buffer_wipe(&reply);
	return code;
}

static void
a_self_signed_peer_reaches_enrolment_only(void)
{
	static const char *const path[] = {"/v1/sync", "/v1/header", "/v1/body"};
	struct proto_buffer reply;
	size_t i;

	for (i = 0; i < 3; i++) {
		struct coord_api_call call = {path[i], xa.self.data, xa.self.len, "", 0};

		CU_ASSERT_EQUAL(peer_call(&reply, &region, &xa.self, path[i], "", 0), PROTO_NOT_GENUINE);
		CU_ASSERT_EQUAL(peer_error(&reply, NULL), PROTO_NOT_GENUINE);
		proto_buffer_wipe(&reply);
		CU_ASSERT_EQUAL(coord_api_admit(&region.api, &call, &error), PROTO_NOT_GENUINE);
	}
	CU_ASSERT_EQUAL(sync_as(&xa.certificate, NULL), PROTO_OK);
}

static void
issue(struct proto_buffer *ret_cert, const struct peer *peer, int64_t now, bool server, bool other_ca)
{
	struct proto_buffer key = {0}, ca = {0}, spki = {0};
	struct kit_x509_issue request = {coord_keys_ca(region.keys), &region.state.trust.ca, &spki, "REGION", server ? NULL : peer->keys.country, now};
	uint8_t hash[PROTO_HASH];

	memset(ret_cert, 0, sizeof *ret_cert);
	if (other_ca) {
		if (kit_x509_key(&key, &error) != PROTO_OK || kit_x509_ca(&ca, &key, "REGION", peer_clock, &error) != PROTO_OK)
			abort();
		request.ca_key = &key;
		request.ca_cert = &ca;
	}
	if (kit_x509_spki(hash, &spki, &peer->tls, &error) != PROTO_OK || kit_x509_issue(ret_cert, &request, &error) != PROTO_OK)
		abort();
	proto_buffer_wipe(&key);
	proto_buffer_wipe(&ca);
	proto_buffer_wipe(&spki);
}

static void
only_a_certificate_of_this_ca_in_time_for_clients_counts(void)
{
	struct proto_buffer cert;
	struct peer other;

	issue(&cert, &xa, peer_clock, false, false);
	CU_ASSERT_EQUAL(sync_as(&cert, NULL), PROTO_OK);
	proto_buffer_wipe(&cert);
	issue(&cert, &xa, peer_clock, false, true);
	CU_ASSERT_EQUAL(sync_as(&cert, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&cert);
	issue(&cert, &xa, peer_clock, true, false);
	CU_ASSERT_EQUAL(sync_as(&cert, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&cert);
	issue(&cert, &xa, peer_clock - INT64_C(6) * 366 * 86400, false, false);
	CU_ASSERT_EQUAL(sync_as(&cert, NULL), PROTO_EXPIRED);
	proto_buffer_wipe(&cert);
	issue(&cert, &xa, peer_clock + INT64_C(30) * 86400, false, false);
	CU_ASSERT_NOT_EQUAL(sync_as(&cert, NULL), PROTO_OK);
	proto_buffer_wipe(&cert);
	/* a key that was not the approved one, though this CA signed it */
	peer_make(&other, "XA");
	issue(&cert, &other, peer_clock, false, false);
	CU_ASSERT_EQUAL(sync_as(&cert, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&cert);
	peer_wipe(&other);
}

static void
a_revocation_counts_at_the_next_call_and_can_be_undone(void)
{
	struct coord_country_approval approval = {"XB", NULL, peer_clock};
	struct proto_buffer reply;
	struct proto_error said;
	char fingerprint[PROTO_FINGERPRINT_TEXT];

	CU_ASSERT_EQUAL(sync_as(&xb.certificate, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(coord_country_revoke(&region.state, "XB", &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_country_revoke(&region.state, "XB", &error), PROTO_OK);
	CU_ASSERT_EQUAL(sync_as(&xb.certificate, NULL), PROTO_REVOKED);
	CU_ASSERT_EQUAL(peer_call(&reply, &region, &xb.certificate, "/v1/header", "", 0), PROTO_REVOKED);
	CU_ASSERT_EQUAL(peer_error(&reply, &said), PROTO_REVOKED);
	proto_buffer_wipe(&reply);
	CU_ASSERT_EQUAL(peer_enrol(&xb, &region, "/v1/enrol/state"), PROTO_REVOKED);
	proto_fingerprint(fingerprint, region.state.trust.root, &xb.keys);
	approval.fingerprint = fingerprint;
	CU_ASSERT_EQUAL(coord_country_approve(&region.state, region.keys, &approval, &error), PROTO_OK);
	CU_ASSERT_EQUAL(sync_as(&xb.certificate, NULL), PROTO_OK);
}

static void
sync_brings_what_a_node_needs(void)
{
	struct proto_sync_reply reply = {0};
	struct proto_manifest manifest = {0};
	struct proto_catalog catalog = {0};

	peer_round_open(round_1, &region, "2026-Q1", 0);
	peer_round_open(round_2, &region, "2026-Q2", peer_clock + 1000);
	peer_round_open(round_3, &region, "2026-Q3", 0);
	CU_ASSERT_EQUAL(sync_as(&xa.certificate, &reply), PROTO_OK);
	CU_ASSERT_FALSE(reply.bound.any);
	CU_ASSERT_TRUE(reply.receipt_known);
	CU_ASSERT_EQUAL(reply.structures, 1);
	CU_ASSERT_EQUAL_FATAL(reply.rounds, 3);
	CU_ASSERT_EQUAL(reply.round[0].state, PROTO_ROUND_OPEN);
	CU_ASSERT_EQUAL(proto_manifest_open(&manifest, reply.round[0].manifest.data, reply.round[0].manifest.len, &region.state.trust, &error), PROTO_OK);
	CU_ASSERT_EQUAL(manifest.countries, 2);
	CU_ASSERT_EQUAL(proto_catalog_open(&catalog, reply.structures_signed.data, reply.structures_signed.len, &region.state.trust, &error), PROTO_OK);
	CU_ASSERT_TRUE(proto_catalog_has(&catalog, manifest.structure->sha256));
	proto_catalog_wipe(&catalog);
	proto_manifest_wipe(&manifest);
	proto_sync_reply_wipe(&reply);
}

/* The receipt stands for exactly this header. */
static void
check_receipt(const struct proto_header_reply *reply, const struct peer_submission *submission)
{
	struct proto_receipt receipt;

	CU_ASSERT_FALSE(reply->want_body);
	CU_ASSERT_EQUAL_FATAL(proto_receipt_open(&receipt, reply->receipt.data, reply->receipt.len, &region.state.trust, &error), PROTO_OK);
	CU_ASSERT_EQUAL(proto_receipt_matches(&receipt, submission->header, sizeof submission->header, &error), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(receipt.node, submission->fields.node);
}

static void
header_then_body_then_receipt_and_a_retry_gets_the_same_bytes(void)
{
	struct peer_submission sent;
	struct proto_header_reply first, again;
	struct proto_sync_reply sync = {0};

	peer_submission_make(&sent, &xa, &region, round_1, "sealed bytes");
	CU_ASSERT_EQUAL(peer_send_body(&first, &region, &xa, &sent, NULL), PROTO_NOT_FOUND); /* not before its header */
	CU_ASSERT_EQUAL(peer_send_header(&first, &region, &xa, &sent, NULL), PROTO_OK);
	CU_ASSERT_TRUE(first.want_body);
	CU_ASSERT_EQUAL(peer_send_header(&first, &region, &xa, &sent, NULL), PROTO_OK);
	CU_ASSERT_TRUE(first.want_body);
	CU_ASSERT_EQUAL(peer_send_body(&first, &region, &xa, &sent, NULL), PROTO_OK);
	check_receipt(&first, &sent);
	peer_clock += 100; /* a receipt made anew would say another time */
	CU_ASSERT_EQUAL(peer_send_body(&again, &region, &xa, &sent, NULL), PROTO_OK);
	CU_ASSERT_TRUE(again.receipt.len == first.receipt.len && memcmp(again.receipt.data, first.receipt.data, first.receipt.len) == 0);
	proto_header_reply_wipe(&again);
	CU_ASSERT_EQUAL(peer_send_header(&again, &region, &xa, &sent, NULL), PROTO_OK);
	CU_ASSERT_TRUE(again.receipt.len == first.receipt.len && memcmp(again.receipt.data, first.receipt.data, first.receipt.len) == 0);
	proto_header_reply_wipe(&again);
	CU_ASSERT_EQUAL(sync_as(&xa.certificate, &sync), PROTO_OK);
	CU_ASSERT_TRUE(sync.bound.any && sync.bound.sequence == 1 && sync.bound.total == sent.fields.total);
	CU_ASSERT_EQUAL(memcmp(sync.bound.head, sent.fields.head, PROTO_HASH), 0);
	CU_ASSERT_EQUAL(sync.round[0].receipt.len, first.receipt.len);
	proto_sync_reply_wipe(&sync);
	proto_header_reply_wipe(&first);
	peer_submission_wipe(&sent);
}

static void
a_second_header_of_a_round_is_refused_and_kept_as_evidence(void)
{
	struct proto_header_reply reply;
	struct peer_submission first, second;
	struct peer before = xb, fork;
	uint64_t kept = evidence("XB");
	int i;

	peer_submission_make(&first, &xb, &region, round_1, "the first");
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &first, NULL), PROTO_OK);
	CU_ASSERT_TRUE(reply.want_body);
	fork = before; /* a copied machine that draws again */
	peer_submission_make(&second, &fork, &region, round_1, "the second");
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &second, NULL), PROTO_CONFLICT);
	CU_ASSERT_EQUAL(evidence("XB"), kept + 1);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &second, NULL), PROTO_CONFLICT);
	CU_ASSERT_EQUAL(evidence("XB"), kept + 1); /* the same bytes once */
	CU_ASSERT_EQUAL(peer_send_body(&reply, &region, &xb, &second, NULL), PROTO_NOT_FOUND);
	CU_ASSERT_EQUAL(peer_send_body(&reply, &region, &xb, &first, NULL), PROTO_OK);
	check_receipt(&reply, &first);
	proto_header_reply_wipe(&reply);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &second, NULL), PROTO_CONFLICT);
	peer_submission_wipe(&second);
	for (i = 0; i < 2 * COORD_EVIDENCE_MAX; i++) {
		char text[16];

		snprintf(text, sizeof text, "number %d", i);
		fork = before;
		peer_submission_make(&second, &fork, &region, round_1, text);
		CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &second, NULL), PROTO_CONFLICT);
		peer_submission_wipe(&second);
	}
	CU_ASSERT_EQUAL(evidence("XB"), kept + COORD_EVIDENCE_MAX); /* a node cannot fill the disk */
	peer_submission_wipe(&first);
}

static void
a_sequence_number_is_used_once(void)
{
	struct proto_header_reply reply;
	struct peer_submission other;
	struct peer before = xb, fork;
	uint64_t kept = evidence("XB");

	/* xb has used 1 in round_1; its copy goes back to the start and answers another round */
	fork = before;
	fork.sequence = 0;
	fork.total = 0;
	memset(fork.head, 0, sizeof fork.head);
	peer_submission_make(&other, &fork, &region, round_3, "rolled back");
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &other, NULL), PROTO_CONFLICT);
	CU_ASSERT_EQUAL(evidence("XB"), kept + 1);
	peer_submission_wipe(&other);
}

static void
the_ledger_must_go_on_where_it_was(void)
{
	struct proto_header_reply reply;
	struct peer_submission wrong;
	struct peer fork = xb;
	uint64_t rho;

	peer_submission_make(&wrong, &fork, &region, round_3, "sealed");
	rho = wrong.fields.total - xb.total;
	/* another history */
	wrong.fields.previous[0] ^= 1;
	peer_submission_sign(&wrong, &xb, &region, true);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &wrong, NULL), PROTO_ROLLED_BACK);
	wrong.fields.previous[0] ^= 1;
	/* a total that shrinks, stays, or grows by another price */
	wrong.fields.total = xb.total - 1;
	peer_submission_sign(&wrong, &xb, &region, true);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &wrong, NULL), PROTO_ROLLED_BACK);
	wrong.fields.total = xb.total;
	peer_submission_sign(&wrong, &xb, &region, true);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &wrong, NULL), PROTO_ROLLED_BACK);
	wrong.fields.total = xb.total + rho + 1;
	peer_submission_sign(&wrong, &xb, &region, true);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &wrong, NULL), PROTO_ROLLED_BACK);
	/* the same when entries were skipped: the total cannot be less than what was bound and this price */
	wrong.fields.sequence = xb.sequence + 3;
	wrong.fields.total = xb.total + rho - 1;
	peer_submission_sign(&wrong, &xb, &region, true);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &wrong, NULL), PROTO_ROLLED_BACK);
	/* a head that is not this entry's */
	wrong.fields.sequence = xb.sequence + 1;
	wrong.fields.total = xb.total + rho;
	wrong.fields.head[5] ^= 1;
	peer_submission_sign(&wrong, &xb, &region, false);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &wrong, NULL), PROTO_ROLLED_BACK);
	/* numbers beyond any ledger */
	wrong.fields.sequence = (UINT64_C(1) << 53) + 1;
	peer_submission_sign(&wrong, &xb, &region, true);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &wrong, NULL), PROTO_MALFORMED);
	peer_submission_wipe(&wrong);
}

static void
a_skipped_entry_may_come_later_if_it_fits(void)
{
	struct proto_header_reply reply;
	struct peer_submission skipped, later, wrong;
	struct peer fork;

	fork = xa;
	peer_submission_make(&skipped, &xa, &region, round_2, "entry 2");
	peer_submission_make(&later, &xa, &region, round_3, "entry 3");
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xa, &later, NULL), PROTO_OK);
	CU_ASSERT_TRUE(reply.want_body);
	/* another entry 2 than the one that entry 3 grew from */
	peer_submission_make(&wrong, &fork, &region, round_2, "another entry 2");
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xa, &wrong, NULL), PROTO_ROLLED_BACK);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xa, &skipped, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(peer_send_body(&reply, &region, &xa, &skipped, NULL), PROTO_OK);
	proto_header_reply_wipe(&reply);
	CU_ASSERT_EQUAL(peer_send_body(&reply, &region, &xa, &later, NULL), PROTO_OK);
	proto_header_reply_wipe(&reply);
	peer_submission_wipe(&skipped);
	peer_submission_wipe(&later);
	peer_submission_wipe(&wrong);
}

static void
a_header_counts_only_from_its_own_country_and_key(void)
{
	struct proto_header_reply reply;
	struct proto_error one, two;
	struct peer_submission sent;
	struct peer fork = xb, impostor;

	peer_submission_make(&sent, &fork, &region, round_3, "sealed");
	/* under another country's certificate */
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xa, &sent, &one), PROTO_NOT_GENUINE);
	/* in its name, but signed with the key of the country that is connected */
	peer_submission_sign(&sent, &xa, &region, false);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xa, &sent, &two), PROTO_NOT_GENUINE);
	CU_ASSERT_STRING_EQUAL(one.what, two.what);
	/* signed by another key: the same answer to the letter */
	peer_make(&impostor, "XB");
	peer_submission_sign(&sent, &impostor, &region, false);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &sent, &two), PROTO_NOT_GENUINE);
	CU_ASSERT_STRING_EQUAL(one.what, two.what);
	CU_ASSERT_STRING_EQUAL(one.where, two.where);
	/* of a country that nobody knows: again the same */
	strcpy(sent.fields.node, "ZZ");
	peer_submission_sign(&sent, &impostor, &region, false);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &sent, &two), PROTO_NOT_GENUINE);
	CU_ASSERT_STRING_EQUAL(one.what, two.what);
	strcpy(sent.fields.node, "XB");
	/* for another coordinator, or another manifest */
	strcpy(sent.fields.coordinator, "OTHER");
	peer_submission_sign(&sent, &xb, &region, false);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &sent, NULL), PROTO_REFUSED);
	strcpy(sent.fields.coordinator, "REGION");
	sent.fields.manifest[0] ^= 1;
	peer_submission_sign(&sent, &xb, &region, false);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &sent, NULL), PROTO_REFUSED);
	peer_submission_wipe(&sent);
	peer_wipe(&impostor);
}

static void
no_flipped_bit_of_a_header_is_bound(void)
{
	struct proto_header_reply reply;
	struct peer_submission sent;
	struct peer fork = xb;
	size_t i;

	peer_submission_make(&sent, &fork, &region, round_3, "sealed");
	for (i = 0; i < PROTO_HEADER_BYTES; i++) {
		sent.header[i] ^= (uint8_t)(1 << i % 8);
		CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &sent, NULL), PROTO_NOT_GENUINE);
		sent.header[i] ^= (uint8_t)(1 << i % 8);
	}
	for (i = 0; i < PROTO_HEADER_BYTES; i++) {
		struct proto_buffer bytes;

		CU_ASSERT_EQUAL(peer_call(&bytes, &region, &xb.certificate, "/v1/header", sent.header, i), PROTO_NOT_GENUINE);
		proto_buffer_wipe(&bytes);
	}
	peer_submission_wipe(&sent);
}

static void
a_body_must_be_the_one_that_was_named(void)
{
	struct proto_header_reply reply;
	struct peer_submission sent;
	struct proto_buffer bytes;

	peer_submission_make(&sent, &xb, &region, round_2, "sealed");
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &sent, NULL), PROTO_OK);
	sent.body.data[PROTO_HASH + 2] ^= 1;
	CU_ASSERT_EQUAL(peer_send_body(&reply, &region, &xb, &sent, NULL), PROTO_REFUSED);
	sent.body.data[PROTO_HASH + 2] ^= 1;
	CU_ASSERT_EQUAL(peer_send_body(&reply, &region, &xa, &sent, NULL), PROTO_NOT_FOUND); /* another country's header */
	CU_ASSERT_EQUAL(peer_call(&bytes, &region, &xb.certificate, "/v1/body", sent.body.data, PROTO_HASH), PROTO_MALFORMED);
	proto_buffer_wipe(&bytes);
	CU_ASSERT_EQUAL(peer_send_body(&reply, &region, &xb, &sent, NULL), PROTO_OK);
	check_receipt(&reply, &sent);
	proto_header_reply_wipe(&reply);
	peer_submission_wipe(&sent);
}

static void
late_early_and_unknown_rounds_are_refused_with_the_times(void)
{
	static char round_4[PROTO_ROUND_TEXT];
	struct proto_header_reply reply;
	struct proto_error said;
	struct peer_submission sent, gone;
	char then[PROTO_TIME_TEXT], now[PROTO_TIME_TEXT];

	peer_round_open(round_4, &region, "2026-Q4", peer_clock + 1000);
	proto_time_format(then, peer_clock);
	peer_submission_make(&sent, &xb, &region, round_4, "sealed");
	peer_clock -= 5000;
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &sent, &said), PROTO_EARLY);
	proto_time_format(now, peer_clock);
	CU_ASSERT_PTR_NOT_NULL(strstr(said.what, then));
	CU_ASSERT_PTR_NOT_NULL(strstr(said.what, now));
	peer_clock += 5000 + 999;
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &sent, NULL), PROTO_OK);
	peer_clock += 1; /* the time given is the first second that is late */
	proto_time_format(then, peer_clock);
	CU_ASSERT_EQUAL(peer_send_body(&reply, &region, &xb, &sent, &said), PROTO_LATE);
	CU_ASSERT_PTR_NOT_NULL(strstr(said.what, then));
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &sent, &said), PROTO_LATE);
	/* its header stays bound: nothing else may take its place */
	sent.fields.country_part[0] ^= 1;
	peer_submission_sign(&sent, &xb, &region, true);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &sent, &said), PROTO_CONFLICT);
	peer_submission_make(&gone, &xa, &region, round_4, "sealed");
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xa, &gone, &said), PROTO_LATE);
	CU_ASSERT_PTR_NOT_NULL(strstr(said.what, then));
	strcpy(gone.fields.round, "T.2030-Q1.r0");
	peer_submission_sign(&gone, &xa, &region, false);
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xa, &gone, &said), PROTO_NOT_FOUND);
	peer_submission_wipe(&sent);
	peer_submission_wipe(&gone);
}

static void
an_aborted_round_takes_nothing_more(void)
{
	static char round_5[PROTO_ROUND_TEXT];
	struct proto_header_reply reply;
	struct proto_sync_reply sync = {0};
	struct proto_accepted said = {0};
	struct peer_submission started, late;
	char now[PROTO_TIME_TEXT];
	size_t i;

	peer_round_open(round_5, &region, "2027-Q1", 0);
	peer_submission_make(&started, &xb, &region, round_5, "sealed");
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xb, &started, NULL), PROTO_OK);
	proto_time_format(now, peer_clock);
	CU_ASSERT_EQUAL(coord_round_abort(&region.state, region.keys, round_5, "wrong period", peer_clock, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_round_abort(&region.state, region.keys, round_5, "again", peer_clock, &error), PROTO_OK);
	CU_ASSERT_EQUAL(peer_send_body(&reply, &region, &xb, &started, &error), PROTO_LATE);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, now));
	peer_submission_make(&late, &xa, &region, round_5, "sealed");
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xa, &late, NULL), PROTO_LATE);
	CU_ASSERT_EQUAL(sync_as(&xa.certificate, &sync), PROTO_OK);
	for (i = 0; i < sync.rounds && strcmp(sync.round[i].round, round_5) != 0; i++)
		continue;
	CU_ASSERT_FATAL(i < sync.rounds);
	CU_ASSERT_EQUAL(sync.round[i].state, PROTO_ROUND_ABORTED);
	CU_ASSERT_EQUAL(proto_accepted_open(&said, sync.round[i].accepted.data, sync.round[i].accepted.len, &region.state.trust, &error), PROTO_OK);
	CU_ASSERT_TRUE(said.aborted && said.reason != NULL && strcmp(said.reason, "wrong period") == 0);
	proto_accepted_wipe(&said);
	proto_sync_reply_wipe(&sync);
	peer_submission_wipe(&started);
	peer_submission_wipe(&late);
}

static void
a_country_approved_after_the_opening_waits(void)
{
	struct proto_header_reply reply;
	struct peer_submission sent;
	struct peer xe;

	peer_make(&xe, "XE");
	peer_join(&xe, &region);
	peer_submission_make(&sent, &xe, &region, round_3, "sealed");
	CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &xe, &sent, NULL), PROTO_REFUSED);
	peer_submission_wipe(&sent);
	peer_wipe(&xe);
}

static void
a_node_that_holds_an_unknown_receipt_is_told(void)
{
	struct proto_sync_request request = {.any_receipt = true, .receipt_sequence = 7};
	struct proto_buffer bytes = {0}, reply;
	struct proto_sync_reply sync = {0};

	CU_ASSERT_EQUAL(proto_sync_request_encode(&bytes, &request, &error), PROTO_OK);
	CU_ASSERT_EQUAL(peer_call(&reply, &region, &xa.certificate, "/v1/sync", bytes.data, bytes.len), PROTO_OK);
	CU_ASSERT_EQUAL(proto_sync_reply_decode(&sync, reply.data, reply.len, &error), PROTO_OK);
	CU_ASSERT_FALSE(sync.receipt_known);
	proto_sync_reply_wipe(&sync);
	proto_buffer_wipe(&bytes);
	proto_buffer_wipe(&reply);
}

static void
too_much_and_unknown_calls_are_refused_before_they_are_read(void)
{
	struct coord_api_call call = {"/v1/header", xa.certificate.data, xa.certificate.len, NULL, PROTO_HEADER_BYTES + 1};

	CU_ASSERT_EQUAL(coord_api_admit(&region.api, &call, &error), PROTO_TOO_LARGE);
	call.path = "/v1/body";
	call.body_len = PROTO_EXCHANGE_BODY_MAX + 1;
	CU_ASSERT_EQUAL(coord_api_admit(&region.api, &call, &error), PROTO_TOO_LARGE);
	call.body_len = PROTO_EXCHANGE_BODY_MAX;
	CU_ASSERT_EQUAL(coord_api_admit(&region.api, &call, &error), PROTO_OK);
	call.path = "/v1/enrol";
	CU_ASSERT_EQUAL(coord_api_admit(&region.api, &call, &error), PROTO_TOO_LARGE);
	call.path = "/v1/";
	CU_ASSERT_EQUAL(coord_api_admit(&region.api, &call, &error), PROTO_NOT_FOUND);
	call.path = "/v1/sync";
	call.body_len = 10;
	call.peer_len = 0;
	CU_ASSERT_EQUAL(coord_api_admit(&region.api, &call, &error), PROTO_NOT_GENUINE);
	call.path = "/v1/enrol";
	CU_ASSERT_EQUAL(coord_api_admit(&region.api, &call, &error), PROTO_NOT_GENUINE);
}

/* `structure add` needs no passphrase, so the list that names it is signed later; until then every node would refuse it. */
static void
a_structure_is_sent_only_when_the_signed_list_names_it(void)
{
	struct proto_structure **structure = NULL;
	struct proto_sync_reply reply = {0};
	char *text = strdup(peer_structures);
	size_t structures = 0;
	bool added;

	memcpy(strstr(text, "\"id\":\"T\""), "\"id\":\"U\"", 8);
	CU_ASSERT_EQUAL_FATAL(proto_structure_load_set(&structure, &structures, text, strlen(text), NULL, "test", &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_begin(region.state.store, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_structure_add(&added, region.state.store, structure[0], peer_clock, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_commit(region.state.store, &error), PROTO_OK);
	CU_ASSERT_EQUAL(sync_as(&xa.certificate, &reply), PROTO_OK);
	CU_ASSERT_EQUAL(reply.structures, 1);
	proto_sync_reply_wipe(&reply);
	CU_ASSERT_EQUAL(coord_structures_sign(&region.state, region.keys, peer_clock, &error), PROTO_OK);
	CU_ASSERT_EQUAL(sync_as(&xa.certificate, &reply), PROTO_OK);
	CU_ASSERT_EQUAL(reply.structures, 2);
	proto_sync_reply_wipe(&reply);
	proto_structure_free(structure[0]);
	free(structure);
	free(text);
}

static const struct suite_case cases[] = {
	{"an office enrols and is approved", an_office_enrols_and_is_approved},
	{"an enrolment without the secret is refused", an_enrolment_without_the_secret_is_refused},
	{"an enrolment is bound to the connection's key", an_enrolment_is_bound_to_the_connections_key},
	{"a self-signed peer reaches enrolment only", a_self_signed_peer_reaches_enrolment_only},
	{"only a certificate of this CA, in time, for clients, counts", only_a_certificate_of_this_ca_in_time_for_clients_counts},
	{"a revocation counts at the next call and can be undone", a_revocation_counts_at_the_next_call_and_can_be_undone},
	{"sync brings what a node needs", sync_brings_what_a_node_needs},
	{"header, then body, then receipt; a retry gets the same bytes", header_then_body_then_receipt_and_a_retry_gets_the_same_bytes},
	{"a second header of a round is refused and kept as evidence", a_second_header_of_a_round_is_refused_and_kept_as_evidence},
	{"a sequence number is used once", a_sequence_number_is_used_once},
	{"the ledger must go on where it was", the_ledger_must_go_on_where_it_was},
	{"a skipped entry may come later if it fits", a_skipped_entry_may_come_later_if_it_fits},
	{"a header counts only from its own country and key", a_header_counts_only_from_its_own_country_and_key},
	{"no flipped bit of a header is bound", no_flipped_bit_of_a_header_is_bound},
	{"a body must be the one that was named", a_body_must_be_the_one_that_was_named},
	{"late, early and unknown rounds are refused with the times", late_early_and_unknown_rounds_are_refused_with_the_times},
	{"an aborted round takes nothing more", an_aborted_round_takes_nothing_more},
	{"a country approved after the opening waits", a_country_approved_after_the_opening_waits},
	{"a node that holds an unknown receipt is told", a_node_that_holds_an_unknown_receipt_is_told},
	{"too much and unknown calls are refused before they are read", too_much_and_unknown_calls_are_refused_before_they_are_read},
	{"a structure is sent only when the signed list names it", a_structure_is_sent_only_when_the_signed_list_names_it},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	if (sodium_init() < 0)
		return 1;
	scratch_start();
	peer_region_make(&region, scratch_dir, "region", peer_structures);
	status = suite_run("coordinator.api", cases);
	peer_wipe(&xa);
	peer_wipe(&xb);
	peer_region_close(&region);
	return status;
}
