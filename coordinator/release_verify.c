#include "coordinator/release_verify.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coordinator/release_json.h"
#include "proto/release.h"

struct verify {
	struct coord_verify_report *report;
	const struct coord_pack *pack;
	const uint8_t *key;
	uint8_t beside[PROTO_PUBLIC]; /* of signing-key.pub */
	struct coord_published published;
};

static enum proto_code
need(const struct coord_pack_file **ret_file, const struct verify *verify, const char *name, struct proto_error *error)
{
	*ret_file = coord_release_pack_find(verify->pack, name);
	return *ret_file ? PROTO_OK : proto_error_set(error, PROTO_NOT_FOUND, name, "the file is missing");
}

static enum proto_code
check_signature(struct verify *verify, struct proto_error *error)
{
	const struct coord_pack_file *key, *sums, *signature;
	enum proto_code code;

	if ((code = need(&key, verify, "signing-key.pub", error)) != PROTO_OK ||
	    (code = need(&sums, verify, "SHA256SUMS", error)) != PROTO_OK ||
	    (code = need(&signature, verify, "SHA256SUMS.sig", error)) != PROTO_OK ||
	    (code = proto_release_key_read(verify->beside, key->data.data, key->data.len, error)) != PROTO_OK)
		return code;
	if (verify->key != NULL && sodium_memcmp(verify->key, verify->beside, PROTO_PUBLIC) != 0)
		return proto_error_set(error, PROTO_NOT_GENUINE, "signing-key.pub", "the release was signed by another key than the one given");
	if (signature->data.len != PROTO_SIGNATURE)
		return proto_error_set(error, PROTO_NOT_GENUINE, "SHA256SUMS.sig", "not a signature of 64 bytes");
	code = proto_release_verify(signature->data.data, sums->data.data, sums->data.len, verify->beside, error);
	if (code == PROTO_OK)
		(void)proto_error_set(error, PROTO_OK, "SHA256SUMS.sig", "%s", verify->key ? "by the key given" : "by the key beside it");
	return code;
}

/* Every file but the sums and their signature stands in SHA256SUMS once, with its hash, and none is missing. */
static enum proto_code
check_hashes(struct verify *verify, struct proto_error *error)
{
	const struct coord_pack_file *sums;
	struct proto_buffer want = {0};
	enum proto_code code;
	size_t i, named = 0;

	if ((code = need(&sums, verify, "SHA256SUMS", error)) != PROTO_OK)
		return code;
	for (i = 0; i < verify->pack->files && code == PROTO_OK; i++) {
		const struct coord_pack_file *file = &verify->pack->file[i];
		uint8_t hash[crypto_hash_sha256_BYTES];
		char hex[2 * sizeof(hash) + 1];

		if (strncmp(file->name, "SHA256SUMS", 10) == 0)
			continue;
		(void)crypto_hash_sha256(hash, file->data.data, file->data.len);
		(void)sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
		want.len = 0;
		proto_buffer_printf(&want, "%s  %s\n", hex, file->name);
		if (want.failed)
			code = proto_error_set(error, PROTO_MEMORY, "SHA256SUMS", "out of memory");
		else if (sums->data.len == 0 || memmem(sums->data.data, sums->data.len, want.data, want.len) == NULL)
			code = proto_error_set(error, PROTO_NOT_GENUINE, file->name, "its hash is not the one in SHA256SUMS");
		named += want.len;
	}
	if (code == PROTO_OK && named != sums->data.len)
		code = proto_error_set(error, PROTO_NOT_GENUINE, "SHA256SUMS", "names a file that is not there");
	if (code == PROTO_OK)
		(void)proto_error_set(error, PROTO_OK, "SHA256SUMS", "%zu files", verify->pack->files);
	proto_buffer_wipe(&want);
	return code;
}

/* Opening them verifies root, purposes, signatures, the exact price, and that they are of one round. */
static enum proto_code
check_documents(struct verify *verify, struct proto_error *error)
{
	const struct coord_pack_file *about, *residuals;
	const struct proto_cert *cert;
	enum proto_code code;

	if ((code = need(&about, verify, "release.json", error)) != PROTO_OK ||
	    (code = need(&residuals, verify, "residuals.json", error)) != PROTO_OK ||
	    (code = coord_release_json_load(&verify->published, &about->data, &residuals->data, error)) != PROTO_OK)
		return code;
	cert = proto_trust_cert(&verify->published.trust, PROTO_PURPOSE_RELEASE);
	if (cert == NULL || sodium_memcmp(cert->key, verify->beside, PROTO_PUBLIC) != 0)
		return proto_error_set(error, PROTO_NOT_GENUINE, "signing-key.pub", "the root did not certify this key for releases");
	(void)proto_error_set(error, PROTO_OK, "release.json", "%s of %s", verify->published.id, verify->published.manifest.coordinator);
	return PROTO_OK;
}

