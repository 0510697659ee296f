#include "coordinator/release_json.h"

#include <stdlib.h>
#include <string.h>

#include "proto/json.h"
#include "proto/kit/print.h"

static enum proto_code
malformed(struct proto_error *error, const char *where, const char *what)
{
	return proto_error_set(error, PROTO_MALFORMED, where, "%s", what);
}

static enum proto_code
load_hex(struct proto_buffer *ret_bytes, const json_t *object, const char *key, struct proto_error *error)
{
	const json_t *text = json_object_get(object, key);
	size_t len = json_string_length(text) / 2;
	uint8_t *bytes;
	enum proto_code code;

	if (!json_is_string(text) || len == 0)
		return malformed(error, "release.json", "a signed part is missing");
	if ((bytes = malloc(len)) == NULL)
		return proto_error_set(error, PROTO_MEMORY, "release.json", "out of memory");
	if ((code = kit_print_unhex(bytes, len, json_string_value(text), error)) == PROTO_OK) {
		proto_buffer_put(ret_bytes, bytes, len);
		if (ret_bytes->failed)
			code = proto_error_set(error, PROTO_MEMORY, "release.json", "out of memory");
	}
	free(bytes);
	return code;
}

static enum proto_code
load_signed(struct coord_published *published, const json_t *about, struct proto_error *error)
{
	const json_t *parts = json_object_get(about, "signed");
	enum proto_code code;

	if ((code = load_hex(&published->trust_bytes, parts, "trust", error)) != PROTO_OK ||
	    (code = load_hex(&published->manifest_signed, parts, "manifest", error)) != PROTO_OK ||
	    (code = load_hex(&published->accepted_signed, parts, "accepted", error)) != PROTO_OK ||
	    (code = proto_trust_open(&published->trust, published->trust_bytes.data, published->trust_bytes.len, NULL, error)) != PROTO_OK ||
	    (code = proto_manifest_open(&published->manifest, published->manifest_signed.data, published->manifest_signed.len,
	        &published->trust, error)) != PROTO_OK)
		return code;
	code = proto_accepted_open(&published->accepted, published->accepted_signed.data, published->accepted_signed.len,
	    &published->trust, error);
	if (code == PROTO_OK && (strcmp(published->accepted.round, published->manifest.round_text) != 0 ||
	    memcmp(published->accepted.manifest, published->manifest.sha256, PROTO_HASH) != 0))
		code = proto_error_set(error, PROTO_NOT_GENUINE, "release.json", "the accepted set is of another round");
	return code;
}

static enum proto_code
load_values(struct coord_area *area, const struct dp_plan *plan, const json_t *list, struct proto_error *error)
{
	size_t r, i;

	if (json_array_size(list) != plan->residuals)
		return malformed(error, "residuals.json", "the residuals are not those of the manifest");
	area->y = calloc(plan->cells, sizeof(*area->y));
	if (area->y == NULL)
		return proto_error_set(error, PROTO_MEMORY, "residuals.json", "out of memory");
	for (r = 0; r < plan->residuals; r++) {
		const json_t *y = json_object_get(json_array_get(list, r), "y");

		if (json_array_size(y) != plan->residual[r].cells)
			return malformed(error, "residuals.json", "a residual has another number of cells than the manifest says");
		for (i = 0; i < plan->residual[r].cells; i++) {
			const json_t *value = json_array_get(y, i);

			if (!json_is_integer(value))
				return malformed(error, "residuals.json", "a value is not a whole number");
			area->y[plan->residual[r].offset + i] = json_integer_value(value);
		}
	}
	return PROTO_OK;
}

/* Countries only: the region's sum is derived, and compared when the file is made again. */
static enum proto_code
load_areas(struct coord_published *published, const json_t *residuals, struct proto_error *error)
{
	const json_t *list = json_object_get(residuals, "areas");
	enum proto_code code;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *name = json_string_value(json_object_get(item, "area"));
		struct coord_area *area = name ? coord_published_area(published, name) : NULL;

		if (area == NULL)
			return malformed(error, "residuals.json", "an area that is not in the manifest");
		if (area == &published->area[0])
			continue;
		if (area->reporters == 0 || area->y != NULL)
			return malformed(error, "residuals.json", "an area that the accepted set does not hold once");
		if ((code = load_values(area, &published->manifest.plan, json_object_get(item, "residuals"), error)) != PROTO_OK)
			return code;
	}
	for (i = 1; i < published->areas; i++)
		if (published->area[i].reporters > 0 && published->area[i].y == NULL)
			return malformed(error, "residuals.json", "an accepted country is missing");
	return PROTO_OK;
}

/* How each country counted: in the sealed parts, so here it is read back as published. */
static enum proto_code
load_attests(struct coord_published *published, const json_t *about, struct proto_error *error)
{
	const json_t *list = json_object_get(about, "countries");
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i), *text = json_object_get(item, "attestation");
		const char *name = json_string_value(json_object_get(item, "country"));
		const char *by = json_string_value(json_object_get(item, "counted_by"));
		struct coord_area *area = name ? coord_published_area(published, name) : NULL;

		if (area == NULL)
			return malformed(error, "release.json", "a country that is not in the manifest");
		area->aggregate = by != NULL && strcmp(by, "office") == 0;
		if (json_is_string(text) && area->attest == NULL && (area->attest = strdup(json_string_value(text))) == NULL)
			return proto_error_set(error, PROTO_MEMORY, "release.json", "out of memory");
	}
	return PROTO_OK;
}

/* ROUND.vN, N from 1. */
static bool
id_of_round(const char *id, const char *round)
{
	size_t len = strlen(round);

	return strncmp(id, round, len) == 0 && strncmp(id + len, ".v", 2) == 0 &&
	    id[len + 2] >= '1' && id[len + 2] <= '9' && strspn(id + len + 2, "0123456789") == strlen(id + len + 2);
}

enum proto_code
coord_release_json_load(struct coord_published *ret_published, const struct proto_buffer *about,
    const struct proto_buffer *residuals, struct proto_error *error)
{
	struct coord_published published = {0};
	json_t *head = NULL, *body = NULL;
	const char *id;
	enum proto_code code;

	if ((code = proto_json_load(&head, about->data, about->len, "release.json", error)) != PROTO_OK ||
	    (code = proto_json_load(&body, residuals->data, residuals->len, "residuals.json", error)) != PROTO_OK ||
	    (code = load_signed(&published, head, error)) != PROTO_OK ||
	    (code = coord_published_frame(&published, error)) != PROTO_OK)
		goto out;
	id = json_string_value(json_object_get(head, "release"));
	if (id == NULL || strlen(id) >= sizeof(published.id) || !id_of_round(id, published.manifest.round_text)) {
		code = malformed(error, "release.json", "the release id is not one of the manifest's round");
		goto out;
	}
	memcpy(published.id, id, strlen(id) + 1);
	published.created = published.accepted.closed;
	if ((code = load_areas(&published, body, error)) == PROTO_OK &&
	    (code = load_attests(&published, head, error)) == PROTO_OK)
		code = coord_published_derive(&published, error);
out:
	json_decref(head);
	json_decref(body);
	if (code == PROTO_OK)
		*ret_published = published;
	else
		coord_published_wipe(&published);
	return code;
}
