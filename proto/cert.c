#include "proto/cert.h"

#include <sodium.h>
#include <string.h>

#include "layout.h"

/* Offsets of the fixed layout; PROTOCOL.md, "Certificate". */
enum {
	AT_LABEL = 0,
	AT_COORDINATOR = 32,
	AT_PURPOSE = 64,
	AT_FROM = 72,
	AT_UNTIL = 80,
	AT_KEY = 88,
	AT_SIGNATURE = 120,
	AT_END = 184,
};
_Static_assert(AT_END == PROTO_CERT_BYTES && AT_END - AT_SIGNATURE == PROTO_SIGNATURE, "certificate layout");

static bool
sound(const struct proto_cert *cert)
{
	return proto_keys_coordinator_id(cert->coordinator) && cert->purpose >= PROTO_PURPOSE_MANIFEST &&
	    cert->purpose <= PROTO_PURPOSE_CA && cert->from >= 0 && cert->from < cert->until;
}

void
proto_cert_encode(uint8_t ret_bytes[static PROTO_CERT_BYTES], const struct proto_cert *cert)
{
	proto_layout_text(ret_bytes + AT_LABEL, PROTO_LAYOUT_LABEL, PROTO_LABEL_CERT);
	proto_layout_text(ret_bytes + AT_COORDINATOR, PROTO_LAYOUT_COORDINATOR, cert->coordinator);
	proto_layout_u64(ret_bytes + AT_PURPOSE, (uint64_t)cert->purpose);
	proto_layout_u64(ret_bytes + AT_FROM, (uint64_t)cert->from);
	proto_layout_u64(ret_bytes + AT_UNTIL, (uint64_t)cert->until);
	memcpy(ret_bytes + AT_KEY, cert->key, PROTO_PUBLIC);
	memcpy(ret_bytes + AT_SIGNATURE, cert->signature, PROTO_SIGNATURE);
}

enum proto_code
proto_cert_sign(struct proto_cert *cert, const uint8_t root_secret[static PROTO_SECRET], struct proto_error *error)
{
	uint8_t bytes[PROTO_CERT_BYTES];

	if (!sound(cert))
		return proto_error_set(error, PROTO_INTERNAL, "certificate", "a field is outside its domain");
	proto_cert_encode(bytes, cert);
	(void)crypto_sign_detached(cert->signature, NULL, bytes, AT_SIGNATURE, root_secret);
	return PROTO_OK;
}

static bool
decode(struct proto_cert *ret_cert, const uint8_t bytes[static PROTO_CERT_BYTES])
{
	struct proto_cert cert = {0};
	uint64_t purpose = proto_layout_u64_read(bytes + AT_PURPOSE);

	if (!proto_layout_text_is(bytes + AT_LABEL, PROTO_LAYOUT_LABEL, PROTO_LABEL_CERT) ||
	    !proto_layout_text_read(cert.coordinator, bytes + AT_COORDINATOR, PROTO_LAYOUT_COORDINATOR) ||
	    purpose > PROTO_PURPOSE_CA)
		return false;
	cert.purpose = (enum proto_purpose)purpose;
	cert.from = (int64_t)proto_layout_u64_read(bytes + AT_FROM);
	cert.until = (int64_t)proto_layout_u64_read(bytes + AT_UNTIL);
	memcpy(cert.key, bytes + AT_KEY, PROTO_PUBLIC);
	memcpy(cert.signature, bytes + AT_SIGNATURE, PROTO_SIGNATURE);
	if (!sound(&cert))
		return false;
	*ret_cert = cert;
	return true;
}

enum proto_code
proto_cert_open(struct proto_cert *ret_cert, const uint8_t *bytes, size_t len,
    const uint8_t root[static PROTO_PUBLIC], const char *coordinator, enum proto_purpose purpose,
    struct proto_error *error)
{
	struct proto_cert cert;

	if (len != PROTO_CERT_BYTES ||
	    crypto_sign_verify_detached(bytes + AT_SIGNATURE, bytes, AT_SIGNATURE, root) != 0 ||
	    !decode(&cert, bytes) || strcmp(cert.coordinator, coordinator) != 0 || cert.purpose != purpose)
		return proto_error_set(error, PROTO_NOT_GENUINE, "certificate", "not certified by the pinned root for this use");
	*ret_cert = cert;
	return PROTO_OK;
}

bool
proto_cert_peek(enum proto_purpose *ret_purpose, const uint8_t *bytes, size_t len)
{
	struct proto_cert cert;

	if (len != PROTO_CERT_BYTES || !decode(&cert, bytes))
		return false;
	*ret_purpose = cert.purpose;
	return true;
}

bool
proto_cert_covers(const struct proto_cert *cert, int64_t time)
{
	return cert->from <= time && time < cert->until;
}
