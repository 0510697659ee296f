#include "proto/signed.h"

#include <sodium.h>
#include <string.h>

#include "layout.h"
#include "signed_view.h"

/* Offsets of the front; PROTOCOL.md, "Signed document". */
enum {
	AT_LABEL = 0,
	AT_CERT = 32,
	AT_SIGNATURE = AT_CERT + PROTO_CERT_BYTES,
	AT_DOCUMENT = AT_SIGNATURE + PROTO_SIGNATURE,
};
_Static_assert(AT_DOCUMENT == PROTO_SIGNED_FRONT, "front of a signed document");

#define STRING_BYTES (PROTO_LAYOUT_LABEL + crypto_hash_sha256_BYTES)

/* What is signed: the label, then SHA-256 of the document. */
static void
signed_string(uint8_t ret_string[static STRING_BYTES], const char *label, const void *document, size_t len)
{
	proto_layout_text(ret_string, PROTO_LAYOUT_LABEL, label);
	(void)crypto_hash_sha256(ret_string + PROTO_LAYOUT_LABEL, document, len);
}

static enum proto_code
not_genuine(struct proto_error *error, const char *where)
{
	return proto_error_set(error, PROTO_NOT_GENUINE, where, "not signed by the key that the pinned root certified for it");
}

enum proto_code
proto_signed_pack(struct proto_buffer *ret_signed, const struct proto_signer *signer,
    const struct proto_signed_kind *kind, const void *document, size_t len, struct proto_error *error)
{
	uint8_t string[STRING_BYTES], front[PROTO_SIGNED_FRONT];
	struct proto_buffer out = {0};

	if (signer->cert.purpose != kind->purpose)
		return proto_error_set(error, PROTO_INTERNAL, kind->name, "a key of another purpose was to sign it");
	signed_string(string, kind->label, document, len);
	memcpy(front + AT_LABEL, string, PROTO_LAYOUT_LABEL);
	proto_cert_encode(front + AT_CERT, &signer->cert);
	(void)crypto_sign_detached(front + AT_SIGNATURE, NULL, string, sizeof(string), signer->secret);
	proto_buffer_put(&out, front, sizeof(front));
	proto_buffer_put(&out, document, len);
	if (out.failed)
		return proto_error_set(error, PROTO_MEMORY, kind->name, "out of memory");
	*ret_signed = out;
	return PROTO_OK;
}

enum proto_code
proto_signed_view(struct proto_signed_view *ret_view, const void *bytes, size_t len,
    const struct proto_trust *trust, const struct proto_signed_kind *kind, struct proto_error *error)
{
	const uint8_t *at = bytes;
	uint8_t string[STRING_BYTES];
	struct proto_cert cert;

	if (len < PROTO_SIGNED_FRONT)
		return not_genuine(error, kind->name);
	/* The root vouches for the key, for this purpose and this coordinator ... */
	if (proto_cert_open(&cert, at + AT_CERT, PROTO_CERT_BYTES, trust->root, trust->coordinator, kind->purpose, NULL) != PROTO_OK)
		return not_genuine(error, kind->name);
	/* ... and the key for these bytes under this label. Nothing has parsed them yet. */
	signed_string(string, kind->label, at + AT_DOCUMENT, len - AT_DOCUMENT);
	if (memcmp(at + AT_LABEL, string, PROTO_LAYOUT_LABEL) != 0 ||
	    crypto_sign_verify_detached(at + AT_SIGNATURE, string, sizeof(string), cert.key) != 0)
		return not_genuine(error, kind->name);
	*ret_view = (struct proto_signed_view){cert, at + AT_DOCUMENT, len - AT_DOCUMENT};
	return PROTO_OK;
}

enum proto_code
proto_signed_covers(const struct proto_signed_view *view, int64_t time, const struct proto_signed_kind *kind,
    struct proto_error *error)
{
	if (!proto_cert_covers(&view->cert, time))
		return proto_error_set(error, PROTO_EXPIRED, kind->name, "its key was not valid at the time it states");
	return PROTO_OK;
}
