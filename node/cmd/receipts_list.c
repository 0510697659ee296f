#include "commands.h"
#include "desk.h"
#include "node/submission.h"
#include "proto/kit/table.h"

static void
add_json(struct proto_json *json, const struct node_submission *submission)
{
	bool held = submission->receipt.len > 0;

	proto_json_object(json);
	node_desk_text(json, "round", submission->round);
	proto_json_key(json, "sequence");
	proto_json_u64(json, submission->sequence);
	node_desk_hex(json, "submission_sha256", submission->digest, sizeof(submission->digest));
	proto_json_key(json, "receipt_sha256");
	if (held)
		proto_json_hex(json, submission->receipt_sha256, sizeof(submission->receipt_sha256));
	else
		proto_json_null(json);
	node_desk_time(json, "drawn", submission->time);
	node_desk_time(json, "accepted", submission->accepted);
	proto_json_object_end(json);
}

static enum proto_code
add_text(struct kit_table *table, const struct node_submission *submission, struct proto_error *error)
{
	char sequence[24], drawn[PROTO_TIME_TEXT], accepted[PROTO_TIME_TEXT] = "not yet";
	const char *const cell[] = {submission->round, sequence, drawn, accepted};

	snprintf(sequence, sizeof(sequence), "%llu", (unsigned long long)submission->sequence);
	proto_time_format(drawn, submission->time);
	if (submission->accepted != 0)
		proto_time_format(accepted, submission->accepted);
	return kit_table_row(table, cell, error);
}

static enum proto_code
add_all(struct kit_call *call, const struct node_office *office, struct kit_table *table, struct proto_error *error)
{
	const struct node_state *state = office->state;
	size_t i;
	enum proto_code code = PROTO_OK;

	for (i = 0; code == PROTO_OK && i < state->rows; i++) {
		struct node_submission submission = {0};
		bool found;

		code = node_submission_load(&submission, &found, office->state, state->row[i].round,
		    office->enrolment.keys.signing, error);
		if (code == PROTO_OK && call->json)
			add_json(&call->writer, &submission);
		else if (code == PROTO_OK)
			code = add_text(table, &submission, error);
		node_submission_wipe(&submission);
	}
	return code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	static const char *const heading[] = {"round", ">entry", "drawn", "received"};
	struct node_office office = {0};
	struct kit_table *table = NULL;
	enum proto_code code;

	if ((code = node_desk_open(&office, call, NODE_STATE_READ, error)) != PROTO_OK)
		return code;
	if (call->json) {
		proto_json_object(&call->writer);
		proto_json_key(&call->writer, "receipts");
		proto_json_array(&call->writer);
		code = add_all(call, &office, NULL, error);
		proto_json_array_end(&call->writer);
		proto_json_object_end(&call->writer);
	} else if ((code = kit_table_new(&table, heading, 4, error)) == PROTO_OK &&
	    (code = add_all(call, &office, table, error)) == PROTO_OK) {
		code = kit_table_print(table, &call->out, error);
	}
	kit_table_free(table);
	node_office_close(&office);
	return code;
}

const struct kit_command node_cmd_receipts_list = {
    .words = "receipts list", .operands = "", .summary = "what this office drew, sent, and holds receipts for",
    .manual =
	"One line for each entry of the ledger. A submission without a receipt was drawn but has not been received:\n"
	"`submit` for the same round sends the same bytes again.\n\n"
	"EXAMPLE\n"
	"  chorale-node receipts list\n",
    .run = run};
