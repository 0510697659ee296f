#include "node/submission.h"

#include <string.h>

#include "submission_row.h"
#include "proto/submission.h"

/* One attempt: what is alive between reserve and commit. */
struct attempt {
	struct node_state *state;
	const struct node_submission_request *request;
	struct node_ledger ledger;
	struct dp_ledger_claim claim;
	struct dp_grant *grant;
	struct dp_noisy *noisy;
	struct proto_header header;
	struct proto_buffer part;
	uint8_t bytes[PROTO_HEADER_BYTES];
};

void
node_submission_claim(struct dp_ledger_claim *ret_claim, const struct proto_manifest *manifest)
{
	*ret_claim = (struct dp_ledger_claim){.year = manifest->round.period.year, .rho = manifest->rho_units,
	    .floor = manifest->rho_units};
	proto_manifest_round_hash(ret_claim->round, manifest);
	proto_manifest_series_hash(ret_claim->series, manifest);
}

enum proto_code
node_submission_check(struct node_state *state, const struct proto_manifest *manifest, const struct dp_ledger_caps *caps,
    int64_t now, struct proto_error *error)
{
	struct node_ledger ledger;
	struct dp_ledger_claim claim;

	node_ledger_init(&ledger, state, manifest->round_text, now);
	node_submission_claim(&claim, manifest);
	return node_ledger_status(dp_ledger_check(&ledger.store, caps, &claim), &ledger, caps, &claim, error);
}

static enum proto_code
status(const struct attempt *attempt, enum dp_status dp, struct proto_error *error)
{
	return node_ledger_status(dp, &attempt->ledger, attempt->request->caps, &attempt->claim, error);
}

/* Reserve and draw: the counts end here. */
static enum proto_code
draw(struct attempt *attempt, struct proto_error *error)
{
	const struct node_submission_request *request = attempt->request;
	enum dp_status dp;

	dp = dp_ledger_reserve(&attempt->grant, &attempt->ledger.store, request->caps, &attempt->claim);
	if (dp == DP_OK)
		dp = dp_noise_apply(&attempt->noisy, &request->manifest->plan, request->counts, attempt->grant, request->rng);
	return status(attempt, dp, error);
}

/* The part's context needs the entry's place, the entry the part's digest, the header both. */
static enum proto_code
seal(struct attempt *attempt, struct proto_error *error)
{
	const struct node_submission_request *request = attempt->request;
	const struct proto_manifest *manifest = request->manifest;
	const uint8_t unknown[PROTO_HASH] = {0};
	struct proto_header *header = &attempt->header;
	struct dp_ledger_entry entry;
	uint8_t body[PROTO_HASH];
	enum proto_code code = status(attempt, dp_ledger_next(&entry, attempt->grant, unknown), error);

	if (code != PROTO_OK)
		return code;
	strcpy(header->coordinator, manifest->coordinator);
	strcpy(header->round, manifest->round_text);
	memcpy(header->manifest, manifest->sha256, PROTO_HASH);
	strcpy(header->node, request->keys->pub.country);
	header->sequence = entry.sequence;
	header->total = entry.total;
	memcpy(header->previous, entry.previous, PROTO_HASH);
	code = proto_part_seal(&attempt->part, manifest, header, attempt->noisy, request->attest, error);
	if (code != PROTO_OK)
		return code;
	proto_part_digest(header->country_part, &attempt->part);
	proto_submission_body(body, header->country_part);
	if ((code = status(attempt, dp_ledger_commit(&entry, attempt->grant, body), error)) != PROTO_OK)
		return code;
	memcpy(header->head, entry.head, PROTO_HASH);
	proto_header_sign(attempt->bytes, header, request->keys->signing);
	return PROTO_OK;
}

static enum proto_code
store(struct attempt *attempt, struct proto_error *error)
{
	struct node_submission_row row = {.sequence = attempt->header.sequence, .manifest = attempt->request->manifest->sha256,
	    .header = attempt->bytes, .part = &attempt->part};
	enum proto_code code;

	row.noisy = dp_noise_values(attempt->noisy, &row.cells);
	if ((code = node_submission_row_add(attempt->state, &row, error)) != PROTO_OK)
		return code;
	return node_state_log(attempt->state, attempt->request->now, error, "drawn and stored: %s, entry %llu",
	    attempt->header.round, (unsigned long long)attempt->header.sequence);
}

/*
 * A commit that reports an error may have happened. Only the store knows: it is opened afresh, which
 * rolls a half-written transaction back, and the entry is there or is not.
 */
static enum proto_code
commit(struct attempt *attempt, struct proto_error *error)
{
	struct proto_error failed = {0};
	struct node_state *state = attempt->state;
	enum proto_code code = kit_db_commit(state->db, &failed);

	if (code == PROTO_OK)
		return node_state_reload(state, error);
	if ((code = node_state_reopen(state, error)) != PROTO_OK)
		return code;
	if (state->rows == attempt->header.sequence &&
	    memcmp(state->row[state->rows - 1].entry.head, attempt->header.head, PROTO_HASH) == 0)
		return PROTO_OK;
	if (error != NULL)
		*error = failed;
	return failed.code;
}

static enum proto_code
run(struct attempt *attempt, struct proto_error *error)
{
	struct node_state *state = attempt->state;
	enum proto_code code = kit_db_begin(state->db, error);

	if (code != PROTO_OK)
		return code;
	if ((code = draw(attempt, error)) != PROTO_OK || (code = seal(attempt, error)) != PROTO_OK ||
	    (code = store(attempt, error)) != PROTO_OK) {
		kit_db_rollback(state->db);
		return code;
	}
	if ((code = commit(attempt, error)) != PROTO_OK)
		return code;
	return node_state_level(state, error);
}

enum proto_code
node_submission_prepare(struct node_submission *ret_submission, struct node_state *state,
    const struct node_submission_request *request, struct proto_error *error)
{
	struct attempt attempt = {.state = state, .request = request};
	bool found = false;
	enum proto_code code;

	node_ledger_init(&attempt.ledger, state, request->manifest->round_text, request->now);
	node_submission_claim(&attempt.claim, request->manifest);
	code = run(&attempt, error);
	dp_ledger_grant_free(attempt.grant);
	dp_noise_free(attempt.noisy);
	proto_buffer_wipe(&attempt.part);
	if (code != PROTO_OK)
		return code;
	/* What is sent is what is stored: it is read back, not passed on. */
	code = node_submission_load(ret_submission, &found, state, request->manifest->round_text, request->keys->pub.signing,
	    error);
	if (code == PROTO_OK && !found)
		code = proto_error_set(error, PROTO_DAMAGED, state->path, "what was just stored is not there");
	return code;
}
