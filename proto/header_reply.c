#include "proto/header_reply.h"

#include "chorale.pb-c.h"
#include "strict.h"

#define BYTES_MAX 4096

static const struct proto_strict_kind kind = {&chorale__header_reply__descriptor, "header's answer", BYTES_MAX};

enum proto_code
proto_header_reply_encode(struct proto_buffer *ret, const struct proto_header_reply *reply, struct proto_error *error)
{
	Chorale__HeaderReply message;

	chorale__header_reply__init(&message);
	message.want_body = reply->want_body;
	message.receipt = proto_strict_view(reply->receipt.data, reply->receipt.len);
	return proto_strict_encode(ret, &kind, &message.base, error);
}

enum proto_code
proto_header_reply_decode(struct proto_header_reply *ret, const void *data, size_t len, struct proto_error *error)
{
	struct proto_header_reply reply = {0};
	const Chorale__HeaderReply *message;
	ProtobufCMessage *base = NULL;
	enum proto_code code;

	if ((code = proto_strict_decode(&base, &kind, data, len, error)) != PROTO_OK)
		return code;
	message = (const Chorale__HeaderReply *)base;
	reply.want_body = message->want_body;
	if (message->want_body == (message->receipt.len > 0))
		code = proto_error_set(error, PROTO_MALFORMED, kind.name, "it must want the body or bring the receipt");
	else if (!proto_strict_buffer(&reply.receipt, &message->receipt))
		code = proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
	else
		*ret = reply;
	proto_strict_free(base);
	return code;
}

void
proto_header_reply_wipe(struct proto_header_reply *reply)
{
	proto_buffer_wipe(&reply->receipt);
	*reply = (struct proto_header_reply){0};
}
