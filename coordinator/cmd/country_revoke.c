#include "coordinator/country.h"

#include "common.h"

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct coord_cmd cmd;
	enum proto_code code;

	code = kit_call_confirm(call, "Revoke this country's access?", error);
	if (code == PROTO_OK)
		code = coord_cmd_open(&cmd, call, error);
	if (code != PROTO_OK)
		return code;
	code = coord_country_revoke(&cmd.state, call->operand[0], error);
	if (code == PROTO_OK && call->json) {
		proto_json_object(&call->writer);
		coord_cmd_text(call, "country", call->operand[0]);
		coord_cmd_text(call, "state", "revoked");
		coord_cmd_end(call);
	} else if (code == PROTO_OK) {
		proto_buffer_printf(&call->out, "%s is revoked. `country approve` with its fingerprint undoes this.\n", call->operand[0]);
	}
	coord_cmd_close(&cmd);
	return code;
}

const struct kit_command coord_cmd_country_revoke = {
	.words = "country revoke",
	.operands = "CODE",
	.summary = "end a country's access",
	.manual =
	    "Takes effect at the country's next request, in a running `serve` too. What it submitted before is left out\n"
	    "of rounds that are not closed yet. `country approve` undoes it; `country add` invites the office anew:\n"
	    "joined in the same state directory it keeps its keys and its ledger. All of this is logged.\n"
	    "\n"
	    "Exit: 0 done, also when it was revoked before; 1 no such country; 2 without --yes and without a terminal.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator country revoke XA --yes\n",
	.option = {{"yes", NULL, "do not ask", false}},
	.run = run,
};
