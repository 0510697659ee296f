#include "proto/accepted.h"

#include <stdlib.h>
#include <string.h>

#include "chorale.pb-c.h"
#include "decode.h"
#include "layout.h"
#include "signed_view.h"
#include "strict.h"

#define BYTES_MAX (64u << 10)
#define ENTRIES_MAX 512

static const struct proto_strict_kind kind = {&chorale__accepted__descriptor, "accepted set", BYTES_MAX};
static const struct proto_signed_kind signed_kind = {PROTO_PURPOSE_ACCEPTED, PROTO_LABEL_ACCEPTED, "accepted set"};

static void
encode_entry(Chorale__AcceptedEntry *message, const struct proto_accepted_entry *entry)
{
	chorale__accepted_entry__init(message);
	message->country = proto_strict_borrow(entry->country);
	message->sequence = entry->sequence;
	message->header = proto_strict_view(entry->header, PROTO_HASH);
	message->accepted = entry->accepted;
	message->reason = proto_strict_borrow(entry->reason);
}

static enum proto_code
encode(struct proto_buffer *ret_document, const struct proto_accepted *accepted, struct proto_error *error)
{
	Chorale__AcceptedEntry *entry = NULL, **pointer = NULL;
	Chorale__Accepted message;
	enum proto_code code;
	size_t i;

	entry = calloc(accepted->entries + 1, sizeof(*entry));
	pointer = calloc(accepted->entries + 1, sizeof(*pointer));
	if (entry == NULL || pointer == NULL) {
		code = proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
		goto out;
	}
	for (i = 0; i < accepted->entries; i++) {
		encode_entry(&entry[i], &accepted->entry[i]);
		pointer[i] = &entry[i];
	}
	chorale__accepted__init(&message);
	message.coordinator = proto_strict_borrow(accepted->coordinator);
	message.round = proto_strict_borrow(accepted->round);
	message.manifest = proto_strict_view(accepted->manifest, PROTO_HASH);
	message.aborted = accepted->aborted;
	message.reason = proto_strict_borrow(accepted->reason);
	message.closed = accepted->closed;
	message.n_entry = accepted->entries;
	message.entry = pointer;
	code = proto_strict_encode(ret_document, &kind, &message.base, error);
out:
	free(entry);
	free(pointer);
	return code;
}

enum proto_code
proto_accepted_sign(struct proto_buffer *ret_signed, const struct proto_accepted *accepted,
    const struct proto_signer *signer, struct proto_error *error)
{
	struct proto_buffer document = {0};
	struct proto_accepted again = {0};
	enum proto_code code;

	if ((code = encode(&document, accepted, error)) != PROTO_OK)
		goto out;
	/* Nothing is signed that its readers would refuse. */
	if ((code = proto_accepted_decode(&again, document.data, document.len, error)) != PROTO_OK)
		goto out;
	code = proto_signed_pack(ret_signed, signer, &signed_kind, document.data, document.len, error);
out:
	proto_accepted_wipe(&again);
	proto_buffer_wipe(&document);
	return code;
}

static bool
decode_entry(struct proto_accepted_entry *entry, const Chorale__AcceptedEntry *message)
{
	entry->sequence = message->sequence;
	entry->accepted = message->accepted;
	return proto_strict_text(entry->country, sizeof(entry->country), message->country) &&
	    proto_keys_country(entry->country) && proto_strict_bytes(entry->header, PROTO_HASH, &message->header) &&
	    proto_strict_text(entry->reason, sizeof(entry->reason), message->reason) &&
	    entry->sequence >= 1 && entry->sequence <= INT64_MAX &&
	    /* a reason stands exactly where an upload was left out */
	    entry->accepted == (entry->reason[0] == '\0');
}

/* Each country once, ascending: one set has one encoding. */
static bool
decode_entries(struct proto_accepted *accepted, const Chorale__Accepted *message)
{
	size_t i;

	for (i = 0; i < message->n_entry; i++) {
		if (!decode_entry(&accepted->entry[i], message->entry[i]))
			return false;
		if (i > 0 && strcmp(accepted->entry[i - 1].country, accepted->entry[i].country) >= 0)
			return false;
	}
	accepted->entries = message->n_entry;
	return true;
}

static bool
decode_fields(struct proto_accepted *accepted, const Chorale__Accepted *message)
{
	struct proto_round round;

	accepted->aborted = message->aborted;
	accepted->closed = message->closed;
	return proto_strict_text(accepted->coordinator, sizeof(accepted->coordinator), message->coordinator) &&
	    proto_keys_coordinator_id(accepted->coordinator) &&
	    proto_strict_text(accepted->round, sizeof(accepted->round), message->round) &&
	    proto_round_parse(&round, accepted->round, NULL) == PROTO_OK &&
	    proto_strict_bytes(accepted->manifest, PROTO_HASH, &message->manifest) && accepted->closed >= 0 &&
	    message->n_entry <= ENTRIES_MAX &&
	    /* an abort has a reason and no entries; a set has no reason */
	    (message->aborted ? message->reason[0] != '\0' && message->n_entry == 0 : message->reason[0] == '\0');
}

enum proto_code
proto_accepted_decode(struct proto_accepted *ret_accepted, const void *document, size_t len, struct proto_error *error)
{
	struct proto_accepted accepted = {0};
	const Chorale__Accepted *message;
	ProtobufCMessage *base = NULL;
	enum proto_code code;

	if ((code = proto_strict_decode(&base, &kind, document, len, error)) != PROTO_OK)
		return code;
	message = (const Chorale__Accepted *)base;
	if (!decode_fields(&accepted, message)) {
		code = proto_error_set(error, PROTO_MALFORMED, kind.name, "a field has the wrong length or form");
		goto out;
	}
	if ((accepted.entry = calloc(message->n_entry + 1, sizeof(*accepted.entry))) == NULL ||
	    !proto_strict_dup(&accepted.reason, message->reason)) {
		code = proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
		goto out;
	}
	if (!decode_entries(&accepted, message)) {
		code = proto_error_set(error, PROTO_MALFORMED, kind.name, "an entry is wrong, repeated or out of order");
		goto out;
	}
	*ret_accepted = accepted;
	accepted = (struct proto_accepted){0};
out:
	proto_accepted_wipe(&accepted);
	proto_strict_free(base);
	return code;
}

enum proto_code
proto_accepted_open(struct proto_accepted *ret_accepted, const void *bytes, size_t len,
    const struct proto_trust *trust, struct proto_error *error)
{
	struct proto_accepted accepted = {0};
	struct proto_signed_view view;
	enum proto_code code;

	if ((code = proto_signed_view(&view, bytes, len, trust, &signed_kind, error)) != PROTO_OK ||
	    (code = proto_accepted_decode(&accepted, view.document, view.len, error)) != PROTO_OK ||
	    (code = proto_signed_covers(&view, accepted.closed, &signed_kind, error)) != PROTO_OK)
		goto out;
	if (strcmp(accepted.coordinator, trust->coordinator) != 0) {
		code = proto_error_set(error, PROTO_NOT_GENUINE, kind.name, "of another coordinator");
		goto out;
	}
	*ret_accepted = accepted;
	accepted = (struct proto_accepted){0};
out:
	proto_accepted_wipe(&accepted);
	return code;
}

void
proto_accepted_wipe(struct proto_accepted *accepted)
{
	free(accepted->reason);
	free(accepted->entry);
	*accepted = (struct proto_accepted){0};
}
