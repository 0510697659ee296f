#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coordinator/close.h"
#include "coordinator/publish.h"
#include "coordinator/query.h"
#include "kit_scratch.h"
#include "node/join.h"
#include "node/round.h"
#include "node/submit.h"
#include "node/sync.h"
#include "proto/fingerprint.h"
#include "proto/kit/files.h"
#include "support/peer.h"
#include "support/suite.h"

/*
 * A whole round in one process: real offices and a real coordinator, each with its own state directory, joined by function
 * calls that carry the bytes. The line can be cut at any call, before or after it was delivered.
 */
#define OFFICES 4
#define SEX 3
#define AGE 3

static struct peer_region region;
static struct proto_error error;
static char round_id[PROTO_ROUND_TEXT];

enum cut { WHOLE, UNDELIVERED, UNANSWERED };
static int calls, cut_at;
static enum cut cut;

static struct office {
	const char *country;
	const char *dir;
	struct node_office open;
	struct kit_passphrase *passphrase;
	uint64_t truth[SEX][AGE];
	struct proto_buffer receipt;
} office[OFFICES] = {{.country = "XA"}, {.country = "XB"}, {.country = "XC"}, {.country = "XD"}};

static void
must(enum proto_code code)
{
	if (code == PROTO_OK)
		return;
	fprintf(stderr, "%s: %s: %s\n", proto_error_name(code), error.what, error.where);
	abort();
}

static enum proto_code
line_open(void *ctx, void **ret_line, const struct node_transport_peer *peer, struct proto_error *ret_error)
{
	struct proto_buffer *certificate = calloc(1, sizeof *certificate);

	(void)ctx, (void)ret_error;
	proto_buffer_put(certificate, peer->certificate->data, peer->certificate->len);
	*ret_line = certificate;
	return PROTO_OK;
}

static enum proto_code
line_post(void *line, struct proto_buffer *ret_reply, const struct node_transport_call *call, struct proto_error *ret_error)
{
	bool here = ++calls == cut_at;
	struct proto_buffer reply;
	enum proto_code code;

	if (here && cut == UNDELIVERED)
		return proto_error_set(ret_error, PROTO_UNREACHABLE, call->path, "cut");
	code = peer_call(&reply, &region, line, call->path, call->body, call->len);
	if (here && cut == UNANSWERED) {
		proto_buffer_wipe(&reply);
		return proto_error_set(ret_error, PROTO_UNREACHABLE, call->path, "cut");
	}
	if (code == PROTO_OK) {
		*ret_reply = reply;
	} else {
		(void)peer_error(&reply, ret_error);
		proto_buffer_wipe(&reply);
	}
	return code;
}

static void
line_close(void *line)
{
	proto_buffer_wipe(line);
	free(line);
}

static const struct node_transport transport = {NULL, line_open, line_post, line_close};

static void
join(struct office *one)
{
	struct coord_country_request invite = {one->country, "Synthetic", "https://127.0.0.1:1", NULL, peer_clock};
	struct coord_country_approval approval = {one->country, NULL, peer_clock};
	struct proto_invitation invitation;
	struct node_join_request request = {&invitation, one->passphrase, &transport, peer_clock};
	struct proto_buffer data = {0};
	char name[32], fingerprint[PROTO_FINGERPRINT_TEXT];
	int64_t expires;

	snprintf(name, sizeof name, "%s.invitation", one->country);
	invite.out = scratch(name);
	must(coord_country_add(&expires, &region.state, &invite, &error));
	must(kit_files_read_private(&data, invite.out, 1 << 16, &error));
	must(proto_invitation_decode(&invitation, data.data, data.len, &error));
	one->dir = scratch(one->country);
	must(node_join(&one->open, one->dir, &request, &error));
	CU_ASSERT_EQUAL(node_sync_approval(&one->open, &error), PROTO_WAITING);
	/* one string, read out over the phone, compared on both sides */
	proto_fingerprint(fingerprint, one->open.trust.root, &one->open.enrolment.keys);
	approval.fingerprint = fingerprint;
	must(coord_country_approve(&region.state, region.keys, &approval, &error));
	must(node_sync_pin(&one->open, fingerprint, &error));
	must(node_sync_approval(&one->open, &error));
	proto_invitation_wipe(&invitation);
	proto_buffer_wipe(&data);
}

