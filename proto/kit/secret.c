#include "proto/kit/secret.h"

#include <sodium.h>
#include <string.h>

#include "passphrase_type.h"
#include "proto/kit/files.h"

/*
 * magic[16] passes[8] memory[8] salt[16] nonce[24] | sealed[len + 16]        (little-endian)
 *
 * The header and the context are the additional data of the seal. The header's length is
 * fixed, so header || context reads in one way only.
 */
#define MAGIC "chorale secret 1"
#define MAGIC_LEN 16
#define SALT crypto_pwhash_SALTBYTES
#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
#define HEADER (MAGIC_LEN + 8 + 8 + SALT + NONCE)

#define PASSES_LEAST crypto_pwhash_OPSLIMIT_MODERATE /* 3 */
#define PASSES_MOST 12
#define MEMORY_LEAST crypto_pwhash_MEMLIMIT_MODERATE /* 256 MB */
#define MEMORY_MOST (UINT64_C(1) << 30)

static uint64_t
read_u64(const uint8_t *at)
{
	uint64_t value = 0;
	unsigned i;

	for (i = 0; i < 8; i++)
		value |= (uint64_t)at[i] << 8 * i;
	return value;
}

enum proto_code
kit_secret_header(struct kit_secret_header *ret_header, const void *data, size_t len)
{
	const uint8_t *at = data;
	struct kit_secret_header header = {.header_len = HEADER};

	if (len < HEADER + TAG + 1 || len > HEADER + TAG + KIT_SECRET_MAX || memcmp(at, MAGIC, MAGIC_LEN) != 0)
		return PROTO_MALFORMED;
	header.passes = read_u64(at + MAGIC_LEN);
	header.memory = read_u64(at + MAGIC_LEN + 8);
	if (header.passes < PASSES_LEAST || header.passes > PASSES_MOST ||
	    header.memory < MEMORY_LEAST || header.memory > MEMORY_MOST)
		return PROTO_MALFORMED;
	header.salt = at + MAGIC_LEN + 16;
	header.nonce = header.salt + SALT;
	header.sealed = at + HEADER;
	header.sealed_len = len - HEADER;
	*ret_header = header;
	return PROTO_OK;
}

/* A guarded 32-byte key, or NULL: Argon2id found no memory. */
static uint8_t *
derive(const struct kit_secret_header *header, const struct kit_passphrase *passphrase)
{
	uint8_t *key = sodium_malloc(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

	if (key == NULL)
		return NULL;
	if (crypto_pwhash(key, crypto_aead_xchacha20poly1305_ietf_KEYBYTES, passphrase->text, passphrase->len,
	        header->salt, header->passes, header->memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
		sodium_free(key);
		return NULL;
	}
	return key;
}

/* header || room for the sealed bytes, which are made in place: the secret itself never lies in plain memory. */
static bool
lay_out(struct proto_buffer *file, size_t len)
{
	uint8_t random[SALT + NONCE];

	randombytes_buf(random, sizeof(random));
	proto_buffer_put(file, MAGIC, MAGIC_LEN);
	proto_buffer_u64(file, PASSES_LEAST);
	proto_buffer_u64(file, MEMORY_LEAST);
	proto_buffer_put(file, random, sizeof(random));
	while (!file->failed && file->len < HEADER + len + TAG)
		proto_buffer_put(file, random, sizeof(random));
	if (file->failed)
		return false;
	file->len = HEADER + len + TAG;
	return true;
}

enum proto_code
kit_secret_save(const char *path, const char *context, const void *secret, size_t len,
    const struct kit_passphrase *passphrase, struct proto_error *error)
{
	struct kit_secret_header header;
	struct proto_buffer file = {0}, bound = {0};
	enum proto_code code;
	uint8_t *key = NULL;

	if (len == 0 || len > KIT_SECRET_MAX)
		return proto_error_set(error, len ? PROTO_TOO_LARGE : PROTO_INTERNAL, path, "a secret of %zu bytes", len);
	if (!lay_out(&file, len) || kit_secret_header(&header, file.data, file.len) != PROTO_OK) {
		code = proto_error_set(error, PROTO_MEMORY, path, "out of memory");
		goto out;
	}
	proto_buffer_put(&bound, file.data, HEADER);
	proto_buffer_text(&bound, context);
	if (bound.failed || (key = derive(&header, passphrase)) == NULL) {
		code = proto_error_set(error, PROTO_MEMORY, path, "out of memory");
		goto out;
	}
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(file.data + HEADER, NULL, secret, len, bound.data, bound.len, NULL,
	    header.nonce, key);
	code = kit_files_write(path, file.data, file.len, 0600, false, error);
out:
	sodium_free(key);
	proto_buffer_wipe(&bound);
	proto_buffer_wipe(&file);
	return code;
}

enum proto_code
kit_secret_load(uint8_t **ret_secret, size_t *ret_len, const char *path, const char *context,
    const struct kit_passphrase *passphrase, struct proto_error *error)
{
	struct kit_secret_header header;
	struct proto_buffer file = {0}, bound = {0};
	uint8_t *key = NULL, *secret = NULL;
	enum proto_code code;

	code = kit_files_read_private(&file, path, HEADER + TAG + KIT_SECRET_MAX, error);
	if (code == PROTO_TOO_LARGE || (code == PROTO_OK && kit_secret_header(&header, file.data, file.len) != PROTO_OK))
		code = proto_error_set(error, PROTO_PASSPHRASE, passphrase->path, PASSPHRASE_WHAT);
	if (code != PROTO_OK)
		goto out;
	proto_buffer_put(&bound, file.data, header.header_len);
	proto_buffer_text(&bound, context);
	if (bound.failed || (key = derive(&header, passphrase)) == NULL ||
	    (secret = sodium_malloc(header.sealed_len - TAG)) == NULL) {
		code = proto_error_set(error, PROTO_MEMORY, path, "out of memory");
		goto out;
	}
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(secret, NULL, NULL, header.sealed, header.sealed_len, bound.data,
	        bound.len, header.nonce, key) != 0) {
		code = proto_error_set(error, PROTO_PASSPHRASE, passphrase->path, PASSPHRASE_WHAT);
		goto out;
	}
	*ret_secret = secret;
	*ret_len = header.sealed_len - TAG;
	secret = NULL;
out:
	sodium_free(secret);
	sodium_free(key);
	proto_buffer_wipe(&bound);
	proto_buffer_wipe(&file);
	return code;
}

void
kit_secret_free(uint8_t *secret)
{
	sodium_free(secret);
}
