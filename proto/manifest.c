#include "proto/manifest.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "manifest_document.h"
#include "signed_view.h"

static const struct proto_signed_kind signed_kind = {PROTO_PURPOSE_MANIFEST, PROTO_LABEL_MANIFEST, "manifest"};

enum proto_code
proto_manifest_sign(struct proto_buffer *ret_signed, struct proto_manifest *manifest,
    const struct proto_signer *signer, struct proto_error *error)
{
	struct proto_buffer document = {0};
	struct proto_manifest again = {0};
	enum proto_code code;

	if ((code = proto_manifest_document_encode(&document, manifest, error)) != PROTO_OK)
		goto out;
	/* Nothing is signed that its readers would refuse. */
	if ((code = proto_manifest_document_decode(&again, document.data, document.len, error)) != PROTO_OK)
		goto out;
	if ((code = proto_signed_pack(ret_signed, signer, &signed_kind, document.data, document.len, error)) != PROTO_OK)
		goto out;
	memcpy(manifest->sha256, again.sha256, PROTO_HASH);
out:
	proto_manifest_wipe(&again);
	proto_buffer_wipe(&document);
	return code;
}

/* Is this a key that the root certified for opening, valid when the round was opened? */
static bool
opening_certified(const struct proto_manifest *manifest, const struct proto_trust *trust)
{
	size_t i;

	for (i = 0; i < trust->certs; i++)
		if (trust->cert[i].purpose == PROTO_PURPOSE_OPENING && proto_cert_covers(&trust->cert[i], manifest->opened) &&
		    memcmp(trust->cert[i].key, manifest->opening, PROTO_PUBLIC) == 0)
			return true;
	return false;
}

enum proto_code
proto_manifest_open(struct proto_manifest *ret_manifest, const void *bytes, size_t len,
    const struct proto_trust *trust, struct proto_error *error)
{
	struct proto_manifest manifest = {0};
	struct proto_signed_view view;
	enum proto_code code;

	if ((code = proto_signed_view(&view, bytes, len, trust, &signed_kind, error)) != PROTO_OK ||
	    (code = proto_manifest_document_decode(&manifest, view.document, view.len, error)) != PROTO_OK ||
	    (code = proto_signed_covers(&view, manifest.opened, &signed_kind, error)) != PROTO_OK)
		goto out;
	if (strcmp(manifest.coordinator, trust->coordinator) != 0) {
		code = proto_error_set(error, PROTO_NOT_GENUINE, manifest.round_text, "a manifest of another coordinator");
		goto out;
	}
	if (!opening_certified(&manifest, trust)) {
		code = proto_error_set(error, PROTO_NOT_GENUINE, manifest.round_text, "its opening key is not certified by the root");
		goto out;
	}
	*ret_manifest = manifest;
	manifest = (struct proto_manifest){0};
out:
	proto_manifest_wipe(&manifest);
	return code;
}

const struct proto_manifest_country *
proto_manifest_find(const struct proto_manifest *manifest, const char *country)
{
	size_t i;

	for (i = 0; i < manifest->countries; i++)
		if (strcmp(manifest->country[i].country, country) == 0)
			return &manifest->country[i];
	return NULL;
}

void
proto_manifest_wipe(struct proto_manifest *manifest)
{
	size_t i;

	for (i = 0; i < manifest->countries; i++)
		free(manifest->country[i].name);
	free(manifest->country);
	dp_plan_wipe(&manifest->plan);
	proto_structure_free(manifest->structure);
	*manifest = (struct proto_manifest){0};
}

#define PERIOD_FIELD 16

void
proto_manifest_round_hash(uint8_t ret_hash[static PROTO_HASH], const struct proto_manifest *manifest)
{
	uint8_t bytes[PROTO_LAYOUT_LABEL + PROTO_LAYOUT_COORDINATOR + PROTO_LAYOUT_ROUND], *at = bytes;

	proto_layout_text(at, PROTO_LAYOUT_LABEL, PROTO_LABEL_ROUND);
	proto_layout_text(at += PROTO_LAYOUT_LABEL, PROTO_LAYOUT_COORDINATOR, manifest->coordinator);
	proto_layout_text(at + PROTO_LAYOUT_COORDINATOR, PROTO_LAYOUT_ROUND, manifest->round_text);
	(void)crypto_generichash(ret_hash, PROTO_HASH, bytes, sizeof(bytes), NULL, 0);
}

void
proto_manifest_series_hash(uint8_t ret_hash[static PROTO_HASH], const struct proto_manifest *manifest)
{
	uint8_t bytes[PROTO_LAYOUT_LABEL + PROTO_LAYOUT_COORDINATOR + PROTO_ID_MAX + PERIOD_FIELD], *at = bytes;
	char period[PROTO_PERIOD_TEXT];

	proto_period_format(period, &manifest->round.period);
	proto_layout_text(at, PROTO_LAYOUT_LABEL, PROTO_LABEL_SERIES);
	proto_layout_text(at += PROTO_LAYOUT_LABEL, PROTO_LAYOUT_COORDINATOR, manifest->coordinator);
	proto_layout_text(at += PROTO_LAYOUT_COORDINATOR, PROTO_ID_MAX, manifest->round.structure);
	proto_layout_text(at + PROTO_ID_MAX, PERIOD_FIELD, period);
	(void)crypto_generichash(ret_hash, PROTO_HASH, bytes, sizeof(bytes), NULL, 0);
}
