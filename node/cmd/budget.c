#include "node/budget.h"

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "desk.h"
#include "dp/rho.h"
#include "proto/kit/print.h"

static enum proto_code
parse_year(uint32_t *ret_year, const struct kit_call *call, struct proto_error *error)
{
	const char *text = kit_call_option(call, "year");
	struct proto_period period;

	*ret_year = 0;
	if (text == NULL)
		return PROTO_OK;
	if (strlen(text) != 4 || proto_period_parse(&period, text, NULL) != PROTO_OK)
		return proto_error_set(error, PROTO_USAGE, "--year", "four digits, as in 2023");
	*ret_year = period.year;
	return PROTO_OK;
}

static void
print_json(struct proto_json *json, const struct node_office *office, const struct node_budget *budget)
{
	const struct node_state *state = office->state;
	size_t i;

	proto_json_object(json);
	proto_json_key(json, "year");
	proto_json_u64(json, budget->year);
	proto_json_key(json, "caps");
	proto_json_object(json);
	node_policy_print(json, &office->policy.caps);
	proto_json_object_end(json);
	node_desk_rho(json, "spent", budget->spent);
	node_desk_rho(json, "remaining", budget->remaining);
	proto_json_key(json, "epsilon_year");
	proto_json_real(json, dp_rho_epsilon(budget->spent, KIT_DELTA));
	proto_json_key(json, "delta");
	proto_json_real(json, KIT_DELTA);
	proto_json_key(json, "entries");
	proto_json_array(json);
	for (i = 0; i < state->rows; i++)
		if (state->row[i].entry.claim.year == budget->year) {
			proto_json_object(json);
			node_desk_text(json, "round", state->row[i].round);
			node_desk_rho(json, "rho", state->row[i].entry.claim.rho);
			node_desk_time(json, "drawn", state->row[i].time);
			proto_json_object_end(json);
		}
	proto_json_array_end(json);
	proto_json_object_end(json);
}

static void
print_text(struct proto_buffer *out, const struct node_office *office, const struct node_budget *budget)
{
	const struct node_state *state = office->state;
	char amount[NODE_DESK_RHO], cap[NODE_DESK_RHO];
	size_t i;

	node_desk_short(amount, budget->spent);
	node_desk_short(cap, office->policy.caps.year);
	proto_buffer_printf(out, "reference year %u: rho %s spent of %s", budget->year, amount, cap);
	node_desk_short(amount, budget->remaining);
	proto_buffer_printf(out, ", %s left\n", amount);
	for (i = 0; i < state->rows; i++)
		if (state->row[i].entry.claim.year == budget->year) {
			node_desk_short(amount, state->row[i].entry.claim.rho);
			proto_buffer_printf(out, "  %-32s rho %s\n", state->row[i].round, amount);
		}
	if (budget->spent > 0) {
		proto_buffer_text(out, "\nFor a person in every one of these rounds:\n");
		kit_print_privacy(out, budget->spent, "one person in all structures of the year");
	}
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct node_office office = {0};
	struct node_budget budget;
	uint32_t year;
	enum proto_code code;

	if ((code = parse_year(&year, call, error)) != PROTO_OK ||
	    (code = node_desk_open(&office, call, NODE_STATE_READ, error)) != PROTO_OK)
		return code;
	node_budget_year(&budget, &office, year);
	if (call->json)
		print_json(&call->writer, &office, &budget);
	else
		print_text(&call->out, &office, &budget);
	node_office_close(&office);
	return PROTO_OK;
}

const struct kit_command node_cmd_budget = {
    .words = "budget", .operands = "", .summary = "what was spent of one reference year, and what is left",
    .manual =
	"The caps bind on the calendar year of the period that was counted, never on today's date. Shown is the year\n"
	"of the newest entry of the ledger, unless --year names another. What was spent is never given back:\n"
	"not for a round that was aborted, refused or lost.\n\n"
	"EXAMPLE\n"
	"  chorale-node budget --year 2026\n",
    .option = {{"year", "YYYY", "the reference year", false}},
    .run = run};
