#include <stdlib.h>

#include "commands.h"
#include "desk.h"
#include "node/round.h"
#include "node/sync.h"

/* With the passphrase given, that the sealed keys still open and are this office's. */
static enum proto_code
check_keys(const struct kit_call *call, const struct node_office *office, struct proto_error *error)
{
	struct node_keys keys = {0};
	enum proto_code code;

	if (kit_call_option(call, "passphrase-file") == NULL)
		return PROTO_OK;
	code = node_desk_keys(&keys, call, office, error);
	node_keys_close(&keys);
	return code;
}

static enum proto_code
print_round(struct kit_call *call, const struct node_office *office, const char *name, struct proto_error *error)
{
	struct proto_json *json = &call->writer;
	struct node_round round = {0};
	enum proto_code code = node_round_load(&round, office, name, error);

	if (code != PROTO_OK)
		return code;
	if (call->json) {
		proto_json_object(json);
		node_desk_text(json, "round", name);
		node_desk_text(json, "state", node_round_state(round.state));
		node_desk_time(json, "closes", round.manifest.closes);
		node_desk_text(json, "alarm", round.alarm);
		proto_json_object_end(json);
	} else {
		proto_buffer_printf(&call->out, "  %-32s %s%s%s\n", name, node_round_state(round.state),
		    round.alarm == NULL ? "" : "  ALARM: ", round.alarm == NULL ? "" : round.alarm);
	}
	if (round.alarm != NULL)
		kit_call_say(call, "alarm: %s: %s", name, round.alarm);
	node_round_wipe(&round);
	return PROTO_OK;
}

static void
print_new(struct kit_call *call, const struct node_office *office, const struct node_sync *sync)
{
	struct proto_json *json = &call->writer;

	if (!call->json) {
		proto_buffer_printf(&call->out, "new: %zu structures, %zu manifests, %zu receipts\n%s", sync->structures,
		    sync->manifests, sync->receipts, office->enrolment.pin == NODE_PIN_CONFIRMED ? "" :
		    "the fingerprint was never compared here: `sync --fingerprint TEXT`\n");
		return;
	}
	node_desk_text(json, "country", office->enrolment.keys.country);
	node_desk_text(json, "state", node_enrolment_state(&office->enrolment));
	proto_json_key(json, "confirmed");
	proto_json_bool(json, office->enrolment.pin == NODE_PIN_CONFIRMED);
	proto_json_key(json, "new");
	proto_json_object(json);
	proto_json_key(json, "structures");
	proto_json_u64(json, sync->structures);
	proto_json_key(json, "manifests");
	proto_json_u64(json, sync->manifests);
	proto_json_key(json, "receipts");
	proto_json_u64(json, sync->receipts);
	proto_json_key(json, "alarms");
	proto_json_u64(json, sync->alarms);
	proto_json_object_end(json);
}

static enum proto_code
print(struct kit_call *call, const struct node_office *office, const struct node_sync *sync, struct proto_error *error)
{
	struct proto_json *json = &call->writer;
	struct node_round_name *name = NULL;
	size_t names = 0, i;
	enum proto_code code = node_round_list(&name, &names, office->state, error);

	if (code != PROTO_OK)
		return code;
	if (call->json)
		proto_json_object(json);
	print_new(call, office, sync);
	if (call->json) {
		proto_json_key(json, "rounds");
		proto_json_array(json);
	}
	for (i = 0; code == PROTO_OK && i < names; i++)
		code = print_round(call, office, name[i].round, error);
	if (call->json) {
		proto_json_array_end(json);
		proto_json_object_end(json);
	}
	free(name);
	return code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	const char *fingerprint = kit_call_option(call, "fingerprint");
	struct node_office office = {0};
	struct node_sync sync = {0};
	enum proto_code code;

	if ((code = node_desk_open(&office, call, NODE_STATE_WRITE, error)) != PROTO_OK ||
	    (code = check_keys(call, &office, error)) != PROTO_OK ||
	    (fingerprint != NULL && (code = node_sync_pin(&office, fingerprint, error)) != PROTO_OK) ||
	    (code = node_sync_approval(&office, error)) != PROTO_OK ||
	    (code = node_sync_contact(&office, &sync, error)) != PROTO_OK ||
	    (code = print(call, &office, &sync, error)) != PROTO_OK)
		goto out;
	/* Something that ought to be looked at: seen once by whoever reads exit statuses, and shown by `status` ever after. */
	if (sync.alarms > 0) {
		call->keep_out = true;
		code = proto_error_set(error, PROTO_CONFLICT, office.enrolment.coordinator,
		    "%zu accepted sets are at odds with this office's receipts", sync.alarms);
	}
out:
	node_office_close(&office);
	return code;
}

const struct kit_command node_cmd_sync = {
    .words = "sync", .operands = "", .summary = "fetch structures, rounds and receipts; send nothing",
    .manual =
	"Asks the coordinator for what is new: whether this office is approved (until then exit 3), structures, the\n"
	"manifests of open rounds, the states of rounds, receipts. Everything is verified under the pinned root before\n"
	"it is stored. Nothing that was counted is sent. The coordinator also names the last entry that it\n"
	"holds of this office's ledger: a ledger that does not hold that very entry is an old copy or a second\n"
	"one, and stops (exit 6).\n\n"
	"With --fingerprint the text that the coordinator's office reads out by telephone is compared with this\n"
	"office's own. When they differ the root is unpinned: nothing more is fetched or sent until a new `join`.\n\n"
	"When this office holds a receipt but the closed round leaves it out, an alarm is raised (exit 1, once).\n"
	"It runs unattended, without the passphrase.\n\n"
	"EXAMPLE\n"
	"  chorale-node sync --fingerprint \"ABCD-EFGH-IJKL-MNOP-QRST\"\n",
    .option = {{"passphrase-file", "F", "also check that the sealed keys open", false},
	{"fingerprint", "TEXT", "what the coordinator's office read out", false}},
    .run = run};
