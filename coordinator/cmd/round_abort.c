#include "coordinator/round.h"

#include "common.h"
#include "proto/kit/print.h"

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct coord_cmd cmd;
	enum proto_code code;

	code = kit_call_confirm(call, "Abort the round for ever? What the offices spent on it stays spent.", error);
	if (code == PROTO_OK)
		code = coord_cmd_unlock(&cmd, call, error);
	if (code != PROTO_OK)
		return code;
	code = coord_round_abort(&cmd.state, cmd.keys, call->operand[0], kit_call_option(call, "reason"), kit_print_now(), error);
	if (code == PROTO_OK && call->json) {
		proto_json_object(&call->writer);
		coord_cmd_text(call, "round", call->operand[0]);
		coord_cmd_text(call, "state", "aborted");
		coord_cmd_end(call);
	} else if (code == PROTO_OK) {
		proto_buffer_printf(&call->out, "%s is aborted.\n", call->operand[0]);
	}
	coord_cmd_close(&cmd);
	return code;
}

const struct kit_command coord_cmd_round_abort = {
	.words = "round abort",
	.operands = "ROUND",
	.summary = "end a whole round without a release",
	.manual =
	    "Signs the abort with its reason; the offices see both. It is final: what they spent on the round is\n"
	    "never refunded, and no other round of that structure and period can be opened. A published round cannot be\n"
	    "aborted.\n"
	    "\n"
	    "Exit: 0 done, also when it was aborted before; 1 refused; 2 without --yes and without a terminal.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator round abort TIP_VICTIMS.2026-Q1.r0 --reason \"mistake\" --yes --passphrase-file coordinator.pass\n",
	.option = {
		{"reason", "TEXT", "why, for the offices and the record", true},
		{"yes", NULL, "do not ask", false},
		COORD_CMD_PASSPHRASE,
	},
	.run = run,
};
