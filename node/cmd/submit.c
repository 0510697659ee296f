#include "node/submit.h"

#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "desk.h"
#include "node/budget.h"
#include "node/figures.h"
#include "node/sync.h"
#include "proto/kit/print.h"

/* One run of the command. */
struct run {
	struct kit_call *call;
	struct node_office office;
	const char *round_text;
	struct node_round round;
	struct node_submission submission;
	bool drawn_before;
};

/* Asking needs somebody to ask: found out before anything is fetched, so that nothing has changed. */
static enum proto_code
check_asking(const struct kit_call *call, struct proto_error *error)
{
	if (kit_call_option(call, "yes") != NULL || isatty(STDIN_FILENO))
		return PROTO_OK;
	return proto_error_set(error, PROTO_USAGE, call->command->words,
	    "needs --yes (there is no terminal to ask at); nothing was changed");
}

static enum proto_code
ask(const struct run *run, struct proto_error *error)
{
	const struct proto_manifest *manifest = &run->round.manifest;
	struct node_budget budget;
	struct node_figures figures = {0};
	struct proto_buffer text = {0};
	char cost[NODE_DESK_RHO], year[NODE_DESK_RHO], period[NODE_DESK_RHO];
	enum proto_code code;

	node_budget_round(&budget, &run->office, manifest);
	node_desk_short(cost, manifest->rho_units);
	node_desk_short(year, budget.remaining);
	node_desk_short(period, budget.period_remaining);
	proto_buffer_printf(&text, "%s costs rho %s. Left before it: rho %s of this structure and period, %s of "
	    "reference year %u.\n", manifest->round_text, cost, period, year, budget.year);
	node_desk_privacy(&text, &run->office, manifest);
	if ((code = node_figures_plan(&figures, manifest, error)) == PROTO_OK)
		code = node_figures_print(&figures, &text, error);
	if (code == PROTO_OK && proto_buffer_string(&text) == NULL)
		code = proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	if (code == PROTO_OK) {
		kit_call_say(run->call, "%s", proto_buffer_string(&text));
		code = kit_call_confirm(run->call, "Draw the noise once, spend this, and send?", error);
	}
	node_figures_wipe(&figures);
	proto_buffer_wipe(&text);
	return code;
}

static enum proto_code
draw(struct run *run, const struct node_keys *keys, const struct node_count *count, struct proto_error *error)
{
	const struct proto_attest attest = {.aggregate = count->attest != NULL, .text = count->attest};
	struct dp_ledger_caps caps;
	struct dp_rng rng;
	struct node_submission_request request = {.manifest = &run->round.manifest, .counts = count->counts,
	    .attest = &attest, .keys = keys, .caps = &caps, .rng = &rng, .now = kit_print_now()};
	enum dp_status status;
	enum proto_code code;

	node_policy_caps(&caps, &run->office.policy);
	if ((status = dp_noise_entropy(&rng)) != DP_OK)
		return proto_error_set(error, status == DP_NOMEM ? PROTO_MEMORY : PROTO_RANDOM, run->round_text,
		    "no randomness: nothing was drawn");
	code = node_submission_prepare(&run->submission, run->office.state, &request, error);
	dp_noise_entropy_wipe(&rng);
	return code;
}

/* Steps 0 and 1: from the file to the stored bytes. The caps are asked before a record is read. */
static enum proto_code
prepare(struct run *run, struct proto_error *error)
{
	struct node_office *office = &run->office;
	const struct proto_manifest *manifest = &run->round.manifest;
	struct node_keys keys = {0};
	struct node_count *count = NULL;
	struct dp_ledger_caps caps;
	enum proto_code code;

	node_policy_caps(&caps, &office->policy);
	if ((code = node_round_load(&run->round, office, run->round_text, error)) != PROTO_OK ||
	    (code = node_round_admits(&run->round, office, error)) != PROTO_OK ||
	    (code = node_submission_check(office->state, manifest, &caps, office->now, error)) != PROTO_OK ||
	    (code = node_desk_keys(&keys, run->call, office, error)) != PROTO_OK)
		goto out;
	code = node_desk_count(&count, run->call, office, manifest->structure, &manifest->round.period, error);
	if (code != PROTO_OK) {
		if (count != NULL && !run->call->json && node_desk_report(&run->call->out, &count->report, NULL) == PROTO_OK)
			run->call->keep_out = true;
		goto out;
	}
	if ((code = ask(run, error)) == PROTO_OK)
		code = draw(run, &keys, count, error);
out:
	node_count_free(count);
	node_keys_close(&keys);
	return code;
}

