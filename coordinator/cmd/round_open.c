#include "coordinator/round.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "dp/rebuild.h"
#include "dp/rho.h"
#include "proto/kit/print.h"

/* One figure that a user may read, with its standard error. */
static enum proto_code
put_figure(struct kit_call *call, const struct proto_manifest *manifest, const struct proto_table *table, struct dp_figure figure)
{
	const struct proto_structure *structure = manifest->structure;
	double variance;
	size_t i;

	if (dp_rebuild_variance(&variance, &manifest->plan, figure) != DP_OK)
		return PROTO_INTERNAL;
	if (call->json) {
		proto_json_object(&call->writer);
		coord_cmd_text(call, "id", table != NULL ? table->id : NULL);
		proto_json_key(&call->writer, "dims");
		proto_json_array(&call->writer);
	} else {
		proto_buffer_printf(&call->out, "  %-8s", table != NULL ? table->id : "");
	}
	for (i = 0; i < (table != NULL ? table->dims : structure->dims); i++) {
		size_t dim = table != NULL ? table->dim[i] : i;

		if ((figure.dims >> dim & 1) == 0)
			continue;
		if (call->json)
			proto_json_string(&call->writer, structure->dim[dim].id);
		else
			proto_buffer_printf(&call->out, " %s", structure->dim[dim].id);
	}
	if (call->json) {
		proto_json_array_end(&call->writer);
		proto_json_key(&call->writer, "se");
		proto_json_real(&call->writer, sqrt(variance));
		proto_json_object_end(&call->writer);
	} else {
		proto_buffer_printf(&call->out, "%s: +- %.2f\n", figure.dims == 0 ? " total" : "", sqrt(variance));
	}
	return PROTO_OK;
}

/* The structure's tables in their order, then the margins that may be read. */
static enum proto_code
put_figures(struct kit_call *call, const struct proto_manifest *manifest, struct proto_error *error)
{
	const struct proto_structure *structure = manifest->structure;
	struct dp_goal *goal = NULL;
	enum proto_code code = PROTO_OK;
	size_t goals = 0, i;

	for (i = 0; code == PROTO_OK && i < structure->tables; i++)
		code = put_figure(call, manifest, &structure->table[i], structure->figure[i]);
	if (dp_plan_workload(&goal, &goals, &structure->domain, structure->figure, structure->tables, structure->keep) != DP_OK)
		code = PROTO_MEMORY;
	for (i = structure->tables; code == PROTO_OK && i < goals; i++)
		code = put_figure(call, manifest, NULL, goal[i].figure);
	free(goal);
	return code == PROTO_OK ? code : proto_error_set(error, code, structure->id, "the plan cannot be shown");
}

static enum proto_code
put(struct kit_call *call, const struct proto_manifest *manifest, bool dry, struct proto_error *error)
{
	char rho[DP_RHO_TEXT], units[24];
	enum proto_code code;

	dp_rho_format(rho, manifest->rho_units);
	snprintf(units, sizeof units, "%llu", (unsigned long long)manifest->rho_units);
	if (!call->json) {
		proto_buffer_printf(&call->out, dry ? "%s would cost each person at most rho %s.\n" : "%s is open; it costs each person at most rho %s.\n",
		    manifest->round_text, rho);
		kit_print_privacy(&call->out, manifest->rho_units, manifest->structure->unit);
		proto_buffer_printf(&call->out, "\nCountries: %zu\nStandard error of a country's figure:\n", manifest->countries);
		return put_figures(call, manifest, error);
	}
	proto_json_object(&call->writer);
	coord_cmd_text(call, "round", manifest->round_text);
	proto_json_key(&call->writer, "manifest_sha256");
	if (dry)
		proto_json_null(&call->writer);
	else
		proto_json_hex(&call->writer, manifest->sha256, PROTO_HASH);
	coord_cmd_text(call, "rho", rho);
	coord_cmd_text(call, "rho_units", units);
	proto_json_key(&call->writer, "epsilon");
	proto_json_real(&call->writer, dp_rho_epsilon(manifest->rho_units, KIT_DELTA));
	proto_json_key(&call->writer, "delta");
	proto_json_real(&call->writer, KIT_DELTA);
	coord_cmd_time(call, "closes", manifest->closes);
	proto_json_key(&call->writer, "countries");
	proto_json_array(&call->writer);
	for (size_t i = 0; i < manifest->countries; i++)
		proto_json_string(&call->writer, manifest->country[i].country);
	proto_json_array_end(&call->writer);
	proto_json_key(&call->writer, "tables");
	proto_json_array(&call->writer);
	code = put_figures(call, manifest, error);
	proto_json_array_end(&call->writer);
	coord_cmd_end(call);
	return code;
}

