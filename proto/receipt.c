#include "proto/receipt.h"

#include <sodium.h>
#include <string.h>

#include "chorale.pb-c.h"
#include "decode.h"
#include "layout.h"
#include "signed_view.h"
#include "strict.h"

#define BYTES_MAX 1024

static const struct proto_strict_kind kind = {&chorale__receipt__descriptor, "receipt", BYTES_MAX};
static const struct proto_signed_kind signed_kind = {PROTO_PURPOSE_RECEIPT, PROTO_LABEL_RECEIPT, "receipt"};

enum proto_code
proto_receipt_sign(struct proto_buffer *ret_signed, const struct proto_receipt *receipt,
    const struct proto_signer *signer, struct proto_error *error)
{
	struct proto_buffer document = {0};
	struct proto_receipt again;
	Chorale__Receipt message;
	enum proto_code code;

	chorale__receipt__init(&message);
	message.coordinator = proto_strict_borrow(receipt->coordinator);
	message.round = proto_strict_borrow(receipt->round);
	message.manifest = proto_strict_view(receipt->manifest, PROTO_HASH);
	message.node = proto_strict_borrow(receipt->node);
	message.sequence = receipt->sequence;
	message.header = proto_strict_view(receipt->header, PROTO_HASH);
	message.head = proto_strict_view(receipt->head, PROTO_HASH);
	message.total = receipt->total;
	message.accepted = receipt->accepted;
	if ((code = proto_strict_encode(&document, &kind, &message.base, error)) != PROTO_OK)
		goto out;
	/* Nothing is signed that its readers would refuse. */
	if ((code = proto_receipt_decode(&again, document.data, document.len, error)) != PROTO_OK)
		goto out;
	code = proto_signed_pack(ret_signed, signer, &signed_kind, document.data, document.len, error);
out:
	proto_buffer_wipe(&document);
	return code;
}

enum proto_code
proto_receipt_decode(struct proto_receipt *ret_receipt, const void *document, size_t len, struct proto_error *error)
{
	struct proto_receipt receipt = {0};
	const Chorale__Receipt *message;
	ProtobufCMessage *base = NULL;
	struct proto_round round;
	enum proto_code code;

	if ((code = proto_strict_decode(&base, &kind, document, len, error)) != PROTO_OK)
		return code;
	message = (const Chorale__Receipt *)base;
	receipt.sequence = message->sequence;
	receipt.total = message->total;
	receipt.accepted = message->accepted;
	if (!proto_strict_text(receipt.coordinator, sizeof(receipt.coordinator), message->coordinator) ||
	    !proto_keys_coordinator_id(receipt.coordinator) ||
	    !proto_strict_text(receipt.round, sizeof(receipt.round), message->round) ||
	    proto_round_parse(&round, receipt.round, NULL) != PROTO_OK ||
	    !proto_strict_bytes(receipt.manifest, PROTO_HASH, &message->manifest) ||
	    !proto_strict_text(receipt.node, sizeof(receipt.node), message->node) || !proto_keys_country(receipt.node) ||
	    !proto_strict_bytes(receipt.header, PROTO_HASH, &message->header) ||
	    !proto_strict_bytes(receipt.head, PROTO_HASH, &message->head) ||
	    receipt.sequence < 1 || receipt.sequence > INT64_MAX || receipt.total > INT64_MAX || receipt.accepted < 0)
		code = proto_error_set(error, PROTO_MALFORMED, kind.name, "a field has the wrong length or form");
	else
		*ret_receipt = receipt;
	proto_strict_free(base);
	return code;
}

enum proto_code
proto_receipt_open(struct proto_receipt *ret_receipt, const void *bytes, size_t len,
    const struct proto_trust *trust, struct proto_error *error)
{
	struct proto_signed_view view;
	struct proto_receipt receipt;
	enum proto_code code;

	if ((code = proto_signed_view(&view, bytes, len, trust, &signed_kind, error)) != PROTO_OK ||
	    (code = proto_receipt_decode(&receipt, view.document, view.len, error)) != PROTO_OK ||
	    (code = proto_signed_covers(&view, receipt.accepted, &signed_kind, error)) != PROTO_OK)
		return code;
	if (strcmp(receipt.coordinator, trust->coordinator) != 0)
		return proto_error_set(error, PROTO_NOT_GENUINE, kind.name, "of another coordinator");
	*ret_receipt = receipt;
	return PROTO_OK;
}

enum proto_code
proto_receipt_matches(const struct proto_receipt *receipt, const void *header, size_t len, struct proto_error *error)
{
	struct proto_header named;
	uint8_t digest[PROTO_HASH];

	proto_header_digest(digest, header, len);
	/* The digest decides; the rest must not contradict it, since people and ledgers read the rest. */
	if (sodium_memcmp(digest, receipt->header, sizeof(digest)) != 0 || !proto_header_decode(&named, header, len) ||
	    strcmp(named.coordinator, receipt->coordinator) != 0 || strcmp(named.round, receipt->round) != 0 ||
	    strcmp(named.node, receipt->node) != 0 || memcmp(named.manifest, receipt->manifest, PROTO_HASH) != 0 ||
	    memcmp(named.head, receipt->head, PROTO_HASH) != 0 || named.sequence != receipt->sequence ||
	    named.total != receipt->total)
		return proto_error_set(error, PROTO_NOT_GENUINE, kind.name, "for another header than this one");
	return PROTO_OK;
}
