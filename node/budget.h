#ifndef NODE_BUDGET_H
#define NODE_BUDGET_H

#include "node/office.h"
#include "proto/manifest.h"

/* What was spent, and what this office's caps leave. Units of 2^-40 rho. */
struct node_budget {
	uint32_t year;
	uint64_t spent, remaining; /* of the reference year, all structures */
	uint64_t period_spent, period_remaining; /* of one structure and period; only node_budget_round */
};

/* node_budget_year: year 0: that of the newest entry, or of now when there is none. */
void node_budget_year(struct node_budget *ret_budget, const struct node_office *office, uint32_t year);

/* node_budget_round: the year of the round's period, and its series. */
void node_budget_round(struct node_budget *ret_budget, const struct node_office *office,
    const struct proto_manifest *manifest);

/*
 * node_budget_reached(ret_period, ret_year, office, manifest):
 * What structure and period, and the year, come to once this round is drawn (or as it was).
 */
void node_budget_reached(uint64_t *ret_period, uint64_t *ret_year, const struct node_office *office,
    const struct proto_manifest *manifest);

#endif
