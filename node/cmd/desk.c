#include "desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dp/rho.h"
#include "node/budget.h"
#include "proto/kit/print.h"
#include "proto/kit/table.h"

enum proto_code
node_desk_open(struct node_office *ret_office, const struct kit_call *call, enum node_state_mode mode,
    struct proto_error *error)
{
	return node_office_open(ret_office, call->state, mode, error);
}

enum proto_code
node_desk_keys(struct node_keys *ret_keys, const struct kit_call *call, const struct node_office *office,
    struct proto_error *error)
{
	const struct proto_node_keys *enrolled = &office->enrolment.keys;
	struct kit_passphrase *passphrase = NULL;
	struct node_keys keys = {0};
	struct node_policy policy;
	enum proto_code code = kit_passphrase_load(&passphrase, kit_call_option(call, "passphrase-file"), error);

	if (code == PROTO_OK)
		code = node_keys_open(&keys, office->state, passphrase, error);
	kit_passphrase_free(passphrase);
	if (code != PROTO_OK)
		return code;
	memcpy(keys.pub.country, enrolled->country, sizeof(keys.pub.country));
	if (memcmp(keys.pub.signing, enrolled->signing, PROTO_PUBLIC) != 0 ||
	    memcmp(keys.pub.sealing, enrolled->sealing, PROTO_PUBLIC) != 0 ||
	    memcmp(keys.pub.tls, enrolled->tls, PROTO_HASH) != 0)
		code = proto_error_set(error, PROTO_DAMAGED, office->state->path, "the keys are not the ones that were enrolled");
	else
		code = node_policy_load(&policy, office->state, keys.pub.signing, error);
	if (code != PROTO_OK)
		node_keys_close(&keys);
	else
		*ret_keys = keys;
	return code;
}

enum proto_code
node_desk_count(struct node_count **ret_count, const struct kit_call *call, const struct node_office *office,
    const struct proto_structure *structure, const struct proto_period *period, struct proto_error *error)
{
	const struct node_count_request request = {.file = call->operand[0], .mapping = kit_call_option(call, "map"),
	    .structure = structure, .period = *period, .country = office->enrolment.keys.country,
	    .errors_file = kit_call_option(call, "errors"), .now = office->now};

	return node_count_file(ret_count, &request, error);
}

static enum proto_code
print_errors(struct proto_buffer *out, const struct node_report *report, struct proto_error *error)
{
	static const char *const heading[] = {">row", "column", "class", "text", "reason"};
	struct kit_table *table = NULL;
	char row[24];
	size_t i;
	enum proto_code code = kit_table_new(&table, heading, 5, error);

	for (i = 0; code == PROTO_OK && i < report->shown; i++) {
		const struct node_report_error *fault = &report->error[i];
		const char *const cell[] = {row, fault->column, node_report_class(fault->kind),
		    fault->text == NULL ? "" : fault->text, fault->reason};

		row[0] = '\0'; /* row 0: the file as a whole */
		if (fault->row > 0)
			snprintf(row, sizeof(row), "%" PRIu64, fault->row);
		code = kit_table_row(table, cell, error);
	}
	if (code == PROTO_OK)
		code = kit_table_print(table, out, error);
	kit_table_free(table);
	if (code == PROTO_OK && report->errors > report->shown)
		proto_buffer_printf(out, "and %" PRIu64 " more%s%s\n", report->errors - report->shown,
		    report->errors_file == NULL ? "; --errors FILE lists all" : ", all in ",
		    report->errors_file == NULL ? "" : report->errors_file);
	return code;
}

