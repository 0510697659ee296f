#include "manifest_document.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "chorale.pb-c.h"
#include "proto/header.h"
#include "proto/limits.h"
#include "strict.h"

#define BYTES_MAX (4u << 20)
#define VERSION 1
#define COUNTRIES_MAX 512
#define WORDS 2 /* an s2 is two words of 64 bits, the low one first */

static const struct proto_strict_kind kind = {&chorale__manifest__descriptor, "manifest", BYTES_MAX};

static void
encode_fields(Chorale__Manifest *message, const struct proto_manifest *manifest)
{
	chorale__manifest__init(message);
	message->version = VERSION;
	message->coordinator = proto_strict_borrow(manifest->coordinator);
	message->area = proto_strict_borrow(manifest->area);
	message->round = proto_strict_borrow(manifest->round_text);
	message->opened = manifest->opened;
	message->closes = manifest->closes;
	message->structure = proto_strict_view(manifest->structure->document.data, manifest->structure->document.len);
	message->opening = proto_strict_view(manifest->opening, PROTO_PUBLIC);
}

static void
encode_country(Chorale__ManifestCountry *message, const struct proto_manifest_country *country)
{
	chorale__manifest_country__init(message);
	message->country = proto_strict_borrow(country->country);
	message->name = proto_strict_borrow(country->name);
	message->signing = proto_strict_view(country->signing, PROTO_PUBLIC);
}

enum proto_code
proto_manifest_document_encode(struct proto_buffer *ret_document, const struct proto_manifest *manifest, struct proto_error *error)
{
	const struct dp_plan *plan = &manifest->plan;
	Chorale__ManifestPart part, *parts[1] = {&part};
	Chorale__ManifestCountry *country = NULL, **countries = NULL;
	Chorale__Manifest message;
	uint64_t *s2 = NULL;
	enum proto_code code;
	size_t i;

	country = calloc(manifest->countries + 1, sizeof(*country));
	countries = calloc(manifest->countries + 1, sizeof(*countries));
	s2 = calloc(WORDS * plan->residuals + 1, sizeof(*s2));
	if (country == NULL || countries == NULL || s2 == NULL) {
		code = proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
		goto out;
	}
	for (i = 0; i < manifest->countries; i++) {
		encode_country(&country[i], &manifest->country[i]);
		countries[i] = &country[i];
	}
	for (i = 0; i < plan->residuals; i++) {
		s2[WORDS * i] = (uint64_t)plan->residual[i].s2;
		s2[WORDS * i + 1] = (uint64_t)(plan->residual[i].s2 >> 64);
	}
	chorale__manifest_part__init(&part);
	part.id = PROTO_PART_COUNTRY;
	part.rho_units = manifest->rho_units;
	part.n_s2 = WORDS * plan->residuals;
	part.s2 = s2;
	encode_fields(&message, manifest);
	message.n_part = 1;
	message.part = parts;
	message.n_country = manifest->countries;
	message.country = countries;
	code = proto_strict_encode(ret_document, &kind, &message.base, error);
out:
	free(country);
	free(countries);
	free(s2);
	return code;
}

static enum proto_code
malformed(struct proto_error *error, const char *what)
{
	return proto_error_set(error, PROTO_MALFORMED, kind.name, "%s", what);
}

static enum proto_code
decode_fields(struct proto_manifest *manifest, const Chorale__Manifest *message, struct proto_error *error)
{
	/* Version first: what follows may mean something else in another one. */
	if (message->version != VERSION || message->n_part != 1 || message->part[0]->id != PROTO_PART_COUNTRY ||
	    message->members.len != 0)
		return proto_error_set(error, PROTO_VERSION, kind.name, "of a version that this program does not know");
	manifest->version = message->version;
	manifest->opened = message->opened;
	manifest->closes = message->closes;
	manifest->rho_units = message->part[0]->rho_units;
	if (!proto_strict_text(manifest->coordinator, sizeof(manifest->coordinator), message->coordinator) ||
	    !proto_keys_coordinator_id(manifest->coordinator) || message->area[0] == '\0' ||
	    !proto_strict_text(manifest->area, sizeof(manifest->area), message->area) ||
	    !proto_strict_bytes(manifest->opening, PROTO_PUBLIC, &message->opening))
		return malformed(error, "a field has the wrong length or form");
	if (!proto_strict_text(manifest->round_text, sizeof(manifest->round_text), message->round))
		return malformed(error, "not a round's id");
	if (manifest->opened < 0 || (manifest->closes != 0 && manifest->closes <= manifest->opened))
		return malformed(error, "it closes before it opens");
	return proto_round_parse(&manifest->round, manifest->round_text, error);
}

