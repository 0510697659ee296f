#include "proto/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "chorale.pb-c.h"
#include "decode.h"
#include "layout.h"
#include "signed_view.h"
#include "strict.h"

#define BYTES_MAX (16u << 10)

static const struct proto_strict_kind kind = {&chorale__catalog__descriptor, "list of structures", BYTES_MAX};
static const struct proto_signed_kind signed_kind = {PROTO_PURPOSE_MANIFEST, PROTO_LABEL_CATALOG, "list of structures"};

enum proto_code
proto_catalog_sign(struct proto_buffer *ret_signed, const struct proto_catalog *catalog,
    const struct proto_signer *signer, struct proto_error *error)
{
	ProtobufCBinaryData sha256[PROTO_CATALOG_MAX];
	struct proto_buffer document = {0};
	struct proto_catalog again = {0};
	Chorale__Catalog message;
	enum proto_code code;
	size_t i;

	if (catalog->structures > PROTO_CATALOG_MAX)
		return proto_error_set(error, PROTO_TOO_LARGE, kind.name, "more than %d structures", PROTO_CATALOG_MAX);
	for (i = 0; i < catalog->structures; i++)
		sha256[i] = proto_strict_view(catalog->sha256[i], PROTO_HASH);
	chorale__catalog__init(&message);
	message.coordinator = proto_strict_borrow(catalog->coordinator);
	message.issued = catalog->issued;
	message.n_sha256 = catalog->structures;
	message.sha256 = sha256;
	if ((code = proto_strict_encode(&document, &kind, &message.base, error)) != PROTO_OK)
		goto out;
	/* Nothing is signed that its readers would refuse. */
	if ((code = proto_catalog_decode(&again, document.data, document.len, error)) != PROTO_OK)
		goto out;
	code = proto_signed_pack(ret_signed, signer, &signed_kind, document.data, document.len, error);
out:
	proto_catalog_wipe(&again);
	proto_buffer_wipe(&document);
	return code;
}

/* Ascending and unique, so that a set has one encoding. */
static bool
decode_hashes(struct proto_catalog *catalog, const Chorale__Catalog *message)
{
	size_t i;

	for (i = 0; i < message->n_sha256; i++) {
		if (!proto_strict_bytes(catalog->sha256[i], PROTO_HASH, &message->sha256[i]))
			return false;
		if (i > 0 && memcmp(catalog->sha256[i - 1], catalog->sha256[i], PROTO_HASH) >= 0)
			return false;
	}
	catalog->structures = message->n_sha256;
	return true;
}

enum proto_code
proto_catalog_decode(struct proto_catalog *ret_catalog, const void *document, size_t len, struct proto_error *error)
{
	struct proto_catalog catalog = {0};
	const Chorale__Catalog *message;
	ProtobufCMessage *base = NULL;
	enum proto_code code;

	if ((code = proto_strict_decode(&base, &kind, document, len, error)) != PROTO_OK)
		return code;
	message = (const Chorale__Catalog *)base;
	catalog.issued = message->issued;
	if (message->n_sha256 > PROTO_CATALOG_MAX || catalog.issued < 0 ||
	    !proto_strict_text(catalog.coordinator, sizeof(catalog.coordinator), message->coordinator) ||
	    !proto_keys_coordinator_id(catalog.coordinator)) {
		code = proto_error_set(error, PROTO_MALFORMED, kind.name, "a field has the wrong length or form");
		goto out;
	}
	if ((catalog.sha256 = calloc(message->n_sha256 + 1, sizeof(*catalog.sha256))) == NULL) {
		code = proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
		goto out;
	}
	if (!decode_hashes(&catalog, message)) {
		code = proto_error_set(error, PROTO_MALFORMED, kind.name, "a digest is wrong, repeated or out of order");
		goto out;
	}
	*ret_catalog = catalog;
	catalog = (struct proto_catalog){0};
out:
	proto_catalog_wipe(&catalog);
	proto_strict_free(base);
	return code;
}

enum proto_code
proto_catalog_open(struct proto_catalog *ret_catalog, const void *bytes, size_t len,
    const struct proto_trust *trust, struct proto_error *error)
{
	struct proto_catalog catalog = {0};
	struct proto_signed_view view;
	enum proto_code code;

	if ((code = proto_signed_view(&view, bytes, len, trust, &signed_kind, error)) != PROTO_OK ||
	    (code = proto_catalog_decode(&catalog, view.document, view.len, error)) != PROTO_OK ||
	    (code = proto_signed_covers(&view, catalog.issued, &signed_kind, error)) != PROTO_OK)
		goto out;
	if (strcmp(catalog.coordinator, trust->coordinator) != 0) {
		code = proto_error_set(error, PROTO_NOT_GENUINE, kind.name, "of another coordinator");
		goto out;
	}
	*ret_catalog = catalog;
	catalog = (struct proto_catalog){0};
out:
	proto_catalog_wipe(&catalog);
	return code;
}

bool
proto_catalog_has(const struct proto_catalog *catalog, const uint8_t sha256[static PROTO_HASH])
{
	size_t i;

	for (i = 0; i < catalog->structures; i++)
		if (memcmp(catalog->sha256[i], sha256, PROTO_HASH) == 0)
			return true;
	return false;
}

void
proto_catalog_wipe(struct proto_catalog *catalog)
{
	free(catalog->sha256);
	*catalog = (struct proto_catalog){0};
}
