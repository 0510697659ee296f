#include "commands.h"

#include <string.h>

#include "coordinator/query.h"
#include "coordinator/query_print.h"

static enum proto_code
put_answer(struct kit_call *call, const struct coord_query *query, struct proto_error *error)
{
	const char *format = kit_call_option(call, "format");

	if (call->json || (format != NULL && strcmp(format, "json") == 0))
		coord_query_print_json(&call->out, query);
	else if (format != NULL && strcmp(format, "csv") == 0)
		coord_query_print_csv(&call->out, query);
	else
		return coord_query_print_table(&call->out, query, error);
	return PROTO_OK;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	const struct coord_query_text text = {
		.structure = kit_call_option(call, "structure"),
		.by = kit_call_option(call, "by"),
		.where = kit_call_option(call, "where"),
		.period = kit_call_option(call, "period"),
		.area = kit_call_option(call, "area"),
		.measured = kit_call_option(call, "measured") != NULL,
	};
	const char *format = kit_call_option(call, "format");
	struct coord_state state = {0};
	struct coord_query query = {0};
	enum proto_code code;

	if (format != NULL && strcmp(format, "table") != 0 && strcmp(format, "csv") != 0 && strcmp(format, "json") != 0)
		return proto_error_set(error, PROTO_USAGE, "--format", "one of table, csv, json");
	if ((code = coord_state_open(&state, call->state, error)) != PROTO_OK)
		return code;
	if ((code = coord_query_run(&query, &state, &text, error)) == PROTO_OK)
		code = put_answer(call, &query, error);
	coord_query_wipe(&query);
	coord_state_close(&state);
	return code;
}

const struct kit_command coord_cmd_query = {
	.words = "query",
	.operands = "",
	.summary = "ask the published releases; every figure comes with its error",
	.manual =
	    "Answers from the published releases alone. Rows are the combinations of the --by dimensions:\n"
	    "each dimension's codes in order, then _T, their total; a multi-valued dimension (a person may\n"
	    "hold several codes) and one that is never summed have no _T. --where keeps codes: _T is then the sum of those kept,\n"
	    "and a dimension that is not in --by is summed over them. A range of periods gives every period, then\n"
	    "their sum. Every standard error is that of exactly what the row sums.\n"
	    "\n"
	    "Estimates (whole numbers, never negative) are the default; --measured gives the unbiased\n"
	    "values, which are right for sums, comparisons and trends. Status: A normal, U low\n"
	    "reliability, P a listed country or period is missing from the sum, O not reported.\n"
	    "\n"
	    "Exits 1 when the combination lies in no table, naming those that exist.\n"
	    "\n"
	    "EXAMPLES\n"
	    "  chorale-coordinator query --structure TIP_VICTIMS --by SEX,AGE --format table\n"
	    "  chorale-coordinator query --structure TIP_VICTIMS --by EXPL --where SEX=F \\\n"
	    "      --period 2025-Q2..2026-Q1 --area XA+XB --measured --format csv\n",
	.option = {
		{"structure", "ID", "the structure, as TIP_VICTIMS", true},
		{"by", "D,D", "dimensions that make the rows", true},
		{"where", "D=C,D=C+C", "codes to keep", false},
		{"period", "P[..P]", "a period or a range; the newest without it", false},
		{"area", "region|each|CODE+CODE", "the region (default), every country, or a sum of countries", false},
		{"measured", NULL, "unbiased values instead of estimates", false},
		{"format", "table|csv|json", "table without it", false},
	},
	.run = run,
};
