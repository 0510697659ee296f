#include <stdlib.h>
#include <string.h>

#include "structure_parts.h"

#define Q_MAX_MOST 1000
#define RESOLUTIONS_MAX 100

static enum proto_code
read_resolution(struct proto_structure *structure, const struct proto_structure_reader *reader, const json_t *value)
{
	size_t n = json_array_size(value), i;
	enum proto_code code;

	if ((value != NULL && !json_is_array(value)) || n > RESOLUTIONS_MAX)
		return proto_structure_wrong(reader, "resolution", "is not a list of at most %d texts", RESOLUTIONS_MAX);
	if ((structure->resolution = calloc(n + 1, sizeof(*structure->resolution))) == NULL)
		return proto_structure_memory(reader);
	for (i = 0; i < n; i++) {
		code = proto_structure_text(&structure->resolution[i], reader, "resolution", json_array_get(value, i));
		if (code != PROTO_OK)
			return code;
		structure->resolutions++;
	}
	return PROTO_OK;
}

static enum proto_code
read_id(struct proto_structure *structure, struct proto_structure_reader *reader, const json_t *value)
{
	char *id = NULL;
	enum proto_code code = proto_structure_id(&id, reader, "id", value);

	if (code != PROTO_OK)
		return code;
	(void)memcpy(structure->id, id, strlen(id) + 1);
	free(id);
	reader->structure = structure->id;
	return PROTO_OK;
}

/* Everything that is neither dimension nor table. */
static enum proto_code
read_head(struct proto_structure *structure, const struct proto_structure_reader *reader, json_t *value)
{
	const json_t *is_default = json_object_get(value, "default"), *q_max = json_object_get(value, "q_max");
	const char *time = json_string_value(json_object_get(value, "time"));
	enum proto_code code;

	if ((code = proto_structure_only(reader, NULL, proto_json_only(value, "", reader->error, "id", "default", "name", "unit",
	         "resolution", "dimensions", "time", "multi", "pick", "no_margin_over", "area_sum", "tables", "q_max",
	         NULL))) != PROTO_OK ||
	    (code = proto_structure_text(&structure->name, reader, "name", json_object_get(value, "name"))) != PROTO_OK ||
	    (code = proto_structure_text(&structure->unit, reader, "unit", json_object_get(value, "unit"))) != PROTO_OK ||
	    (code = read_resolution(structure, reader, json_object_get(value, "resolution"))) != PROTO_OK)
		return code;
	if (is_default != NULL && !json_is_boolean(is_default))
		return proto_structure_wrong(reader, "default", "is neither true nor false");
	structure->is_default = json_is_true(is_default);
	if (time == NULL || strcmp(time, "TIME_PERIOD") != 0)
		return proto_structure_wrong(reader, "time", "is not TIME_PERIOD");
	if (!json_is_integer(q_max) || json_integer_value(q_max) < 1 || json_integer_value(q_max) > Q_MAX_MOST)
		return proto_structure_wrong(reader, "q_max", "is not a number from 1 to %d", Q_MAX_MOST);
	structure->q_max = (uint32_t)json_integer_value(q_max);
	return PROTO_OK;
}

static void
fill_domain(struct proto_structure *structure)
{
	size_t i;

	structure->domain.dims = (uint32_t)structure->dims;
	for (i = 0; i < structure->dims; i++)
		structure->domain.dim[i] = (struct dp_dim){(uint32_t)structure->dim[i].list->codes, structure->dim[i].bound};
}

/* The file's own keys that every structure in it shares. */
static enum proto_code
read_shared(struct proto_structure *structure, const struct proto_structure_reader *reader, const json_t *file)
{
	enum proto_code code;

	if ((code = proto_structure_id(&structure->agency, reader, "agency", json_object_get(file, "agency"))) != PROTO_OK)
		return code;
	return proto_structure_text(&structure->version_label, reader, "version", json_object_get(file, "version"));
}

