#ifndef PROTO_SIGNED_H
#define PROTO_SIGNED_H

#include "proto/cert.h"

/*
 * A signed document: label, the certificate of the signing key, an Ed25519 signature, then
 * the document's bytes. The signature is over the label ("chorale <kind> v1", NUL-padded
 * to 32 bytes) and SHA-256(document), so it is checked before anything parses the document.
 * Manifests, lists of structures, accepted sets, aborts and receipts have this form, each through its own header;
 * a release is signed as other tools can check it (proto/release.h).
 */
#define PROTO_SIGNED_FRONT 280 /* bytes before the document */

struct proto_signer {
	struct proto_cert cert;
	const uint8_t *secret; /* PROTO_SECRET bytes, borrowed */
};

#endif
