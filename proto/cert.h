#ifndef PROTO_CERT_H
#define PROTO_CERT_H

#include "proto/error.h"
#include "proto/keys.h"

/* A root's statement: this key serves this purpose for this coordinator. */
struct proto_cert {
	char coordinator[PROTO_ID_MAX + 1];
	enum proto_purpose purpose;
	uint8_t key[PROTO_PUBLIC];
	int64_t from, until; /* UTC seconds, from <= t < until */
	uint8_t signature[PROTO_SIGNATURE];
};
#define PROTO_CERT_BYTES 184 /* fixed layout, PROTOCOL.md */

/* proto_cert_sign(cert, root_secret, error): fills cert->signature. INTERNAL when a field is outside its domain. */
PROTO_CHECK enum proto_code proto_cert_sign(struct proto_cert *cert, const uint8_t root_secret[static PROTO_SECRET],
    struct proto_error *error);

void proto_cert_encode(uint8_t ret_bytes[static PROTO_CERT_BYTES], const struct proto_cert *cert);

/*
 * proto_cert_open(ret_cert, bytes, len, root, coordinator, purpose, error):
 * Decodes and verifies: layout, signature by root, coordinator, purpose. One answer
 * (NOT_GENUINE) for all. Time is the caller's to check (proto_cert_covers): nothing here
 * reads a clock.
 */
PROTO_CHECK enum proto_code proto_cert_open(struct proto_cert *ret_cert, const uint8_t *bytes, size_t len,
    const uint8_t root[static PROTO_PUBLIC], const char *coordinator, enum proto_purpose purpose,
    struct proto_error *error);

/* proto_cert_peek(ret_purpose, bytes, len): the purpose that unverified bytes claim; false when the layout is wrong. */
bool proto_cert_peek(enum proto_purpose *ret_purpose, const uint8_t *bytes, size_t len);

/* proto_cert_covers(cert, time): from <= time < until. */
bool proto_cert_covers(const struct proto_cert *cert, int64_t time);

#endif
