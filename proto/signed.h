#ifndef PROTO_SIGNED_H
#define PROTO_SIGNED_H

#include "proto/buffer.h"
#include "proto/cert.h"

/*
 * A signed document: label, the certificate of the signing key, an Ed25519 signature, then
 * the document's bytes. The signature is over the label ("chorale <purpose> v1", NUL-padded
 * to 32 bytes) and SHA-256(document), so it is checked before anything parses the document.
 * Used for manifests, accepted sets, aborts and receipts; releases use the detached form.
 */
#define PROTO_SIGNED_FRONT 280 /* bytes before the document */

struct proto_trust;

struct proto_signer {
	struct proto_cert cert;
	const uint8_t *secret; /* PROTO_SECRET bytes, borrowed */
};

PROTO_CHECK enum proto_code proto_signed_make(struct proto_buffer *ret_signed, const struct proto_signer *signer,
    const void *document, size_t len, struct proto_error *error);

/*
 * proto_signed_open(ret_document, bytes, len, trust, purpose, error):
 * NOT_GENUINE, one text, whatever is wrong: cut, another key, another purpose, another
 * coordinator, another root. *ret_document is the caller's to wipe.
 */
PROTO_CHECK enum proto_code proto_signed_open(struct proto_buffer *ret_document, const void *bytes, size_t len,
    const struct proto_trust *trust, enum proto_purpose purpose, struct proto_error *error);

/*
 * The detached form, for files that others' tools read (SHA256SUMS.sig): the signature alone,
 * over the same string. proto_signed_check answers NOT_GENUINE when it is not key's.
 */
PROTO_CHECK enum proto_code proto_signed_detach(uint8_t ret_signature[static PROTO_SIGNATURE],
    const struct proto_signer *signer, const void *document, size_t len, struct proto_error *error);
PROTO_CHECK enum proto_code proto_signed_check(const uint8_t signature[static PROTO_SIGNATURE],
    const uint8_t key[static PROTO_PUBLIC], enum proto_purpose purpose, const void *document, size_t len,
    struct proto_error *error);

#endif