enum proto_code
node_desk_report(struct proto_buffer *out, const struct node_report *report, struct proto_error *error)
{
	size_t i;

	proto_buffer_printf(out, "%s: %" PRIu64 " rows, %" PRIu64 " taken, %" PRIu64 " rejected, %" PRIu64
	    " not selected; %" PRIu64 " persons\n", report->ok ? "ok" : "refused", report->rows, report->taken,
	    report->rejected, report->not_selected, report->persons);
	if (report->rows > 0 && report->taken == 0 && report->errors == 0)
		proto_buffer_text(out, "no row was taken: are period, `where` and `area` the right ones? An empty submission costs as much "
		    "as a full one\n");
	for (i = 0; i < report->bounds; i++)
		if (report->bound[i].seen > 0)
			proto_buffer_printf(out, "%s: %" PRIu64 " codes seen, %" PRIu64 " kept under the bound\n", report->bound[i].dim,
			    report->bound[i].seen, report->bound[i].kept);
	if (report->dual > 0)
		proto_buffer_printf(out, "%" PRIu64 " cells decided by the rule for dual nationals\n", report->dual);
	if (report->unused > 0)
		proto_buffer_printf(out, "%" PRIu64 " rows that no table needs\n", report->unused);
	return report->shown > 0 ? print_errors(out, report, error) : PROTO_OK;
}

void
node_desk_rho(struct proto_json *json, const char *key, uint64_t units)
{
	char text[DP_RHO_TEXT], name[64];

	dp_rho_format(text, units);
	node_desk_text(json, key, text);
	snprintf(name, sizeof(name), "%s_units", key);
	snprintf(text, sizeof(text), "%" PRIu64, units);
	node_desk_text(json, name, text);
}

void
node_desk_time(struct proto_json *json, const char *key, int64_t time)
{
	char text[PROTO_TIME_TEXT];

	if (time != 0)
		proto_time_format(text, time);
	node_desk_text(json, key, time == 0 ? NULL : text);
}

void
node_desk_text(struct proto_json *json, const char *key, const char *text)
{
	proto_json_key(json, key);
	proto_json_string(json, text);
}

void
node_desk_hex(struct proto_json *json, const char *key, const uint8_t *data, size_t len)
{
	proto_json_key(json, key);
	proto_json_hex(json, data, len);
}

void
node_desk_short(char ret_text[static NODE_DESK_RHO], uint64_t units)
{
	/* Six places, for people: the exact amount has up to forty. */
	snprintf(ret_text, NODE_DESK_RHO, "%.6g", (double)units / (double)DP_RHO_ONE);
}

void
node_desk_privacy(struct proto_buffer *out, const struct node_office *office, const struct proto_manifest *manifest)
{
	const struct proto_structure *structure = manifest->structure;
	uint64_t period, year;

	node_budget_reached(&period, &year, office, manifest);
	kit_print_privacy(out, manifest->rho_units, structure->unit);
	proto_buffer_text(out, "\n");
	if (period != manifest->rho_units) {
		proto_buffer_text(out, "With all revisions of this period: ");
		kit_print_privacy(out, period, structure->unit);
		proto_buffer_text(out, "\n");
	}
	if (year != period) {
		proto_buffer_printf(out, "With every round of %u: ", manifest->round.period.year);
		kit_print_privacy(out, year, "one person in all structures of the year");
		proto_buffer_text(out, "\n");
	}
	if (structure->q_max > 1) {
		proto_buffer_printf(out, "Where %u countries record the same person: ", structure->q_max);
		kit_print_privacy(out, structure->q_max * manifest->rho_units, structure->unit);
		proto_buffer_text(out, "\n");
	}
}

static void
epsilon_json(struct proto_json *json, const char *key, uint64_t units)
{
	proto_json_key(json, key);
	proto_json_real(json, dp_rho_epsilon(units, KIT_DELTA));
}

void
node_desk_privacy_json(struct proto_json *json, const struct node_office *office, const struct proto_manifest *manifest)
{
	uint64_t period, year;

	node_budget_reached(&period, &year, office, manifest);
	epsilon_json(json, "epsilon", manifest->rho_units);
	proto_json_key(json, "delta");
	proto_json_real(json, KIT_DELTA);
	epsilon_json(json, "epsilon_period", period);
	epsilon_json(json, "epsilon_year", year);
	epsilon_json(json, "epsilon_q_max", manifest->structure->q_max * manifest->rho_units);
	node_desk_text(json, "unit", manifest->structure->unit);
}
