#include "coordinator/country.h"

#include "common.h"
#include "proto/kit/print.h"

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	const struct coord_country_request request = {call->operand[0], kit_call_option(call, "name"), kit_call_option(call, "url"),
	    kit_call_option(call, "out"), kit_print_now()};
	struct coord_cmd cmd;
	char until[PROTO_TIME_TEXT];
	int64_t expires;
	enum proto_code code;

	code = coord_cmd_open(&cmd, call, error);
	if (code != PROTO_OK)
		return code;
	code = coord_country_add(&expires, &cmd.state, &request, error);
	if (code == PROTO_OK && call->json) {
		proto_json_object(&call->writer);
		coord_cmd_text(call, "country", request.code);
		coord_cmd_text(call, "invitation_file", request.out);
		coord_cmd_time(call, "expires", expires);
		coord_cmd_end(call);
	} else if (code == PROTO_OK) {
		proto_time_format(until, expires);
		proto_buffer_printf(&call->out, "The invitation of %s is in %s, valid until %s.\n"
		    "It holds a secret: bring it to the office by a private channel. Then wait for its call\n"
		    "and run `country approve` with the fingerprint it reads out.\n", request.code, request.out, until);
	}
	coord_cmd_close(&cmd);
	return code;
}

const struct kit_command coord_cmd_country_add = {
	.words = "country add",
	.operands = "CODE",
	.summary = "invite a country's office",
	.manual =
	    "Writes an invitation (mode 0600, 14 days, one use): the office runs `chorale-node join` with it.\n"
	    "A country that is invited, pending or revoked gets a new invitation and the old one is void.\n"
	    "CODE must stand in the area list of the structures and not be the region's own code.\n"
	    "\n"
	    "Exit: 0 done; 1 refused, or the country is active, or FILE exists; 2 usage.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator country add XA --name \"Country A\" --url https://stats.example:8443 --out XA.invitation\n",
	.option = {
		{"name", "TEXT", "name of the country", true},
		{"url", "https://HOST:PORT", "where the office reaches this coordinator", true},
		{"out", "FILE", "the invitation, a new file", true},
	},
	.run = run,
};
