#include "commands.h"
#include "desk.h"
#include "node/budget.h"
#include "node/figures.h"
#include "node/submission.h"

static void
print_json(struct kit_call *call, const struct node_office *office, const struct node_figures *figures,
    const struct node_budget *budget)
{
	struct proto_json *json = &call->writer;
	const struct proto_manifest *manifest = figures->manifest;

	proto_json_object(json);
	node_desk_text(json, "round", manifest->round_text);
	node_desk_rho(json, "rho", manifest->rho_units);
	node_desk_privacy_json(json, office, manifest);
	proto_json_key(json, "year");
	proto_json_u64(json, budget->year);
	node_desk_rho(json, "remaining", budget->remaining);
	node_desk_rho(json, "remaining_period", budget->period_remaining);
	proto_json_key(json, "internal"); /* exact national counts: not to leave the office */
	proto_json_bool(json, true);
	proto_json_key(json, "tables");
	node_figures_json(figures, json);
	proto_json_object_end(json);
}

static enum proto_code
print_text(struct kit_call *call, const struct node_office *office, const struct node_figures *figures,
    const struct node_budget *budget, struct proto_error *error)
{
	const struct proto_manifest *manifest = figures->manifest;
	struct proto_buffer *out = &call->out;
	char cost[NODE_DESK_RHO], left[NODE_DESK_RHO];

	node_desk_short(cost, manifest->rho_units);
	node_desk_short(left, budget->remaining);
	proto_buffer_printf(out, "INTERNAL: exact national counts, for this office only. Nothing was drawn, nothing sent.\n\n"
	    "%s costs rho %s; rho %s is left of reference year %u.\n", manifest->round_text, cost, left, budget->year);
	node_desk_privacy(out, office, manifest);
	proto_buffer_text(out, "\nEach figure that is sent will fall between \"from\" and \"to\" in 95 of 100 cases. It is drawn "
	    "once, at `submit`.\n");
	return node_figures_print(figures, out, error);
}

static enum proto_code
show(struct kit_call *call, const struct node_office *office, const struct node_round *round,
    const struct node_count *count, struct proto_error *error)
{
	struct node_figures figures = {0};
	struct node_budget budget;
	enum proto_code code;

	node_budget_round(&budget, office, &round->manifest);
	if ((code = node_figures_plan(&figures, &round->manifest, error)) == PROTO_OK &&
	    (code = node_figures_counts(&figures, count->counts, error)) == PROTO_OK) {
		if (call->json)
			print_json(call, office, &figures, &budget);
		else
			code = print_text(call, office, &figures, &budget, error);
	}
	node_figures_wipe(&figures);
	return code;
}

/* Over this office's own caps: refused before a record is read. What was drawn already can be looked at again. */
static enum proto_code
check_caps(const struct node_office *office, const struct node_round *round, struct proto_error *error)
{
	struct dp_ledger_caps caps;
	enum proto_code code;

	node_policy_caps(&caps, &office->policy);
	code = node_submission_check(office->state, &round->manifest, &caps, office->now, error);
	return code == PROTO_EXISTS ? PROTO_OK : code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct node_office office = {0};
	struct node_round round = {0};
	struct node_count *count = NULL;
	enum proto_code code;

	if ((code = node_desk_open(&office, call, NODE_STATE_READ, error)) != PROTO_OK ||
	    (code = node_round_load(&round, &office, kit_call_option(call, "round"), error)) != PROTO_OK ||
	    (code = check_caps(&office, &round, error)) != PROTO_OK)
		goto out;
	code = node_desk_count(&count, call, &office, round.manifest.structure, &round.manifest.round.period, error);
	if (code == PROTO_OK)
		code = show(call, &office, &round, count, error);
	else if (count != NULL && !call->json && node_desk_report(&call->out, &count->report, NULL) == PROTO_OK)
		call->keep_out = true;
out:
	node_count_free(count);
	node_round_wipe(&round);
	node_office_close(&office);
	return code;
}

const struct kit_command node_cmd_preview = {
    .words = "preview", .operands = "FILE", .summary = "see what a round costs and how exact it will be, before sending",
    .manual =
	"Counts FILE as `submit` would and shows this office's own counts, marked INTERNAL, with the band in which the\n"
	"sent figure will fall. It never draws: showing a draw that is not sent would tell more than the round\n"
	"allows. Nothing is stored or sent, and nothing spent. A sent figure may be negative: it is unbiased, and sums\n"
	"of many come out right; what is published beside it are non-negative estimates.\n\n"
	"A round that asks more than this office's caps allow is refused before the file is opened (exit 4).\n\n"
	"EXAMPLE\n"
	"  chorale-node preview cases.csv --map mapping.json --round TIP_VICTIMS.2026-Q1.r0\n",
    .option = {{"map", "MAP", "the mapping file", true}, {"round", "ROUND", "the round", true}},
    .run = run};