static void
offices_join_and_fetch_the_round(void)
{
	struct node_sync fetched;
	size_t i;

	for (i = 0; i < OFFICES; i++)
		join(&office[i]);
	peer_round_open(round_id, &region, "2026-Q3", 0);
	for (i = 0; i < OFFICES; i++) {
		must(node_sync_contact(&office[i].open, &fetched, &error));
		CU_ASSERT_EQUAL(fetched.structures, 1);
		CU_ASSERT_EQUAL(fetched.manifests, 1);
		CU_ASSERT_EQUAL(fetched.alarms, 0);
	}
}

static void
draw(struct node_submission *ret_submission, struct office *one)
{
	struct node_round round = {0};
	struct dp_counts *counts;
	struct dp_ledger_caps caps;
	struct node_keys keys;
	struct dp_rng rng;
	struct proto_attest attest = {false, NULL};
	struct node_submission_request request = {&round.manifest, NULL, &attest, &keys, &caps, &rng, peer_clock};
	uint64_t cell;

	must(node_round_load(&round, &one->open, round_id, &error));
	must(node_keys_open(&keys, one->open.state, one->passphrase, &error));
	strcpy(keys.pub.country, one->country);
	node_policy_caps(&caps, &one->open.policy);
	CU_ASSERT_EQUAL_FATAL(dp_counts_new(&counts, &round.manifest.structure->domain, round.manifest.structure->figure,
	    round.manifest.structure->tables), DP_OK);
	for (cell = 0; cell < SEX * AGE; cell++)
		CU_ASSERT_EQUAL_FATAL(dp_counts_add_cell(counts, 0, cell, one->truth[cell / AGE][cell % AGE]), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_noise_entropy(&rng), DP_OK);
	request.counts = counts;
	must(node_submission_prepare(ret_submission, one->open.state, &request, &error));
	dp_noise_entropy_wipe(&rng);
	dp_counts_free(counts);
	node_keys_close(&keys);
	node_round_wipe(&round);
}

static size_t
accepted(const char *country, struct proto_buffer *ret_receipt)
{
	struct coord_submission *submission;
	size_t submissions, i, found = 0;

	must(coord_store_submission_list(&submission, &submissions, region.state.store, round_id, COORD_WITHOUT_BODIES, &error));
	for (i = 0; i < submissions; i++)
		if (strcmp(submission[i].node, country) == 0 && submission[i].receipt.len > 0) {
			found++;
			proto_buffer_put(ret_receipt, submission[i].receipt.data, submission[i].receipt.len);
		}
	coord_store_submission_free(submission, submissions);
	return found;
}

/* W13: the two calls of a submission, each cut before and after it was delivered; then the same bytes again. */
static void
a_line_cut_anywhere_ends_in_one_acceptance(void)
{
	static const struct {
		int at;
		enum cut cut;
	} plan[OFFICES - 1] = {{1, UNANSWERED}, {2, UNDELIVERED}, {2, UNANSWERED}};
	size_t i;

	for (i = 0; i < OFFICES - 1; i++) {
		struct node_submission sent = {0};
		struct proto_buffer kept = {0};

		draw(&sent, &office[i]);
		calls = 0;
		cut_at = 1;
		cut = UNDELIVERED;
		CU_ASSERT_EQUAL(node_submit_send(&office[i].open, &sent, &error), PROTO_UNREACHABLE);
		CU_ASSERT_EQUAL(accepted(office[i].country, &kept), 0);
		calls = 0;
		cut_at = plan[i].at;
		cut = plan[i].cut;
		CU_ASSERT_EQUAL(node_submit_send(&office[i].open, &sent, &error), PROTO_UNREACHABLE);
		CU_ASSERT_EQUAL(sent.receipt.len, 0);
		peer_clock += 60; /* a receipt made twice would differ */
		cut = WHOLE;
		CU_ASSERT_EQUAL(node_submit_send(&office[i].open, &sent, &error), PROTO_OK);
		CU_ASSERT_EQUAL(accepted(office[i].country, &kept), 1);
		CU_ASSERT_TRUE(sent.receipt.len == kept.len && memcmp(sent.receipt.data, kept.data, kept.len) == 0);
		node_submission_wipe(&sent);
		proto_buffer_wipe(&kept);
	}
}

