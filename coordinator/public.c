#include "coordinator/public.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "coordinator/publish.h"
#include "proto/json.h"
#include "proto/kit/files.h"
#include "proto/kit/print.h"

#define FILE_MAX (256u << 20)
#define RELEASES "/releases/"

static enum proto_code
nothing(const char *path, struct proto_error *error)
{
	char shown[200];

	return proto_error_set(error, PROTO_NOT_FOUND, "public", "nothing at %s",
	    proto_error_text(shown, sizeof(shown), path, strlen(path)));
}

static const char *
media_type(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot != NULL && strcmp(dot, ".csv") == 0)
		return "text/csv; charset=utf-8";
	if (dot != NULL && strcmp(dot, ".json") == 0)
		return "application/json";
	if (dot == NULL || strcmp(dot, ".pub") == 0)
		return "text/plain; charset=utf-8";
	return "application/octet-stream";
}

/* SHA256SUMS of a release, checked against the store. */
static enum proto_code
read_sums(struct proto_buffer *ret_sums, const char *dir, const struct coord_release *release, struct proto_error *error)
{
	char path[PATH_MAX];
	uint8_t hash[PROTO_HASH];
	enum proto_code code;

	if ((code = kit_files_join(path, sizeof(path), dir, "SHA256SUMS", error)) != PROTO_OK ||
	    (code = kit_files_read(ret_sums, path, FILE_MAX, error)) != PROTO_OK)
		return code;
	(void)crypto_hash_sha256(hash, ret_sums->data, ret_sums->len);
	if (memcmp(hash, release->sha256, PROTO_HASH) != 0)
		return proto_error_set(error, PROTO_DAMAGED, release->release, "the release is not the one that was published");
	return PROTO_OK;
}

/* The hash that stands before name in the sums, or NULL. A line is 64 hex digits, two spaces, the name. */
static const char *
sums_line(struct proto_buffer *sums, const char *name)
{
	const char *line = proto_buffer_string(sums), *end;

	for (; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1)
		if (end - line > 66 && (size_t)(end - line) - 66 == strlen(name) && memcmp(line + 66, name, strlen(name)) == 0)
			return line;
	return NULL;
}

static enum proto_code
get_file(struct coord_public_answer *answer, const char *dir, struct proto_buffer *sums, const char *name, struct proto_error *error)
{
	const char *line = sums_line(sums, name);
	bool itself = strcmp(name, "SHA256SUMS") == 0, signature = strcmp(name, "SHA256SUMS.sig") == 0;
	char path[PATH_MAX], hex[2 * PROTO_HASH + 1];
	uint8_t hash[PROTO_HASH];
	enum proto_code code;

	if (line == NULL && !itself && !signature)
		return nothing(name, error);
	if ((code = kit_files_join(path, sizeof(path), dir, name, error)) != PROTO_OK ||
	    (code = kit_files_read(&answer->body, path, FILE_MAX, error)) != PROTO_OK)
		return code;
	(void)crypto_hash_sha256(hash, answer->body.data, answer->body.len);
	kit_print_hex(hex, hash, sizeof(hash));
	if (line != NULL && memcmp(line, hex, 2 * PROTO_HASH) != 0)
		return proto_error_set(error, PROTO_DAMAGED, name, "the file is not the one that was published");
	answer->type = media_type(name);
	answer->immutable = true;
	return PROTO_OK;
}

static enum proto_code
get_release(struct coord_public_answer *answer, const struct coord_state *state, const char *path, struct proto_error *error)
{
	const char *rest = path + strlen(RELEASES), *slash = strchr(rest, '/');
	char id[PROTO_ROUND_TEXT], dir[PATH_MAX];
	struct coord_release release = {0};
	struct proto_buffer sums = {0};
	enum proto_code code;

	if (slash == NULL || (size_t)(slash - rest) >= sizeof(id))
		return nothing(path, error);
	(void)snprintf(id, sizeof(id), "%.*s", (int)(slash - rest), rest);
	if ((code = coord_store_release(&release, state->store, id, error)) != PROTO_OK)
		return code == PROTO_NOT_FOUND ? nothing(path, error) : code;
	if ((code = coord_publish_dir(dir, sizeof(dir), state, release.release, error)) == PROTO_OK &&
	    (code = read_sums(&sums, dir, &release, error)) == PROTO_OK)
		code = get_file(answer, dir, &sums, slash + 1, error);
	proto_buffer_wipe(&sums);
	coord_store_release_wipe(&release);
	return code;
}

