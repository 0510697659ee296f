#include "api_calls.h"

#include <string.h>

struct upload {
	struct coord_api *api;
	const struct coord_country *country;
	const uint8_t *digest; /* of the header */
	struct proto_buffer sealed;
	struct coord_submission bound;
	struct proto_error *error;
};

static enum proto_code
sign_receipt(struct proto_buffer *ret_signed, const struct upload *upload, const struct coord_terms *terms)
{
	const struct coord_submission *bound = &upload->bound;
	struct proto_receipt receipt = {0};

	strcpy(receipt.coordinator, upload->api->state.identity.coordinator);
	strcpy(receipt.round, bound->round);
	memcpy(receipt.manifest, terms->manifest_sha256, PROTO_HASH);
	strcpy(receipt.node, bound->node);
	receipt.sequence = bound->sequence;
	memcpy(receipt.header, bound->digest, PROTO_HASH);
	memcpy(receipt.head, bound->head, PROTO_HASH);
	receipt.total = bound->total;
	receipt.accepted = upload->api->now();
	return proto_receipt_sign(ret_signed, &receipt, &upload->api->receipt, upload->error);
}

/* Body and receipt in one step, synced, before the receipt is seen by anyone (A3). */
static enum proto_code
accept(struct proto_buffer *ret_receipt, struct upload *upload)
{
	struct coord_store *store = upload->api->state.store;
	struct coord_submission *bound = &upload->bound;
	uint8_t digest[PROTO_HASH];
	struct coord_terms terms;
	enum proto_code code;

	code = coord_store_round_terms(&terms, store, bound->round, bound->node, upload->error);
	if (code == PROTO_OK)
		code = coord_api_header_due(&terms, bound->round, upload->api->now(), upload->error);
	if (code != PROTO_OK)
		return code;
	proto_part_digest(digest, &upload->sealed);
	if (memcmp(digest, bound->country_part, sizeof digest) != 0)
		return proto_error_set(upload->error, PROTO_REFUSED, bound->round, "the body is not the one that the header names");
	code = sign_receipt(ret_receipt, upload, &terms);
	if (code == PROTO_OK)
		code = coord_store_submission_complete(store, bound, upload->sealed.data, upload->sealed.len, ret_receipt, upload->error);
	if (code == PROTO_OK)
		code = coord_store_log_event(store, "accept", bound->round, upload->error);
	return code == PROTO_OK ? coord_store_commit(store, upload->error) : code;
}

static enum proto_code
take(struct proto_header_reply *reply, struct upload *upload)
{
	struct coord_submission_key key = {.which = COORD_DIGEST, .node = upload->country->code, .digest = upload->digest};
	enum proto_code code;
	bool any;

	code = coord_store_submission_find(&upload->bound, &any, upload->api->state.store, &key, upload->error);
	if (code != PROTO_OK)
		return code;
	if (!any)
		return proto_error_set(upload->error, PROTO_NOT_FOUND, upload->country->code, "no header with this digest is bound; send it first");
	if (upload->bound.receipt.len == 0)
		return accept(&reply->receipt, upload);
	reply->receipt = upload->bound.receipt;
	memset(&upload->bound.receipt, 0, sizeof upload->bound.receipt);
	return PROTO_OK;
}

enum proto_code
coord_api_body(struct coord_api *api, struct proto_buffer *ret_reply, const struct coord_api_call *call, const struct coord_country *country,
    struct proto_error *error)
{
	struct upload upload = {.api = api, .country = country, .digest = call->body, .error = error};
	struct proto_header_reply reply = {0};
	enum proto_code code;

	if (call->body_len <= PROTO_HASH)
		return proto_error_set(error, PROTO_MALFORMED, country->code, "a body is a header's digest and the sealed part");
	proto_buffer_put(&upload.sealed, upload.digest + PROTO_HASH, call->body_len - PROTO_HASH);
	code = upload.sealed.failed ? proto_error_set(error, PROTO_MEMORY, country->code, "out of memory") :
	    coord_store_begin(api->state.store, error);
	if (code == PROTO_OK)
		code = take(&reply, &upload);
	coord_store_rollback(api->state.store);
	if (code == PROTO_OK)
		code = proto_header_reply_encode(ret_reply, &reply, error);
	proto_header_reply_wipe(&reply);
	coord_store_submission_wipe(&upload.bound);
	proto_buffer_wipe(&upload.sealed);
	return code;
}
