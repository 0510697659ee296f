#include "proto/enrol.h"

#include <sodium.h>
#include <string.h>

#include "chorale.pb-c.h"
#include "layout.h"
#include "proto/trust.h"
#include "strict.h"

#define REQUEST_MAX 1024
#define CERTIFICATE_MAX (8u << 10)
#define REPLY_MAX (PROTO_TRUST_BYTES_MAX + CERTIFICATE_MAX)

static const struct proto_strict_kind request_kind = {&chorale__enrol_request__descriptor, "enrolment", REQUEST_MAX};
static const struct proto_strict_kind reply_kind = {&chorale__enrol_reply__descriptor, "enrolment's answer", REPLY_MAX};

/* What proof and signature are over: a label, then these; the signature also covers the proof. */
enum {
	AT_LABEL = 0,
	AT_COORDINATOR = 32,
	AT_COUNTRY = 64,
	AT_SIGNING = 66,
	AT_SEALING = 98,
	AT_TLS = 130,
	AT_PROOF = 162,
	AT_END = 194,
};
_Static_assert(AT_END == AT_PROOF + PROTO_HASH, "enrolment layout");

static void
lay_out(uint8_t ret_bytes[static AT_PROOF], const char *label, const char *coordinator, const struct proto_node_keys *keys)
{
	proto_layout_text(ret_bytes + AT_LABEL, PROTO_LAYOUT_LABEL, label);
	proto_layout_text(ret_bytes + AT_COORDINATOR, PROTO_LAYOUT_COORDINATOR, coordinator);
	proto_layout_text(ret_bytes + AT_COUNTRY, PROTO_COUNTRY, keys->country);
	memcpy(ret_bytes + AT_SIGNING, keys->signing, PROTO_PUBLIC);
	memcpy(ret_bytes + AT_SEALING, keys->sealing, PROTO_PUBLIC);
	memcpy(ret_bytes + AT_TLS, keys->tls, PROTO_HASH);
}

void
proto_enrol_proof(uint8_t ret_proof[static PROTO_HASH], const uint8_t secret[static PROTO_SEED], const char *coordinator,
    const struct proto_node_keys *keys)
{
	uint8_t bytes[AT_PROOF];

	lay_out(bytes, PROTO_LABEL_PROOF, coordinator, keys);
	(void)crypto_generichash(ret_proof, PROTO_HASH, bytes, sizeof(bytes), secret, PROTO_SEED);
}

enum proto_code
proto_enrol_request_encode(struct proto_buffer *ret, const char *coordinator, const struct proto_node_keys *keys,
    const uint8_t secret[static PROTO_SEED], const uint8_t signing_secret[static PROTO_SECRET], struct proto_error *error)
{
	uint8_t bytes[AT_END], signature[PROTO_SIGNATURE];
	Chorale__EnrolRequest message;

	lay_out(bytes, PROTO_LABEL_ENROL, coordinator, keys);
	proto_enrol_proof(bytes + AT_PROOF, secret, coordinator, keys);
	(void)crypto_sign_detached(signature, NULL, bytes, sizeof(bytes), signing_secret);
	chorale__enrol_request__init(&message);
	message.country = proto_strict_borrow(keys->country);
	message.signing = proto_strict_view(keys->signing, PROTO_PUBLIC);
	message.sealing = proto_strict_view(keys->sealing, PROTO_PUBLIC);
	message.tls = proto_strict_view(keys->tls, PROTO_HASH);
	message.proof = proto_strict_view(bytes + AT_PROOF, PROTO_HASH);
	message.signature = proto_strict_view(signature, sizeof(signature));
	return proto_strict_encode(ret, &request_kind, &message.base, error);
}

enum proto_code
proto_enrol_request_decode(struct proto_enrol_request *ret, const char *coordinator, const void *data, size_t len,
    struct proto_error *error)
{
	struct proto_enrol_request request = {0};
	const Chorale__EnrolRequest *message;
	ProtobufCMessage *base = NULL;
	uint8_t bytes[AT_END];
	enum proto_code code;

	if ((code = proto_strict_decode(&base, &request_kind, data, len, error)) != PROTO_OK)
		return code;
	message = (const Chorale__EnrolRequest *)base;
	if (!proto_strict_text(request.keys.country, sizeof(request.keys.country), message->country) ||
	    !proto_keys_country(request.keys.country) ||
	    !proto_strict_bytes(request.keys.signing, PROTO_PUBLIC, &message->signing) ||
	    !proto_strict_bytes(request.keys.sealing, PROTO_PUBLIC, &message->sealing) ||
	    !proto_strict_bytes(request.keys.tls, PROTO_HASH, &message->tls) ||
	    !proto_strict_bytes(request.proof, PROTO_HASH, &message->proof) ||
	    !proto_strict_bytes(request.signature, PROTO_SIGNATURE, &message->signature)) {
		code = proto_error_set(error, PROTO_MALFORMED, request_kind.name, "a field has the wrong length or form");
		goto out;
	}
	lay_out(bytes, PROTO_LABEL_ENROL, coordinator, &request.keys);
	memcpy(bytes + AT_PROOF, request.proof, PROTO_HASH);
	if (crypto_sign_verify_detached(request.signature, bytes, sizeof(bytes), request.keys.signing) != 0) {
		code = proto_error_set(error, PROTO_NOT_GENUINE, request_kind.name, "not signed by the key that it brings");
		goto out;
	}
	*ret = request;
out:
	proto_strict_free(base);
	return code;
}

enum proto_code
proto_enrol_reply_encode(struct proto_buffer *ret, const struct proto_enrol_reply *reply, struct proto_error *error)
{
	Chorale__EnrolReply message;

	chorale__enrol_reply__init(&message);
	message.approved = reply->approved;
	message.trust = proto_strict_view(reply->trust.data, reply->trust.len);
	message.certificate = proto_strict_view(reply->certificate.data, reply->certificate.len);
	return proto_strict_encode(ret, &reply_kind, &message.base, error);
}

enum proto_code
proto_enrol_reply_decode(struct proto_enrol_reply *ret, const void *data, size_t len, struct proto_error *error)
{
	struct proto_enrol_reply reply = {0};
	const Chorale__EnrolReply *message;
	ProtobufCMessage *base = NULL;
	enum proto_code code;

	if ((code = proto_strict_decode(&base, &reply_kind, data, len, error)) != PROTO_OK)
		return code;
	message = (const Chorale__EnrolReply *)base;
	reply.approved = message->approved;
	if (message->approved != (message->certificate.len > 0) || message->certificate.len > CERTIFICATE_MAX) {
		code = proto_error_set(error, PROTO_MALFORMED, reply_kind.name, "a certificate stands exactly where it approves");
		goto out;
	}
	if (!proto_strict_buffer(&reply.trust, &message->trust) || !proto_strict_buffer(&reply.certificate, &message->certificate)) {
		code = proto_error_set(error, PROTO_MEMORY, reply_kind.name, "out of memory");
		goto out;
	}
	*ret = reply;
	reply = (struct proto_enrol_reply){0};
out:
	proto_enrol_reply_wipe(&reply);
	proto_strict_free(base);
	return code;
}

void
proto_enrol_reply_wipe(struct proto_enrol_reply *reply)
{
	proto_buffer_wipe(&reply->trust);
	proto_buffer_wipe(&reply->certificate);
	*reply = (struct proto_enrol_reply){0};
}
