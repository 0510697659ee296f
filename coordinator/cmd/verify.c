#include "commands.h"

#include <stdlib.h>

#include "coordinator/publish.h"
#include "coordinator/release_dir.h"
#include "coordinator/release_verify.h"
#include "proto/kit/files.h"
#include "proto/release.h"

static void
put_check(struct kit_call *call, const char *name, bool ok, const struct proto_error *seen)
{
	struct proto_json *json = &call->writer;

	if (call->json) {
		proto_json_object(json);
		proto_json_key(json, "name");
		proto_json_string(json, name);
		proto_json_key(json, "ok");
		proto_json_bool(json, ok);
		proto_json_key(json, "detail");
		proto_json_string(json, seen->what);
		proto_json_object_end(json);
	} else {
		proto_buffer_printf(&call->out, "%-4s %s: %s%s%s\n", ok ? "ok" : "BAD", name, seen->what, seen->where[0] ? ", " : "",
		    seen->where);
	}
}

static void
begin(struct kit_call *call, bool ok)
{
	if (!call->json)
		return;
	proto_json_object(&call->writer);
	proto_json_key(&call->writer, "ok");
	proto_json_bool(&call->writer, ok);
	proto_json_key(&call->writer, "checks");
	proto_json_array(&call->writer);
}

static void
end(struct kit_call *call)
{
	if (!call->json)
		return;
	proto_json_array_end(&call->writer);
	proto_json_object_end(&call->writer);
	proto_buffer_text(&call->out, "\n");
}

/* A directory alone, without any state. */
static enum proto_code
verify_directory(struct kit_call *call, const char *dir, struct proto_error *error)
{
	const char *file = kit_call_option(call, "key");
	struct coord_verify_report report;
	struct coord_pack pack = {0};
	struct proto_buffer key_file = {0};
	uint8_t key[PROTO_PUBLIC];
	enum proto_code code;
	size_t i;

	if (file != NULL && ((code = kit_files_read(&key_file, file, 4096, error)) != PROTO_OK ||
	    (code = proto_release_key_read(key, key_file.data, key_file.len, error)) != PROTO_OK))
		goto out;
	if ((code = coord_release_dir_load(&pack, dir, error)) != PROTO_OK)
		goto out;
	coord_release_verify(&report, NULL, &pack, file ? key : NULL);
	begin(call, report.ok);
	for (i = 0; i < report.checks; i++)
		put_check(call, report.check[i].name, report.check[i].ok, &report.check[i].error);
	end(call);
	if (!report.ok) {
		*error = report.check[report.checks - 1].error;
		code = error->code;
	}
out:
	call->keep_out = call->out.len > 0;
	proto_buffer_wipe(&key_file);
	coord_release_pack_wipe(&pack);
	return code;
}

struct checked {
	struct proto_error seen;
	bool ok;
	const char *name;
};

/* The whole state: every round's signed bytes, every release. */
static enum proto_code
verify_state(struct kit_call *call, struct proto_error *error)
{
	struct coord_state state = {0};
	struct coord_round *round = NULL;
	struct coord_release *release = NULL;
	struct checked *checked = NULL;
	size_t rounds = 0, releases = 0, i, n = 0;
	enum proto_code code, bad = PROTO_OK;

	if ((code = coord_state_open(&state, call->state, error)) != PROTO_OK ||
	    (code = coord_store_round_list(&round, &rounds, state.store, error)) != PROTO_OK ||
	    (code = coord_store_release_list(&release, &releases, state.store, error)) != PROTO_OK)
		goto out;
	if ((checked = calloc(rounds + releases + 1, sizeof(*checked))) == NULL) {
		code = proto_error_set(error, PROTO_MEMORY, "verify", "out of memory");
		goto out;
	}
	checked[n].name = "state";
	checked[n].ok = true;
	(void)proto_error_set(&checked[n++].seen, PROTO_OK, "", "store, keys and trust bundle open and agree");
	for (i = 0; i < rounds; i++, n++) {
		struct proto_manifest manifest = {0};

		checked[n].name = round[i].round;
		checked[n].ok = proto_manifest_open(&manifest, round[i].manifest.data, round[i].manifest.len, &state.trust,
		    &checked[n].seen) == PROTO_OK;
		if (checked[n].ok)
			(void)proto_error_set(&checked[n].seen, PROTO_OK, "", "manifest genuine, price exact");
		proto_manifest_wipe(&manifest);
	}
	for (i = 0; i < releases; i++, n++) {
		struct coord_published published = {0};

		checked[n].name = release[i].release;
		checked[n].ok = coord_publish_load(&published, &state, &release[i], &checked[n].seen) == PROTO_OK;
		if (checked[n].ok)
			(void)proto_error_set(&checked[n].seen, PROTO_OK, "", "release genuine, every figure follows");
		coord_published_wipe(&published);
	}
	for (i = 0; i < n && bad == PROTO_OK; i++)
		if (!checked[i].ok) {
			*error = checked[i].seen;
			bad = error->code = PROTO_DAMAGED;
		}
	begin(call, bad == PROTO_OK);
	for (i = 0; i < n; i++)
		put_check(call, checked[i].name, checked[i].ok, &checked[i].seen);
	end(call);
	call->keep_out = true;
	code = bad;
out:
	free(checked);
	coord_store_release_free(release, releases);
	coord_store_round_free(round, rounds);
	coord_state_close(&state);
	return code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	const char *dir = kit_call_option(call, "release");

	if (dir != NULL)
		return verify_directory(call, dir, error);
	if (kit_call_option(call, "key") != NULL)
		return proto_error_set(error, PROTO_USAGE, "verify", "--key goes with --release");
	if (call->state == NULL)
		return proto_error_set(error, PROTO_USAGE, "verify", "no state directory: HOME is not set; use --state DIR");
	return verify_state(call, error);
}

const struct kit_command coord_cmd_verify = {
	.words = "verify",
	.operands = "",
	.summary = "check a release directory offline, or this coordinator's whole state",
	.manual =
	    "With --release, checks a release directory without any state or network: the signature over\n"
	    "SHA256SUMS and every hash; the root's certificates, the manifest and its exact price, the\n"
	    "accepted set, every receipt; and that every figure follows, bit for bit, from the published\n"
	    "residuals. --key FILE is the signing key that you trust (PEM, 32 raw bytes or 64 hex\n"
	    "digits), obtained elsewhere; without it the key in the directory is used, which shows only\n"
	    "that the directory is whole. Without --release, checks the state directory.\n"
	    "\n"
	    "Exits 0 when everything holds, 1 when a release does not, 6 when the state does not.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator verify --release 2026-Q1 --key signing-key.pub\n",
	.option = {
		{"release", "DIR", "a release directory", false},
		{"key", "FILE", "the signing key that you trust", false},
	},
	.no_state = true,
	.run = run,
};
