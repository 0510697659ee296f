#ifndef COORDINATOR_QUERY_AREA_H
#define COORDINATOR_QUERY_AREA_H

#include "coordinator/query_time.h"

/* One line of areas: the region, one country, or a sum of countries. */
struct coord_query_area {
	char text[256];   /* REF_AREA */
	bool region, sum; /* sum: over countries */
	size_t codes;
	char (*code)[PROTO_COUNTRY_TEXT];
};

/* region (or NULL), each, or CODE+CODE. NOT_FOUND: a country that no release of these periods lists. */
PROTO_CHECK enum proto_code coord_query_area_list(struct coord_query_area **ret_area, size_t *ret_areas,
    const struct coord_query_time *time, const char *text, struct proto_error *error);
void coord_query_area_free(struct coord_query_area *area, size_t areas);

/* Reads the figure of these areas from one release; a country that the manifest does not list counts as not reported. */
PROTO_CHECK enum proto_code coord_query_area_read(struct coord_figure *ret_figure, const struct coord_query_area *area,
    const struct coord_published *published, struct dp_figure figure, struct proto_error *error);

#endif
