#include "coordinator/country.h"

#include "coordinator/structures.h"
#include "common.h"
#include "proto/kit/print.h"

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	const struct coord_country_approval approval = {call->operand[0], kit_call_option(call, "fingerprint"), kit_print_now()};
	struct coord_cmd cmd;
	enum proto_code code;

	code = coord_cmd_unlock(&cmd, call, error);
	if (code != PROTO_OK)
		return code;
	code = coord_country_approve(&cmd.state, cmd.keys, &approval, error);
	if (code == PROTO_OK)
		code = coord_structures_sign(&cmd.state, cmd.keys, approval.now, error);
	if (code == PROTO_OK && call->json) {
		proto_json_object(&call->writer);
		coord_cmd_text(call, "country", approval.code);
		coord_cmd_text(call, "state", "active");
		coord_cmd_end(call);
	} else if (code == PROTO_OK) {
		proto_buffer_printf(&call->out, "%s is active. It takes part in the rounds opened from now on.\n", approval.code);
	}
	coord_cmd_close(&cmd);
	return code;
}

const struct kit_command coord_cmd_country_approve = {
	.words = "country approve",
	.operands = "CODE",
	.summary = "admit a country whose fingerprint was read out",
	.manual =
	    "Compares TEXT (upper or lower case, with or without hyphens) with the fingerprint of the keys that the\n"
	    "office sent in, and issues its certificate, valid for 5 years. Take the text from the office\n"
	    "itself, over the phone: a text that came by the same way as the keys proves nothing.\n"
	    "\n"
	    "Repeated, it renews the certificate; after `country revoke` it admits the country again.\n"
	    "\n"
	    "Exit: 0 done; 1 another fingerprint (nothing is changed), or the passphrase; 3 the office has not joined yet.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator country approve XA --fingerprint ABCD-EFGH-IJKL-MNOP-QRST --passphrase-file coordinator.pass\n",
	.option = {
		{"fingerprint", "TEXT", "the 20 characters that the office reads out", true},
		COORD_CMD_PASSPHRASE,
	},
	.run = run,
};
