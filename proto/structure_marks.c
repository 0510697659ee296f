#include <stdlib.h>
#include <string.h>

#include "structure_parts.h"

/*
 * What a structure says about its dimensions: multi (several codes of one person, and how
 * many count), pick (of several codes one counts), no_margin_over, area_sum.
 */
static enum proto_code
find_dim(struct proto_dimension **ret_dim, struct proto_structure *structure, const struct proto_structure_reader *reader,
    const char *key, const char *id)
{
	int dim = proto_structure_dim(structure, id, strlen(id));

	if (dim < 0)
		return proto_structure_wrong(reader, key, "is not a counted dimension of this structure");
	*ret_dim = &structure->dim[dim];
	return PROTO_OK;
}

/* A code of dim's list that value names, not yet in seen. */
static enum proto_code
read_code(size_t *ret_code, bool *seen, const struct proto_dimension *dim, const struct proto_structure_reader *reader,
    const char *key, const json_t *value)
{
	const char *id = json_string_value(value);
	char text[PROTO_ERROR_TEXT];
	int code = id ? proto_codelist_find(dim->list, id, strlen(id)) : -1;

	if (id == NULL)
		return proto_structure_wrong(reader, key, "holds something that is no code");
	proto_error_text(text, sizeof(text), id, strlen(id));
	if (code < 0)
		return proto_structure_wrong(reader, key, "names %s, which %s does not have", text, dim->list->id);
	if (seen[code])
		return proto_structure_wrong(reader, key, "names %s twice", text);
	seen[code] = true;
	*ret_code = (size_t)code;
	return PROTO_OK;
}

/* A public order of all codes: rank[code] is the place of the code in it. */
static enum proto_code
read_order(struct proto_dimension *dim, const struct proto_structure_reader *reader, const char *key, const json_t *value)
{
	bool seen[DP_CODES_MAX] = {false};
	size_t place, code;
	enum proto_code error;

	if (!json_is_array(value))
		return proto_structure_wrong(reader, key, "is not a list of codes");
	if ((dim->rank = calloc(dim->list->codes, sizeof(*dim->rank))) == NULL)
		return proto_structure_memory(reader);
	for (place = 0; place < json_array_size(value); place++) {
		if ((error = read_code(&code, seen, dim, reader, key, json_array_get(value, place))) != PROTO_OK)
			return error;
		dim->rank[code] = (uint32_t)place;
	}
	for (code = 0; code < dim->list->codes; code++)
		if (!seen[code])
			return proto_structure_wrong(reader, key, "misses %s of %s", dim->list->code[code].id, dim->list->id);
	return PROTO_OK;
}

static enum proto_code
read_multi(struct proto_structure *structure, const struct proto_structure_reader *reader, json_t *value)
{
	const char *id;
	json_t *one;

	if (value != NULL && !json_is_object(value))
		return proto_structure_wrong(reader, "multi", "is not an object");
	json_object_foreach(value, id, one) {
		const json_t *max = json_object_get(one, "max");
		struct proto_dimension *dim = NULL;
		char key[PROTO_KEY_TEXT];
		enum proto_code code;

		proto_structure_key(key, "multi", id, NULL);
		if ((code = find_dim(&dim, structure, reader, key, id)) != PROTO_OK)
			return code;
		if (!json_is_object(one))
			return proto_structure_wrong(reader, key, "is not an object of max and priority");
		if ((code = proto_structure_only(reader, key,
		         proto_json_only(one, key, reader->error, "max", "priority", NULL))) != PROTO_OK)
			return code;
		if (!json_is_integer(max) || json_integer_value(max) < 1 || json_integer_value(max) > (json_int_t)dim->list->codes)
			return proto_structure_wrong(reader, proto_structure_key(key, "multi", id, "max"),
			    "is not a number from 1 to the %zu codes of %s", dim->list->codes, dim->list->id);
		dim->bound = (uint32_t)json_integer_value(max);
		proto_structure_key(key, "multi", id, "priority");
		if ((code = read_order(dim, reader, key, json_object_get(one, "priority"))) != PROTO_OK)
			return code;
	}
	return PROTO_OK;
}

static enum proto_code
read_pick(struct proto_structure *structure, const struct proto_structure_reader *reader, json_t *value)
{
	const char *id;
	json_t *one;

	if (value != NULL && !json_is_object(value))
		return proto_structure_wrong(reader, "pick", "is not an object");
	json_object_foreach(value, id, one) {
		struct proto_dimension *dim = NULL;
		char key[PROTO_KEY_TEXT];
		enum proto_code code;

		proto_structure_key(key, "pick", id, NULL);
		if ((code = find_dim(&dim, structure, reader, key, id)) != PROTO_OK)
			return code;
		if (dim->bound > 0)
			return proto_structure_wrong(reader, key, "is multi-valued, so nothing is picked");
		if ((code = read_order(dim, reader, key, one)) != PROTO_OK)
			return code;
		dim->pick = true;
	}
	return PROTO_OK;
}

static enum proto_code
read_no_margin_over(struct proto_structure *structure, const struct proto_structure_reader *reader, json_t *value)
{
	static const char key[] = "no_margin_over";
	size_t i;

	if (value != NULL && !json_is_array(value))
		return proto_structure_wrong(reader, key, "is not a list of dimensions");
	for (i = 0; i < json_array_size(value); i++) {
		const char *id = json_string_value(json_array_get(value, i));
		int dim = id ? proto_structure_dim(structure, id, strlen(id)) : -1;

		if (dim < 0 || structure->dim[dim].no_margin_over)
			return proto_structure_wrong(reader, key, "names something that is no counted dimension, or one twice");
		structure->dim[dim].no_margin_over = true;
		structure->keep |= (dp_dims)1 << dim;
	}
	return PROTO_OK;
}

static enum proto_code
read_area_sum(struct proto_structure *structure, const struct proto_structure_reader *reader, json_t *value)
{
	const char *id;
	json_t *one;

	if (value != NULL && !json_is_object(value))
		return proto_structure_wrong(reader, "area_sum", "is not an object");
	json_object_foreach(value, id, one) {
		struct proto_dimension *dim = NULL;
		char key[PROTO_KEY_TEXT];
		enum proto_code code;
		size_t i, at;

		proto_structure_key(key, "area_sum", id, NULL);
		if ((code = find_dim(&dim, structure, reader, key, id)) != PROTO_OK)
			return code;
		if (json_array_size(one) == 0)
			return proto_structure_wrong(reader, key, "is not a list of codes");
		if ((dim->area_sum = calloc(dim->list->codes, sizeof(*dim->area_sum))) == NULL)
			return proto_structure_memory(reader);
		for (i = 0; i < json_array_size(one); i++)
			if ((code = read_code(&at, dim->area_sum, dim, reader, key, json_array_get(one, i))) != PROTO_OK)
				return code;
	}
	return PROTO_OK;
}

enum proto_code
proto_structure_marks_read(struct proto_structure *structure, const struct proto_structure_reader *reader, json_t *value)
{
	enum proto_code code;

	if ((code = read_multi(structure, reader, json_object_get(value, "multi"))) != PROTO_OK ||
	    (code = read_pick(structure, reader, json_object_get(value, "pick"))) != PROTO_OK ||
	    (code = read_no_margin_over(structure, reader, json_object_get(value, "no_margin_over"))) != PROTO_OK)
		return code;
	return read_area_sum(structure, reader, json_object_get(value, "area_sum"));
}
