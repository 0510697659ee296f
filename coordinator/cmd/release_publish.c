#include "commands.h"

#include "coordinator/publish.h"
#include "proto/kit/print.h"

static void
put_result(struct kit_call *call, const struct coord_publish_result *result)
{
	struct proto_json *json = &call->writer;
	char hex[2 * PROTO_HASH + 1];

	kit_print_hex(hex, result->sha256, PROTO_HASH);
	if (call->json) {
		proto_json_object(json);
		proto_json_key(json, "release");
		proto_json_string(json, result->release);
		proto_json_key(json, "dir");
		proto_json_string(json, result->dir);
		proto_json_key(json, "sha256");
		proto_json_string(json, hex);
		proto_json_object_end(json);
		proto_buffer_text(&call->out, "\n");
	} else {
		proto_buffer_printf(&call->out, "%s is published in %s\nSHA-256 of its SHA256SUMS: %s\n", result->release, result->dir, hex);
	}
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct coord_publish_result result;
	struct coord_state state = {0};
	struct coord_keys *keys = NULL;
	struct kit_passphrase *passphrase = NULL;
	enum proto_code code;

	if ((code = kit_passphrase_load(&passphrase, kit_call_option(call, "passphrase-file"), error)) != PROTO_OK ||
	    (code = coord_state_open(&state, call->state, error)) != PROTO_OK)
		goto out;
	if ((code = coord_keys_open(&keys, &state, passphrase, error)) == PROTO_OK &&
	    (code = coord_publish(&result, &state, keys, call->operand[0], kit_print_now(), error)) == PROTO_OK)
		put_result(call, &result);
out:
	coord_keys_close(keys);
	coord_state_close(&state);
	kit_passphrase_free(passphrase);
	return code;
}

const struct kit_command coord_cmd_release_publish = {
	.words = "release publish",
	.operands = "ROUND",
	.summary = "make the signed release of a closed round",
	.manual =
	    "Adds the countries up, derives every table with its errors, and writes an immutable,\n"
	    "signed directory: measurements.csv (unbiased), estimates.csv (whole numbers, never negative),\n"
	    "residuals.json (what was measured), release.json (what it means), receipts, hashes and the\n"
	    "signature. Publishing again changes nothing and exits 0.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator release publish TIP_VICTIMS.2026-Q1.r0 --passphrase-file coordinator.pass\n",
	.option = {{"passphrase-file", "F", "file with the passphrase of the offline keys", true}},
	.run = run,
};
