#include "coordinator/structures.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/json.h"
#include "proto/kit/files.h"

#define FILE_MAX (8u << 20)

struct source {
	char dir[PATH_MAX];
	const struct coord_structures_area *add; /* NULL: nothing to add */
};

static enum proto_code
memory(struct proto_error *error)
{
	return proto_error_set(error, PROTO_MEMORY, "structures", "out of memory");
}

static bool
is_number(const char *text)
{
	return text[0] >= '0' && text[0] <= '9';
}

/* One more line of the file of areas: id,alpha3,m49,name,subregion. */
static void
append_area(struct proto_buffer *data, const struct coord_structures_area *area)
{
	const char *c;

	if (data->len > 0 && data->data[data->len - 1] != '\n')
		proto_buffer_text(data, "\n");
	proto_buffer_printf(data, "%s,,%s,\"", area->id, is_number(area->id) ? area->id : "");
	for (c = area->name; *c != '\0'; c++)
		proto_buffer_printf(data, *c == '"' ? "\"\"" : "%c", *c);
	proto_buffer_text(data, "\",\n");
}

static enum proto_code
read_beside(void *ctx, const char *name, struct proto_buffer *ret_data, struct proto_error *error)
{
	static const char header[] = "id,alpha3,m49,name,subregion";
	const struct source *source = ctx;
	char path[PATH_MAX];
	enum proto_code code;

	code = kit_files_join(path, sizeof path, source->dir, name, error);
	if (code == PROTO_OK)
		code = kit_files_read(ret_data, path, FILE_MAX, error);
	if (code == PROTO_OK && source->add != NULL && ret_data->len >= sizeof header - 1 &&
	    memcmp(ret_data->data, header, sizeof header - 1) == 0)
		append_area(ret_data, source->add);
	return code == PROTO_OK && ret_data->failed ? memory(error) : code;
}

/* The same for lists that stand in the file itself. */
static bool
add_inline(json_t *file, const struct coord_structures_area *area)
{
	json_t *structure, *lists = json_object_get(file, "codelists");
	size_t i;

	json_array_foreach(json_object_get(file, "structures"), i, structure) {
		json_t *frame = json_array_get(json_object_get(structure, "dimensions"), 1);
		const char *list = json_string_value(json_array_get(frame, 1));
		json_t *codes = list != NULL ? json_object_get(json_object_get(lists, list), "codes") : NULL, *item;

		if (codes == NULL || json_object_get(codes, area->id) != NULL)
			continue;
		item = json_pack("{s:s}", "name", area->name);
		if (item != NULL && is_number(area->id))
			(void)json_object_set_new(item, "m49", json_string(area->id));
		if (json_object_set_new(codes, area->id, item) != 0)
			return false;
	}
	return true;
}

static enum proto_code
with_area(struct proto_buffer *data, const struct coord_structures_area *area, const char *path, struct proto_error *error)
{
	json_t *file = NULL;
	char *text = NULL;
	enum proto_code code;

	code = proto_json_load(&file, data->data, data->len, path, error);
	if (code != PROTO_OK)
		return code;
	if (add_inline(file, area) && (text = json_dumps(file, JSON_COMPACT)) != NULL) {
		proto_buffer_wipe(data);
		proto_buffer_text(data, text);
	} else {
		code = memory(error);
	}
	free(text);
	json_decref(file);
	return code == PROTO_OK && data->failed ? memory(error) : code;
}

enum presence { ABSENT, PRESENT, UNDER_ANOTHER_ID };

static enum presence
find_area(struct proto_structure **structure, size_t structures, const char *id)
{
	enum presence presence = PRESENT;
	size_t i;

	for (i = 0; i < structures; i++) {
		const struct proto_codelist *list = structure[i]->area;

		if (proto_codelist_find(list, id, strlen(id)) >= 0)
			continue;
		if (proto_codelist_area(list, id, strlen(id)) >= 0)
			return UNDER_ANOTHER_ID;
		presence = ABSENT;
	}
	return presence;
}

static enum proto_code
source_of(struct source *ret_source, const char *path, struct proto_error *error)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	memset(ret_source, 0, sizeof *ret_source);
	if (len >= sizeof ret_source->dir)
		return proto_error_set(error, PROTO_MALFORMED, path, "the path is too long");
	memcpy(ret_source->dir, slash == NULL ? "." : path, slash == NULL ? 1 : len);
	if (slash == path)
		strcpy(ret_source->dir, "/");
	return PROTO_OK;
}

