#include "coordinator/keys.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys_bundle.h"
#include "proto/kit/files.h"
#include "proto/kit/secret.h"
#include "proto/kit/x509.h"

#define YEARS(n) ((int64_t)(n) * 365 * 86400 + (int64_t)(n) / 4 * 86400)
/* Offices' clocks may run behind: a certificate is valid from a day before it was made. */
#define BEFORE 86400

struct certify {
	struct proto_trust *trust;
	const uint8_t *root;
	int64_t now;
	struct proto_error *error;
};

static enum proto_code
certify(struct certify *with, enum proto_purpose purpose, const uint8_t key[static PROTO_PUBLIC])
{
	struct proto_cert *cert = &with->trust->cert[with->trust->certs];

	strcpy(cert->coordinator, with->trust->coordinator);
	cert->purpose = purpose;
	memcpy(cert->key, key, PROTO_PUBLIC);
	cert->from = with->now - BEFORE;
	cert->until = with->now + YEARS(20);
	with->trust->certs++;
	return proto_cert_sign(cert, with->root, with->error);
}

/* In ascending order of purpose, as a trust bundle holds them. */
static enum proto_code
certify_all(struct certify *with, const struct coord_keys_bundle *bundle, const uint8_t *receipt)
{
	uint8_t opening[PROTO_PUBLIC], ca[PROTO_HASH];
	enum proto_code code;

	if (crypto_scalarmult_base(opening, bundle->opening) != 0)
		return proto_error_set(with->error, PROTO_RANDOM, "keys", "an unusable key was drawn");
	crypto_hash_sha256(ca, with->trust->ca.data, with->trust->ca.len);
	if ((code = certify(with, PROTO_PURPOSE_MANIFEST, bundle->manifest + PROTO_SEED)) != PROTO_OK ||
	    (code = certify(with, PROTO_PURPOSE_ACCEPTED, bundle->accepted + PROTO_SEED)) != PROTO_OK ||
	    (code = certify(with, PROTO_PURPOSE_RELEASE, bundle->release + PROTO_SEED)) != PROTO_OK ||
	    (code = certify(with, PROTO_PURPOSE_OPENING, opening)) != PROTO_OK ||
	    (code = certify(with, PROTO_PURPOSE_RECEIPT, receipt + PROTO_SEED)) != PROTO_OK)
		return code;
	return certify(with, PROTO_PURPOSE_CA, ca);
}

static void
draw_bundle(struct coord_keys_bundle *bundle, const struct proto_buffer *ca_key)
{
	uint8_t public[PROTO_PUBLIC];

	crypto_sign_keypair(public, bundle->root);
	crypto_sign_keypair(public, bundle->manifest);
	crypto_sign_keypair(public, bundle->accepted);
	crypto_sign_keypair(public, bundle->release);
	randombytes_buf(bundle->opening, sizeof bundle->opening);
	memcpy(bundle->ca, ca_key->data, ca_key->len);
}

static enum proto_code
save(const char *dir, const char *name, const void *data, size_t len, struct proto_error *error)
{
	char path[PATH_MAX];
	enum proto_code code = kit_files_join(path, sizeof path, dir, name, error);

	return code == PROTO_OK ? kit_files_write(path, data, len, 0600, false, error) : code;
}

static enum proto_code
save_bundle(const char *dir, const struct coord_keys_bundle *bundle, size_t len, const struct kit_passphrase *passphrase,
    struct proto_error *error)
{
	char path[PATH_MAX];
	enum proto_code code = kit_files_join(path, sizeof path, dir, "keys/offline", error);

	return code == PROTO_OK ? kit_secret_save(path, COORD_KEYS_CONTEXT, bundle, len, passphrase, error) : code;
}

enum proto_code
coord_keys_make(struct coord_keys **ret_keys, struct proto_trust *trust, const struct coord_keys_place *place, int64_t now,
    struct proto_error *error)
{
	struct proto_buffer ca_key = {0};
	struct coord_keys_bundle *bundle = NULL;
	uint8_t receipt[PROTO_SECRET], public[PROTO_PUBLIC];
	struct certify with = {trust, NULL, now, error};
	enum proto_code code;
	size_t len = 0;

	code = kit_x509_key(&ca_key, error);
	if (code == PROTO_OK)
		code = kit_x509_ca(&trust->ca, &ca_key, trust->coordinator, now, error);
	if (code != PROTO_OK)
		goto out;
	len = sizeof *bundle + ca_key.len;
	bundle = sodium_malloc(len);
	if (bundle == NULL || ca_key.len > COORD_KEYS_CA_MAX) {
		code = proto_error_set(error, PROTO_MEMORY, "keys", "out of memory");
		goto out;
	}
	draw_bundle(bundle, &ca_key);
	crypto_sign_keypair(public, receipt);
	memcpy(trust->root, bundle->root + PROTO_SEED, PROTO_PUBLIC);
	with.root = bundle->root;
	code = certify_all(&with, bundle, receipt);
	if (code == PROTO_OK)
		code = save(place->dir, "keys/receipt", receipt, sizeof receipt, error);
	if (code == PROTO_OK)
		code = coord_keys_make_leaf(place->dir, &ca_key, trust, now, error);
	if (code == PROTO_OK)
		code = save_bundle(place->dir, bundle, len, place->passphrase, error);
	if (code == PROTO_OK) {
		code = coord_keys_take(ret_keys, (uint8_t *)bundle, len, trust, error);
		bundle = NULL;
	}
out:
	if (bundle != NULL)
		sodium_free(bundle);
	explicit_bzero(receipt, sizeof receipt);
	proto_buffer_wipe(&ca_key);
	return code;
}

enum proto_code
coord_keys_make_leaf(const char *dir, const struct proto_buffer *ca_key, const struct proto_trust *trust, int64_t now,
    struct proto_error *error)
{
	struct proto_buffer key = {0}, spki = {0}, cert = {0}, pem[2] = {{0}};
	struct kit_x509_issue issue = {ca_key, &trust->ca, &spki, trust->coordinator, NULL, now};
	uint8_t hash[PROTO_HASH];
	enum proto_code code;

	/* Key and certificate in one file: a crash leaves the old pair or the new one. */
	if ((code = kit_x509_key(&key, error)) == PROTO_OK && (code = kit_x509_spki(hash, &spki, &key, error)) == PROTO_OK &&
	    (code = kit_x509_issue(&cert, &issue, error)) == PROTO_OK && (code = kit_x509_pem(&pem[0], &key, "PRIVATE KEY", error)) == PROTO_OK &&
	    (code = kit_x509_pem(&pem[1], &cert, "CERTIFICATE", error)) == PROTO_OK) {
		proto_buffer_put(&pem[0], pem[1].data, pem[1].len);
		code = pem[0].failed ? proto_error_set(error, PROTO_MEMORY, "keys/tls", "out of memory") :
		    save(dir, "keys/tls", pem[0].data, pem[0].len, error);
	}
	proto_buffer_wipe(&key);
	proto_buffer_wipe(&spki);
	proto_buffer_wipe(&cert);
	proto_buffer_wipe(&pem[0]);
	proto_buffer_wipe(&pem[1]);
	return code;
}
