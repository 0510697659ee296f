#ifndef COORDINATOR_API_CALLS_H
#define COORDINATOR_API_CALLS_H

#include "coordinator/api.h"

/*
 * One call each, private to the api's files. country is the caller's row, active and
 * verified (NULL for the enrolment calls).
 */
typedef enum proto_code coord_api_function(struct coord_api *api, struct proto_buffer *ret_reply, const struct coord_api_call *call,
    const struct coord_country *country, struct proto_error *error);

coord_api_function coord_api_enrol, coord_api_enrol_state, coord_api_sync, coord_api_header, coord_api_body;

/* The one answer to an unknown sender, a wrong signature, a wrong secret. */
enum proto_code coord_api_not_genuine(struct proto_error *error);

/* coord_api_header_due: OK while the round takes uploads at this time; else EARLY or LATE, with the times. */
PROTO_CHECK enum proto_code coord_api_header_due(const struct coord_terms *terms, const char *round, int64_t now, struct proto_error *error);

#endif