enum proto_code
coord_structures_load(struct proto_structure ***ret_structure, size_t *ret_structures, const char *path, const struct coord_structures_area *area,
    struct proto_error *error)
{
	struct source source;
	const struct proto_structure_files files = {read_beside, &source};
	struct proto_structure **structure = NULL;
	struct proto_buffer data = {0};
	enum proto_code code;
	size_t structures = 0;

	if ((code = source_of(&source, path, error)) != PROTO_OK || (code = kit_files_read(&data, path, FILE_MAX, error)) != PROTO_OK ||
	    (code = proto_structure_load_set(&structure, &structures, data.data, data.len, &files, path, error)) != PROTO_OK)
		goto out;
	switch (find_area(structure, structures, area->id)) {
	case PRESENT:
		break;
	case UNDER_ANOTHER_ID:
		code = proto_error_set(error, PROTO_REFUSED, area->id, "this number belongs to an area that is listed under another id; use that id");
		break;
	case ABSENT:
		coord_structures_free(structure, structures);
		structure = NULL;
		source.add = area;
		code = with_area(&data, area, path, error);
		if (code == PROTO_OK)
			code = proto_structure_load_set(&structure, &structures, data.data, data.len, &files, path, error);
		break;
	}
out:
	proto_buffer_wipe(&data);
	if (code == PROTO_OK) {
		*ret_structure = structure;
		*ret_structures = structures;
	} else if (structure != NULL) {
		coord_structures_free(structure, structures);
	}
	return code;
}

void
coord_structures_free(struct proto_structure **structure, size_t structures)
{
	size_t i;

	for (i = 0; i < structures; i++)
		proto_structure_free(structure[i]);
	free(structure);
}

enum proto_code
coord_structures_default(char *ret_path, struct proto_error *error)
{
	static const char beside[] = "/../share/chorale/structures.json";
	char program[PATH_MAX], *slash;
	ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);

	if (len <= 0)
		return proto_error_errno(error, "/proc/self/exe", "find the installed structures");
	program[len] = '\0';
	slash = strrchr(program, '/');
	if (slash == NULL || (size_t)(slash - program) + sizeof beside > PATH_MAX)
		return proto_error_set(error, PROTO_MALFORMED, program, "the path is too long");
	strcpy(slash, beside);
	strcpy(ret_path, program);
	return PROTO_OK;
}

static int
by_digest(const void *a, const void *b)
{
	return memcmp(a, b, PROTO_HASH);
}

enum proto_code
coord_structures_catalog(struct proto_buffer *ret_signed, struct coord_store *store, const struct coord_keys *keys, const char *coordinator,
    int64_t now, struct proto_error *error)
{
	struct proto_catalog catalog = {0};
	struct coord_structure *structure = NULL;
	size_t structures = 0, i;
	enum proto_code code;

	code = coord_store_structure_list(&structure, &structures, store, error);
	if (code != PROTO_OK)
		return code;
	strcpy(catalog.coordinator, coordinator);
	catalog.issued = now;
	catalog.structures = structures;
	catalog.sha256 = calloc(structures + 1, sizeof *catalog.sha256);
	if (catalog.sha256 == NULL) {
		code = memory(error);
		goto out;
	}
	for (i = 0; i < structures; i++)
		memcpy(catalog.sha256[i], structure[i].sha256, PROTO_HASH);
	qsort(catalog.sha256, structures, sizeof *catalog.sha256, by_digest);
	code = proto_catalog_sign(ret_signed, &catalog, coord_keys_signer(keys, PROTO_PURPOSE_MANIFEST), error);
out:
	proto_catalog_wipe(&catalog);
	coord_store_structure_free(structure, structures);
	return code;
}

enum proto_code
coord_structures_sign(struct coord_state *state, const struct coord_keys *keys, int64_t now, struct proto_error *error)
{
	struct proto_buffer list = {0};
	enum proto_code code;

	code = coord_structures_catalog(&list, state->store, keys, state->identity.coordinator, now, error);
	if (code == PROTO_OK)
		code = coord_store_identity_sign(state->store, &list, error);
	proto_buffer_wipe(&list);
	return code;
}
