#include <stdlib.h>

#include "commands.h"
#include "desk.h"
#include "node/submission.h"

/* What can be said of one round: its state, and how far this office's part is. */
struct line {
	struct node_round round;
	struct node_submission submission;
	bool drawn;
};

static const char *
own_part(const struct line *line)
{
	if (!line->drawn)
		return "nothing drawn";
	return line->submission.receipt.len > 0 ? "receipt held" : "drawn, not yet received: repeat `submit`";
}

static void
print_line(struct kit_call *call, const struct line *line)
{
	const struct proto_manifest *manifest = &line->round.manifest;
	struct proto_json *json = &call->writer;

	if (!call->json) {
		proto_buffer_printf(&call->out, "  %-32s %-10s %s\n", manifest->round_text, node_round_state(line->round.state),
		    own_part(line));
		if (line->round.alarm != NULL)
			proto_buffer_printf(&call->out, "    ALARM: %s\n", line->round.alarm);
		return;
	}
	proto_json_object(json);
	node_desk_text(json, "round", manifest->round_text);
	node_desk_text(json, "state", node_round_state(line->round.state));
	node_desk_time(json, "closes", manifest->closes);
	proto_json_key(json, "drawn");
	proto_json_bool(json, line->drawn);
	proto_json_key(json, "received");
	proto_json_bool(json, line->drawn && line->submission.receipt.len > 0);
	node_desk_text(json, "alarm", line->round.alarm);
	proto_json_object_end(json);
}

static enum proto_code
print_round(struct kit_call *call, const struct node_office *office, const char *name, struct proto_error *error)
{
	struct line line = {0};
	enum proto_code code;

	if ((code = node_round_load(&line.round, office, name, error)) == PROTO_OK &&
	    (code = node_submission_load(&line.submission, &line.drawn, office->state, name,
	    office->enrolment.keys.signing, error)) == PROTO_OK)
		print_line(call, &line);
	node_submission_wipe(&line.submission);
	node_round_wipe(&line.round);
	return code;
}

static void
print_office(struct kit_call *call, const struct node_office *office)
{
	const struct node_enrolment *enrolment = &office->enrolment;
	struct proto_json *json = &call->writer;
	char fingerprint[PROTO_FINGERPRINT_TEXT] = "";
	bool pinned = enrolment->pin != NODE_PIN_NONE;

	if (pinned)
		node_enrolment_fingerprint(fingerprint, enrolment, &office->trust);
	if (!call->json) {
		proto_buffer_printf(&call->out, "%s (%s) at %s, %s: %s\n", enrolment->keys.country, enrolment->country_name,
		    enrolment->coordinator, enrolment->url, node_enrolment_state(enrolment));
		if (pinned)
			proto_buffer_printf(&call->out, "fingerprint %s, %s\n", fingerprint,
			    enrolment->pin == NODE_PIN_CONFIRMED ? "compared" :
			    "never compared here: this office relies on the channel that brought the invitation");
		proto_buffer_printf(&call->out, "ledger: %zu entries\n", office->state->rows);
		return;
	}
	node_desk_text(json, "country", enrolment->keys.country);
	node_desk_text(json, "coordinator", enrolment->coordinator);
	node_desk_text(json, "url", enrolment->url);
	node_desk_text(json, "state", node_enrolment_state(enrolment));
	proto_json_key(json, "confirmed");
	proto_json_bool(json, enrolment->pin == NODE_PIN_CONFIRMED);
	node_desk_text(json, "fingerprint", pinned ? fingerprint : NULL);
	proto_json_key(json, "entries");
	proto_json_u64(json, office->state->rows);
}

static enum proto_code
print_rounds(struct kit_call *call, const struct node_office *office, struct proto_error *error)
{
	struct node_round_name *name = NULL;
	size_t names = 0, i;
	enum proto_code code;

	/* Unpinned: no manifest can be believed. */
	if (office->enrolment.pin == NODE_PIN_NONE)
		return PROTO_OK;
	code = node_round_list(&name, &names, office->state, error);
	for (i = 0; code == PROTO_OK && i < names; i++)
		code = print_round(call, office, name[i].round, error);
	free(name);
	return code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct node_office office = {0};
	enum proto_code code = node_desk_open(&office, call, NODE_STATE_READ, error);

	if (code != PROTO_OK)
		return code;
	if (call->json)
		proto_json_object(&call->writer);
	print_office(call, &office);
	if (call->json) {
		proto_json_key(&call->writer, "rounds");
		proto_json_array(&call->writer);
	}
	code = print_rounds(call, &office, error);
	if (call->json) {
		proto_json_array_end(&call->writer);
		proto_json_object_end(&call->writer);
	}
	node_office_close(&office);
	return code;
}

const struct kit_command node_cmd_status = {
    .words = "status", .operands = "", .summary = "this office, its coordinator, and every round it knows",
    .manual =
	"Shows what is stored here; contacts nobody. For each round: its state as of the last `sync`, and whether this\n"
	"office has drawn, sent, and holds the receipt. Alarms stay until they are explained.\n\n"
	"EXAMPLE\n"
	"  chorale-node status\n",
    .run = run};
