#include "coordinator/publish.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "coordinator/close.h"
#include "coordinator/release_dir.h"
#include "coordinator/release_verify.h"
#include "proto/kit/files.h"

enum proto_code
coord_publish_dir(char *ret_dir, size_t size, const struct coord_state *state, const char *release, struct proto_error *error)
{
	char name[PROTO_ROUND_TEXT + 16], path[PATH_MAX];
	enum proto_code code;

	(void)snprintf(name, sizeof(name), "releases/%s", release);
	if ((code = coord_state_path(path, state, name, error)) != PROTO_OK)
		return code;
	if (strlen(path) >= size)
		return proto_error_set(error, PROTO_MALFORMED, release, "the path is too long");
	memcpy(ret_dir, path, strlen(path) + 1);
	return PROTO_OK;
}

static void
sums_hash(uint8_t ret_sha256[static PROTO_HASH], const struct coord_pack *pack)
{
	const struct coord_pack_file *sums = coord_release_pack_find(pack, "SHA256SUMS");

	(void)crypto_hash_sha256(ret_sha256, sums->data.data, sums->data.len);
}

/* The release, the state of its round and the event, together. */
static enum proto_code
record(struct coord_store *store, const struct coord_publish_result *result, const char *round, int64_t now, struct proto_error *error)
{
	struct coord_release release = {.version = 1, .published = now};
	char state[] = "published";
	enum proto_code code;

	(void)snprintf(release.release, sizeof(release.release), "%s", result->release);
	(void)snprintf(release.round, sizeof(release.round), "%s", round);
	release.state = state;
	memcpy(release.sha256, result->sha256, PROTO_HASH);
	if ((code = coord_store_begin(store, error)) == PROTO_OK &&
	    (code = coord_store_release_add(store, &release, error)) == PROTO_OK &&
	    (code = coord_store_log_event(store, "release-publish", release.release, error)) == PROTO_OK)
		code = coord_store_commit(store, error);
	coord_store_rollback(store);
	return code;
}

/* The files, synced. expected: what they must come to, when the release stands already; NULL for a new one. */
static enum proto_code
write_files(struct coord_publish_result *result, struct coord_state *state, const struct coord_keys *keys,
    const char *round, const uint8_t *expected, struct proto_error *error)
{
	struct coord_published published = {0};
	struct coord_pack pack = {0};
	char parent[PATH_MAX];
	enum proto_code code;

	if ((code = coord_close_open(&published, state, keys, round, error)) != PROTO_OK ||
	    (code = coord_release_pack(&pack, &published, error)) != PROTO_OK ||
	    (code = coord_release_pack_sign(&pack, coord_keys_signer(keys, PROTO_PURPOSE_RELEASE)->secret, error)) != PROTO_OK)
		goto out;
	sums_hash(result->sha256, &pack);
	if (expected != NULL && memcmp(result->sha256, expected, PROTO_HASH) != 0) {
		code = proto_error_set(error, PROTO_DAMAGED, published.id, "the closed round does not give the release that was published");
		goto out;
	}
	if ((code = coord_state_path(parent, state, "releases", error)) != PROTO_OK ||
	    (code = kit_files_dir(parent, error)) != PROTO_OK ||
	    (code = coord_publish_dir(result->dir, sizeof(result->dir), state, published.id, error)) != PROTO_OK ||
	    (code = coord_release_dir_save(&pack, result->dir, COORD_RELEASE_DIR_REPLACE, error)) != PROTO_OK)
		goto out;
	(void)snprintf(result->release, sizeof(result->release), "%s", published.id);
out:
	coord_release_pack_wipe(&pack);
	coord_published_wipe(&published);
	return code;
}

/* A release that stands is returned as it is; where its directory is lost or changed, the same bytes are written again. */
static enum proto_code
publish_again(struct coord_publish_result *result, struct coord_state *state, const struct coord_keys *keys,
    const struct coord_release *stands, struct proto_error *error)
{
	struct coord_published published = {0};
	enum proto_code code = coord_publish_load(&published, state, stands, error);

	coord_published_wipe(&published);
	(void)snprintf(result->release, sizeof(result->release), "%s", stands->release);
	memcpy(result->sha256, stands->sha256, PROTO_HASH);
	if (code == PROTO_OK)
		return coord_publish_dir(result->dir, sizeof(result->dir), state, stands->release, error);
	if (code != PROTO_DAMAGED || (code = write_files(result, state, keys, stands->round, stands->sha256, error)) != PROTO_OK)
		return code;
	return coord_store_log_event(state->store, "release-restore", stands->release, error);
}

enum proto_code
coord_publish(struct coord_publish_result *ret_result, struct coord_state *state, const struct coord_keys *keys,
    const char *round, int64_t now, struct proto_error *error)
{
	struct coord_publish_result result = {0};
	struct coord_release stands = {0};
	char id[PROTO_ROUND_TEXT + 16];
	enum proto_code code;
	int lock = -1;

	/* Two runs would write the same draft directory. */
	if ((code = kit_files_lock(&lock, state->dir, error)) != PROTO_OK)
		return code;
	(void)snprintf(id, sizeof(id), "%s.v1", round);
	code = coord_store_release(&stands, state->store, id, error);
	if (code == PROTO_OK)
		code = publish_again(&result, state, keys, &stands, error);
	else if (code == PROTO_NOT_FOUND && (code = write_files(&result, state, keys, round, NULL, error)) == PROTO_OK)
		code = record(state->store, &result, round, now, error); /* files first; then the store says that it is published */
	coord_store_release_wipe(&stands);
	kit_files_unlock(lock);
	if (code == PROTO_OK)
		*ret_result = result;
	return code;
}

enum proto_code
coord_publish_load(struct coord_published *ret_published, const struct coord_state *state,
    const struct coord_release *release, struct proto_error *error)
{
	const struct proto_cert *cert = proto_trust_cert(&state->trust, PROTO_PURPOSE_RELEASE);
	struct coord_verify_report report;
	struct coord_pack pack = {0};
	uint8_t sha256[PROTO_HASH];
	char dir[PATH_MAX];
	enum proto_code code;

	if (cert == NULL)
		return proto_error_set(error, PROTO_DAMAGED, "trust", "the root certifies no key for releases");
	if ((code = coord_publish_dir(dir, sizeof(dir), state, release->release, error)) != PROTO_OK)
		return code;
	code = coord_release_dir_load(&pack, dir, error);
	if (code == PROTO_NOT_FOUND)
		code = proto_error_set(error, PROTO_DAMAGED, dir, "a published release is gone; `release publish` writes it again");
	if (code != PROTO_OK)
		return code;
	if (coord_release_pack_find(&pack, "SHA256SUMS") != NULL)
		sums_hash(sha256, &pack);
	if (coord_release_pack_find(&pack, "SHA256SUMS") == NULL || memcmp(sha256, release->sha256, PROTO_HASH) != 0) {
		code = proto_error_set(error, PROTO_DAMAGED, release->release, "the release is not the one that was published");
		goto out;
	}
	coord_release_verify(&report, ret_published, &pack, cert->key);
	if (!report.ok) {
		const struct proto_error *why = &report.check[report.checks - 1].error;

		code = proto_error_set(error, PROTO_DAMAGED, release->release, "%s (%s)", why->what, why->where);
	}
out:
	coord_release_pack_wipe(&pack);
	return code;
}
