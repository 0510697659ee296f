#include "commands.h"

#include <limits.h>

#include "coordinator/publish.h"
#include "coordinator/release_dir.h"

static enum proto_code
export(struct kit_call *call, const struct coord_state *state, const struct coord_release *release, const char *to,
    struct proto_error *error)
{
	struct coord_published published = {0};
	struct coord_pack pack = {0};
	char from[PATH_MAX];
	enum proto_code code;

	/* loading verifies: a changed release is never handed on */
	if ((code = coord_publish_load(&published, state, release, error)) == PROTO_OK &&
	    (code = coord_publish_dir(from, sizeof(from), state, release->release, error)) == PROTO_OK &&
	    (code = coord_release_dir_load(&pack, from, error)) == PROTO_OK &&
	    (code = coord_release_dir_save(&pack, to, COORD_RELEASE_DIR_NEW, error)) == PROTO_OK) {
		if (call->json) {
			proto_json_object(&call->writer);
			proto_json_key(&call->writer, "release");
			proto_json_string(&call->writer, release->release);
			proto_json_key(&call->writer, "dir");
			proto_json_string(&call->writer, to);
			proto_json_object_end(&call->writer);
			proto_buffer_text(&call->out, "\n");
		} else {
			proto_buffer_printf(&call->out, "%s is in %s; check it with: chorale-coordinator verify --release %s\n",
			    release->release, to, to);
		}
	}
	coord_release_pack_wipe(&pack);
	coord_published_wipe(&published);
	return code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct coord_state state = {0};
	struct coord_release release = {0};
	enum proto_code code;

	if ((code = coord_state_open(&state, call->state, error)) != PROTO_OK)
		return code;
	if ((code = coord_store_release(&release, state.store, call->operand[0], error)) == PROTO_OK)
		code = export(call, &state, &release, kit_call_option(call, "to"), error);
	coord_store_release_wipe(&release);
	coord_state_close(&state);
	return code;
}

const struct kit_command coord_cmd_release_export = {
	.words = "release export",
	.operands = "RELEASE",
	.summary = "copy a release, verified, into a directory",
	.manual =
	    "Verifies the release and writes its files to DIR, which must be absent or empty.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator release export TIP_VICTIMS.2026-Q1.r0.v1 --to 2026-Q1\n",
	.option = {{"to", "DIR", "where to write it", true}},
	.run = run,
};
