#include "coordinator/keys.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys_bundle.h"
#include "proto/kit/files.h"
#include "proto/kit/secret.h"

struct coord_keys {
	uint8_t *secret; /* a coord_keys_bundle, in guarded memory */
	struct proto_signer manifest, accepted, release;
	struct proto_buffer ca;
};

static const struct coord_keys_bundle *
bundle_of(const struct coord_keys *keys)
{
	return (const struct coord_keys_bundle *)(const void *)keys->secret;
}

/* An Ed25519 secret key ends with its public key: it must be the certified one. */
static bool
take_signer(struct proto_signer *signer, const struct proto_trust *trust, enum proto_purpose purpose, const uint8_t *secret)
{
	const struct proto_cert *cert = proto_trust_cert(trust, purpose);

	if (cert == NULL || sodium_memcmp(cert->key, secret + PROTO_SEED, PROTO_PUBLIC) != 0)
		return false;
	signer->cert = *cert;
	signer->secret = secret;
	return true;
}

static bool
take_opening(const struct proto_trust *trust, const uint8_t *secret)
{
	const struct proto_cert *cert = proto_trust_cert(trust, PROTO_PURPOSE_OPENING);
	uint8_t public[PROTO_PUBLIC];

	return cert != NULL && crypto_scalarmult_base(public, secret) == 0 && sodium_memcmp(public, cert->key, sizeof public) == 0;
}

static enum proto_code
take_bundle(struct coord_keys *keys, const struct proto_trust *trust, size_t len, struct proto_error *error)
{
	const struct coord_keys_bundle *bundle = bundle_of(keys);

	if (len <= sizeof *bundle || len > sizeof *bundle + COORD_KEYS_CA_MAX ||
	    sodium_memcmp(bundle->root + PROTO_SEED, trust->root, PROTO_PUBLIC) != 0 ||
	    !take_signer(&keys->manifest, trust, PROTO_PURPOSE_MANIFEST, bundle->manifest) ||
	    !take_signer(&keys->accepted, trust, PROTO_PURPOSE_ACCEPTED, bundle->accepted) ||
	    !take_signer(&keys->release, trust, PROTO_PURPOSE_RELEASE, bundle->release) || !take_opening(trust, bundle->opening))
		return proto_error_set(error, PROTO_DAMAGED, "keys/offline", "the keys are not those that the root certified");
	proto_buffer_put(&keys->ca, bundle->ca, len - sizeof *bundle);
	if (keys->ca.failed)
		return proto_error_set(error, PROTO_MEMORY, "keys/offline", "out of memory");
	return PROTO_OK;
}

enum proto_code
coord_keys_take(struct coord_keys **ret_keys, uint8_t *take_secret, size_t len, const struct proto_trust *trust, struct proto_error *error)
{
	struct coord_keys *keys = calloc(1, sizeof *keys);
	enum proto_code code;

	if (keys == NULL) {
		kit_secret_free(take_secret);
		return proto_error_set(error, PROTO_MEMORY, "keys/offline", "out of memory");
	}
	keys->secret = take_secret;
	code = take_bundle(keys, trust, len, error);
	if (code == PROTO_OK)
		*ret_keys = keys;
	else
		coord_keys_close(keys);
	return code;
}

enum proto_code
coord_keys_receipt(uint8_t ret_secret[static PROTO_SECRET], struct proto_signer *ret_signer, const struct coord_state *state,
    struct proto_error *error)
{
	struct proto_buffer data = {0};
	char path[PATH_MAX];
	enum proto_code code;

	code = coord_state_path(path, state, "keys/receipt", error);
	if (code == PROTO_OK)
		code = kit_files_read_private(&data, path, PROTO_SECRET, error);
	if (code == PROTO_NOT_FOUND)
		code = proto_error_set(error, PROTO_DAMAGED, path, "the receipt key is gone");
	if (code == PROTO_OK && (data.len != PROTO_SECRET || !take_signer(ret_signer, &state->trust, PROTO_PURPOSE_RECEIPT, data.data)))
		code = proto_error_set(error, PROTO_DAMAGED, path, "not the receipt key that the root certified");
	if (code == PROTO_OK) {
		memcpy(ret_secret, data.data, PROTO_SECRET);
		ret_signer->secret = ret_secret;
	}
	proto_buffer_wipe(&data);
	return code;
}

enum proto_code
coord_keys_open(struct coord_keys **ret_keys, const struct coord_state *state, const struct kit_passphrase *passphrase,
    struct proto_error *error)
{
	uint8_t *secret;
	char path[PATH_MAX];
	enum proto_code code;
	size_t len;

	code = coord_state_path(path, state, "keys/offline", error);
	if (code == PROTO_OK)
		code = kit_secret_load(&secret, &len, path, COORD_KEYS_CONTEXT, passphrase, error);
	if (code == PROTO_NOT_FOUND)
		code = proto_error_set(error, PROTO_DAMAGED, path, "the offline keys are gone");
	return code == PROTO_OK ? coord_keys_take(ret_keys, secret, len, &state->trust, error) : code;
}

void
coord_keys_close(struct coord_keys *keys)
{
	if (keys == NULL)
		return;
	proto_buffer_wipe(&keys->ca);
	kit_secret_free(keys->secret);
	free(keys);
}

const struct proto_signer *
coord_keys_signer(const struct coord_keys *keys, enum proto_purpose purpose)
{
	switch (purpose) {
	case PROTO_PURPOSE_MANIFEST:
		return &keys->manifest;
	case PROTO_PURPOSE_ACCEPTED:
		return &keys->accepted;
	case PROTO_PURPOSE_RELEASE:
		return &keys->release;
	default:
		return NULL;
	}
}

const uint8_t *
coord_keys_opening(const struct coord_keys *keys)
{
	return bundle_of(keys)->opening;
}

const struct proto_buffer *
coord_keys_ca(const struct coord_keys *keys)
{
	return &keys->ca;
}
