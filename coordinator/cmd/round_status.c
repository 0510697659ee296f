#include "coordinator/round.h"

#include <string.h>

#include "common.h"

/* A country of the manifest is one of these. */
enum part { SUBMITTED, STARTED, MISSING };

static enum part
part_of(const char *country, const struct coord_submission *submission, size_t submissions)
{
	size_t i;

	for (i = 0; i < submissions; i++)
		if (strcmp(submission[i].node, country) == 0)
			return submission[i].receipt.len > 0 ? SUBMITTED : STARTED;
	return MISSING;
}

struct view {
	const struct coord_round *round;
	const struct proto_manifest *manifest;
	const struct coord_submission *submission;
	size_t submissions;
};

static void
put_part(struct kit_call *call, const struct view *view, const char *key, enum part first, enum part last)
{
	size_t i;

	if (call->json) {
		proto_json_key(&call->writer, key);
		proto_json_array(&call->writer);
	} else {
		proto_buffer_printf(&call->out, "%s:", key);
	}
	for (i = 0; i < view->manifest->countries; i++) {
		const char *country = view->manifest->country[i].country;
		enum part part = part_of(country, view->submission, view->submissions);

		if (part < first || part > last)
			continue;
		if (call->json)
			proto_json_string(&call->writer, country);
		else
			proto_buffer_printf(&call->out, " %s", country);
	}
	if (call->json)
		proto_json_array_end(&call->writer);
	else
		proto_buffer_text(&call->out, "\n");
}

static void
put(struct kit_call *call, const struct view *view)
{
	char closes[PROTO_TIME_TEXT];

	proto_time_format(closes, view->round->closes);
	if (call->json) {
		proto_json_object(&call->writer);
		coord_cmd_text(call, "round", view->round->round);
		coord_cmd_text(call, "state", coord_round_state(view->round->state));
		coord_cmd_time(call, "opened", view->round->opened);
		coord_cmd_time(call, "closes", view->round->closes);
		coord_cmd_time(call, "closed", view->round->closed);
	} else {
		proto_buffer_printf(&call->out, "%s is %s; uploads end %s.\n", view->round->round, coord_round_state(view->round->state),
		    view->round->closes != 0 ? closes : "with `round close`");
	}
	/* A country whose body has not come is missing still; it is named apart, since its ledger has spent. */
	put_part(call, view, "submitted", SUBMITTED, SUBMITTED);
	put_part(call, view, "missing", STARTED, MISSING);
	put_part(call, view, "header_only", STARTED, STARTED);
	if (call->json)
		coord_cmd_end(call);
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct coord_submission *submission = NULL;
	struct proto_manifest manifest = {0};
	struct coord_round round = {0};
	struct coord_cmd cmd;
	size_t submissions = 0;
	enum proto_code code;

	code = coord_cmd_open(&cmd, call, error);
	if (code != PROTO_OK)
		return code;
	if ((code = coord_store_round(&round, cmd.state.store, call->operand[0], error)) == PROTO_OK &&
	    (code = proto_manifest_open(&manifest, round.manifest.data, round.manifest.len, &cmd.state.trust, error)) == PROTO_OK &&
	    (code = coord_store_submission_list(&submission, &submissions, cmd.state.store, round.round, COORD_WITHOUT_BODIES, error)) == PROTO_OK) {
		const struct view view = {&round, &manifest, submission, submissions};

		put(call, &view);
	}
	coord_store_submission_free(submission, submissions);
	proto_manifest_wipe(&manifest);
	coord_store_round_wipe(&round);
	coord_cmd_close(&cmd);
	return code;
}

const struct kit_command coord_cmd_round_status = {
	.words = "round status",
	.operands = "ROUND",
	.summary = "who has submitted, who is missing",
	.manual =
	    "submitted: the receipt is issued. missing: no receipt yet; of these, header_only have begun and\n"
	    "will finish when they run `submit` again.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator round status TIP_VICTIMS.2026-Q1.r0\n",
	.run = run,
};
