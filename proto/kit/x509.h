#ifndef PROTO_KIT_X509_H
#define PROTO_KIT_X509_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/buffer.h"
#include "proto/error.h"
#include "proto/keys.h"

/*
 * TLS identities (P-256, SHA-256). Keys are PKCS#8 DER, certificates DER.
 *   CA    20 years, CN = coordinator id, basicConstraints CA critical pathlen 0, keyCertSign
 *   leaf  5 years, DNS:<id in lower case>.chorale.invalid, serverAuth only
 *   node  5 years, CN = country, O = coordinator id, clientAuth only
 *   self  a node's own, before approval: self-signed, CN = country
 */
PROTO_CHECK enum proto_code kit_x509_key(struct proto_buffer *ret_key, struct proto_error *error);
PROTO_CHECK enum proto_code kit_x509_spki(uint8_t ret_sha256[static PROTO_HASH], struct proto_buffer *ret_spki, const struct proto_buffer *key, struct proto_error *error);
PROTO_CHECK enum proto_code kit_x509_ca(struct proto_buffer *ret_cert, const struct proto_buffer *key, const char *coordinator, int64_t now, struct proto_error *error);

struct kit_x509_issue {
	const struct proto_buffer *ca_key, *ca_cert;
	const struct proto_buffer *spki; /* DER of the subject's public key */
	const char *coordinator;
	const char *country; /* NULL: the coordinator's own leaf */
	int64_t now;
};
PROTO_CHECK enum proto_code kit_x509_issue(struct proto_buffer *ret_cert, const struct kit_x509_issue *request, struct proto_error *error);
PROTO_CHECK enum proto_code kit_x509_self(struct proto_buffer *ret_cert, const struct proto_buffer *key, const char *country, int64_t now, struct proto_error *error);

/* What a certificate says: subject's SPKI hash, country ("" for none), times. Does not verify. */
struct kit_x509_view { uint8_t tls[PROTO_HASH]; char country[PROTO_COUNTRY_TEXT]; int64_t from, until; };
PROTO_CHECK enum proto_code kit_x509_view(struct kit_x509_view *ret_view, const void *der, size_t len, struct proto_error *error);
/* The DER of a certificate's public key, as kit_x509_issue takes it. Does not verify. */
PROTO_CHECK enum proto_code kit_x509_subject(struct proto_buffer *ret_spki, const void *der, size_t len, struct proto_error *error);
/* Does cert chain to ca for this use at this time? client: clientAuth, else serverAuth. NOT_GENUINE or EXPIRED. */
PROTO_CHECK enum proto_code kit_x509_verify(const struct proto_buffer *cert, const struct proto_buffer *ca, bool client, int64_t now, struct proto_error *error);
/* PEM for libcurl and OpenSSL: label "CERTIFICATE" or "PRIVATE KEY". */
PROTO_CHECK enum proto_code kit_x509_pem(struct proto_buffer *ret_pem, const struct proto_buffer *der, const char *label, struct proto_error *error);
/* "<id in lower case>.chorale.invalid" */
void kit_x509_name(char ret_name[static 80], const char *coordinator);

#endif
