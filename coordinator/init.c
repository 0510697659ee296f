#include "coordinator/init.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "proto/kit/files.h"

#define NAME_MAX_BYTES 200

static bool
area_text(const char *text)
{
	return proto_keys_country(text) || (strlen(text) == 3 && strspn(text, "0123456789") == 3);
}

static bool
name_text(const char *text)
{
	size_t i;

	for (i = 0; text[i] != '\0'; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return i > 0 && i <= NAME_MAX_BYTES;
}

static enum proto_code
check(const struct coord_init_request *request, struct proto_error *error)
{
	if (!proto_keys_coordinator_id(request->id))
		return proto_error_set(error, PROTO_USAGE, "--id", "an id is 1 to 32 of A-Z, 0-9 and '-', with no '-' at either end");
	if (!area_text(request->area))
		return proto_error_set(error, PROTO_USAGE, "--area", "an area is two capitals or an M49 number of three digits");
	if (!name_text(request->name))
		return proto_error_set(error, PROTO_USAGE, "--name", "a name is 1 to %d bytes without control characters", NAME_MAX_BYTES);
	return PROTO_OK;
}

static enum proto_code
load(struct proto_structure ***ret_structure, size_t *ret_structures, const struct coord_init_request *request, struct proto_error *error)
{
	const struct coord_structures_area area = {request->area, request->name};
	char path[PATH_MAX];
	enum proto_code code;

	if (request->structures != NULL)
		return coord_structures_load(ret_structure, ret_structures, request->structures, &area, error);
	code = coord_structures_default(path, error);
	return code == PROTO_OK ? coord_structures_load(ret_structure, ret_structures, path, &area, error) : code;
}

/* Structures, their list, and the row that makes this a coordinator, in one transaction. */
static enum proto_code
write_store(struct coord_store *store, const struct coord_init_request *request, const struct proto_trust *trust, const struct coord_keys *keys,
    struct proto_error *error)
{
	struct proto_structure **structure = NULL;
	struct coord_identity identity = {0};
	size_t structures = 0, i;
	enum proto_code code;
	bool added;

	code = load(&structure, &structures, request, error);
	if (code == PROTO_OK)
		code = coord_store_begin(store, error);
	for (i = 0; code == PROTO_OK && i < structures; i++)
		code = coord_store_structure_add(&added, store, structure[i], request->now, error);
	strcpy(identity.coordinator, request->id);
	strcpy(identity.area, request->area);
	identity.created = request->now;
	if (code == PROTO_OK && (identity.name = strdup(request->name)) == NULL)
		code = proto_error_set(error, PROTO_MEMORY, "init", "out of memory");
	if (code == PROTO_OK)
		code = coord_structures_catalog(&identity.structures_signed, store, keys, request->id, request->now, error);
	if (code == PROTO_OK)
		code = proto_trust_encode(&identity.trust, trust, error);
	if (code == PROTO_OK)
		code = coord_store_identity_set(store, &identity, error);
	if (code == PROTO_OK)
		code = coord_store_log_event(store, "init", request->id, error);
	if (code == PROTO_OK)
		code = coord_store_commit(store, error);
	coord_store_rollback(store);
	coord_store_identity_wipe(&identity);
	coord_structures_free(structure, structures);
	return code;
}

/*
 * The store is made before the keys: so keys beside a store without an identity are those of an interrupted run.
 */
static enum proto_code
create(const struct coord_init_request *request, struct proto_error *error)
{
	const struct coord_keys_place place = {request->dir, request->passphrase};
	struct coord_store *store = NULL;
	struct coord_keys *keys = NULL;
	struct proto_trust trust = {0};
	char path[PATH_MAX];
	enum proto_code code;

	strcpy(trust.coordinator, request->id);
	strcpy(trust.area, request->area);
	trust.name = strdup(request->name);
	if (trust.name == NULL)
		return proto_error_set(error, PROTO_MEMORY, "init", "out of memory");
	if ((code = coord_store_open(&store, request->dir, true, error)) == PROTO_OK &&
	    (code = kit_files_join(path, sizeof path, request->dir, "keys", error)) == PROTO_OK &&
	    (code = kit_files_private_dir(path, true, error)) == PROTO_OK &&
	    (code = coord_keys_make(&keys, &trust, &place, request->now, error)) == PROTO_OK)
		code = write_store(store, request, &trust, keys, error);
	coord_store_close(store);
	coord_keys_close(keys);
	proto_trust_wipe(&trust);
	return code;
}

static enum proto_code
holds_structures(struct coord_state *state, const struct coord_init_request *request, struct proto_error *error)
{
	struct proto_structure **structure = NULL;
	struct coord_structure held = {0};
	size_t structures = 0, i;
	enum proto_code code = load(&structure, &structures, request, error);

	for (i = 0; code == PROTO_OK && i < structures; i++) {
		code = coord_store_structure(&held, state->store, structure[i]->id, error);
		if (code == PROTO_NOT_FOUND || (code == PROTO_OK && memcmp(held.sha256, structure[i]->sha256, PROTO_HASH) != 0))
			code = proto_error_set(error, PROTO_EXISTS, structure[i]->id, "the coordinator was made with other structures; see `structure add`");
		coord_store_structure_wipe(&held);
	}
	coord_structures_free(structure, structures);
	return code;
}

static enum proto_code
renew(struct coord_state *state, const struct coord_init_request *request, struct proto_error *error)
{
	struct coord_keys *keys = NULL;
	enum proto_code code = PROTO_OK;

	if (strcmp(state->identity.coordinator, request->id) != 0 || strcmp(state->identity.name, request->name) != 0 ||
	    strcmp(state->identity.area, request->area) != 0)
		return proto_error_set(error, PROTO_EXISTS, request->dir, "another coordinator lives here: %s", state->identity.coordinator);
	if (request->structures != NULL)
		code = holds_structures(state, request, error);
	if (code == PROTO_OK)
		code = coord_keys_open(&keys, state, request->passphrase, error);
	if (code == PROTO_OK)
		code = coord_keys_make_leaf(request->dir, coord_keys_ca(keys), &state->trust, request->now, error);
	if (code == PROTO_OK)
		code = coord_structures_sign(state, keys, request->now, error);
	if (code == PROTO_OK)
		code = coord_store_log_event(state->store, "leaf-renew", request->id, error);
	coord_keys_close(keys);
	return code;
}

static enum proto_code
result_of(struct coord_init_result *ret_result, struct coord_state *state, bool renewed, struct proto_error *error)
{
	struct coord_structure *structure = NULL;
	enum proto_code code;

	code = coord_store_structure_list(&structure, &ret_result->structures, state->store, error);
	if (code != PROTO_OK)
		return code;
	coord_store_structure_free(structure, ret_result->structures);
	ret_result->renewed = renewed;
	proto_trust_root_hash(ret_result->root_hash, state->trust.root);
	return PROTO_OK;
}

enum proto_code
coord_init(struct coord_init_result *ret_result, const struct coord_init_request *request, struct proto_error *error)
{
	struct coord_state state = {0};
	bool renewed = true;
	enum proto_code code;
	int lock = -1;

	if ((code = check(request, error)) != PROTO_OK || (code = kit_files_private_dir(request->dir, true, error)) != PROTO_OK ||
	    (code = kit_files_lock(&lock, request->dir, error)) != PROTO_OK)
		return code;
	code = coord_state_open(&state, request->dir, error);
	if (code == PROTO_OK) {
		code = renew(&state, request, error);
	} else if (code == PROTO_NOT_FOUND) {
		renewed = false;
		code = create(request, error);
		if (code == PROTO_OK)
			code = coord_state_open(&state, request->dir, error);
	}
	if (code == PROTO_OK)
		code = result_of(ret_result, &state, renewed, error);
	coord_state_close(&state);
	kit_files_unlock(lock);
	return code;
}
