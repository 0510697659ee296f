#include "proto/release.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/buffer.h"

static enum proto_code
labelled(struct proto_buffer *ret_message, const void *sums, size_t len, struct proto_error *error)
{
	proto_buffer_text(ret_message, PROTO_RELEASE_LABEL);
	proto_buffer_put(ret_message, sums, len);
	return ret_message->failed ? proto_error_set(error, PROTO_MEMORY, "SHA256SUMS", "out of memory") : PROTO_OK;
}

enum proto_code
proto_release_sign(uint8_t ret_signature[static PROTO_SIGNATURE], const void *sums, size_t len,
    const uint8_t secret[static 64], struct proto_error *error)
{
	struct proto_buffer message = {0};
	enum proto_code code = labelled(&message, sums, len, error);

	if (code == PROTO_OK)
		(void)crypto_sign_detached(ret_signature, NULL, message.data, message.len, secret);
	proto_buffer_wipe(&message);
	return code;
}

enum proto_code
proto_release_verify(const uint8_t signature[static PROTO_SIGNATURE], const void *sums, size_t len,
    const uint8_t key[static PROTO_PUBLIC], struct proto_error *error)
{
	struct proto_buffer message = {0};
	enum proto_code code = labelled(&message, sums, len, error);

	if (code == PROTO_OK && crypto_sign_verify_detached(signature, message.data, message.len, key) != 0)
		code = proto_error_set(error, PROTO_NOT_GENUINE, "SHA256SUMS.sig", "the signature does not fit the release");
	proto_buffer_wipe(&message);
	return code;
}

/* RFC 8410: an Ed25519 SubjectPublicKeyInfo is these twelve bytes and the key. */
static const uint8_t spki_prefix[12] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
#define SPKI_BYTES (sizeof(spki_prefix) + PROTO_PUBLIC)
#define PEM_HEAD "-----BEGIN PUBLIC KEY-----\n"
#define PEM_FOOT "\n-----END PUBLIC KEY-----\n"

void
proto_release_key_write(char ret_pem[static PROTO_RELEASE_PEM], const uint8_t key[static PROTO_PUBLIC])
{
	uint8_t spki[SPKI_BYTES];
	char text[sodium_base64_ENCODED_LEN(SPKI_BYTES, sodium_base64_VARIANT_ORIGINAL)];

	memcpy(spki, spki_prefix, sizeof(spki_prefix));
	memcpy(spki + sizeof(spki_prefix), key, PROTO_PUBLIC);
	(void)sodium_bin2base64(text, sizeof(text), spki, sizeof(spki), sodium_base64_VARIANT_ORIGINAL);
	(void)snprintf(ret_pem, PROTO_RELEASE_PEM, "%s%s%s", PEM_HEAD, text, PEM_FOOT);
}

static bool
read_pem(uint8_t ret_key[static PROTO_PUBLIC], const char *text, size_t len)
{
	uint8_t spki[SPKI_BYTES];
	size_t head = strlen(PEM_HEAD), got;
	const char *end;

	if (len < head || memcmp(text, PEM_HEAD, head) != 0 ||
	    (end = memchr(text + head, '-', len - head)) == NULL ||
	    sodium_base642bin(spki, sizeof(spki), text + head, (size_t)(end - text) - head, "\r\n", &got, NULL,
	        sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    got != sizeof(spki) || memcmp(spki, spki_prefix, sizeof(spki_prefix)) != 0)
		return false;
	memcpy(ret_key, spki + sizeof(spki_prefix), PROTO_PUBLIC);
	return true;
}

static bool
read_hex(uint8_t ret_key[static PROTO_PUBLIC], const char *text, size_t len)
{
	uint8_t key[PROTO_PUBLIC];
	const char *end = NULL;
	size_t got;

	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	if (len != 2 * PROTO_PUBLIC || sodium_hex2bin(key, sizeof(key), text, len, NULL, &got, &end) != 0 || got != sizeof(key))
		return false;
	memcpy(ret_key, key, sizeof(key));
	return true;
}

enum proto_code
proto_release_key_read(uint8_t ret_key[static PROTO_PUBLIC], const void *data, size_t len, struct proto_error *error)
{
	if (len == PROTO_PUBLIC) {
		memcpy(ret_key, data, PROTO_PUBLIC);
		return PROTO_OK;
	}
	if (read_pem(ret_key, data, len) || read_hex(ret_key, data, len))
		return PROTO_OK;
	return proto_error_set(error, PROTO_MALFORMED, "key", "not an Ed25519 public key (PEM, 32 bytes, or 64 hex digits)");
}
