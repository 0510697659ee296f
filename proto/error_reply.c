#include "proto/error_reply.h"

#include <string.h>

#include "chorale.pb-c.h"
#include "strict.h"

#define BYTES_MAX 1024

static const struct proto_strict_kind kind = {&chorale__error_reply__descriptor, "error's answer", BYTES_MAX};

/*
 * Printable ASCII only, on both sides. On the way out a text that was cut inside a character would not
 * be UTF-8 and the answer would be lost; on the way in it is a stranger's text on somebody's
 * terminal, where format characters could make it read as something else.
 */
static bool
printable(char *ret_text, size_t size, const char *text)
{
	size_t i, len = strlen(text);

	if (len >= size)
		return false;
	for (i = 0; i <= len; i++)
		ret_text[i] = text[i] == '\0' || (text[i] >= 0x20 && text[i] < 0x7f) ? text[i] : '?';
	return true;
}

enum proto_code
proto_error_reply_encode(struct proto_buffer *ret, const struct proto_error *reply, struct proto_error *error)
{
	struct proto_error clean;
	Chorale__ErrorReply message;

	if (!printable(clean.what, sizeof(clean.what), reply->what) || !printable(clean.where, sizeof(clean.where), reply->where))
		return proto_error_set(error, PROTO_INTERNAL, kind.name, "a text without an end");
	chorale__error_reply__init(&message);
	message.code = proto_strict_borrow(proto_error_name(reply->code));
	message.what = clean.what;
	message.where = clean.where;
	return proto_strict_encode(ret, &kind, &message.base, error);
}

/* A code that this program does not know, or that says all is well, is a failure like any other. */
static enum proto_code
code_of(const char *name)
{
	enum proto_code code = proto_error_parse(name);

	if (code == PROTO_OK || (code == PROTO_INTERNAL && strcmp(name, proto_error_name(PROTO_INTERNAL)) != 0))
		code = PROTO_FAILED;
	return code;
}

enum proto_code
proto_error_reply_decode(struct proto_error *ret, const void *data, size_t len, struct proto_error *error)
{
	struct proto_error reply = {0};
	const Chorale__ErrorReply *message;
	ProtobufCMessage *base = NULL;
	enum proto_code code;

	if ((code = proto_strict_decode(&base, &kind, data, len, error)) != PROTO_OK)
		return code;
	message = (const Chorale__ErrorReply *)base;
	reply.code = code_of(message->code);
	if (!printable(reply.what, sizeof(reply.what), message->what) ||
	    !printable(reply.where, sizeof(reply.where), message->where))
		code = proto_error_set(error, PROTO_MALFORMED, kind.name, "a text is too long");
	else
		*ret = reply;
	proto_strict_free(base);
	return code;
}
