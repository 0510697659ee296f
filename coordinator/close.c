#include "coordinator/close.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct closing {
	struct coord_state *state;
	const struct coord_keys *keys;
	struct coord_round round;
	struct proto_manifest manifest;
	size_t submissions;
	struct coord_submission *submission;
};

static void
closing_wipe(struct closing *closing)
{
	coord_store_submission_free(closing->submission, closing->submissions);
	proto_manifest_wipe(&closing->manifest);
	coord_store_round_wipe(&closing->round);
}

static enum proto_code
closing_load(struct closing *closing, const char *round, struct proto_error *error)
{
	struct coord_store *store = closing->state->store;
	enum proto_code code;

	if ((code = coord_store_round(&closing->round, store, round, error)) != PROTO_OK ||
	    (code = proto_manifest_open(&closing->manifest, closing->round.manifest.data, closing->round.manifest.len,
	        &closing->state->trust, error)) != PROTO_OK)
		return code;
	return coord_store_submission_list(&closing->submission, &closing->submissions, store, round, COORD_WITH_BODIES, error);
}

/* Opens one country part under the header that was bound for it. */
static enum proto_code
open_part(struct proto_part *ret_part, const struct closing *closing, const struct coord_submission *submission,
    struct proto_error *error)
{
	const struct proto_manifest_country *country = proto_manifest_find(&closing->manifest, submission->node);
	struct proto_header header;
	enum proto_code code;

	if (country == NULL)
		return proto_error_set(error, PROTO_NOT_GENUINE, submission->node, "the country is not in the manifest");
	code = proto_header_open(&header, submission->header, sizeof(submission->header), country->signing, error);
	if (code == PROTO_OK)
		code = proto_part_open(ret_part, &closing->manifest, &header, &submission->body,
		    coord_keys_opening(closing->keys), error);
	return code;
}

/* Is it taken? Writes the entry; a system fault (memory, store) is returned, a fault of the submission is a reason. */
static enum proto_code
judge(struct proto_accepted_entry *entry, const struct closing *closing, const struct coord_submission *submission,
    struct proto_error *error)
{
	struct coord_store *store = closing->state->store;
	struct coord_country country = {0};
	struct proto_part part = {0};
	struct proto_error why = {0};
	enum proto_code code, verdict = PROTO_OK;

	memcpy(entry->country, submission->node, sizeof(entry->country));
	entry->sequence = submission->sequence;
	memcpy(entry->header, submission->digest, PROTO_HASH);
	if ((code = coord_store_country(&country, store, submission->node, error)) != PROTO_OK)
		return code;
	if (submission->receipt.len == 0)
		verdict = PROTO_LATE; /* its header was bound, its body never came */
	else if (country.state != COORD_ACTIVE)
		verdict = PROTO_REVOKED;
	else
		verdict = open_part(&part, closing, submission, &why);
	coord_store_country_wipe(&country);
	proto_part_wipe(&part);
	if (verdict == PROTO_MEMORY || verdict == PROTO_INTERNAL)
		return proto_error_set(error, verdict, submission->node, "%s", why.what);
	entry->accepted = verdict == PROTO_OK;
	if (!entry->accepted)
		(void)snprintf(entry->reason, sizeof(entry->reason), "%s", proto_error_name(verdict));
	if (entry->accepted || verdict == PROTO_LATE || verdict == PROTO_REVOKED)
		return PROTO_OK;
	code = coord_store_log_evidence(store, "context", submission->node, submission->round, submission->header,
	    sizeof(submission->header), error);
	if (code == PROTO_OK)
		code = coord_store_log_event(store, "left-out", submission->node, error);
	return code;
}

static enum proto_code
sign_set(struct closing *closing, int64_t now, struct proto_error *error)
{
	struct proto_accepted accepted = {.closed = now, .entries = closing->submissions};
	struct proto_buffer bytes = {0};
	enum proto_code code = PROTO_OK;
	size_t i;

	(void)snprintf(accepted.coordinator, sizeof(accepted.coordinator), "%s", closing->manifest.coordinator);
	(void)snprintf(accepted.round, sizeof(accepted.round), "%s", closing->manifest.round_text);
	memcpy(accepted.manifest, closing->manifest.sha256, PROTO_HASH);
	accepted.entry = calloc(closing->submissions + 1, sizeof(*accepted.entry));
	if (accepted.entry == NULL)
		return proto_error_set(error, PROTO_MEMORY, closing->round.round, "out of memory");
	for (i = 0; i < closing->submissions && code == PROTO_OK; i++)
		code = judge(&accepted.entry[i], closing, &closing->submission[i], error);
	if (code == PROTO_OK)
		code = proto_accepted_sign(&bytes, &accepted, coord_keys_signer(closing->keys, PROTO_PURPOSE_ACCEPTED), error);
	if (code == PROTO_OK)
		code = coord_store_round_accept(closing->state->store, closing->round.round, &bytes, now, error);
	if (code == PROTO_OK)
		code = coord_store_log_event(closing->state->store, "round-close", closing->round.round, error);
	proto_buffer_wipe(&bytes);
	proto_accepted_wipe(&accepted);
	return code;
}

