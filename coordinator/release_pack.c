#include "coordinator/release_pack.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coordinator/release_csv.h"
#include "coordinator/release_json.h"
#include "proto/kit/print.h"
#include "proto/release.h"

/* A new empty file, its name set; NULL when out of memory. */
static struct proto_buffer *
add_file(struct coord_pack *pack, const char *name)
{
	struct coord_pack_file *grown = realloc(pack->file, (pack->files + 1) * sizeof(*grown));

	if (grown == NULL)
		return NULL;
	pack->file = grown;
	memset(&grown[pack->files], 0, sizeof(*grown));
	(void)snprintf(grown[pack->files].name, sizeof(grown[0].name), "%s", name);
	return &grown[pack->files++].data;
}

static enum proto_code
no_memory(struct proto_error *error)
{
	return proto_error_set(error, PROTO_MEMORY, "release", "out of memory");
}

static enum proto_code
add_receipts(struct coord_pack *pack, const struct coord_published *published, struct proto_error *error)
{
	size_t i;

	for (i = 0; i < published->accepted.entries; i++) {
		char name[64];
		struct proto_buffer *data;

		if (!published->accepted.entry[i].accepted)
			continue;
		(void)snprintf(name, sizeof(name), "receipts/%s.receipt", published->accepted.entry[i].country);
		if ((data = add_file(pack, name)) == NULL)
			return no_memory(error);
		proto_buffer_put(data, published->receipt[i].data, published->receipt[i].len);
		if (data->failed)
			return no_memory(error);
	}
	return PROTO_OK;
}

static enum proto_code
add_tables(struct coord_pack *pack, const struct coord_published *published, struct proto_error *error)
{
	struct proto_buffer *data;
	enum proto_code code;

	if ((data = add_file(pack, "release.json")) == NULL)
		return no_memory(error);
	if ((code = coord_release_json_about(data, published, error)) != PROTO_OK)
		return code;
	if ((data = add_file(pack, "residuals.json")) == NULL)
		return no_memory(error);
	if ((code = coord_release_json_residuals(data, published, error)) != PROTO_OK)
		return code;
	if ((data = add_file(pack, "measurements.csv")) == NULL)
		return no_memory(error);
	if ((code = coord_release_csv(data, published, true, error)) != PROTO_OK)
		return code;
	if ((data = add_file(pack, "estimates.csv")) == NULL)
		return no_memory(error);
	return coord_release_csv(data, published, false, error);
}

static enum proto_code
add_key(struct coord_pack *pack, const struct coord_published *published, struct proto_error *error)
{
	const struct proto_cert *cert = proto_trust_cert(&published->trust, PROTO_PURPOSE_RELEASE);
	char pem[PROTO_RELEASE_PEM];
	struct proto_buffer *data;

	if (cert == NULL)
		return proto_error_set(error, PROTO_NOT_GENUINE, "release.json", "the root certifies no key for releases");
	if ((data = add_file(pack, "signing-key.pub")) == NULL)
		return no_memory(error);
	proto_release_key_write(pem, cert->key);
	proto_buffer_text(data, pem);
	return data->failed ? no_memory(error) : PROTO_OK;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct coord_pack_file *)a)->name, ((const struct coord_pack_file *)b)->name);
}

/* The form of sha256sum(1), names ascending. */
static enum proto_code
add_sums(struct coord_pack *pack, struct proto_error *error)
{
	struct proto_buffer sums = {0}, *data;
	size_t i;

	qsort(pack->file, pack->files, sizeof(*pack->file), by_name);
	for (i = 0; i < pack->files; i++) {
		uint8_t hash[crypto_hash_sha256_BYTES];
		char hex[2 * crypto_hash_sha256_BYTES + 1];

		(void)crypto_hash_sha256(hash, pack->file[i].data.data, pack->file[i].data.len);
		kit_print_hex(hex, hash, sizeof(hash));
		proto_buffer_printf(&sums, "%s  %s\n", hex, pack->file[i].name);
	}
	if (sums.failed || (data = add_file(pack, "SHA256SUMS")) == NULL) {
		proto_buffer_wipe(&sums);
		return no_memory(error);
	}
	*data = sums;
	return PROTO_OK;
}

enum proto_code
coord_release_pack(struct coord_pack *ret_pack, const struct coord_published *published, struct proto_error *error)
{
	struct coord_pack pack = {0};
	enum proto_code code;

	if ((code = add_tables(&pack, published, error)) == PROTO_OK &&
	    (code = add_receipts(&pack, published, error)) == PROTO_OK &&
	    (code = add_key(&pack, published, error)) == PROTO_OK)
		code = add_sums(&pack, error);
	if (code == PROTO_OK)
		*ret_pack = pack;
	else
		coord_release_pack_wipe(&pack);
	return code;
}

enum proto_code
coord_release_pack_sign(struct coord_pack *pack, const uint8_t secret[static 64], struct proto_error *error)
{
	const struct coord_pack_file *sums = coord_release_pack_find(pack, "SHA256SUMS");
	uint8_t signature[PROTO_SIGNATURE];
	struct proto_buffer *data;
	enum proto_code code;

	code = proto_release_sign(signature, sums->data.data, sums->data.len, secret, error);
	if (code != PROTO_OK)
		return code;
	if ((data = add_file(pack, "SHA256SUMS.sig")) == NULL)
		return no_memory(error);
	proto_buffer_put(data, signature, sizeof(signature));
	return data->failed ? no_memory(error) : PROTO_OK;
}

const struct coord_pack_file *
coord_release_pack_find(const struct coord_pack *pack, const char *name)
{
	size_t i;

	for (i = 0; i < pack->files; i++)
		if (strcmp(pack->file[i].name, name) == 0)
			return &pack->file[i];
	return NULL;
}

void
coord_release_pack_wipe(struct coord_pack *pack)
{
	size_t i;

	for (i = 0; i < pack->files; i++)
		proto_buffer_wipe(&pack->file[i].data);
	free(pack->file);
	memset(pack, 0, sizeof(*pack));
}
