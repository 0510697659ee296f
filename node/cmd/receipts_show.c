#include "commands.h"
#include "desk.h"
#include "node/figures.h"
#include "node/receipt.h"
#include "node/submission.h"
#include "proto/kit/print.h"

struct shown {
	struct node_office office;
	struct node_submission submission;
	struct node_round round;
	struct proto_receipt receipt;
	struct node_figures figures;
	bool held;
};

static enum proto_code
load(struct shown *shown, const struct kit_call *call, struct proto_error *error)
{
	const char *name = call->operand[0];
	bool found;
	enum proto_code code;

	if ((code = node_round_load(&shown->round, &shown->office, name, error)) != PROTO_OK ||
	    (code = node_submission_load(&shown->submission, &found, shown->office.state, name,
	    shown->office.enrolment.keys.signing, error)) != PROTO_OK)
		return code;
	if (!found)
		return proto_error_set(error, PROTO_NOT_FOUND, name, "this office has drawn nothing in this round");
	shown->held = shown->submission.receipt.len > 0;
	if (shown->held && (code = node_receipt_open(&shown->receipt, &shown->office, &shown->submission,
	    &shown->submission.receipt, error)) != PROTO_OK)
		return code;
	if ((code = node_figures_plan(&shown->figures, &shown->round.manifest, error)) == PROTO_OK &&
	    kit_call_option(call, "values") != NULL)
		code = node_figures_sent(&shown->figures, &shown->submission, error);
	return code;
}

static void
print_json(struct kit_call *call, const struct shown *shown)
{
	const struct node_submission *submission = &shown->submission;
	struct proto_json *json = &call->writer;

	proto_json_object(json);
	node_desk_text(json, "round", submission->round);
	proto_json_key(json, "sequence");
	proto_json_u64(json, submission->sequence);
	node_desk_hex(json, "manifest_sha256", submission->manifest, sizeof(submission->manifest));
	node_desk_hex(json, "submission_sha256", submission->digest, sizeof(submission->digest));
	proto_json_key(json, "receipt_sha256");
	if (shown->held)
		proto_json_hex(json, submission->receipt_sha256, sizeof(submission->receipt_sha256));
	else
		proto_json_null(json);
	node_desk_time(json, "drawn", submission->time);
	node_desk_time(json, "accepted", shown->held ? shown->receipt.accepted : 0);
	node_desk_rho(json, "rho", submission->rho);
	node_desk_rho(json, "total", submission->total);
	node_desk_rho(json, "floor", submission->rho);
	node_desk_privacy_json(json, &shown->office, &shown->round.manifest);
	proto_json_key(json, "tables");
	node_figures_json(&shown->figures, json);
	proto_json_object_end(json);
}

static enum proto_code
print_text(struct kit_call *call, const struct shown *shown, struct proto_error *error)
{
	const struct node_submission *submission = &shown->submission;
	struct proto_buffer *out = &call->out;
	char hex[2 * PROTO_HASH + 1], drawn[PROTO_TIME_TEXT], accepted[PROTO_TIME_TEXT], rho[NODE_DESK_RHO];

	proto_time_format(drawn, submission->time);
	node_desk_short(rho, submission->rho);
	kit_print_hex(hex, submission->digest, sizeof(submission->digest));
	proto_buffer_printf(out, "%s: entry %llu, rho %s (floor %s), drawn %s\nsubmission %s\n", submission->round,
	    (unsigned long long)submission->sequence, rho, rho, drawn, hex);
	if (shown->held) {
		proto_time_format(accepted, shown->receipt.accepted);
		kit_print_hex(hex, submission->receipt_sha256, sizeof(submission->receipt_sha256));
		proto_buffer_printf(out, "receipt    %s, accepted %s, signature verified\n", hex, accepted);
	} else {
		proto_buffer_text(out, "receipt    none yet: `submit` again sends the same bytes\n");
	}
	node_desk_privacy(out, &shown->office, &shown->round.manifest);
	return node_figures_print(&shown->figures, out, error);
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct shown shown = {0};
	enum proto_code code = node_desk_open(&shown.office, call, NODE_STATE_READ, error);

	if (code != PROTO_OK)
		return code;
	if ((code = load(&shown, call, error)) == PROTO_OK) {
		if (call->json)
			print_json(call, &shown);
		else
			code = print_text(call, &shown, error);
	}
	node_figures_wipe(&shown.figures);
	node_submission_wipe(&shown.submission);
	node_round_wipe(&shown.round);
	node_office_close(&shown.office);
	return code;
}

const struct kit_command node_cmd_receipts_show = {
    .words = "receipts show", .operands = "ROUND", .summary = "one receipt; with --values, the figures that were sent",
    .manual =
	"Shows the receipt of one round, its signature verified again. With --values also the very figures that were sent:\n"
	"unbiased, with noise, negatives included; they are what the coordinator opens, and no exact count.\n\n"
	"EXAMPLE\n"
	"  chorale-node receipts show TIP_VICTIMS.2026-Q1.r0 --values\n",
    .option = {{"values", NULL, "print the figures that were sent", false}},
    .run = run};
