#include "node/keys.h"

#include <sodium.h>
#include <string.h>

#include "proto/kit/files.h"
#include "proto/kit/secret.h"
#include "proto/kit/x509.h"

#define SECRET_BYTES (PROTO_SECRET + PROTO_SEED)
#define SEALED_FILE "keys.sealed"
#define TLS_FILE "tls.key"
#define CONTEXT "chorale node keys v1"
#define TLS_BYTES_MAX 4096

static enum proto_code
make_sealed(const char *path, const struct kit_passphrase *passphrase, struct proto_error *error)
{
	uint8_t *secret = sodium_malloc(SECRET_BYTES), ignored[PROTO_PUBLIC];
	enum proto_code code;

	if (secret == NULL)
		return proto_error_set(error, PROTO_MEMORY, path, "out of guarded memory");
	(void)crypto_sign_keypair(ignored, secret); /* cannot fail */
	(void)crypto_box_keypair(ignored, secret + PROTO_SECRET);
	code = kit_secret_save(path, CONTEXT, secret, SECRET_BYTES, passphrase, error);
	sodium_free(secret);
	return code;
}

static enum proto_code
make_tls(const char *path, struct proto_error *error)
{
	struct proto_buffer key = {0};
	enum proto_code code = kit_x509_key(&key, error);

	if (code == PROTO_OK)
		code = kit_files_write(path, key.data, key.len, 0600, true, error);
	proto_buffer_wipe(&key);
	return code;
}

enum proto_code
node_keys_make(struct node_keys *ret_keys, const struct node_state *state, const struct kit_passphrase *passphrase,
    struct proto_error *error)
{
	char sealed[PATH_MAX], tls[PATH_MAX];
	enum proto_code code;

	if ((code = node_state_path(sealed, state, SEALED_FILE, error)) != PROTO_OK ||
	    (code = node_state_path(tls, state, TLS_FILE, error)) != PROTO_OK)
		return code;
	if (!node_state_exists(sealed) && (code = make_sealed(sealed, passphrase, error)) != PROTO_OK)
		return code;
	if (!node_state_exists(tls) && (code = make_tls(tls, error)) != PROTO_OK)
		return code;
	return node_keys_open(ret_keys, state, passphrase, error);
}

enum proto_code
node_keys_tls(struct proto_buffer *ret_key, const struct node_state *state, struct proto_error *error)
{
	char path[PATH_MAX];
	enum proto_code code = node_state_path(path, state, TLS_FILE, error);

	if (code != PROTO_OK)
		return code;
	code = kit_files_read_private(ret_key, path, TLS_BYTES_MAX, error);
	if (code == PROTO_NOT_FOUND)
		return proto_error_set(error, PROTO_DAMAGED, path, "the TLS key is gone");
	return code;
}

/* The public halves, from the secrets themselves. */
static enum proto_code
derive(struct node_keys *keys, const struct node_state *state, struct proto_error *error)
{
	struct proto_buffer tls = {0}, spki = {0};
	enum proto_code code;

	(void)crypto_sign_ed25519_sk_to_pk(keys->pub.signing, keys->signing);
	(void)crypto_scalarmult_base(keys->pub.sealing, keys->sealing);
	if ((code = node_keys_tls(&tls, state, error)) == PROTO_OK)
		code = kit_x509_spki(keys->pub.tls, &spki, &tls, error);
	proto_buffer_wipe(&tls);
	proto_buffer_wipe(&spki);
	return code;
}

enum proto_code
node_keys_open(struct node_keys *ret_keys, const struct node_state *state, const struct kit_passphrase *passphrase,
    struct proto_error *error)
{
	struct node_keys keys = {0};
	char path[PATH_MAX];
	size_t len;
	enum proto_code code = node_state_path(path, state, SEALED_FILE, error);

	if (code != PROTO_OK)
		return code;
	code = kit_secret_load(&keys.secret, &len, path, CONTEXT, passphrase, error);
	if (code == PROTO_NOT_FOUND)
		return proto_error_set(error, PROTO_DAMAGED, path, "the office's keys are gone");
	if (code != PROTO_OK)
		return code;
	keys.signing = keys.secret;
	keys.sealing = keys.secret + PROTO_SECRET;
	if (len != SECRET_BYTES)
		code = proto_error_set(error, PROTO_DAMAGED, path, "not the keys of an office");
	else
		code = derive(&keys, state, error);
	if (code != PROTO_OK)
		node_keys_close(&keys);
	else
		*ret_keys = keys;
	return code;
}

void
node_keys_close(struct node_keys *keys)
{
	kit_secret_free(keys->secret);
	*keys = (struct node_keys){0};
}

/* The label, NUL-padded to 32 bytes as in proto/signed.h, then a hash of the bytes. */
static void
signed_string(uint8_t ret_string[static 64], const char *label, const struct proto_buffer *data)
{
	memset(ret_string, 0, 64);
	memcpy(ret_string, label, strnlen(label, 31));
	(void)crypto_hash_sha256(ret_string + 32, data->data, data->len);
}

void
node_keys_sign(uint8_t ret_signature[static PROTO_SIGNATURE], const struct node_keys *keys, const char *label,
    const struct proto_buffer *data)
{
	uint8_t string[64];

	signed_string(string, label, data);
	(void)crypto_sign_detached(ret_signature, NULL, string, sizeof(string), keys->signing);
}

bool
node_keys_verify(const uint8_t signature[static PROTO_SIGNATURE], const uint8_t signing[static PROTO_PUBLIC],
    const char *label, const struct proto_buffer *data)
{
	uint8_t string[64];

	signed_string(string, label, data);
	return crypto_sign_verify_detached(signature, string, sizeof(string), signing) == 0;
}
