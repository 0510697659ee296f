#ifndef PROTO_SIGNED_VIEW_H
#define PROTO_SIGNED_VIEW_H

#include "proto/buffer.h"
#include "proto/signed.h"
#include "proto/trust.h"

/*
 * What proto/signed.h is made of. A kind is a purpose, the label of what is signed and a name for
 * errors; two kinds may share a purpose, never a label.
 */
struct proto_signed_kind {
	enum proto_purpose purpose;
	const char *label;
	const char *name;
};

/* A verified document: borrowed bytes, and the certificate of the key that signed them. */
struct proto_signed_view {
	struct proto_cert cert;
	const uint8_t *document;
	size_t len;
};

/*
 * proto_signed_pack(ret_signed, signer, kind, document, len, error): signs. INTERNAL when the signer's certificate is of
 * another purpose.
 * proto_signed_view(ret_view, bytes, len, trust, kind, error): NOT_GENUINE, one text, whatever is wrong: cut, another
 * key, another purpose, another kind, another coordinator, another root.
 */
PROTO_CHECK enum proto_code proto_signed_pack(struct proto_buffer *ret_signed, const struct proto_signer *signer,
    const struct proto_signed_kind *kind, const void *document, size_t len, struct proto_error *error);
PROTO_CHECK enum proto_code proto_signed_view(struct proto_signed_view *ret_view, const void *bytes, size_t len,
    const struct proto_trust *trust, const struct proto_signed_kind *kind, struct proto_error *error);

/* proto_signed_covers(view, time, kind, error): EXPIRED unless the signing key was valid at the document's own time. */
PROTO_CHECK enum proto_code proto_signed_covers(const struct proto_signed_view *view, int64_t time,
    const struct proto_signed_kind *kind, struct proto_error *error);

#endif