enum proto_code
coord_close(struct coord_state *state, const struct coord_keys *keys, const char *round, int64_t now, struct proto_error *error)
{
	struct closing closing = {.state = state, .keys = keys};
	enum proto_code code;

	/* the write transaction comes first: what is accepted before it is in the set, what comes after is late */
	if ((code = coord_store_begin(state->store, error)) != PROTO_OK)
		return code;
	if ((code = closing_load(&closing, round, error)) != PROTO_OK)
		goto out;
	if (closing.round.state == PROTO_ROUND_ABORTED)
		code = proto_error_set(error, PROTO_REFUSED, round, "the round was aborted");
	else if (closing.round.state == PROTO_ROUND_OPEN && (code = sign_set(&closing, now, error)) == PROTO_OK)
		code = coord_store_commit(state->store, error);
out:
	coord_store_rollback(state->store);
	closing_wipe(&closing);
	return code;
}

/* The submission that an accepted entry names, by its header. */
static const struct coord_submission *
find_submission(const struct closing *closing, const struct proto_accepted_entry *entry)
{
	size_t i;

	for (i = 0; i < closing->submissions; i++)
		if (memcmp(closing->submission[i].digest, entry->header, PROTO_HASH) == 0)
			return &closing->submission[i];
	return NULL;
}

static enum proto_code
take_part(struct coord_published *published, const struct closing *closing, size_t i, struct proto_error *error)
{
	const struct proto_accepted_entry *entry = &published->accepted.entry[i];
	const struct coord_submission *submission = find_submission(closing, entry);
	struct coord_area *area = coord_published_area(published, entry->country);
	struct proto_part part = {0};
	enum proto_code code;

	if (submission == NULL || area == NULL)
		return proto_error_set(error, PROTO_DAMAGED, entry->country, "the store lacks a submission that the signed set holds");
	if ((code = open_part(&part, closing, submission, error)) != PROTO_OK)
		return code;
	area->y = part.value;
	area->aggregate = part.aggregate;
	area->attest = part.attest;
	part.value = NULL;
	part.attest = NULL;
	proto_part_wipe(&part);
	proto_buffer_put(&published->receipt[i], submission->receipt.data, submission->receipt.len);
	return published->receipt[i].failed ? proto_error_set(error, PROTO_MEMORY, entry->country, "out of memory") : PROTO_OK;
}

/* Copies of the signed bytes, and what they say. */
static enum proto_code
take_documents(struct coord_published *published, const struct closing *closing, struct proto_error *error)
{
	const struct proto_buffer *trust = &closing->state->identity.trust;
	enum proto_code code;

	proto_buffer_put(&published->trust_bytes, trust->data, trust->len);
	proto_buffer_put(&published->manifest_signed, closing->round.manifest.data, closing->round.manifest.len);
	proto_buffer_put(&published->accepted_signed, closing->round.accepted.data, closing->round.accepted.len);
	if (published->trust_bytes.failed || published->manifest_signed.failed || published->accepted_signed.failed)
		return proto_error_set(error, PROTO_MEMORY, closing->round.round, "out of memory");
	if ((code = proto_trust_open(&published->trust, trust->data, trust->len, NULL, error)) != PROTO_OK ||
	    (code = proto_manifest_open(&published->manifest, published->manifest_signed.data, published->manifest_signed.len,
	        &published->trust, error)) != PROTO_OK ||
	    (code = proto_accepted_open(&published->accepted, published->accepted_signed.data, published->accepted_signed.len,
	        &published->trust, error)) != PROTO_OK)
		return code;
	published->created = published->accepted.closed;
	(void)snprintf(published->id, sizeof(published->id), "%.56s.v1", closing->round.round);
	published->receipt = calloc(published->accepted.entries + 1, sizeof(*published->receipt));
	if (published->receipt == NULL)
		return proto_error_set(error, PROTO_MEMORY, closing->round.round, "out of memory");
	return coord_published_frame(published, error);
}

enum proto_code
coord_close_open(struct coord_published *ret_published, struct coord_state *state, const struct coord_keys *keys,
    const char *round, struct proto_error *error)
{
	struct closing closing = {.state = state, .keys = keys};
	struct coord_published published = {0};
	enum proto_code code;
	size_t i;

	if ((code = closing_load(&closing, round, error)) != PROTO_OK)
		goto out;
	if (closing.round.state == PROTO_ROUND_OPEN)
		code = proto_error_set(error, PROTO_EARLY, round, "the round is open; close it first (round close)");
	else if (closing.round.state == PROTO_ROUND_ABORTED)
		code = proto_error_set(error, PROTO_REFUSED, round, "the round was aborted");
	else
		code = take_documents(&published, &closing, error);
	for (i = 0; code == PROTO_OK && i < published.accepted.entries; i++)
		if (published.accepted.entry[i].accepted)
			code = take_part(&published, &closing, i, error);
	if (code == PROTO_OK)
		code = coord_published_derive(&published, error);
out:
	closing_wipe(&closing);
	if (code == PROTO_OK)
		*ret_published = published;
	else
		coord_published_wipe(&published);
	return code;
}
