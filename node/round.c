#include "node/round.h"

#include <stdlib.h>
#include <string.h>

/* When the round ended, from the signed set; none yet: 0. */
static enum proto_code
take_closed(int64_t *ret_closed, const struct node_office *office, struct kit_rows *rows, int column,
    struct proto_error *error)
{
	struct proto_accepted accepted = {0};
	size_t len;
	const uint8_t *bytes = kit_rows_blob(rows, column, &len);
	enum proto_code code;

	if (bytes == NULL) {
		*ret_closed = 0;
		return PROTO_OK;
	}
	if ((code = proto_accepted_open(&accepted, bytes, len, &office->trust, error)) == PROTO_OK)
		*ret_closed = accepted.closed;
	proto_accepted_wipe(&accepted);
	return code;
}

static enum proto_code
take_row(struct node_round *round, const struct node_office *office, struct kit_rows *rows, struct proto_error *error)
{
	size_t len;
	const uint8_t *bytes = kit_rows_blob(rows, 0, &len);
	const char *alarm = kit_rows_text(rows, 3);
	enum proto_code code = proto_manifest_open(&round->manifest, bytes, len, &office->trust, error);

	if (code != PROTO_OK)
		return code;
	round->state = (enum proto_round_state)kit_rows_int(rows, 1);
	if ((code = take_closed(&round->closed, office, rows, 2, error)) != PROTO_OK)
		return code;
	if (alarm != NULL && (round->alarm = strdup(alarm)) == NULL)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	return PROTO_OK;
}

enum proto_code
node_round_load(struct node_round *ret_round, const struct node_office *office, const char *name, struct proto_error *error)
{
	struct node_round round = {0};
	struct kit_rows *rows = NULL;
	char safe[256];
	bool any;
	enum proto_code code;

	if ((code = node_office_pinned(office, error)) != PROTO_OK)
		return code;
	code = kit_db_query(office->state->db, &rows, error,
	    "SELECT manifest, state, accepted, alarm FROM round WHERE round = ?", "t", name);
	if (code == PROTO_OK && (code = kit_rows_next(rows, &any, error)) == PROTO_OK && !any)
		code = proto_error_set(error, PROTO_NOT_FOUND, proto_error_text(safe, sizeof(safe), name, strlen(name)),
		    "no manifest of such a round is here: run `sync`, and see `status` for the rounds there are");
	if (code == PROTO_OK && (code = take_row(&round, office, rows, error)) == PROTO_OK &&
	    strcmp(round.manifest.round_text, name) != 0)
		code = proto_error_set(error, PROTO_DAMAGED, name, "the stored manifest is another round's");
	kit_rows_free(rows);
	if (code != PROTO_OK)
		node_round_wipe(&round);
	else
		*ret_round = round;
	return code;
}

void
node_round_wipe(struct node_round *round)
{
	proto_manifest_wipe(&round->manifest);
	free(round->alarm);
	*round = (struct node_round){0};
}

enum proto_code
node_round_list(struct node_round_name **ret_name, size_t *ret_names, struct node_state *state, struct proto_error *error)
{
	struct node_round_name *name = NULL;
	struct kit_rows *rows = NULL;
	size_t names = 0;
	int64_t count = 0;
	bool any;
	enum proto_code code;

	if ((code = kit_db_int(state->db, &count, &any, error, "SELECT count(*) FROM round", "")) != PROTO_OK)
		return code;
	if ((name = calloc((size_t)count + 1, sizeof(*name))) == NULL)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	code = kit_db_query(state->db, &rows, error, "SELECT round FROM round ORDER BY round LIMIT ?", "i", count);
	while (code == PROTO_OK && (code = kit_rows_next(rows, &any, error)) == PROTO_OK && any) {
		const char *text = kit_rows_text(rows, 0);

		if (text != NULL && strlen(text) < sizeof(name->round))
			memcpy(name[names++].round, text, strlen(text) + 1);
	}
	kit_rows_free(rows);
	if (code != PROTO_OK) {
		free(name);
		return code;
	}
	*ret_name = name;
	*ret_names = names;
	return PROTO_OK;
}

enum proto_code
node_round_add(bool *ret_new, struct node_state *state, const struct proto_manifest *manifest,
    const struct proto_buffer *bytes, struct proto_error *error)
{
	int64_t same;
	bool any;
	enum proto_code code = kit_db_int(state->db, &same, &any, error, "SELECT sha256 = ? FROM round WHERE round = ?", "bt",
	    (const void *)manifest->sha256, sizeof(manifest->sha256), manifest->round_text);

	if (code != PROTO_OK)
		return code;
	if (any && same == 0)
		return proto_error_set(error, PROTO_CONFLICT, manifest->round_text,
		    "the coordinator shows a second, different manifest of this round; the first stands");
	*ret_new = !any;
	if (any)
		return PROTO_OK;
	return kit_db_run(state->db, error, "INSERT INTO round (round, sha256, manifest, state) VALUES (?,?,?,?)", "tbbi",
	    manifest->round_text, (const void *)manifest->sha256, sizeof(manifest->sha256), (const void *)bytes->data,
	    bytes->len, (int64_t)PROTO_ROUND_OPEN);
}

const char *
node_round_state(enum proto_round_state state)
{
	switch (state) {
	case PROTO_ROUND_OPEN:
		return "open";
	case PROTO_ROUND_CLOSED:
		return "closed";
	case PROTO_ROUND_PUBLISHED:
		return "published";
	case PROTO_ROUND_ABORTED:
		return "aborted";
	}
	return "unknown";
}

enum proto_code
node_round_admits(const struct node_round *round, const struct node_office *office, struct proto_error *error)
{
	const struct proto_manifest *manifest = &round->manifest;
	const struct proto_node_keys *keys = &office->enrolment.keys;
	const struct proto_manifest_country *own = proto_manifest_find(manifest, keys->country);
	char then[PROTO_TIME_TEXT], now[PROTO_TIME_TEXT];

	if (own == NULL || memcmp(own->signing, keys->signing, PROTO_PUBLIC) != 0)
		return proto_error_set(error, PROTO_REFUSED, manifest->round_text,
		    "the manifest does not list %s with this office's key; a country approved later waits for the next round",
		    keys->country);
	proto_time_format(now, office->now);
	if (office->now < manifest->opened) {
		proto_time_format(then, manifest->opened);
		return proto_error_set(error, PROTO_EARLY, manifest->round_text, "the round opens at %s; it is %s", then, now);
	}
	if (manifest->closes != 0 && office->now >= manifest->closes) {
		proto_time_format(then, manifest->closes);
		return proto_error_set(error, PROTO_LATE, manifest->round_text, "uploads ended at %s; it is %s", then, now);
	}
	if (round->state != PROTO_ROUND_OPEN) {
		proto_time_format(then, round->closed != 0 ? round->closed : manifest->opened);
		return proto_error_set(error, PROTO_LATE, manifest->round_text, "the round is %s (%s %s); it is %s",
		    node_round_state(round->state), round->closed != 0 ? "since" : "opened", then, now);
	}
	return PROTO_OK;
}
