#include "commands.h"

#include "coordinator/state.h"
#include "proto/kit/print.h"
#include "proto/kit/table.h"

static void
put_json(struct kit_call *call, const struct coord_release *release, size_t releases)
{
	struct proto_json *json = &call->writer;
	char closed[PROTO_TIME_TEXT];
	size_t i;

	proto_json_object(json);
	proto_json_key(json, "releases");
	proto_json_array(json);
	for (i = 0; i < releases; i++) {
		proto_time_format(closed, release[i].published);
		proto_json_object(json);
		proto_json_key(json, "release");
		proto_json_string(json, release[i].release);
		proto_json_key(json, "state");
		proto_json_string(json, release[i].state);
		proto_json_key(json, "sha256");
		proto_json_hex(json, release[i].sha256, PROTO_HASH);
		proto_json_key(json, "published");
		proto_json_string(json, closed);
		proto_json_object_end(json);
	}
	proto_json_array_end(json);
	proto_json_object_end(json);
	proto_buffer_text(&call->out, "\n");
}

static enum proto_code
put_table(struct kit_call *call, const struct coord_release *release, size_t releases, struct proto_error *error)
{
	static const char *const heading[] = {"RELEASE", "STATE", "PUBLISHED", "SHA-256"};
	struct kit_table *table = NULL;
	enum proto_code code;
	size_t i;

	if ((code = kit_table_new(&table, heading, 4, error)) != PROTO_OK)
		return code;
	for (i = 0; i < releases && code == PROTO_OK; i++) {
		char hex[2 * PROTO_HASH + 1], time[PROTO_TIME_TEXT];
		const char *const cell[] = {release[i].release, release[i].state, time, hex};

		kit_print_hex(hex, release[i].sha256, PROTO_HASH);
		proto_time_format(time, release[i].published);
		code = kit_table_row(table, cell, error);
	}
	if (code == PROTO_OK)
		code = kit_table_print(table, &call->out, error);
	kit_table_free(table);
	return code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct coord_state state = {0};
	struct coord_release *release = NULL;
	size_t releases = 0;
	enum proto_code code;

	if ((code = coord_state_open(&state, call->state, error)) != PROTO_OK)
		return code;
	if ((code = coord_store_release_list(&release, &releases, state.store, error)) == PROTO_OK) {
		if (call->json)
			put_json(call, release, releases);
		else
			code = put_table(call, release, releases, error);
	}
	coord_store_release_free(release, releases);
	coord_state_close(&state);
	return code;
}

const struct kit_command coord_cmd_release_list = {
	.words = "release list",
	.operands = "",
	.summary = "list the releases",
	.manual =
	    "Lists every release with its state and the hash of its SHA256SUMS, which names every other file.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator release list --json\n",
	.run = run,
};
