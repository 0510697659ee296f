#include "coordinator/structures.h"

#include "common.h"
#include "proto/kit/print.h"

static enum proto_code
add_all(struct kit_call *call, struct coord_cmd *cmd, struct proto_structure **structure, size_t structures, struct proto_error *error)
{
	struct coord_store *store = cmd->state.store;
	enum proto_code code;
	size_t i;

	code = coord_store_begin(store, error);
	for (i = 0; code == PROTO_OK && i < structures; i++) {
		bool added;

		code = coord_store_structure_add(&added, store, structure[i], kit_print_now(), error);
		if (code == PROTO_OK && added)
			code = coord_store_log_event(store, "structure-add", structure[i]->id, error);
		if (call->json) {
			proto_json_object(&call->writer);
			coord_cmd_text(call, "id", structure[i]->id);
			coord_cmd_hex(call, "sha256", structure[i]->sha256, PROTO_HASH);
			proto_json_key(&call->writer, "new");
			proto_json_bool(&call->writer, code == PROTO_OK && added);
			proto_json_object_end(&call->writer);
		} else {
			proto_buffer_printf(&call->out, "%s %s\n", structure[i]->id, code == PROTO_OK && added ?
			    "added; the offices see it after the next `round open`, `country approve` or `init`" : "stands already");
		}
	}
	return code == PROTO_OK ? coord_store_commit(store, error) : code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct proto_structure **structure = NULL;
	struct coord_cmd cmd;
	struct coord_structures_area area;
	size_t structures = 0;
	enum proto_code code;

	code = coord_cmd_open(&cmd, call, error);
	if (code != PROTO_OK)
		return code;
	area.id = cmd.state.identity.area;
	area.name = cmd.state.identity.name;
	code = coord_structures_load(&structure, &structures, call->operand[0], &area, error);
	if (call->json) {
		proto_json_object(&call->writer);
		proto_json_key(&call->writer, "structures");
		proto_json_array(&call->writer);
	}
	if (code == PROTO_OK)
		code = add_all(call, &cmd, structure, structures, error);
	if (call->json) {
		proto_json_array_end(&call->writer);
		coord_cmd_end(call);
	}
	coord_store_rollback(cmd.state.store);
	coord_structures_free(structure, structures);
	coord_cmd_close(&cmd);
	return code;
}

const struct kit_command coord_cmd_structure_add = {
	.words = "structure add",
	.operands = "FILE",
	.summary = "add structures, or new versions of them",
	.manual =
	    "Takes every structure in FILE; one whose id exists replaces it for the rounds opened from now on (open\n"
	    "rounds keep theirs). Code lists in files of their own are read beside FILE. A structure that is\n"
	    "incomplete is refused, with the key that is wrong; then none is taken. The offices see it from the\n"
	    "next command on that unlocks the keys (`round open`, `country approve`, `init`).\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator structure add structures.json\n",
	.run = run,
};
