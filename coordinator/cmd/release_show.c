#include "commands.h"

#include <limits.h>

#include "coordinator/publish.h"
#include "proto/kit/files.h"
#include "proto/kit/print.h"

#define ABOUT_MAX (64u << 20)

static void
put_text(struct kit_call *call, const struct coord_published *published, const char *dir)
{
	const struct proto_manifest *manifest = &published->manifest;
	char time[PROTO_TIME_TEXT];
	size_t i;

	proto_time_format(time, published->created);
	proto_buffer_printf(&call->out, "%s: %s, %s\nclosed %s, %zu of %zu countries reported\n", published->id,
	    manifest->structure->name, published->area[0].name, time, published->area[0].reporters, published->area[0].listed);
	for (i = 1; i < published->areas; i++) {
		const struct coord_area *area = &published->area[i];

		proto_buffer_printf(&call->out, "  %s  %s: %s%s%s%s%s\n", area->code, area->name,
		    area->reporters ? "reported" : area->reason[0] ? "left out, " : "did not report", area->reporters ? "" : area->reason,
		    area->aggregate ? ", counted by the office itself (" : "", area->aggregate && area->attest ? area->attest : "",
		    area->aggregate ? ")" : "");
	}
	kit_print_privacy(&call->out, manifest->rho_units, manifest->structure->unit);
	proto_buffer_printf(&call->out, "\nfiles: %s\n", dir);
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct coord_state state = {0};
	struct coord_release release = {0};
	struct coord_published published = {0};
	char dir[PATH_MAX], about[PATH_MAX];
	enum proto_code code;

	if ((code = coord_state_open(&state, call->state, error)) != PROTO_OK)
		return code;
	if ((code = coord_store_release(&release, state.store, call->operand[0], error)) != PROTO_OK ||
	    (code = coord_publish_load(&published, &state, &release, error)) != PROTO_OK ||
	    (code = coord_publish_dir(dir, sizeof(dir), &state, release.release, error)) != PROTO_OK)
		goto out;
	if (!call->json)
		put_text(call, &published, dir);
	else if ((code = kit_files_join(about, sizeof(about), dir, "release.json", error)) == PROTO_OK)
		code = kit_files_read(&call->out, about, ABOUT_MAX, error);
out:
	coord_published_wipe(&published);
	coord_store_release_wipe(&release);
	coord_state_close(&state);
	return code;
}

const struct kit_command coord_cmd_release_show = {
	.words = "release show",
	.operands = "RELEASE",
	.summary = "show what a release holds: who reported, what it cost",
	.manual =
	    "Verifies the release and prints who reported, who did not, and what a person's privacy cost.\n"
	    "With --json it prints the release's own release.json.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator release show TIP_VICTIMS.2026-Q1.r0.v1\n",
	.run = run,
};
