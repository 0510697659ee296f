#include "api_calls.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "proto/catalog.h"

struct contact {
	struct coord_api *api;
	const struct coord_country *country;
	struct proto_sync_request request;
	struct proto_sync_reply reply;
	struct proto_error *error;
};

static bool
known(const struct contact *contact, const uint8_t sha256[static PROTO_HASH])
{
	size_t i;

	for (i = 0; i < contact->request.known; i++)
		if (memcmp(contact->request.known_sha256[i], sha256, PROTO_HASH) == 0)
			return true;
	return false;
}

static enum proto_code
memory(struct contact *contact)
{
	return proto_error_set(contact->error, PROTO_MEMORY, "", "out of memory");
}

/* What is bound of this node's ledger: it compares before it spends (order of a submission, step 0). */
static enum proto_code
put_bound(struct contact *contact)
{
	struct coord_submission_key key = {.which = COORD_BELOW, .node = contact->country->code, .sequence = INT64_MAX};
	struct coord_submission last = {0};
	enum proto_code code;
	bool any;

	code = coord_store_submission_find(&last, &any, contact->api->state.store, &key, contact->error);
	if (code != PROTO_OK || !any)
		return code;
	contact->reply.bound.any = true;
	contact->reply.bound.sequence = last.sequence;
	memcpy(contact->reply.bound.head, last.head, PROTO_HASH);
	contact->reply.bound.total = last.total;
	coord_store_submission_wipe(&last);
	return PROTO_OK;
}

/* Does this coordinator hold the newest receipt that the node shows? When not, it was itself restored from an old copy. */
static enum proto_code
put_receipt_known(struct contact *contact)
{
	const struct proto_sync_request *request = &contact->request;
	struct coord_submission_key key = {.which = COORD_BELOW, .node = contact->country->code, .sequence = request->receipt_sequence};
	struct coord_submission bound = {0};
	uint8_t digest[PROTO_HASH];
	enum proto_code code;
	bool any;

	contact->reply.receipt_known = true;
	if (!request->any_receipt)
		return PROTO_OK;
	contact->reply.receipt_known = false;
	if (request->receipt_sequence > INT64_MAX)
		return PROTO_OK;
	code = coord_store_submission_find(&bound, &any, contact->api->state.store, &key, contact->error);
	if (code != PROTO_OK)
		return code;
	if (any && bound.sequence == request->receipt_sequence && bound.receipt.len > 0) {
		SHA256(bound.receipt.data, bound.receipt.len, digest);
		contact->reply.receipt_known = memcmp(digest, request->receipt_sha256, sizeof digest) == 0;
	}
	coord_store_submission_wipe(&bound);
	return PROTO_OK;
}

/* Those that the signed list names: one that was added since waits until a command signs the list anew, since a node refuses any other. */
static enum proto_code
put_structures(struct contact *contact)
{
	const struct proto_buffer *list = &contact->reply.structures_signed;
	struct coord_structure *structure = NULL;
	struct proto_catalog catalog = {0};
	size_t structures = 0, i;
	enum proto_code code;

	if ((code = proto_catalog_open(&catalog, list->data, list->len, &contact->api->state.trust, contact->error)) != PROTO_OK)
		return code;
	code = coord_store_structure_list(&structure, &structures, contact->api->state.store, contact->error);
	if (code != PROTO_OK)
		goto out;
	contact->reply.structure = calloc(structures + 1, sizeof *contact->reply.structure);
	if (contact->reply.structure == NULL)
		code = memory(contact);
	for (i = 0; code == PROTO_OK && i < structures; i++)
		if (proto_catalog_has(&catalog, structure[i].sha256) && !known(contact, structure[i].sha256)) {
			contact->reply.structure[contact->reply.structures++] = structure[i].document;
			memset(&structure[i].document, 0, sizeof structure[i].document);
		}
	coord_store_structure_free(structure, structures);
out:
	proto_catalog_wipe(&catalog);
	return code;
}

/* Manifests of open rounds, and of those that this node has part in, unless it has them. */
static enum proto_code
put_round(struct contact *contact, struct coord_round *round)
{
	struct proto_sync_round *reply = &contact->reply.round[contact->reply.rounds];
	struct coord_submission_key key = {.which = COORD_ROUND, .node = contact->country->code, .round = round->round};
	struct coord_submission own = {0};
	enum proto_code code;
	bool any;

	code = coord_store_submission_find(&own, &any, contact->api->state.store, &key, contact->error);
	if (code != PROTO_OK)
		return code;
	strcpy(reply->round, round->round);
	reply->state = round->state;
	reply->receipt = own.receipt;
	memset(&own.receipt, 0, sizeof own.receipt);
	if ((any || round->state == PROTO_ROUND_OPEN) && !known(contact, round->manifest_sha256)) {
		reply->manifest = round->manifest;
		memset(&round->manifest, 0, sizeof round->manifest);
	}
	if (round->state == PROTO_ROUND_ABORTED) {
		reply->accepted = round->aborted;
		memset(&round->aborted, 0, sizeof round->aborted);
	} else {
		reply->accepted = round->accepted;
		memset(&round->accepted, 0, sizeof round->accepted);
	}
	contact->reply.rounds++;
	coord_store_submission_wipe(&own);
	return PROTO_OK;
}

static enum proto_code
put_rounds(struct contact *contact)
{
	struct coord_round *round = NULL;
	size_t rounds = 0, i;
	enum proto_code code;

	code = coord_store_round_list(&round, &rounds, contact->api->state.store, contact->error);
	if (code != PROTO_OK)
		return code;
	contact->reply.round = calloc(rounds + 1, sizeof *contact->reply.round);
	if (contact->reply.round == NULL)
		code = memory(contact);
	for (i = 0; code == PROTO_OK && i < rounds; i++)
		code = put_round(contact, &round[i]);
	coord_store_round_free(round, rounds);
	return code;
}

/* The trust bundle and the list of structures as they stand now: a command may have signed a new list since. */
static enum proto_code
put_identity(struct contact *contact)
{
	struct coord_identity identity = {0};
	enum proto_code code = coord_store_identity(&identity, contact->api->state.store, contact->error);

	if (code != PROTO_OK)
		return code;
	contact->reply.trust = identity.trust;
	contact->reply.structures_signed = identity.structures_signed;
	memset(&identity.trust, 0, sizeof identity.trust);
	memset(&identity.structures_signed, 0, sizeof identity.structures_signed);
	coord_store_identity_wipe(&identity);
	return PROTO_OK;
}

enum proto_code
coord_api_sync(struct coord_api *api, struct proto_buffer *ret_reply, const struct coord_api_call *call, const struct coord_country *country,
    struct proto_error *error)
{
	struct contact contact = {.api = api, .country = country, .error = error};
	enum proto_code code;

	code = proto_sync_request_decode(&contact.request, call->body, call->body_len, error);
	if (code != PROTO_OK)
		return code;
	if ((code = put_bound(&contact)) == PROTO_OK && (code = put_receipt_known(&contact)) == PROTO_OK &&
	    (code = put_identity(&contact)) == PROTO_OK && (code = put_structures(&contact)) == PROTO_OK &&
	    (code = put_rounds(&contact)) == PROTO_OK)
		code = proto_sync_reply_encode(ret_reply, &contact.reply, error);
	proto_sync_reply_wipe(&contact.reply);
	proto_sync_request_wipe(&contact.request);
	return code;
}