static enum proto_code
read_structure(struct proto_structure **ret_structure, struct proto_structure_reader reader,
    const struct proto_codelists *lists, json_t *file, json_t *value)
{
	struct proto_structure *structure = calloc(1, sizeof(*structure));
	enum proto_code code;

	if (structure == NULL)
		return proto_structure_memory(&reader);
	if (!json_is_object(value))
		code = proto_structure_wrong(&reader, "structures", "holds something that is no object");
	else if ((code = read_id(structure, &reader, json_object_get(value, "id"))) == PROTO_OK &&
	    (code = read_shared(structure, &reader, file)) == PROTO_OK &&
	    (code = read_head(structure, &reader, value)) == PROTO_OK &&
	    (code = proto_structure_dims_read(structure, &reader, lists, json_object_get(value, "dimensions"))) == PROTO_OK &&
	    (code = proto_structure_marks_read(structure, &reader, value)) == PROTO_OK) {
		fill_domain(structure);
		code = proto_structure_tables_read(structure, &reader, json_object_get(value, "tables"));
	}
	if (code == PROTO_OK)
		code = proto_structure_encode(structure, reader.error);
	if (code == PROTO_OK)
		*ret_structure = structure;
	else
		proto_structure_free(structure);
	return code;
}

/* Across structures: each id once, at most one default. */
static enum proto_code
check_set(struct proto_structure *const *structure, size_t structures, const struct proto_structure_reader *reader)
{
	const struct proto_structure *last = structure[structures - 1];
	size_t i;

	for (i = 0; i + 1 < structures; i++) {
		if (strcmp(structure[i]->id, last->id) == 0)
			return proto_structure_wrong(reader, last->id, "stands twice");
		if (structure[i]->is_default && last->is_default)
			return proto_structure_wrong(reader, last->id, "default: %s is the default already", structure[i]->id);
	}
	return PROTO_OK;
}

static void
free_set(struct proto_structure **structure, size_t structures)
{
	size_t i;

	for (i = 0; structure != NULL && i < structures; i++)
		proto_structure_free(structure[i]);
	free(structure);
}

static enum proto_code
read_set(struct proto_structure ***ret_structure, size_t *ret_structures, const struct proto_structure_reader *reader,
    const struct proto_codelists *lists, json_t *file)
{
	json_t *value = json_object_get(file, "structures");
	size_t n = json_array_size(value), i;
	struct proto_structure **structure = NULL;
	enum proto_code code = PROTO_OK;

	if (n < 1 || n > PROTO_STRUCTURES_MAX)
		return proto_structure_wrong(reader, "structures", "is not a list of 1 to %d structures", PROTO_STRUCTURES_MAX);
	if ((structure = calloc(n, sizeof(struct proto_structure *))) == NULL)
		return proto_structure_memory(reader);
	for (i = 0; i < n && code == PROTO_OK; i++) {
		code = read_structure(&structure[i], *reader, lists, file, json_array_get(value, i));
		if (code == PROTO_OK)
			code = check_set(structure, i + 1, reader);
	}
	if (code != PROTO_OK) {
		free_set(structure, n);
		return code;
	}
	*ret_structure = structure;
	*ret_structures = n;
	return PROTO_OK;
}

enum proto_code
proto_structure_load_set(struct proto_structure ***ret_structure, size_t *ret_structures, const void *data, size_t len,
    const struct proto_structure_files *files, const char *where, struct proto_error *error)
{
	struct proto_structure_reader reader = {where, NULL, files, error};
	struct proto_codelists lists = {0};
	json_t *file = NULL;
	enum proto_code code;

	if ((code = proto_json_load(&file, data, len, where, error)) != PROTO_OK)
		return code;
	if (!json_is_object(file)) {
		code = proto_structure_wrong(&reader, NULL, "is not an object");
		goto out;
	}
	/* observation_attributes and notes are for readers of the file */
	if ((code = proto_structure_only(&reader, NULL, proto_json_only(file, "", error, "agency", "version", "codelists",
	         "structures", "observation_attributes", "notes", NULL))) != PROTO_OK ||
	    (code = proto_structure_lists_read(&lists, &reader, json_object_get(file, "codelists"))) != PROTO_OK)
		goto out;
	code = read_set(ret_structure, ret_structures, &reader, &lists, file);
out:
	proto_structure_lists_free(&lists);
	json_decref(file);
	return code;
}