static enum proto_code
check_receipt(struct verify *verify, size_t i, struct proto_error *error)
{
	const struct proto_accepted_entry *entry = &verify->published.accepted.entry[i];
	const struct coord_pack_file *file;
	struct proto_receipt receipt;
	char name[64];
	enum proto_code code;

	(void)snprintf(name, sizeof(name), "receipts/%s.receipt", entry->country);
	if ((code = need(&file, verify, name, error)) != PROTO_OK ||
	    (code = proto_receipt_open(&receipt, file->data.data, file->data.len, &verify->published.trust, error)) != PROTO_OK)
		return code;
	if (strcmp(receipt.node, entry->country) != 0 || receipt.sequence != entry->sequence ||
	    strcmp(receipt.round, verify->published.accepted.round) != 0 ||
	    sodium_memcmp(receipt.header, entry->header, PROTO_HASH) != 0)
		return proto_error_set(error, PROTO_NOT_GENUINE, name, "the receipt is not of the accepted submission");
	proto_buffer_put(&verify->published.receipt[i], file->data.data, file->data.len);
	return verify->published.receipt[i].failed ? proto_error_set(error, PROTO_MEMORY, name, "out of memory") : PROTO_OK;
}

static enum proto_code
check_receipts(struct verify *verify, struct proto_error *error)
{
	struct coord_published *published = &verify->published;
	enum proto_code code = PROTO_OK;
	size_t i, seen = 0;

	published->receipt = calloc(published->accepted.entries + 1, sizeof(*published->receipt));
	if (published->receipt == NULL)
		return proto_error_set(error, PROTO_MEMORY, "receipts", "out of memory");
	for (i = 0; i < published->accepted.entries && code == PROTO_OK; i++)
		if (published->accepted.entry[i].accepted) {
			code = check_receipt(verify, i, error);
			seen++;
		}
	if (code == PROTO_OK)
		(void)proto_error_set(error, PROTO_OK, "receipts", "%zu receipts", seen);
	return code;
}

/* Making the release again from its residuals gives the very same files. */
static enum proto_code
check_figures(struct verify *verify, struct proto_error *error)
{
	struct coord_pack again = {0};
	enum proto_code code = coord_release_pack(&again, &verify->published, error);
	size_t i;

	for (i = 0; code == PROTO_OK && i < again.files; i++) {
		const struct coord_pack_file *made = &again.file[i], *found = coord_release_pack_find(verify->pack, made->name);

		if (found == NULL || found->data.len != made->data.len ||
		    memcmp(found->data.data, made->data.data, made->data.len) != 0)
			code = proto_error_set(error, PROTO_NOT_GENUINE, made->name, "does not follow from the published residuals");
	}
	if (code == PROTO_OK && verify->pack->files != again.files + 1)
		code = proto_error_set(error, PROTO_NOT_GENUINE, "release", "a file that no release has");
	if (code == PROTO_OK)
		(void)proto_error_set(error, PROTO_OK, "measurements.csv", "every figure follows from the residuals");
	coord_release_pack_wipe(&again);
	return code;
}

void
coord_release_verify(struct coord_verify_report *ret_report, struct coord_published *ret_published,
    const struct coord_pack *pack, const uint8_t *key)
{
	static const struct {
		const char *name;
		enum proto_code (*run)(struct verify *verify, struct proto_error *error);
	} step[] = {
		{"signature", check_signature}, {"hashes", check_hashes}, {"documents", check_documents},
		{"receipts", check_receipts}, {"figures", check_figures},
	};
	struct verify verify = {.report = ret_report, .pack = pack, .key = key};
	size_t i;

	memset(ret_report, 0, sizeof(*ret_report));
	ret_report->ok = true;
	for (i = 0; i < sizeof(step) / sizeof(step[0]) && ret_report->ok; i++) {
		struct coord_verify_check *check = &ret_report->check[ret_report->checks++];

		check->name = step[i].name;
		check->ok = step[i].run(&verify, &check->error) == PROTO_OK;
		ret_report->ok = check->ok;
	}
	if (ret_report->ok && ret_published != NULL)
		*ret_published = verify.published;
	else
		coord_published_wipe(&verify.published);
}
