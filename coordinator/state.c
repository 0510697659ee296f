#include "coordinator/state.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/kit/files.h"

/* Keys without a store belong to a coordinator whose store was lost; a store is always made before its keys. */
static bool
keys_alone(const char *dir)
{
	char path[PATH_MAX];

	return kit_files_join(path, sizeof(path), dir, "keys/offline", NULL) == PROTO_OK && access(path, F_OK) == 0;
}

enum proto_code
coord_state_open(struct coord_state *ret_state, const char *dir, struct proto_error *error)
{
	struct coord_state state = {0};
	enum proto_code code;

	code = kit_files_private_dir(dir, false, error);
	if (code == PROTO_NOT_FOUND)
		return proto_error_set(error, PROTO_NOT_FOUND, dir, "no coordinator here; run `init` first");
	if (code != PROTO_OK)
		return code;
	state.dir = strdup(dir);
	if (state.dir == NULL) {
		code = proto_error_set(error, PROTO_MEMORY, dir, "out of memory");
		goto out;
	}
	code = coord_store_open(&state.store, dir, false, error);
	if (code == PROTO_NOT_FOUND && keys_alone(dir))
		code = proto_error_set(error, PROTO_DAMAGED, dir, "keys are here but coordinator.db is gone; restore it");
	if (code == PROTO_OK)
		code = coord_store_identity(&state.identity, state.store, error);
	if (code != PROTO_OK)
		goto out;
	code = proto_trust_open(&state.trust, state.identity.trust.data, state.identity.trust.len, NULL, error);
	if (code != PROTO_OK)
		code = proto_error_set(error, PROTO_DAMAGED, dir, "the stored certificates do not verify");
out:
	if (code != PROTO_OK)
		coord_state_close(&state);
	else
		*ret_state = state;
	return code;
}

void
coord_state_close(struct coord_state *state)
{
	coord_store_close(state->store);
	coord_store_identity_wipe(&state->identity);
	proto_trust_wipe(&state->trust);
	free(state->dir);
	memset(state, 0, sizeof *state);
}

enum proto_code
coord_state_path(char *ret_path, const struct coord_state *state, const char *name, struct proto_error *error)
{
	return kit_files_join(ret_path, PATH_MAX, state->dir, name, error);
}