static void
put_files(struct proto_json *json, const char *sums)
{
	const char *end;

	proto_json_key(json, "files");
	proto_json_array(json);
	for (; sums != NULL && (end = strchr(sums, '\n')) != NULL; sums = end + 1)
		if (end - sums > 66)
			proto_json_stringn(json, sums + 66, (size_t)(end - sums) - 66);
	proto_json_string(json, "SHA256SUMS");
	proto_json_string(json, "SHA256SUMS.sig");
	proto_json_array_end(json);
}

static enum proto_code
put_release(struct proto_json *json, const struct coord_state *state, const struct coord_release *release, struct proto_error *error)
{
	char dir[PATH_MAX], path[PROTO_ROUND_TEXT + 16], time[PROTO_TIME_TEXT];
	struct proto_buffer sums = {0};
	enum proto_code code;

	if ((code = coord_publish_dir(dir, sizeof(dir), state, release->release, error)) != PROTO_OK ||
	    (code = read_sums(&sums, dir, release, error)) != PROTO_OK)
		goto out;
	(void)snprintf(path, sizeof(path), "releases/%s/", release->release);
	proto_time_format(time, release->published);
	proto_json_object(json);
	proto_json_key(json, "release");
	proto_json_string(json, release->release);
	proto_json_key(json, "round");
	proto_json_string(json, release->round);
	proto_json_key(json, "state");
	proto_json_string(json, release->state);
	proto_json_key(json, "published");
	proto_json_string(json, time);
	proto_json_key(json, "sha256");
	proto_json_hex(json, release->sha256, PROTO_HASH);
	proto_json_key(json, "path");
	proto_json_string(json, path);
	put_files(json, proto_buffer_string(&sums));
	proto_json_object_end(json);
out:
	proto_buffer_wipe(&sums);
	return code;
}

static enum proto_code
get_index(struct coord_public_answer *answer, const struct coord_state *state, struct proto_error *error)
{
	struct coord_release *release = NULL;
	struct proto_json json;
	size_t releases = 0, i;
	enum proto_code code;

	if ((code = coord_store_release_list(&release, &releases, state->store, error)) != PROTO_OK)
		return code;
	proto_json_init(&json, &answer->body, 1);
	proto_json_object(&json);
	proto_json_key(&json, "coordinator");
	proto_json_string(&json, state->identity.coordinator);
	proto_json_key(&json, "name");
	proto_json_string(&json, state->identity.name);
	proto_json_key(&json, "area");
	proto_json_string(&json, state->identity.area);
	proto_json_key(&json, "releases");
	proto_json_array(&json);
	for (i = 0; i < releases && code == PROTO_OK; i++)
		code = put_release(&json, state, &release[i], error);
	proto_json_array_end(&json);
	proto_json_object_end(&json);
	proto_buffer_text(&answer->body, "\n");
	coord_store_release_free(release, releases);
	answer->type = "application/json";
	return code;
}

enum proto_code
coord_public_get(struct coord_public_answer *ret_answer, const struct coord_state *state, const char *path, struct proto_error *error)
{
	struct coord_public_answer answer = {0};
	enum proto_code code;

	if (strcmp(path, "/index.json") == 0)
		code = get_index(&answer, state, error);
	else if (strncmp(path, RELEASES, strlen(RELEASES)) == 0)
		code = get_release(&answer, state, path, error);
	else
		code = nothing(path, error);
	if (code == PROTO_OK && answer.body.failed)
		code = proto_error_set(error, PROTO_MEMORY, "public", "out of memory");
	if (code == PROTO_OK)
		*ret_answer = answer;
	else
		coord_public_wipe(&answer);
	return code;
}

void
coord_public_wipe(struct coord_public_answer *answer)
{
	proto_buffer_wipe(&answer->body);
}
