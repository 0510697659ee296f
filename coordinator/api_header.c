#include "api_calls.h"

#include <string.h>

#include "dp/ledger.h"

/* Beyond any honest ledger, and within the store's integers. */
#define SEQUENCE_MAX (UINT64_C(1) << 53)
#define TOTAL_MAX (UINT64_C(1) << 62)

struct offer {
	struct coord_api *api;
	const struct coord_api_call *call; /* body: the header's bytes */
	const struct coord_country *country;
	struct proto_header header;
	struct coord_terms terms;
	struct proto_error *error;
};

enum proto_code
coord_api_header_due(const struct coord_terms *terms, const char *round, int64_t now, struct proto_error *error)
{
	char then[PROTO_TIME_TEXT], today[PROTO_TIME_TEXT];

	proto_time_format(today, now);
	if (terms->state != PROTO_ROUND_OPEN) {
		proto_time_format(then, terms->closed);
		return proto_error_set(error, PROTO_LATE, round, "the round closed at %s; it is %s", then, today);
	}
	if (terms->closes != 0 && now >= terms->closes) {
		proto_time_format(then, terms->closes);
		return proto_error_set(error, PROTO_LATE, round, "uploads ended at %s; it is %s", then, today);
	}
	if (now < terms->opened) {
		proto_time_format(then, terms->opened);
		return proto_error_set(error, PROTO_EARLY, round, "the round opens at %s; it is %s", then, today);
	}
	return PROTO_OK;
}

/* Keeps the signed bytes, in a transaction of their own, and gives the answer. */
static enum proto_code
refuse(struct offer *offer, enum proto_code answer, const char *kind, const char *what)
{
	struct coord_store *store = offer->api->state.store;
	enum proto_code code;

	coord_store_rollback(store);
	code = coord_store_begin(store, offer->error);
	if (code == PROTO_OK)
		code = coord_store_log_evidence(store, kind, offer->header.node, offer->header.round, offer->call->body, offer->call->body_len,
		    offer->error);
	if (code == PROTO_OK)
		code = coord_store_commit(store, offer->error);
	if (code != PROTO_OK)
		return code;
	return proto_error_set(offer->error, answer, offer->header.round, "%s", what);
}

/* The signature first (A2), by the key that was approved; then what is signed. */
static enum proto_code
genuine(struct offer *offer)
{
	const struct coord_api_call *call = offer->call;
	char node[PROTO_COUNTRY_TEXT];
	enum proto_code code;

	if (!proto_header_peek(node, call->body, call->body_len) || strcmp(node, offer->country->code) != 0)
		return coord_api_not_genuine(offer->error);
	code = proto_header_open(&offer->header, call->body, call->body_len, offer->country->keys.signing, offer->error);
	if (code != PROTO_OK)
		return coord_api_not_genuine(offer->error);
	if (strcmp(offer->header.coordinator, offer->api->state.identity.coordinator) != 0)
		return proto_error_set(offer->error, PROTO_REFUSED, offer->header.round, "the header is for another coordinator");
	if (offer->header.sequence == 0 || offer->header.sequence > SEQUENCE_MAX || offer->header.total > TOTAL_MAX)
		return proto_error_set(offer->error, PROTO_MALFORMED, offer->header.round, "sequence or total out of range");
	return PROTO_OK;
}

static enum proto_code
fits_round(struct offer *offer)
{
	const struct coord_terms *terms = &offer->terms;

	if (memcmp(terms->manifest_sha256, offer->header.manifest, PROTO_HASH) != 0)
		return proto_error_set(offer->error, PROTO_REFUSED, offer->header.round, "the header names another manifest than this round's");
	/* A country approved, or given new keys, after the opening waits for the next round. */
	if (!terms->listed || memcmp(terms->signing, offer->country->keys.signing, PROTO_PUBLIC) != 0)
		return proto_error_set(offer->error, PROTO_REFUSED, offer->header.round, "the round's manifest does not list %s with its present key",
		    offer->header.node);
	return PROTO_OK;
}

/* The ledger entry that the header speaks of; everything in it but the header's own fields is public. */
static void
entry_of(struct dp_ledger_entry *entry, const struct offer *offer)
{
	const struct proto_header *header = &offer->header;

	memset(entry, 0, sizeof *entry);
	entry->sequence = header->sequence;
	memcpy(entry->claim.round, offer->terms.round_hash, PROTO_HASH);
	memcpy(entry->claim.series, offer->terms.series_hash, PROTO_HASH);
	entry->claim.year = offer->terms.year;
	entry->claim.rho = entry->claim.floor = offer->terms.rho_units;
	proto_submission_body(entry->body, header->country_part);
	entry->total = header->total;
	memcpy(entry->previous, header->previous, PROTO_HASH);
	memcpy(entry->head, header->head, PROTO_HASH);
}

static bool
entry_holds(const struct offer *offer)
{
	struct dp_ledger_entry entry;
	uint8_t head[DP_LEDGER_HASH];

	entry_of(&entry, offer);
	dp_ledger_head(head, &entry);
	return memcmp(head, entry.head, sizeof head) == 0 && entry.total >= entry.claim.rho &&
	    (entry.sequence > 1 || dp_ledger_follows(&entry, NULL) == DP_OK);
}