static void
print(struct kit_call *call, const struct node_submission *submission)
{
	struct proto_json *json = &call->writer;
	char text[NODE_DESK_RHO], time[PROTO_TIME_TEXT];

	if (!call->json) {
		node_desk_short(text, submission->rho);
		proto_time_format(time, submission->accepted);
		proto_buffer_printf(&call->out, "%s: sent, and received by the coordinator at %s. Entry %llu of the ledger, rho %s. "
		    "The receipt is stored.\n", submission->round, time, (unsigned long long)submission->sequence, text);
		return;
	}
	proto_json_object(json);
	node_desk_text(json, "round", submission->round);
	proto_json_key(json, "sequence");
	proto_json_u64(json, submission->sequence);
	node_desk_hex(json, "submission_sha256", submission->digest, sizeof(submission->digest));
	proto_json_key(json, "sent");
	proto_json_bool(json, submission->receipt.len > 0);
	node_desk_hex(json, "receipt_sha256", submission->receipt_sha256, sizeof(submission->receipt_sha256));
	node_desk_rho(json, "rho", submission->rho);
	node_desk_time(json, "accepted", submission->accepted);
	proto_json_object_end(json);
}

static enum proto_code
send(struct run *run, struct proto_error *error)
{
	struct node_submission *submission = &run->submission;
	enum proto_code code;

	if (run->drawn_before && submission->receipt.len == 0)
		kit_call_say(run->call, "%s was drawn before: the stored bytes are sent again; nothing is spent, and the file is "
		    "not read", run->round_text);
	code = node_submit_send(&run->office, submission, error);
	if (code != PROTO_OK)
		kit_call_say(run->call, "the submission is stored; the same command again sends the same bytes");
	return code;
}

/* Also after the contact: it may have brought the receipt. */
static enum proto_code
load(struct run *run, struct proto_error *error)
{
	node_submission_wipe(&run->submission);
	return node_submission_load(&run->submission, &run->drawn_before, run->office.state, run->round_text,
	    run->office.enrolment.keys.signing, error);
}

static enum proto_code
go(struct run *run, struct proto_error *error)
{
	struct node_office *office = &run->office;
	struct node_sync sync;
	enum proto_code code = load(run, error);

	if (code != PROTO_OK || (run->drawn_before && run->submission.receipt.len > 0))
		return code;
	if (!run->drawn_before && (code = check_asking(run->call, error)) != PROTO_OK)
		return code;
	if ((code = node_office_pinned(office, error)) != PROTO_OK ||
	    (code = node_sync_approval(office, error)) != PROTO_OK ||
	    (code = node_sync_contact(office, &sync, error)) != PROTO_OK || (code = load(run, error)) != PROTO_OK)
		return code;
	if (!run->drawn_before && (code = prepare(run, error)) != PROTO_OK)
		return code;
	return send(run, error);
}

static enum proto_code
run_submit(struct kit_call *call, struct proto_error *error)
{
	struct run run = {.call = call, .round_text = kit_call_option(call, "round")};
	enum proto_code code = node_desk_open(&run.office, call, NODE_STATE_WRITE, error);

	if (code == PROTO_OK && (code = go(&run, error)) == PROTO_OK)
		print(call, &run.submission);
	node_submission_wipe(&run.submission);
	node_round_wipe(&run.round);
	node_office_close(&run.office);
	return code;
}

const struct kit_command node_cmd_submit = {
    .words = "submit", .operands = "FILE", .summary = "count, add noise once, seal, store and send",
    .manual =
	"Contacts the coordinator without data first: both ledgers must agree. Refuses, before a record is read, a round\n"
	"that is closed, whose manifest is not signed under the pinned root, does not list this office, or asks\n"
	"more than this office's caps allow (exit 4). Then counts FILE, shows what it costs, the expected error and what\n"
	"remains, and asks (--yes answers). The noise is drawn, sealed to the coordinator's offline key,\n"
	"signed and stored in one transaction; only then anything is sent. The coordinator's signed receipt is\n"
	"verified and kept.\n\n"
	"The same command again, after a crash or when the coordinator could not be reached, sends the same bytes: a round is\n"
	"drawn once, for ever, and FILE is not read again. What was drawn stays spent.\n\n"
	"EXAMPLE\n"
	"  chorale-node submit cases.csv --map mapping.json --round TIP_VICTIMS.2026-Q1.r0 --passphrase-file node.pass\n",
    .option = {{"map", "MAP", "the mapping file", true}, {"round", "ROUND", "the round", true},
	{"yes", NULL, "do not ask", false}, {"passphrase-file", "F", "opens this office's keys", true}},
    .run = run_submit};
