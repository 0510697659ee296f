#include "node/verify.h"

#include "commands.h"
#include "desk.h"

static void
print(struct kit_call *call, const struct node_verify *verify)
{
	struct proto_json *json = &call->writer;
	size_t i;

	if (call->json) {
		proto_json_object(json);
		proto_json_key(json, "ok");
		proto_json_bool(json, verify->ok);
		proto_json_key(json, "checks");
		proto_json_array(json);
	}
	for (i = 0; i < verify->checks; i++) {
		const struct node_verify_check *check = &verify->check[i];

		if (!call->json) {
			proto_buffer_printf(&call->out, "%-6s %-14s %s\n", check->ok ? "ok" : "FAULT", check->name, check->detail);
			continue;
		}
		proto_json_object(json);
		node_desk_text(json, "name", check->name);
		proto_json_key(json, "ok");
		proto_json_bool(json, check->ok);
		node_desk_text(json, "detail", check->detail);
		proto_json_object_end(json);
	}
	if (call->json) {
		proto_json_array_end(json);
		proto_json_object_end(json);
	}
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct node_office office = {0};
	struct node_verify verify;
	enum proto_code code = node_desk_open(&office, call, NODE_STATE_READ, error);

	if (code != PROTO_OK)
		return code;
	if ((code = node_verify_run(&verify, &office, error)) == PROTO_OK) {
		print(call, &verify);
		if (!verify.ok) {
			call->keep_out = true;
			code = proto_error_set(error, PROTO_DAMAGED, office.state->path, "not everything is as it should be");
		}
	}
	node_office_close(&office);
	return code;
}

const struct kit_command node_cmd_verify = {
    .words = "verify", .operands = "", .summary = "check everything that is stored here",
    .manual =
	"Checks, without contacting anybody: the store; the ledger as one chain that ends where its head file says; every\n"
	"policy's signature; each stored submission against its header and the ledger; each receipt's signature, for\n"
	"those very bytes; manifests, accepted sets and structures under the pinned root. Exit 6 when anything\n"
	"is not as it should be.\n\n"
	"EXAMPLE\n"
	"  chorale-node verify\n",
    .run = run};