/* Between two bound neighbors: totals grow; and where no sequence is skipped, the heads meet. */
static bool
neighbors_hold(const struct offer *offer, const struct coord_submission *below, const struct coord_submission *above)
{
	const struct proto_header *header = &offer->header;

	if (below != NULL) {
		if (header->total < below->total || header->total - below->total < offer->terms.rho_units)
			return false;
		if (below->sequence + 1 == header->sequence &&
		    (memcmp(below->head, header->previous, PROTO_HASH) != 0 || header->total - below->total != offer->terms.rho_units))
			return false;
	}
	if (above != NULL) {
		if (above->total <= header->total)
			return false;
		if (header->sequence + 1 == above->sequence && memcmp(above->previous, header->head, PROTO_HASH) != 0)
			return false;
	}
	return true;
}

/* What is bound of this node's ledger beside the header's sequence. */
static enum proto_code
extends_chain(struct offer *offer)
{
	struct coord_store *store = offer->api->state.store;
	struct coord_submission below = {0}, above = {0};
	struct coord_submission_key key = {.which = COORD_BELOW, .node = offer->header.node, .sequence = offer->header.sequence};
	bool any_below = false, any_above = false;
	enum proto_code code;

	code = coord_store_submission_find(&below, &any_below, store, &key, offer->error);
	key.which = COORD_ABOVE;
	if (code == PROTO_OK)
		code = coord_store_submission_find(&above, &any_above, store, &key, offer->error);
	if (code != PROTO_OK)
		goto out;
	if (any_below && below.sequence == offer->header.sequence)
		code = refuse(offer, PROTO_CONFLICT, "sequence", "another header is bound to this sequence number");
	else if (!entry_holds(offer) || !neighbors_hold(offer, any_below ? &below : NULL, any_above ? &above : NULL))
		code = refuse(offer, PROTO_ROLLED_BACK, "chain", "the header does not continue the ledger that is bound here");
out:
	coord_store_submission_wipe(&below);
	coord_store_submission_wipe(&above);
	return code;
}

static enum proto_code
bind(struct offer *offer)
{
	const struct proto_header *header = &offer->header;
	struct coord_submission submission = {0};
	enum proto_code code;

	strcpy(submission.round, header->round);
	strcpy(submission.node, header->node);
	submission.sequence = header->sequence;
	submission.total = header->total;
	memcpy(submission.previous, header->previous, PROTO_HASH);
	memcpy(submission.head, header->head, PROTO_HASH);
	memcpy(submission.country_part, header->country_part, PROTO_HASH);
	memcpy(submission.header, offer->call->body, PROTO_HEADER_BYTES);
	proto_header_digest(submission.digest, offer->call->body, offer->call->body_len);
	submission.bound = offer->api->now();
	code = coord_store_submission_bind(offer->api->state.store, &submission, offer->error);
	/* Synced before it is answered (A3): EXTRA makes the commit durable. */
	return code == PROTO_OK ? coord_store_commit(offer->api->state.store, offer->error) : code;
}

/* A header of this node is bound to the round already: the same one goes on, another is evidence. */
static enum proto_code
again(struct offer *offer, struct proto_header_reply *reply, struct coord_submission *bound)
{
	uint8_t digest[PROTO_HASH];

	proto_header_digest(digest, offer->call->body, offer->call->body_len);
	if (memcmp(digest, bound->digest, sizeof digest) != 0)
		return refuse(offer, PROTO_CONFLICT, "second-header", "another header of this country is bound to the round; the first is kept");
	if (bound->receipt.len > 0) {
		reply->receipt = bound->receipt;
		memset(&bound->receipt, 0, sizeof bound->receipt);
		return PROTO_OK;
	}
	reply->want_body = true;
	return coord_api_header_due(&offer->terms, offer->header.round, offer->api->now(), offer->error);
}

static enum proto_code
decide(struct offer *offer, struct proto_header_reply *reply)
{
	struct coord_store *store = offer->api->state.store;
	struct coord_submission_key key = {.which = COORD_ROUND, .node = offer->header.node, .round = offer->header.round};
	struct coord_submission bound = {0};
	enum proto_code code;
	bool any = false;

	code = coord_store_round_terms(&offer->terms, store, offer->header.round, offer->header.node, offer->error);
	if (code == PROTO_OK)
		code = coord_store_submission_find(&bound, &any, store, &key, offer->error);
	if (code == PROTO_OK && any) {
		code = again(offer, reply, &bound);
		goto out;
	}
	if (code == PROTO_OK)
		code = fits_round(offer);
	if (code == PROTO_OK)
		code = coord_api_header_due(&offer->terms, offer->header.round, offer->api->now(), offer->error);
	if (code == PROTO_OK)
		code = extends_chain(offer);
	if (code == PROTO_OK)
		code = bind(offer);
	if (code == PROTO_OK)
		reply->want_body = true;
out:
	coord_store_submission_wipe(&bound);
	return code;
}

enum proto_code
coord_api_header(struct coord_api *api, struct proto_buffer *ret_reply, const struct coord_api_call *call, const struct coord_country *country,
    struct proto_error *error)
{
	struct offer offer = {.api = api, .call = call, .country = country, .error = error};
	struct proto_header_reply reply = {0};
	enum proto_code code;

	code = genuine(&offer);
	if (code == PROTO_OK)
		code = coord_store_begin(api->state.store, error);
	if (code == PROTO_OK)
		code = decide(&offer, &reply);
	coord_store_rollback(api->state.store);
	if (code == PROTO_OK)
		code = proto_header_reply_encode(ret_reply, &reply, error);
	proto_header_reply_wipe(&reply);
	return code;
}