/* Ascending and unique, so that a set of countries has one encoding. */
static enum proto_code
decode_countries(struct proto_manifest *manifest, const Chorale__Manifest *message, struct proto_error *error)
{
	size_t i;

	if (message->n_country > COUNTRIES_MAX)
		return proto_error_set(error, PROTO_TOO_LARGE, kind.name, "more than %d countries", COUNTRIES_MAX);
	if ((manifest->country = calloc(message->n_country + 1, sizeof(*manifest->country))) == NULL)
		return proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
	for (i = 0; i < message->n_country; i++) {
		struct proto_manifest_country *country = &manifest->country[i];
		const Chorale__ManifestCountry *from = message->country[i];

		if (!proto_strict_text(country->country, sizeof(country->country), from->country) ||
		    !proto_keys_country(country->country) || from->name[0] == '\0' ||
		    !proto_strict_bytes(country->signing, PROTO_PUBLIC, &from->signing))
			return malformed(error, "a country has the wrong form");
		if (i > 0 && strcmp(manifest->country[i - 1].country, country->country) >= 0)
			return malformed(error, "the countries are repeated or out of order");
		if (!proto_strict_dup(&country->name, from->name))
			return proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
		manifest->countries = i + 1;
	}
	return PROTO_OK;
}

static enum proto_code
decode_structure(struct proto_manifest *manifest, const Chorale__Manifest *message, struct proto_error *error)
{
	enum proto_code code;
	char freq = manifest->round.period.freq;

	code = proto_structure_decode(&manifest->structure, message->structure.data, message->structure.len, error);
	if (code != PROTO_OK)
		return code;
	if (strcmp(manifest->structure->id, manifest->round.structure) != 0)
		return proto_error_set(error, PROTO_REFUSED, manifest->round_text, "it carries another structure");
	if (proto_codelist_find(manifest->structure->freq, &freq, 1) < 0)
		return proto_error_set(error, PROTO_REFUSED, manifest->round_text, "its structure has no frequency %c", freq);
	return PROTO_OK;
}

static enum proto_code
dp_error(struct proto_error *error, enum dp_status status, const struct proto_manifest *manifest)
{
	if (status == DP_NOMEM)
		return proto_error_set(error, PROTO_MEMORY, manifest->round_text, "out of memory");
	return proto_error_set(error, PROTO_REFUSED, manifest->round_text, "its plan is unsound");
}

/*
 * The plan is laid out here from the structure; the manifest only says how noisy each residual is. The price is
 * then computed again, exactly, of a plan that passes dp_plan_check: a manifest that understates it, or leaves the
 * noise out, is refused by whoever opens it.
 */
static enum proto_code
decode_plan(struct proto_manifest *manifest, const Chorale__Manifest *message, struct proto_error *error)
{
	const Chorale__ManifestPart *part = message->part[0];
	const struct proto_structure *structure = manifest->structure;
	struct dp_plan *plan = &manifest->plan;
	enum dp_status status;
	uint64_t rho_units;
	size_t i;

	status = dp_plan_layout(plan, &structure->domain, structure->figure, structure->tables);
	if (status != DP_OK)
		return dp_error(error, status, manifest);
	if (part->n_s2 != WORDS * plan->residuals)
		return malformed(error, "not one variance for each residual");
	for (i = 0; i < plan->residuals; i++)
		plan->residual[i].s2 = (dp_u128)part->s2[WORDS * i + 1] << 64 | part->s2[WORDS * i];
	if ((status = dp_plan_rho(&rho_units, plan)) != DP_OK)
		return dp_error(error, status, manifest);
	if (plan->cells > PROTO_PART_CELLS_MAX)
		return proto_error_set(error, PROTO_TOO_LARGE, manifest->round_text, "more cells than one submission can carry");
	if (rho_units != manifest->rho_units)
		return proto_error_set(error, PROTO_REFUSED, manifest->round_text, "its price is not the price of its plan");
	return PROTO_OK;
}

enum proto_code
proto_manifest_document_decode(struct proto_manifest *ret_manifest, const void *document, size_t len, struct proto_error *error)
{
	struct proto_manifest manifest = {0};
	const Chorale__Manifest *message;
	ProtobufCMessage *base = NULL;
	enum proto_code code;

	if ((code = proto_strict_decode(&base, &kind, document, len, error)) != PROTO_OK)
		return code;
	message = (const Chorale__Manifest *)base;
	if ((code = decode_fields(&manifest, message, error)) != PROTO_OK ||
	    (code = decode_countries(&manifest, message, error)) != PROTO_OK ||
	    (code = decode_structure(&manifest, message, error)) != PROTO_OK ||
	    (code = decode_plan(&manifest, message, error)) != PROTO_OK)
		goto out;
	(void)crypto_hash_sha256(manifest.sha256, document, len);
	*ret_manifest = manifest;
	manifest = (struct proto_manifest){0};
out:
	proto_manifest_wipe(&manifest);
	proto_strict_free(base);
	return code;
}
