#include "coordinator/query_area.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
listed(const struct coord_query_time *time, const char *country)
{
	size_t i;

	for (i = 0; i < time->releases; i++)
		if (proto_manifest_find(&time->release[i].manifest, country) != NULL)
			return true;
	return false;
}

static enum proto_code
add_code(struct coord_query_area *area, const char *country, struct proto_error *error)
{
	char (*grown)[PROTO_COUNTRY_TEXT];
	size_t i;

	for (i = 0; i < area->codes; i++)
		if (strcmp(area->code[i], country) == 0)
			return proto_error_set(error, PROTO_USAGE, "--area", "%s stands twice", country);
	if ((grown = realloc(area->code, (area->codes + 1) * sizeof(*grown))) == NULL)
		return proto_error_set(error, PROTO_MEMORY, "query", "out of memory");
	area->code = grown;
	(void)snprintf(grown[area->codes++], PROTO_COUNTRY_TEXT, "%s", country);
	area->sum = area->codes > 1;
	return PROTO_OK;
}

/* CODE+CODE */
static enum proto_code
read_codes(struct coord_query_area *area, const struct coord_query_time *time, const char *text, struct proto_error *error)
{
	char shown[200];

	if (strlen(text) >= sizeof(area->text))
		return proto_error_set(error, PROTO_TOO_LARGE, "--area", "too many countries");
	(void)snprintf(area->text, sizeof(area->text), "%s", text);
	for (;;) {
		size_t len = strcspn(text, "+");
		char country[PROTO_COUNTRY_TEXT];
		enum proto_code code;

		(void)snprintf(country, sizeof(country), "%.*s", len < PROTO_COUNTRY_TEXT ? (int)len : 0, text);
		if (!proto_keys_country(country) || !listed(time, country))
			return proto_error_set(error, PROTO_NOT_FOUND, "--area", "no country %s in these rounds",
			    proto_error_text(shown, sizeof(shown), text, len));
		if ((code = add_code(area, country, error)) != PROTO_OK || text[len] == '\0')
			return code;
		text += len + 1;
	}
}

/* Every country that any of the releases lists, in order of first appearance. */
static enum proto_code
read_each(struct coord_query_area **ret_area, size_t *ret_areas, const struct coord_query_time *time, struct proto_error *error)
{
	struct coord_query_area *area = NULL;
	size_t areas = 0, r, c, i;

	for (r = 0; r < time->releases; r++)
		for (c = 0; c < time->release[r].manifest.countries; c++) {
			const char *country = time->release[r].manifest.country[c].country;
			struct coord_query_area *grown;

			for (i = 0; i < areas && strcmp(area[i].text, country) != 0; i++)
				continue;
			if (i < areas)
				continue;
			if ((grown = realloc(area, (areas + 1) * sizeof(*grown))) != NULL) {
				area = grown;
				memset(&area[areas++], 0, sizeof(*area));
				(void)snprintf(area[areas - 1].text, sizeof(area->text), "%s", country);
			}
			if (grown == NULL || add_code(&area[areas - 1], country, error) != PROTO_OK) {
				coord_query_area_free(area, areas);
				return proto_error_set(error, PROTO_MEMORY, "query", "out of memory");
			}
		}
	*ret_area = area;
	*ret_areas = areas;
	return PROTO_OK;
}

enum proto_code
coord_query_area_list(struct coord_query_area **ret_area, size_t *ret_areas, const struct coord_query_time *time,
    const char *text, struct proto_error *error)
{
	struct coord_query_area *area;
	enum proto_code code = PROTO_OK;

	if (text != NULL && strcmp(text, "each") == 0)
		return read_each(ret_area, ret_areas, time, error);
	if ((area = calloc(1, sizeof(*area))) == NULL)
		return proto_error_set(error, PROTO_MEMORY, "query", "out of memory");
	if (text == NULL || strcmp(text, "region") == 0 || strcmp(text, time->release[0].area[0].code) == 0) {
		area->region = area->sum = true;
		(void)snprintf(area->text, sizeof(area->text), "%s", time->release[0].area[0].code);
	} else {
		code = read_codes(area, time, text, error);
	}
	if (code != PROTO_OK) {
		coord_query_area_free(area, 1);
		return code;
	}
	*ret_area = area;
	*ret_areas = 1;
	return PROTO_OK;
}

void
coord_query_area_free(struct coord_query_area *area, size_t areas)
{
	size_t i;

	for (i = 0; i < areas; i++)
		free(area[i].code);
	free(area);
}

enum proto_code
coord_query_area_read(struct coord_figure *ret_figure, const struct coord_query_area *area,
    const struct coord_published *published, struct dp_figure figure, struct proto_error *error)
{
	struct coord_area **found = calloc(area->codes + 1, sizeof(*found));
	size_t count = 0, absent = 0, i;
	enum proto_code code;

	if (found == NULL)
		return proto_error_set(error, PROTO_MEMORY, "query", "out of memory");
	if (area->region)
		found[count++] = &published->area[0];
	for (i = 0; i < area->codes; i++) {
		if ((found[count] = coord_published_area(published, area->code[i])) != NULL)
			count++;
		else
			absent++;
	}
	code = coord_figure_read(ret_figure, published, found, count, figure, error);
	if (code == PROTO_OK)
		ret_figure->listed += absent;
	free(found);
	return code;
}
