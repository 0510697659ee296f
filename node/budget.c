#include "node/budget.h"

#include <string.h>
#include <time.h>

static uint64_t
left(uint64_t cap, uint64_t spent)
{
	return spent < cap ? cap - spent : 0;
}

/* Only to have something to show before the first entry: no rule reads a clock. */
static uint32_t
year_of(int64_t now)
{
	time_t seconds = (time_t)now;
	struct tm date;

	return gmtime_r(&seconds, &date) == NULL ? 0 : (uint32_t)(date.tm_year + 1900);
}

void
node_budget_year(struct node_budget *ret_budget, const struct node_office *office, uint32_t year)
{
	const struct node_state *state = office->state;
	struct node_budget budget = {.year = year};
	size_t i;

	if (year == 0)
		budget.year = state->rows > 0 ? state->row[state->rows - 1].entry.claim.year : year_of(office->now);
	for (i = 0; i < state->rows; i++)
		if (state->row[i].entry.claim.year == budget.year)
			budget.spent += state->row[i].entry.claim.rho;
	budget.remaining = left(office->policy.caps.year, budget.spent);
	*ret_budget = budget;
}

void
node_budget_round(struct node_budget *ret_budget, const struct node_office *office, const struct proto_manifest *manifest)
{
	const struct node_state *state = office->state;
	struct node_budget budget;
	uint8_t series[PROTO_HASH];
	size_t i;

	node_budget_year(&budget, office, manifest->round.period.year);
	proto_manifest_series_hash(series, manifest);
	for (i = 0; i < state->rows; i++)
		if (memcmp(state->row[i].entry.claim.series, series, PROTO_HASH) == 0)
			budget.period_spent += state->row[i].entry.claim.rho;
	budget.period_remaining = left(office->policy.caps.period, budget.period_spent);
	*ret_budget = budget;
}

void
node_budget_reached(uint64_t *ret_period, uint64_t *ret_year, const struct node_office *office,
    const struct proto_manifest *manifest)
{
	const struct node_state *state = office->state;
	struct node_budget budget;
	uint64_t more = manifest->rho_units;
	size_t i;

	node_budget_round(&budget, office, manifest);
	for (i = 0; i < state->rows; i++)
		if (strcmp(state->row[i].round, manifest->round_text) == 0)
			more = 0;
	*ret_period = budget.period_spent + more;
	*ret_year = budget.spent + more;
}