/* C8: the fourth office's header is bound, then the round closes. */
static void
a_body_that_loses_the_race_against_the_close_is_late(void)
{
	struct node_submission sent = {0};
	struct proto_buffer kept = {0};
	struct coord_round round = {0};
	struct proto_accepted set = {0};

	draw(&sent, &office[3]);
	calls = 0;
	cut_at = 2;
	cut = UNDELIVERED;
	CU_ASSERT_EQUAL(node_submit_send(&office[3].open, &sent, &error), PROTO_UNREACHABLE);
	cut = WHOLE;
	must(coord_close(&region.state, region.keys, round_id, peer_clock, &error));
	must(coord_close(&region.state, region.keys, round_id, peer_clock + 5, &error));
	CU_ASSERT_EQUAL(node_submit_send(&office[3].open, &sent, &error), PROTO_LATE);
	CU_ASSERT_EQUAL(accepted("XD", &kept), 0);
	must(coord_store_round(&round, region.state.store, round_id, &error));
	must(proto_accepted_open(&set, round.accepted.data, round.accepted.len, &region.state.trust, &error));
	CU_ASSERT_EQUAL(set.closed, peer_clock);
	proto_accepted_wipe(&set);
	coord_store_round_wipe(&round);
	node_submission_wipe(&sent);
}

static void
check_row(const struct coord_query_row *row)
{
	double truth = 0;
	size_t i;
	int s, a;

	for (i = 0; i < OFFICES - 1; i++)
		for (s = 0; s < SEX; s++)
			for (a = 0; a < AGE; a++)
				if ((row->code[0] < 0 || row->code[0] == s) && (row->code[1] < 0 || row->code[1] == a))
					truth += (double)office[i].truth[s][a];
	CU_ASSERT_TRUE(row->seen.any);
	CU_ASSERT_EQUAL(row->seen.reporters, OFFICES - 1);
	CU_ASSERT_TRUE(row->seen.gap);
	CU_ASSERT_TRUE(fabs(row->seen.measured - truth) < 8 * sqrt(row->seen.variance));
	CU_ASSERT_TRUE(row->seen.variance > 0 && sqrt(row->seen.variance) < 20);
}

static void
the_release_tells_the_truth_within_its_errors(void)
{
	const struct coord_query_text ask = {.structure = "T", .by = "SEX,AGE", .measured = true};
	struct coord_publish_result first, again;
	struct coord_query answer = {0};
	size_t i;

	must(coord_publish(&first, &region.state, region.keys, round_id, peer_clock, &error));
	must(coord_publish(&again, &region.state, region.keys, round_id, peer_clock + 100, &error));
	CU_ASSERT_STRING_EQUAL(first.release, "T.2026-Q3.r0.v1");
	CU_ASSERT_STRING_EQUAL(first.release, again.release);
	CU_ASSERT_EQUAL(memcmp(first.sha256, again.sha256, sizeof first.sha256), 0);
	must(coord_query_run(&answer, &region.state, &ask, &error));
	CU_ASSERT_EQUAL(answer.rows, (SEX + 1) * (AGE + 1));
	for (i = 0; i < answer.rows; i++)
		check_row(&answer.row[i]);
	coord_query_wipe(&answer);
}

static void
every_office_learns_how_it_ended(void)
{
	struct node_round round = {0};
	struct node_sync fetched;
	size_t i;

	for (i = 0; i < OFFICES; i++) {
		must(node_sync_contact(&office[i].open, &fetched, &error));
		must(node_round_load(&round, &office[i].open, round_id, &error));
		CU_ASSERT_EQUAL(round.state, PROTO_ROUND_PUBLISHED);
		CU_ASSERT_PTR_NULL(round.alarm);
		CU_ASSERT_EQUAL(fetched.alarms, 0);
		node_round_wipe(&round);
		node_office_close(&office[i].open);
	}
}

static const struct suite_case cases[] = {
	{"offices join and fetch the round", offices_join_and_fetch_the_round},
	{"a line cut anywhere ends in one acceptance", a_line_cut_anywhere_ends_in_one_acceptance},
	{"a body that loses the race against the close is late", a_body_that_loses_the_race_against_the_close_is_late},
	{"the release tells the truth within its errors", the_release_tells_the_truth_within_its_errors},
	{"every office learns how it ended", every_office_learns_how_it_ended},
	{NULL, NULL},
};

int
main(void)
{
	size_t i, cell;
	int status;

	if (sodium_init() < 0)
		return 1;
	scratch_start();
	scratch_text(scratch("secret"), "an office's passphrase\n", 0600);
	peer_region_make(&region, scratch_dir, "region", peer_structures);
	for (i = 0; i < OFFICES; i++) {
		must(kit_passphrase_load(&office[i].passphrase, scratch("secret"), &error));
		for (cell = 0; cell < SEX * AGE; cell++)
			office[i].truth[cell / AGE][cell % AGE] = 37 * i + 11 * cell;
	}
	status = suite_run("whole.round", cases);
	for (i = 0; i < OFFICES; i++)
		kit_passphrase_free(office[i].passphrase);
	peer_region_close(&region);
	return status;
}
