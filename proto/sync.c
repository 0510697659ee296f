#include "proto/sync.h"

#include <stdlib.h>
#include <string.h>

#include "chorale.pb-c.h"
#include "proto/limits.h"
#include "strict.h"

static const struct proto_strict_kind request_kind = {&chorale__sync_request__descriptor, "sync", PROTO_EXCHANGE_REQUEST_MAX};

static enum proto_code
no_memory(struct proto_error *error)
{
	return proto_error_set(error, PROTO_MEMORY, request_kind.name, "out of memory");
}

enum proto_code
proto_sync_request_encode(struct proto_buffer *ret, const struct proto_sync_request *request, struct proto_error *error)
{
	Chorale__SyncRequest message;
	ProtobufCBinaryData *known;
	enum proto_code code;
	size_t i;

	if ((known = calloc(request->known + 1, sizeof(*known))) == NULL)
		return no_memory(error);
	for (i = 0; i < request->known; i++)
		known[i] = proto_strict_view(request->known_sha256[i], PROTO_HASH);
	chorale__sync_request__init(&message);
	if (request->any_receipt) {
		message.receipt_sequence = request->receipt_sequence;
		message.receipt_sha256 = proto_strict_view(request->receipt_sha256, PROTO_HASH);
	}
	message.n_known = request->known;
	message.known = known;
	code = proto_strict_encode(ret, &request_kind, &message.base, error);
	free(known);
	return code;
}

enum proto_code
proto_sync_request_decode(struct proto_sync_request *ret, const void *data, size_t len, struct proto_error *error)
{
	struct proto_sync_request request = {0};
	const Chorale__SyncRequest *message;
	ProtobufCMessage *base = NULL;
	enum proto_code code;
	size_t i;

	if ((code = proto_strict_decode(&base, &request_kind, data, len, error)) != PROTO_OK)
		return code;
	message = (const Chorale__SyncRequest *)base;
	/* Sequences count from 1: zero says that there is no receipt, and then there is no digest. */
	request.any_receipt = message->receipt_sequence > 0;
	request.receipt_sequence = message->receipt_sequence;
	if (message->receipt_sequence > INT64_MAX ||
	    (request.any_receipt ? !proto_strict_bytes(request.receipt_sha256, PROTO_HASH, &message->receipt_sha256)
				 : message->receipt_sha256.len != 0)) {
		code = proto_error_set(error, PROTO_MALFORMED, request_kind.name, "the receipt shown has the wrong form");
		goto out;
	}
	if ((request.known_sha256 = calloc(message->n_known + 1, sizeof(*request.known_sha256))) == NULL) {
		code = no_memory(error);
		goto out;
	}
	for (i = 0; i < message->n_known; i++)
		if (!proto_strict_bytes(request.known_sha256[i], PROTO_HASH, &message->known[i])) {
			code = proto_error_set(error, PROTO_MALFORMED, request_kind.name, "a digest has the wrong length");
			goto out;
		}
	request.known = message->n_known;
	*ret = request;
	request = (struct proto_sync_request){0};
out:
	proto_sync_request_wipe(&request);
	proto_strict_free(base);
	return code;
}

void
proto_sync_request_wipe(struct proto_sync_request *request)
{
	free(request->known_sha256);
	*request = (struct proto_sync_request){0};
}
