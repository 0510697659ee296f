#include "proto/trust.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "chorale.pb-c.h"
#include "layout.h"
#include "strict.h"

static const struct proto_strict_kind kind = {&chorale__trust__descriptor, "trust", PROTO_TRUST_BYTES_MAX};

void
proto_trust_root_hash(uint8_t ret_hash[static PROTO_HASH], const uint8_t root[static PROTO_PUBLIC])
{
	uint8_t bytes[PROTO_LAYOUT_LABEL + PROTO_PUBLIC];

	proto_layout_text(bytes, PROTO_LAYOUT_LABEL, PROTO_LABEL_ROOT);
	memcpy(bytes + PROTO_LAYOUT_LABEL, root, PROTO_PUBLIC);
	(void)crypto_generichash(ret_hash, PROTO_HASH, bytes, sizeof(bytes), NULL, 0);
}

enum proto_code
proto_trust_encode(struct proto_buffer *ret_bytes, const struct proto_trust *trust, struct proto_error *error)
{
	uint8_t bytes[PROTO_TRUST_CERTS][PROTO_CERT_BYTES];
	ProtobufCBinaryData cert[PROTO_TRUST_CERTS];
	Chorale__Trust message;
	size_t i;

	if (trust->certs > PROTO_TRUST_CERTS)
		return proto_error_set(error, PROTO_INTERNAL, kind.name, "more than %d certificates", PROTO_TRUST_CERTS);
	for (i = 0; i < trust->certs; i++) {
		proto_cert_encode(bytes[i], &trust->cert[i]);
		cert[i] = proto_strict_view(bytes[i], PROTO_CERT_BYTES);
	}
	chorale__trust__init(&message);
	message.coordinator = proto_strict_borrow(trust->coordinator);
	message.name = proto_strict_borrow(trust->name);
	message.area = proto_strict_borrow(trust->area);
	message.root = proto_strict_view(trust->root, PROTO_PUBLIC);
	message.n_cert = trust->certs;
	message.cert = cert;
	message.ca = proto_strict_view(trust->ca.data, trust->ca.len);
	return proto_strict_encode(ret_bytes, &kind, &message.base, error);
}

/* Ascending by purpose, then by the day from which it holds: the newest of a purpose is its last. */
static bool
ordered(const struct proto_cert *a, const struct proto_cert *b)
{
	return a->purpose != b->purpose ? a->purpose < b->purpose : a->from < b->from;
}

static enum proto_code
open_certs(struct proto_trust *trust, const Chorale__Trust *message, struct proto_error *error)
{
	size_t i;

	if (message->n_cert > PROTO_TRUST_CERTS)
		return proto_error_set(error, PROTO_TOO_LARGE, kind.name, "more than %d certificates", PROTO_TRUST_CERTS);
	for (i = 0; i < message->n_cert; i++) {
		const ProtobufCBinaryData *bytes = &message->cert[i];
		enum proto_purpose purpose = 0;
		enum proto_code code;

		/* The purpose is the certificate's own here; whoever uses it asks for one. */
		(void)proto_cert_peek(&purpose, bytes->data, bytes->len);
		code = proto_cert_open(&trust->cert[i], bytes->data, bytes->len, trust->root, trust->coordinator, purpose, error);
		if (code != PROTO_OK)
			return code;
		if (i > 0 && !ordered(&trust->cert[i - 1], &trust->cert[i]))
			return proto_error_set(error, PROTO_NOT_CANONICAL, kind.name, "the certificates are out of order");
		trust->certs = i + 1;
	}
	return PROTO_OK;
}

static enum proto_code
open_ca(struct proto_trust *trust, const Chorale__Trust *message, struct proto_error *error)
{
	const struct proto_cert *ca = proto_trust_cert(trust, PROTO_PURPOSE_CA);
	uint8_t hash[PROTO_HASH];

	(void)crypto_hash_sha256(hash, message->ca.data, message->ca.len);
	if (ca == NULL || sodium_memcmp(hash, ca->key, sizeof(hash)) != 0)
		return proto_error_set(error, PROTO_NOT_GENUINE, kind.name, "its CA is not the one that the root certified");
	if (!proto_strict_buffer(&trust->ca, &message->ca))
		return proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
	return PROTO_OK;
}

enum proto_code
proto_trust_open(struct proto_trust *ret_trust, const void *bytes, size_t len, const uint8_t *root_hash,
    struct proto_error *error)
{
	struct proto_trust trust = {0};
	const Chorale__Trust *message;
	ProtobufCMessage *base = NULL;
	uint8_t hash[PROTO_HASH];
	enum proto_code code;

	if ((code = proto_strict_decode(&base, &kind, bytes, len, error)) != PROTO_OK)
		return code;
	message = (const Chorale__Trust *)base;
	if (!proto_strict_bytes(trust.root, PROTO_PUBLIC, &message->root) ||
	    !proto_strict_text(trust.coordinator, sizeof(trust.coordinator), message->coordinator) ||
	    !proto_keys_coordinator_id(trust.coordinator) || message->name[0] == '\0' || message->area[0] == '\0' ||
	    !proto_strict_text(trust.area, sizeof(trust.area), message->area)) {
		code = proto_error_set(error, PROTO_MALFORMED, kind.name, "a field has the wrong length or form");
		goto out;
	}
	proto_trust_root_hash(hash, trust.root);
	if (root_hash != NULL && sodium_memcmp(hash, root_hash, sizeof(hash)) != 0) {
		code = proto_error_set(error, PROTO_NOT_GENUINE, kind.name, "another root than the pinned one");
		goto out;
	}
	if ((code = open_certs(&trust, message, error)) != PROTO_OK || (code = open_ca(&trust, message, error)) != PROTO_OK)
		goto out;
	if (!proto_strict_dup(&trust.name, message->name)) {
		code = proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
		goto out;
	}
	*ret_trust = trust;
	trust = (struct proto_trust){0};
out:
	proto_trust_wipe(&trust);
	proto_strict_free(base);
	return code;
}

const struct proto_cert *
proto_trust_cert(const struct proto_trust *trust, enum proto_purpose purpose)
{
	size_t i;

	for (i = trust->certs; i > 0; i--)
		if (trust->cert[i - 1].purpose == purpose)
			return &trust->cert[i - 1];
	return NULL;
}

void
proto_trust_wipe(struct proto_trust *trust)
{
	free(trust->name);
	proto_buffer_wipe(&trust->ca);
	*trust = (struct proto_trust){0};
}
