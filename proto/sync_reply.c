#include <stdlib.h>
#include <string.h>

#include "chorale.pb-c.h"
#include "proto/limits.h"
#include "proto/sync.h"
#include "strict.h"

static const struct proto_strict_kind kind = {&chorale__sync_reply__descriptor, "sync's answer", PROTO_EXCHANGE_REPLY_MAX};

static ProtobufCBinaryData
view(const struct proto_buffer *buffer)
{
	return proto_strict_view(buffer->data, buffer->len);
}

static void
encode_round(Chorale__SyncRound *message, const struct proto_sync_round *round)
{
	chorale__sync_round__init(message);
	message->round = proto_strict_borrow(round->round);
	message->state = (uint32_t)round->state;
	message->manifest = view(&round->manifest);
	message->receipt = view(&round->receipt);
	message->accepted = view(&round->accepted);
}

static void
encode_fields(Chorale__SyncReply *message, const struct proto_sync_reply *reply)
{
	chorale__sync_reply__init(message);
	if (reply->bound.any) {
		message->sequence = reply->bound.sequence;
		message->head = proto_strict_view(reply->bound.head, PROTO_HASH);
		message->total = reply->bound.total;
	}
	message->receipt_known = reply->receipt_known;
	message->trust = view(&reply->trust);
	message->structures_signed = view(&reply->structures_signed);
}

enum proto_code
proto_sync_reply_encode(struct proto_buffer *ret, const struct proto_sync_reply *reply, struct proto_error *error)
{
	Chorale__SyncRound *round = NULL, **rounds = NULL;
	ProtobufCBinaryData *structure = NULL;
	Chorale__SyncReply message;
	enum proto_code code;
	size_t i;

	round = calloc(reply->rounds + 1, sizeof(*round));
	rounds = calloc(reply->rounds + 1, sizeof(*rounds));
	structure = calloc(reply->structures + 1, sizeof(*structure));
	if (round == NULL || rounds == NULL || structure == NULL) {
		code = proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
		goto out;
	}
	for (i = 0; i < reply->rounds; i++) {
		encode_round(&round[i], &reply->round[i]);
		rounds[i] = &round[i];
	}
	for (i = 0; i < reply->structures; i++)
		structure[i] = view(&reply->structure[i]);
	encode_fields(&message, reply);
	message.n_structure = reply->structures;
	message.structure = structure;
	message.n_round = reply->rounds;
	message.round = rounds;
	code = proto_strict_encode(ret, &kind, &message.base, error);
out:
	free(round);
	free(rounds);
	free(structure);
	return code;
}

static enum proto_code
malformed(struct proto_error *error)
{
	return proto_error_set(error, PROTO_MALFORMED, kind.name, "a field has the wrong length or form");
}

static enum proto_code
no_memory(struct proto_error *error)
{
	return proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
}

static enum proto_code
decode_fields(struct proto_sync_reply *reply, const Chorale__SyncReply *message, struct proto_error *error)
{
	/* Sequences count from 1: zero says that nothing was ever bound. */
	reply->bound.any = message->sequence > 0;
	reply->bound.sequence = message->sequence;
	reply->bound.total = message->total;
	reply->receipt_known = message->receipt_known;
	if (message->sequence > INT64_MAX || message->total > INT64_MAX)
		return malformed(error);
	if (reply->bound.any ? !proto_strict_bytes(reply->bound.head, PROTO_HASH, &message->head)
			     : message->head.len != 0 || message->total != 0)
		return malformed(error);
	if (!proto_strict_buffer(&reply->trust, &message->trust) ||
	    !proto_strict_buffer(&reply->structures_signed, &message->structures_signed))
		return no_memory(error);
	return PROTO_OK;
}

static enum proto_code
decode_structures(struct proto_sync_reply *reply, const Chorale__SyncReply *message, struct proto_error *error)
{
	size_t i;

	if ((reply->structure = calloc(message->n_structure + 1, sizeof(*reply->structure))) == NULL)
		return no_memory(error);
	for (i = 0; i < message->n_structure; i++) {
		if (message->structure[i].len == 0)
			return malformed(error);
		if (!proto_strict_buffer(&reply->structure[i], &message->structure[i]))
			return no_memory(error);
		reply->structures = i + 1;
	}
	return PROTO_OK;
}

static enum proto_code
decode_rounds(struct proto_sync_reply *reply, const Chorale__SyncReply *message, struct proto_error *error)
{
	struct proto_round parsed;
	size_t i;

	if ((reply->round = calloc(message->n_round + 1, sizeof(*reply->round))) == NULL)
		return no_memory(error);
	for (i = 0; i < message->n_round; i++) {
		const Chorale__SyncRound *from = message->round[i];
		struct proto_sync_round *round = &reply->round[i];

		reply->rounds = i + 1; /* what this one holds so far is freed with the rest */
		if (!proto_strict_text(round->round, sizeof(round->round), from->round) ||
		    proto_round_parse(&parsed, round->round, NULL) != PROTO_OK ||
		    from->state < PROTO_ROUND_OPEN || from->state > PROTO_ROUND_ABORTED)
			return malformed(error);
		round->state = (enum proto_round_state)from->state;
		if (!proto_strict_buffer(&round->manifest, &from->manifest) ||
		    !proto_strict_buffer(&round->receipt, &from->receipt) ||
		    !proto_strict_buffer(&round->accepted, &from->accepted))
			return no_memory(error);
	}
	return PROTO_OK;
}

enum proto_code
proto_sync_reply_decode(struct proto_sync_reply *ret, const void *data, size_t len, struct proto_error *error)
{
	struct proto_sync_reply reply = {0};
	const Chorale__SyncReply *message;
	ProtobufCMessage *base = NULL;
	enum proto_code code;

	if ((code = proto_strict_decode(&base, &kind, data, len, error)) != PROTO_OK)
		return code;
	message = (const Chorale__SyncReply *)base;
	if ((code = decode_fields(&reply, message, error)) != PROTO_OK ||
	    (code = decode_structures(&reply, message, error)) != PROTO_OK ||
	    (code = decode_rounds(&reply, message, error)) != PROTO_OK)
		goto out;
	*ret = reply;
	reply = (struct proto_sync_reply){0};
out:
	proto_sync_reply_wipe(&reply);
	proto_strict_free(base);
	return code;
}

void
proto_sync_reply_wipe(struct proto_sync_reply *reply)
{
	size_t i;

	proto_buffer_wipe(&reply->trust);
	proto_buffer_wipe(&reply->structures_signed);
	for (i = 0; i < reply->structures; i++)
		proto_buffer_wipe(&reply->structure[i]);
	free(reply->structure);
	for (i = 0; i < reply->rounds; i++) {
		proto_buffer_wipe(&reply->round[i].manifest);
		proto_buffer_wipe(&reply->round[i].receipt);
		proto_buffer_wipe(&reply->round[i].accepted);
	}
	free(reply->round);
	*reply = (struct proto_sync_reply){0};
}
