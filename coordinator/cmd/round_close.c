#include "commands.h"

#include "coordinator/close.h"
#include "proto/kit/print.h"

static enum proto_code
put_closed(struct kit_call *call, struct coord_state *state, const char *round, struct proto_error *error)
{
	struct proto_json *json = &call->writer;
	struct coord_round row = {0};
	struct proto_accepted accepted = {0};
	enum proto_code code;
	size_t i, taken = 0;

	if ((code = coord_store_round(&row, state->store, round, error)) != PROTO_OK ||
	    (code = proto_accepted_open(&accepted, row.accepted.data, row.accepted.len, &state->trust, error)) != PROTO_OK)
		goto out;
	for (i = 0; i < accepted.entries; i++)
		taken += accepted.entry[i].accepted;
	if (call->json) {
		proto_json_object(json);
		proto_json_key(json, "round");
		proto_json_string(json, round);
		proto_json_key(json, "state");
		proto_json_string(json, row.state == PROTO_ROUND_PUBLISHED ? "published" : "closed");
		proto_json_key(json, "accepted");
		proto_json_array(json);
		for (i = 0; i < accepted.entries; i++)
			if (accepted.entry[i].accepted)
				proto_json_string(json, accepted.entry[i].country);
		proto_json_array_end(json);
		proto_json_key(json, "left_out");
		proto_json_array(json);
		for (i = 0; i < accepted.entries; i++)
			if (!accepted.entry[i].accepted) {
				proto_json_object(json);
				proto_json_key(json, "country");
				proto_json_string(json, accepted.entry[i].country);
				proto_json_key(json, "reason");
				proto_json_string(json, accepted.entry[i].reason);
				proto_json_object_end(json);
			}
		proto_json_array_end(json);
		proto_json_object_end(json);
		proto_buffer_text(&call->out, "\n");
	} else {
		proto_buffer_printf(&call->out, "%s is closed: %zu accepted.\n", round, taken);
		for (i = 0; i < accepted.entries; i++)
			if (!accepted.entry[i].accepted)
				proto_buffer_printf(&call->out, "%s is left out: %s\n", accepted.entry[i].country, accepted.entry[i].reason);
		proto_buffer_printf(&call->out, "Next: chorale-coordinator release publish %s --passphrase-file FILE\n", round);
	}
out:
	proto_accepted_wipe(&accepted);
	coord_store_round_wipe(&row);
	return code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	const char *round = call->operand[0];
	struct coord_state state = {0};
	struct coord_keys *keys = NULL;
	struct kit_passphrase *passphrase = NULL;
	enum proto_code code;

	if ((code = kit_call_confirm(call, "Close the round? Nothing is accepted after it.", error)) != PROTO_OK ||
	    (code = kit_passphrase_load(&passphrase, kit_call_option(call, "passphrase-file"), error)) != PROTO_OK ||
	    (code = coord_state_open(&state, call->state, error)) != PROTO_OK)
		goto out;
	if ((code = coord_keys_open(&keys, &state, passphrase, error)) == PROTO_OK &&
	    (code = coord_close(&state, keys, round, kit_print_now(), error)) == PROTO_OK)
		code = put_closed(call, &state, round, error);
out:
	coord_keys_close(keys);
	coord_state_close(&state);
	kit_passphrase_free(passphrase);
	return code;
}

const struct kit_command coord_cmd_round_close = {
	.words = "round close",
	.operands = "ROUND",
	.summary = "end the uploads of a round and sign the accepted set",
	.manual =
	    "Ends the uploads, opens every country part with the offline opening key, and signs the\n"
	    "set of submissions that are accepted. A submission that cannot be what its header says is\n"
	    "left out, with evidence kept. Countries that did not submit do not block: the release\n"
	    "says who is missing. Closing a closed round again changes nothing and exits 0.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator round close TIP_VICTIMS.2026-Q1.r0 --yes --passphrase-file coordinator.pass\n",
	.option = {
		{"yes", NULL, "do not ask", false},
		{"passphrase-file", "F", "file with the passphrase of the offline keys", true},
	},
	.run = run,
};
