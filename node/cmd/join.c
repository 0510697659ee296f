#include "commands.h"
#include "desk.h"
#include "node/client.h"
#include "node/join.h"
#include "proto/kit/files.h"
#include "proto/kit/print.h"

#define INVITATION_MAX (256u << 10)

static enum proto_code
load_invitation(struct proto_invitation *ret_invitation, const char *path, struct proto_error *error)
{
	struct proto_buffer data = {0};
	enum proto_code code = kit_files_read_private(&data, path, INVITATION_MAX, error);

	if (code == PROTO_OK)
		code = proto_invitation_decode(ret_invitation, data.data, data.len, error);
	proto_buffer_wipe(&data);
	return code;
}

static void
print_text(struct kit_call *call, const struct node_office *office, const char *fingerprint)
{
	const struct node_enrolment *enrolment = &office->enrolment;
	const struct dp_ledger_caps *caps = &office->policy.caps;
	char round[NODE_DESK_RHO], period[NODE_DESK_RHO], year[NODE_DESK_RHO], floor_rho[NODE_DESK_RHO];

	node_desk_short(round, caps->round);
	node_desk_short(period, caps->period);
	node_desk_short(year, caps->year);
	node_desk_short(floor_rho, caps->floor);
	proto_buffer_printf(&call->out, "%s (%s) at %s (%s): %s\n\nfingerprint  %s\n\n", enrolment->keys.country,
	    enrolment->country_name, enrolment->coordinator, enrolment->coordinator_name, node_enrolment_state(enrolment),
	    fingerprint);
	proto_buffer_printf(&call->out,
	    "Read it to the coordinator's office by telephone, and let them read theirs to you:\n"
	    "  chorale-node sync --fingerprint \"WHAT THEY READ\"\n%s"
	    "\nThis office's own caps: rho %s a round, %s a structure and period, %s a reference year; floor %s a round.\n"
	    "`chorale-node policy set` changes them.\n",
	    enrolment->pin == NODE_PIN_CONFIRMED ? "" :
	    "Until then this office relies on the channel that brought the invitation.\n", round, period, year, floor_rho);
}

static void
print(struct kit_call *call, const struct node_office *office)
{
	struct proto_json *json = &call->writer;
	char fingerprint[PROTO_FINGERPRINT_TEXT];

	node_enrolment_fingerprint(fingerprint, &office->enrolment, &office->trust);
	if (!call->json) {
		print_text(call, office, fingerprint);
		return;
	}
	proto_json_object(json);
	node_desk_text(json, "country", office->enrolment.keys.country);
	node_desk_text(json, "fingerprint", fingerprint);
	node_desk_text(json, "state", node_enrolment_state(&office->enrolment));
	node_desk_text(json, "coordinator", office->enrolment.coordinator);
	proto_json_key(json, "confirmed");
	proto_json_bool(json, office->enrolment.pin == NODE_PIN_CONFIRMED);
	proto_json_key(json, "policy");
	proto_json_object(json);
	node_policy_print(json, &office->policy.caps);
	proto_json_object_end(json);
	proto_json_object_end(json);
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct proto_invitation invitation = {0};
	struct kit_passphrase *passphrase = NULL;
	struct node_join_request request = {.invitation = &invitation, .transport = &node_client_https,
	    .now = kit_print_now()};
	struct node_office office = {0};
	enum proto_code code;

	if ((code = kit_passphrase_load(&passphrase, kit_call_option(call, "passphrase-file"), error)) != PROTO_OK ||
	    (code = load_invitation(&invitation, call->operand[0], error)) != PROTO_OK)
		goto out;
	request.passphrase = passphrase;
	if ((code = node_join(&office, call->state, &request, error)) != PROTO_OK)
		goto out;
	print(call, &office);
out:
	node_office_close(&office);
	kit_passphrase_free(passphrase);
	proto_invitation_wipe(&invitation);
	return code;
}

const struct kit_command node_cmd_join = {
    .words = "join", .operands = "FILE", .summary = "set this office up from the coordinator's invitation",
    .manual =
	"Makes the state directory: this office's keys (sealed with the passphrase), its own caps, and an empty\n"
	"ledger. Pins the coordinator's root key as the invitation names it, and knocks there. Prints a fingerprint\n"
	"of 20 characters that both offices compare by telephone; the coordinator approves with it, and\n"
	"`sync --fingerprint` compares it here. Without that this office relies on the channel that\n"
	"brought the invitation.\n\n"
	"The invitation is a private file (mode 0600), good for 14 days and one office. Repeating the command continues\n"
	"where it stopped. A lost passphrase cannot be replaced.\n\n"
	"EXAMPLE\n"
	"  chorale-node join XA.invitation --passphrase-file node.pass\n",
    .option = {{"passphrase-file", "F", "seals this office's keys; a private file", true}},
    .run = run};
