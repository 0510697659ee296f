#ifndef PROTO_RELEASE_H
#define PROTO_RELEASE_H

#include "proto/error.h"
#include "proto/keys.h"

/*
 * The signature over a release: raw Ed25519 over "chorale release v1\n" followed by the bytes of
 * SHA256SUMS, so that anyone with an Ed25519 tool can check it:
 *   (printf 'chorale release v1\n'; cat SHA256SUMS) >m; openssl pkeyutl -verify -pubin -inkey signing-key.pub -rawin -in m -sigfile SHA256SUMS.sig
 */
#define PROTO_RELEASE_LABEL "chorale release v1\n"

/* secret: 64 bytes of the RELEASE purpose. */
PROTO_CHECK enum proto_code proto_release_sign(uint8_t ret_signature[static PROTO_SIGNATURE], const void *sums, size_t len,
    const uint8_t secret[static 64], struct proto_error *error);
PROTO_CHECK enum proto_code proto_release_verify(const uint8_t signature[static PROTO_SIGNATURE], const void *sums, size_t len,
    const uint8_t key[static PROTO_PUBLIC], struct proto_error *error);

/* The public key as PEM (SubjectPublicKeyInfo), and back; proto_release_key_read also takes 32 raw bytes or 64 hex digits. */
#define PROTO_RELEASE_PEM 128
void proto_release_key_write(char ret_pem[static PROTO_RELEASE_PEM], const uint8_t key[static PROTO_PUBLIC]);
PROTO_CHECK enum proto_code proto_release_key_read(uint8_t ret_key[static PROTO_PUBLIC], const void *data, size_t len, struct proto_error *error);

#endif
