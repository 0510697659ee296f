#include <stdlib.h>
#include <string.h>

#include "structure_parts.h"

/* Column names of every answer, and the one group that is no dimension: no dimension may be called so. */
static const char *const reserved[] = {"STRUCTURE", "FREQ", "REF_AREA", "TIME_PERIOD", "OBS_VALUE", "STD_ERR", "LOWER_BOUND",
    "UPPER_BOUND", "CONF_LEVEL", "OBS_STATUS", "N_REPORTERS", "RELEASE_ID", "persons"};

/* The frame: what FREQ and REF_AREA may hold, since periods and countries are known by form. */
static enum proto_code
check_freq(const struct proto_codelist *list, const struct proto_structure_reader *reader)
{
	size_t i;

	for (i = 0; i < list->codes; i++)
		if (strlen(list->code[i].id) != 1 || strchr("ASQM", list->code[i].id[0]) == NULL)
			return proto_structure_wrong(reader, "dimensions.FREQ", "%s is none of A, S, Q, M", list->code[i].id);
	return PROTO_OK;
}

static enum proto_code
check_area(const struct proto_codelist *list, const struct proto_structure_reader *reader)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", digits[] = "0123456789";
	size_t i;

	for (i = 0; i < list->codes; i++) {
		const char *id = list->code[i].id;

		if (!(strlen(id) == 2 && strspn(id, capitals) == 2) && !(strlen(id) == 3 && strspn(id, digits) == 3))
			return proto_structure_wrong(reader, "dimensions.REF_AREA", "%s is neither two capitals nor three digits", id);
	}
	return PROTO_OK;
}

/* The structure's own copy of a list, made at its first use; NULL when the memory is gone. */
static const struct proto_codelist *
own_list(struct proto_structure *structure, const struct proto_codelist *list)
{
	size_t i;

	for (i = 0; i < structure->lists; i++)
		if (strcmp(structure->list[i].id, list->id) == 0)
			return &structure->list[i];
	return proto_structure_list_copy(&structure->list[structure->lists++], list) ? &structure->list[i] : NULL;
}

/* One ["ID", "CODE_LIST"]. */
static enum proto_code
read_pair(const char **ret_id, const struct proto_codelist **ret_list, struct proto_structure *structure,
    const struct proto_structure_reader *reader, const struct proto_codelists *lists, const json_t *pair)
{
	const char *id = json_string_value(json_array_get(pair, 0)), *name = json_string_value(json_array_get(pair, 1));
	const struct proto_codelist *list;
	char key[PROTO_KEY_TEXT];

	if (json_array_size(pair) != 2 || id == NULL || name == NULL || !proto_id_check(id, strlen(id)))
		return proto_structure_wrong(reader, "dimensions", "a dimension is not [id, code list]");
	proto_structure_key(key, "dimensions", id, NULL);
	if ((list = proto_structure_lists_find(lists, name)) == NULL)
		return proto_structure_wrong(reader, key, "its code list is not in codelists");
	if ((*ret_list = own_list(structure, list)) == NULL)
		return proto_structure_memory(reader);
	*ret_id = id;
	return PROTO_OK;
}

static enum proto_code
read_frame(struct proto_structure *structure, const struct proto_structure_reader *reader,
    const struct proto_codelists *lists, const json_t *value)
{
	static const char *const frame[2] = {"FREQ", "REF_AREA"};
	const struct proto_codelist **to[2] = {&structure->freq, &structure->area};
	const char *id;
	enum proto_code code;
	size_t i;

	for (i = 0; i < 2; i++) {
		if ((code = read_pair(&id, to[i], structure, reader, lists, json_array_get(value, i))) != PROTO_OK)
			return code;
		if (strcmp(id, frame[i]) != 0)
			return proto_structure_wrong(reader, "dimensions", "FREQ and REF_AREA must be the first two");
	}
	if ((code = check_freq(structure->freq, reader)) != PROTO_OK)
		return code;
	return check_area(structure->area, reader);
}

static enum proto_code
read_counted(struct proto_structure *structure, const struct proto_structure_reader *reader,
    const struct proto_codelists *lists, const json_t *pair)
{
	struct proto_dimension *dim = &structure->dim[structure->dims];
	const char *id;
	char key[PROTO_KEY_TEXT];
	enum proto_code code;
	size_t i;

	if ((code = read_pair(&id, &dim->list, structure, reader, lists, pair)) != PROTO_OK)
		return code;
	proto_structure_key(key, "dimensions", id, NULL);
	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(reserved[i], id) == 0)
			return proto_structure_wrong(reader, key, "this name is taken");
	if (proto_structure_dim(structure, id, strlen(id)) >= 0)
		return proto_structure_wrong(reader, key, "stands twice");
	if (dim->list->codes > DP_CODES_MAX)
		return proto_structure_wrong(reader, key, "its code list has more than %d codes", DP_CODES_MAX);
	if ((dim->id = strdup(id)) == NULL)
		return proto_structure_memory(reader);
	structure->dims++;
	return PROTO_OK;
}

enum proto_code
proto_structure_dims_read(struct proto_structure *structure, const struct proto_structure_reader *reader,
    const struct proto_codelists *lists, json_t *value)
{
	size_t n = json_array_size(value), i;
	enum proto_code code;

	if (n < 3 || n > 2 + DP_DIMS_MAX)
		return proto_structure_wrong(reader, "dimensions", "is not a list of FREQ, REF_AREA and 1 to %d more", DP_DIMS_MAX);
	if ((structure->list = calloc(n, sizeof(*structure->list))) == NULL)
		return proto_structure_memory(reader);
	if ((code = read_frame(structure, reader, lists, value)) != PROTO_OK)
		return code;
	for (i = 2; i < n; i++)
		if ((code = read_counted(structure, reader, lists, json_array_get(value, i))) != PROTO_OK)
			return code;
	return PROTO_OK;
}
