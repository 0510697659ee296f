#ifndef COORDINATOR_QUERY_TIME_H
#define COORDINATOR_QUERY_TIME_H

#include "coordinator/query.h"

/* The periods of a query and, for each, the release that shows it: the newest revision's newest version. */
struct coord_query_time {
	bool range;                 /* P..P was written: a sum follows the periods */
	size_t periods;
	struct proto_period *period;
	int *published;             /* per period: index into the loaded releases, or -1 */
	size_t releases;
	struct coord_published *release; /* loaded and verified */
};

/* NOT_FOUND: no release of this structure; MALFORMED: the period; TOO_LARGE: more than COORD_QUERY_PERIODS. */
PROTO_CHECK enum proto_code coord_query_time(struct coord_query_time *ret_time, const struct coord_state *state,
    const char *structure, const char *period, struct proto_error *error);
void coord_query_time_wipe(struct coord_query_time *time);

#endif
