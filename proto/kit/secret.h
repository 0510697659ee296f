#ifndef PROTO_KIT_SECRET_H
#define PROTO_KIT_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "proto/error.h"
#include "proto/kit/passphrase.h"

/*
 * Secrets at rest: XChaCha20-Poly1305 under a key by Argon2id (moderate limits, kept in the file) from the passphrase.
 * context names what it is and is authenticated. A wrong passphrase and a changed file give one answer (PASSPHRASE).
 * kit_secret_load returns guarded memory (sodium_malloc); kit_secret_free wipes it.
 *
 * Shape:  1 to KIT_SECRET_MAX bytes, else TOO_LARGE (0 bytes: INTERNAL).
 * Time:   about half a second and 256 MB, for a right and a wrong passphrase alike.
 * Errors: NOT_FOUND, PERMISSION (not a private file), PASSPHRASE, MEMORY (Argon2id had no room).
 */
#define KIT_SECRET_MAX 65536u
PROTO_CHECK enum proto_code kit_secret_save(const char *path, const char *context, const void *secret, size_t len,
    const struct kit_passphrase *passphrase, struct proto_error *error);
PROTO_CHECK enum proto_code kit_secret_load(uint8_t **ret_secret, size_t *ret_len, const char *path, const char *context,
    const struct kit_passphrase *passphrase, struct proto_error *error);
void kit_secret_free(uint8_t *secret);

/*
 * What such a file says in front of the sealed bytes (layout in secret.c). The limits are bounded on both sides, so
 * that a changed file can neither weaken the derivation nor make it take all memory.
 * kit_secret_header: MALFORMED for anything else; opens nothing.
 */
struct kit_secret_header {
	uint64_t passes, memory; /* Argon2id: passes, bytes */
	const uint8_t *salt, *nonce, *sealed; /* borrowed: 16, 24, sealed_len bytes */
	size_t header_len, sealed_len;
};
PROTO_CHECK enum proto_code kit_secret_header(struct kit_secret_header *ret_header, const void *data, size_t len);

#endif
