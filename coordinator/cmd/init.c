#include "coordinator/init.h"

#include "common.h"
#include "proto/kit/print.h"

static void
put(struct kit_call *call, const struct coord_init_request *request, const struct coord_init_result *result)
{
	char hex[2 * PROTO_HASH + 1];

	kit_print_hex(hex, result->root_hash, PROTO_HASH);
	if (!call->json) {
		proto_buffer_printf(&call->out, result->renewed ? "%s: the TLS certificate is renewed; a running `serve` takes it up by itself.\n" :
		    "%s is ready in %s, with %zu structures.\nKeep the passphrase: without it no round can be opened, closed or published.\n",
		    request->id, request->dir, result->structures);
		return;
	}
	proto_json_object(&call->writer);
	coord_cmd_text(call, "coordinator", request->id);
	coord_cmd_text(call, "name", request->name);
	coord_cmd_text(call, "area", request->area);
	proto_json_key(&call->writer, "structures");
	proto_json_u64(&call->writer, result->structures);
	coord_cmd_text(call, "root_hash", hex);
	proto_json_key(&call->writer, "renewed");
	proto_json_bool(&call->writer, result->renewed);
	coord_cmd_end(call);
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct coord_init_request request = {.dir = call->state, .id = kit_call_option(call, "id"), .name = kit_call_option(call, "name"),
	    .area = kit_call_option(call, "area"), .structures = kit_call_option(call, "structures"), .now = kit_print_now()};
	struct coord_init_result result;
	struct kit_passphrase *passphrase = NULL;
	enum proto_code code;

	code = kit_passphrase_load(&passphrase, kit_call_option(call, "passphrase-file"), error);
	request.passphrase = passphrase;
	if (code == PROTO_OK)
		code = coord_init(&result, &request, error);
	if (code == PROTO_OK)
		put(call, &request, &result);
	kit_passphrase_free(passphrase);
	return code;
}

const struct kit_command coord_cmd_init = {
	.words = "init",
	.operands = "",
	.summary = "make a coordinator in the state directory",
	.manual =
	    "Draws the keys and takes in the structures. The root, manifest, set, release, opening and CA\n"
	    "keys are sealed by the passphrase in DIR/keys/offline; `serve` needs none of them. The\n"
	    "region's area code need not be in the area list: it is added there under --name.\n"
	    "\n"
	    "Run again with the same arguments it renews the TLS certificate (valid for 5 years); with\n"
	    "others it refuses.\n"
	    "\n"
	    "Exit: 0 done; 1 refused (another coordinator lives here, passphrase, structures); 2 usage.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  (umask 077; openssl rand -base64 24 > coordinator.pass)\n"
	    "  chorale-coordinator init --id REGION-1 --name \"Our region\" --area 150 --passphrase-file coordinator.pass\n",
	.option = {
		{"id", "ID", "1 to 32 of A-Z, 0-9 and '-'; never changes", true},
		{"name", "TEXT", "name of the region, as readers see it", true},
		{"area", "CODE", "the region's code: two capitals or an M49 number", true},
		COORD_CMD_PASSPHRASE,
		{"structures", "FILE", "structures to use instead of the installed ones", false},
	},
	.run = run,
};
