#include "coordinator/published.h"


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum proto_code
frame_area(struct coord_area *area, const struct proto_manifest_country *country,
    const struct proto_accepted *accepted, struct proto_error *error)
{
	size_t i;

	(void)snprintf(area->code, sizeof(area->code), "%s", country->country);
	area->listed = 1;
	area->name = strdup(country->name);
	if (area->name == NULL)
		return proto_error_set(error, PROTO_MEMORY, "release", "out of memory");
	for (i = 0; i < accepted->entries; i++)
		if (strcmp(accepted->entry[i].country, country->country) == 0) {
			area->reporters = accepted->entry[i].accepted ? 1 : 0;
			(void)snprintf(area->reason, sizeof(area->reason), "%s", accepted->entry[i].reason);
		}
	return PROTO_OK;
}

/* The region's own name: its entry in the structure's list of areas. */
static const char *
region_name(const struct proto_manifest *manifest)
{
	const struct proto_codelist *areas = manifest->structure->area;
	int at = proto_codelist_area(areas, manifest->area, strlen(manifest->area));

	return at >= 0 ? areas->code[at].name : manifest->area;
}

enum proto_code
coord_published_frame(struct coord_published *published, struct proto_error *error)
{
	const struct proto_manifest *manifest = &published->manifest;
	struct coord_area *region;
	size_t i;

	published->area = calloc(manifest->countries + 1, sizeof(*published->area));
	if (published->area == NULL)
		return proto_error_set(error, PROTO_MEMORY, "release", "out of memory");
	published->areas = manifest->countries + 1;
	region = &published->area[0];
	(void)snprintf(region->code, sizeof(region->code), "%s", manifest->area);
	region->listed = manifest->countries;
	region->name = strdup(region_name(manifest));
	if (region->name == NULL)
		return proto_error_set(error, PROTO_MEMORY, "release", "out of memory");
	for (i = 0; i < manifest->countries; i++) {
		enum proto_code code = frame_area(&published->area[i + 1], &manifest->country[i], &published->accepted, error);

		if (code != PROTO_OK)
			return code;
		region->reporters += published->area[i + 1].reporters;
	}
	return PROTO_OK;
}

/* The region's vector: exact integer sums, so its residuals are as good as a country's. */
static enum proto_code
derive_sum(struct coord_published *published, struct proto_error *error)
{
	struct coord_area *region = &published->area[0];
	size_t cells = published->manifest.plan.cells, i, at;

	if (region->reporters == 0)
		return PROTO_OK;
	region->y = calloc(cells, sizeof(*region->y));
	if (region->y == NULL)
		return proto_error_set(error, PROTO_MEMORY, "release", "out of memory");
	for (i = 1; i < published->areas; i++)
		for (at = 0; published->area[i].y != NULL && at < cells; at++)
			if (__builtin_add_overflow(region->y[at], published->area[i].y[at], &region->y[at]))
				return proto_error_set(error, PROTO_FAILED, published->id, "the sum over countries is out of range");
	return PROTO_OK;
}

/* All areas together: every cell of the region is the sum of its countries'. */
static enum proto_code
derive_estimates(struct coord_published *published, struct proto_error *error)
{
	const int64_t **y = calloc(published->areas, sizeof(*y));
	struct dp_estimate *made = calloc(published->areas, sizeof(*made));
	enum dp_status status = DP_NOMEM;
	size_t i, n = 0;

	if (y == NULL || made == NULL)
		goto out;
	for (i = 1; i < published->areas; i++)
		if (published->area[i].y != NULL)
			y[n++] = published->area[i].y;
	status = dp_estimate_region(&published->area[0].estimate, made, &published->manifest.plan, y, n);
	for (i = 1, n = 0; status == DP_OK && i < published->areas; i++)
		if (published->area[i].y != NULL)
			published->area[i].estimate = made[n++];
out:
	free(made);
	free(y);
	if (status == DP_OK)
		return PROTO_OK;
	if (status == DP_NOMEM)
		return proto_error_set(error, PROTO_MEMORY, published->id, "out of memory");
	return proto_error_set(error, PROTO_FAILED, published->id, "the estimate is out of range");
}

enum proto_code
coord_published_derive(struct coord_published *published, struct proto_error *error)
{
	enum proto_code code = derive_sum(published, error);

	if (code != PROTO_OK || published->area[0].reporters == 0)
		return code;
	return derive_estimates(published, error);
}

struct coord_area *
coord_published_area(const struct coord_published *published, const char *code)
{
	size_t i;

	for (i = 0; i < published->areas; i++)
		if (strcmp(published->area[i].code, code) == 0)
			return &published->area[i];
	return NULL;
}

void
coord_published_wipe(struct coord_published *published)
{
	size_t i;

	for (i = 0; i < published->areas; i++) {
		free(published->area[i].name);
		free(published->area[i].y);
		free(published->area[i].attest);
		dp_estimate_wipe(&published->area[i].estimate);
	}
	free(published->area);
	for (i = 0; published->receipt != NULL && i < published->accepted.entries; i++)
		proto_buffer_wipe(&published->receipt[i]);
	free(published->receipt);
	proto_buffer_wipe(&published->manifest_signed);
	proto_buffer_wipe(&published->accepted_signed);
	proto_buffer_wipe(&published->trust_bytes);
	proto_accepted_wipe(&published->accepted);
	proto_manifest_wipe(&published->manifest);
	proto_trust_wipe(&published->trust);
	memset(published, 0, sizeof(*published));
}
