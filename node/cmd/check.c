#include "commands.h"
#include "desk.h"
#include "node/structures.h"

/* The structure and the period to check against: those of a round, or as named. */
struct against {
	struct node_round round;          /* owns the structure when --round was given */
	struct proto_structure *owned;
	const struct proto_structure *structure;
	struct proto_period period;
};

static enum proto_code
check_usage(struct against *against, const struct kit_call *call, struct proto_error *error)
{
	const char *round = kit_call_option(call, "round"), *structure = kit_call_option(call, "structure"),
	    *period = kit_call_option(call, "period");

	if (round != NULL ? structure != NULL || period != NULL : structure == NULL || period == NULL)
		return proto_error_set(error, PROTO_USAGE, "check", "needs --round, or --structure and --period");
	if (period != NULL && proto_period_parse(&against->period, period, NULL) != PROTO_OK)
		return proto_error_set(error, PROTO_USAGE, "--period", "not a period: 2023, 2023-S1, 2023-Q1 or 2023-01");
	return PROTO_OK;
}

static enum proto_code
choose(struct against *against, const struct kit_call *call, const struct node_office *office, struct proto_error *error)
{
	const char *round = kit_call_option(call, "round"), *structure = kit_call_option(call, "structure");
	enum proto_code code;

	if (round != NULL) {
		if ((code = node_round_load(&against->round, office, round, error)) != PROTO_OK)
			return code;
		against->structure = against->round.manifest.structure;
		against->period = against->round.manifest.round.period;
		return PROTO_OK;
	}
	if ((code = node_structures_load(&against->owned, office, structure, error)) != PROTO_OK)
		return code;
	against->structure = against->owned;
	return PROTO_OK;
}

static enum proto_code
print(struct kit_call *call, const struct node_count *count, struct proto_error *error)
{
	if (!call->json)
		return node_desk_report(&call->out, &count->report, error);
	node_report_json(&call->writer, &count->report);
	return PROTO_OK;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct node_office office = {0};
	struct against against = {0};
	struct node_count *count = NULL;
	struct proto_error fault = {0};
	enum proto_code code, answer;

	if ((code = check_usage(&against, call, error)) != PROTO_OK ||
	    (code = node_desk_open(&office, call, NODE_STATE_READ, error)) != PROTO_OK ||
	    (code = choose(&against, call, &office, error)) != PROTO_OK)
		goto out;
	answer = node_desk_count(&count, call, &office, against.structure, &against.period, &fault);
	if (count != NULL && (code = print(call, count, error)) != PROTO_OK)
		goto out;
	if (answer != PROTO_OK) {
		call->keep_out = count != NULL; /* the report explains itself */
		*error = fault;
		code = answer;
	}
out:
	node_count_free(count);
	proto_structure_free(against.owned);
	node_round_wipe(&against.round);
	node_office_close(&office);
	return code;
}

const struct kit_command node_cmd_check = {
    .words = "check", .operands = "FILE", .summary = "read a file of cases and list everything that is wrong",
    .manual =
	"Reads FILE through the mapping file exactly as `submit` would, and says what it found: rows, persons, the\n"
	"bound, and every wrong row. Nothing is stored, nothing is sent, nothing is spent. A file is taken whole or\n"
	"not at all: with one wrong row the exit status is 1.\n\n"
	"The first 20 errors are shown; --errors writes all of them to a CSV (mode 0600) that opens in a spreadsheet:\n"
	"row, column, class, text, reason. Rows are physical lines from 1, the header included. The record key\n"
	"never appears. Before a round is open use --structure and --period.\n\n"
	"EXAMPLE\n"
	"  chorale-node check cases.csv --map mapping.json --round TIP_VICTIMS.2026-Q1.r0 --errors wrong.csv\n",
    .option = {{"map", "MAP", "the mapping file", true}, {"round", "ROUND", "the round that it is for", false},
	{"structure", "ID", "or: the structure", false}, {"period", "P", "and the period, as in 2026-Q1", false},
	{"errors", "CSV", "write all errors to this file", false}},
    .run = run};
