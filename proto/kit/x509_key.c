#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "x509_type.h"

#define KEY_MAX 4096 /* bytes; ours have 91 and 138 */
#define CURVE "P-256"
#define CURVE_NAME "prime256v1" /* what OpenSSL calls it when asked */

enum proto_code
kit_x509_failed(struct proto_error *error, const char *what)
{
	ERR_clear_error();
	return proto_error_set(error, PROTO_MEMORY, "certificate", "%s", what);
}

static bool
is_p256(EVP_PKEY *key)
{
	char name[40] = "";
	size_t len;

	return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && EVP_PKEY_get_group_name(key, name, sizeof(name), &len) == 1 &&
	    strcmp(name, CURVE_NAME) == 0;
}

/* The key, when it is P-256 and was read whole, without a byte after it; else NULL. */
static EVP_PKEY *
accept_key(EVP_PKEY *take_key, bool whole)
{
	ERR_clear_error();
	if (take_key != NULL && whole && is_p256(take_key))
		return take_key;
	EVP_PKEY_free(take_key);
	ERR_clear_error();
	return NULL;
}

EVP_PKEY *
kit_x509_parse_key(const struct proto_buffer *key)
{
	const unsigned char *at = key->data;
	PKCS8_PRIV_KEY_INFO *info = key->len > 0 && key->len <= KEY_MAX ? d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)key->len) : NULL;
	EVP_PKEY *parsed = info ? EVP_PKCS82PKEY(info) : NULL;

	PKCS8_PRIV_KEY_INFO_free(info);
	return accept_key(parsed, parsed && at == key->data + key->len);
}

EVP_PKEY *
kit_x509_parse_spki(const struct proto_buffer *spki)
{
	const unsigned char *at = spki->data;
	EVP_PKEY *parsed = spki->len > 0 && spki->len <= KEY_MAX ? d2i_PUBKEY(NULL, &at, (long)spki->len) : NULL;

	return accept_key(parsed, parsed && at == spki->data + spki->len);
}

enum proto_code
kit_x509_key(struct proto_buffer *ret_key, struct proto_error *error)
{
	struct proto_buffer key = {0};
	EVP_PKEY *made = EVP_EC_gen(CURVE);
	PKCS8_PRIV_KEY_INFO *info = made ? EVP_PKEY2PKCS8(made) : NULL;
	unsigned char *der = NULL;
	enum proto_code code = PROTO_OK;
	int len = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;

	if (len > 0)
		proto_buffer_put(&key, der, (size_t)len);
	if (made == NULL) {
		ERR_clear_error();
		code = proto_error_set(error, PROTO_RANDOM, "TLS key", "no key could be drawn");
	} else if (len <= 0 || key.failed)
		code = kit_x509_failed(error, "no key could be made");
	else {
		*ret_key = key;
		key = (struct proto_buffer){0};
	}
	OPENSSL_clear_free(der, len > 0 ? (size_t)len : 0);
	PKCS8_PRIV_KEY_INFO_free(info);
	EVP_PKEY_free(made);
	proto_buffer_wipe(&key);
	return code;
}

enum proto_code
kit_x509_spki(uint8_t ret_sha256[static PROTO_HASH], struct proto_buffer *ret_spki, const struct proto_buffer *key, struct proto_error *error)
{
	struct proto_buffer spki = {0};
	EVP_PKEY *parsed = kit_x509_parse_key(key);
	unsigned char *der = NULL;
	enum proto_code code = PROTO_OK;
	int len = -1;

	if (parsed == NULL)
		return proto_error_set(error, PROTO_MALFORMED, "TLS key", "not a P-256 key");
	len = i2d_PUBKEY(parsed, &der);
	if (len > 0)
		proto_buffer_put(&spki, der, (size_t)len);
	if (len <= 0 || spki.failed || EVP_Digest(der, (size_t)len, ret_sha256, NULL, EVP_sha256(), NULL) != 1)
		code = kit_x509_failed(error, "no public key could be made");
	else {
		*ret_spki = spki;
		spki = (struct proto_buffer){0};
	}
	OPENSSL_free(der);
	EVP_PKEY_free(parsed);
	proto_buffer_wipe(&spki);
	return code;
}

enum proto_code
kit_x509_pem(struct proto_buffer *ret_pem, const struct proto_buffer *der, const char *label, struct proto_error *error)
{
	struct proto_buffer pem = {0};
	BIO *bio = BIO_new(BIO_s_secmem()); /* wiped when freed: it may hold a key */
	enum proto_code code = PROTO_OK;
	char *text = NULL;
	long len = 0;

	if (bio != NULL && PEM_write_bio(bio, label, "", der->data, (long)der->len) > 0 && (len = BIO_get_mem_data(bio, &text)) > 0)
		proto_buffer_put(&pem, text, (size_t)len);
	if (len <= 0 || pem.failed)
		code = kit_x509_failed(error, "no PEM could be made");
	else {
		*ret_pem = pem;
		pem = (struct proto_buffer){0};
	}
	BIO_free(bio);
	proto_buffer_wipe(&pem);
	return code;
}

void
kit_x509_name(char ret_name[static 80], const char *coordinator)
{
	char *at;

	(void)snprintf(ret_name, 80, "%.*s.chorale.invalid", PROTO_ID_MAX, coordinator);
	for (at = ret_name; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
}
