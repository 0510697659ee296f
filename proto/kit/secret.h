#ifndef PROTO_KIT_SECRET_H
#define PROTO_KIT_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "proto/error.h"
#include "proto/kit/passphrase.h"

/*
 * Secrets at rest: XChaCha20-Poly1305 under a key by Argon2id (moderate limits, kept in the file) from the passphrase.
 * context names what it is and is authenticated. A wrong passphrase and a changed file give one answer (PASSPHRASE).
 * kit_secret_open returns guarded memory (sodium_malloc); kit_secret_free wipes it.
 */
PROTO_CHECK enum proto_code kit_secret_save(const char *path, const char *context, const void *secret, size_t len,
    const struct kit_passphrase *passphrase, struct proto_error *error);
PROTO_CHECK enum proto_code kit_secret_load(uint8_t **ret_secret, size_t *ret_len, const char *path, const char *context,
    const struct kit_passphrase *passphrase, struct proto_error *error);
void kit_secret_free(uint8_t *secret);

#endif