/* "2026-12-31T18:00:00Z"; deadlines are UTC, so the zone may be left out; a date alone means all of that day. */
static enum proto_code
parse_closes(int64_t *ret_time, const char *text)
{
	size_t len = strlen(text), zone = strlen("+00:00");
	char whole[40];

	if (len > zone && strcmp(text + len - zone, "+00:00") == 0)
		len -= zone;
	else if (len > 0 && text[len - 1] == 'Z')
		len--;
	if (len > strlen("2026-12-31T18:00:00"))
		return PROTO_MALFORMED;
	snprintf(whole, sizeof(whole), "%.*s%sZ", (int)len, text, len == strlen("2026-12-31") ? "T23:59:59" :
	    len == strlen("2026-12-31T18:00") ? ":00" : "");
	return proto_time_parse(ret_time, whole, NULL);
}

static enum proto_code
ask_of(struct coord_round_ask *ret_ask, const struct kit_call *call, struct proto_error *error)
{
	const char *closes = kit_call_option(call, "closes");

	ret_ask->structure = kit_call_option(call, "structure");
	ret_ask->period = kit_call_option(call, "period");
	ret_ask->now = kit_print_now();
	ret_ask->closes = 0;
	if (dp_rho_parse(&ret_ask->rho_units, kit_call_option(call, "rho")) != DP_OK || ret_ask->rho_units == 0)
		return proto_error_set(error, PROTO_USAGE, "--rho", "a decimal above 0 and at most 1000, such as 0.1");
	if (closes != NULL && (parse_closes(&ret_ask->closes, closes) != PROTO_OK || ret_ask->closes <= 0))
		return proto_error_set(error, PROTO_USAGE, "--closes", "not a time in UTC, such as 2026-12-31T18:00:00Z");
	return PROTO_OK;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	bool dry = kit_call_option(call, "dry-run") != NULL;
	struct proto_manifest manifest = {0};
	struct coord_round_ask ask;
	struct coord_cmd cmd;
	enum proto_code code;

	if (!dry && kit_call_option(call, "passphrase-file") == NULL)
		return proto_error_set(error, PROTO_USAGE, "--passphrase-file", "needed to sign the manifest");
	code = ask_of(&ask, call, error);
	if (code == PROTO_OK)
		code = dry ? coord_cmd_open(&cmd, call, error) : coord_cmd_unlock(&cmd, call, error);
	if (code != PROTO_OK)
		return code;
	code = dry ? coord_round_draft(&manifest, &cmd.state, &ask, error) : coord_round_open(&manifest, &cmd.state, cmd.keys, &ask, error);
	if (code == PROTO_OK && dry && ask.closes != 0 && ask.closes <= ask.now)
		code = proto_error_set(error, PROTO_USAGE, "--closes", "the time is past");
	if (code == PROTO_OK)
		code = put(call, &manifest, dry, error);
	proto_manifest_wipe(&manifest);
	coord_cmd_close(&cmd);
	return code;
}

const struct kit_command coord_cmd_round_open = {
	.words = "round open",
	.operands = "",
	.summary = "open a round: one structure, one period",
	.manual =
	    "Plans the noise so that every figure has the same, smallest possible standard error at this price,\n"
	    "signs the manifest and lets the countries that are active now submit. rho is what one person's\n"
	    "presence may cost (zCDP); the plan's exact price is at most DEC, and every office checks it against\n"
	    "its own caps. Without --closes the round is open until `round close`; after the time given,\n"
	    "uploads are refused as late.\n"
	    "\n"
	    "--dry-run shows price and errors, signs nothing and needs no passphrase. Repeated with the same\n"
	    "arguments while the round is open, the command shows the round again.\n"
	    "\n"
	    "Exit: 0 done; 1 refused, or the round was opened otherwise before; 2 usage; 3 no country is active yet.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator round open --structure TIP_VICTIMS --period 2026-Q1 --rho 0.1 --dry-run\n"
	    "  chorale-coordinator round open --structure TIP_VICTIMS --period 2026-Q1 --rho 0.1 --passphrase-file coordinator.pass\n",
	.option = {
		{"structure", "ID", "the structure; its current version is used", true},
		{"period", "P", "2023, 2023-S1, 2023-Q1 or 2023-01", true},
		{"rho", "DEC", "the most that the round may cost", true},
		{"closes", "UTC", "end of uploads, such as 2026-12-31T18:00:00Z", false},
		{"dry-run", NULL, "show only", false},
		{"passphrase-file", "F", "file with the passphrase of the offline keys", false},
	},
	.run = run,
};
