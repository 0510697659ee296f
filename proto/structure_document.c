#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "structure_parts.h"

/*
 * The canonical document: a structures file that holds one structure, every key in
 * this order, every list inlined, nothing left out. Two structures with the same meaning have the same bytes.
 */
static void
write_code(struct proto_json *json, const struct proto_code_item *item)
{
	proto_json_key(json, item->id);
	if (item->alpha3 == NULL && item->m49 == NULL && item->subregion == NULL) {
		proto_json_string(json, item->name);
		return;
	}
	proto_json_object(json);
	proto_json_key(json, "name");
	proto_json_string(json, item->name);
	proto_json_key(json, "alpha3");
	proto_json_string(json, item->alpha3);
	proto_json_key(json, "m49");
	proto_json_string(json, item->m49);
	proto_json_key(json, "subregion");
	proto_json_string(json, item->subregion);
	proto_json_object_end(json);
}

static void
write_list(struct proto_json *json, const struct proto_codelist *list)
{
	size_t i;

	proto_json_key(json, list->id);
	proto_json_object(json);
	proto_json_key(json, "source");
	proto_json_string(json, list->source);
	proto_json_key(json, "codes");
	proto_json_object(json);
	for (i = 0; i < list->codes; i++)
		write_code(json, &list->code[i]);
	if (list->total) {
		proto_json_key(json, PROTO_TOTAL);
		proto_json_string(json, list->name);
	}
	proto_json_object_end(json);
	proto_json_key(json, "parents");
	proto_json_object(json);
	for (i = 0; i < list->codes; i++)
		if (list->code[i].parent != NULL) {
			proto_json_key(json, list->code[i].id);
			proto_json_string(json, list->code[i].parent);
		}
	proto_json_object_end(json);
	proto_json_object_end(json);
}

static void
write_pair(struct proto_json *json, const char *id, const struct proto_codelist *list)
{
	proto_json_array(json);
	proto_json_string(json, id);
	proto_json_string(json, list->id);
	proto_json_array_end(json);
}

static void
write_dims(struct proto_json *json, const struct proto_structure *structure)
{
	size_t i;

	proto_json_key(json, "dimensions");
	proto_json_array(json);
	write_pair(json, "FREQ", structure->freq);
	write_pair(json, "REF_AREA", structure->area);
	for (i = 0; i < structure->dims; i++)
		write_pair(json, structure->dim[i].id, structure->dim[i].list);
	proto_json_array_end(json);
	proto_json_key(json, "time");
	proto_json_string(json, "TIME_PERIOD");
}

/* The codes in the order of their ranks: the inverse of rank[]. */
static void
write_order(struct proto_json *json, const struct proto_dimension *dim)
{
	size_t at[DP_CODES_MAX], i;

	for (i = 0; i < dim->list->codes; i++)
		at[dim->rank[i]] = i;
	proto_json_array(json);
	for (i = 0; i < dim->list->codes; i++)
		proto_json_string(json, dim->list->code[at[i]].id);
	proto_json_array_end(json);
}

static void
write_orders(struct proto_json *json, const struct proto_structure *structure)
{
	const struct proto_dimension *dim;

	proto_json_key(json, "multi");
	proto_json_object(json);
	for (dim = structure->dim; dim < structure->dim + structure->dims; dim++)
		if (dim->bound > 0) {
			proto_json_key(json, dim->id);
			proto_json_object(json);
			proto_json_key(json, "max");
			proto_json_u64(json, dim->bound);
			proto_json_key(json, "priority");
			write_order(json, dim);
			proto_json_object_end(json);
		}
	proto_json_object_end(json);
	proto_json_key(json, "pick");
	proto_json_object(json);
	for (dim = structure->dim; dim < structure->dim + structure->dims; dim++)
		if (dim->pick) {
			proto_json_key(json, dim->id);
			write_order(json, dim);
		}
	proto_json_object_end(json);
}

static void
write_sums(struct proto_json *json, const struct proto_structure *structure)
{
	const struct proto_dimension *dim;
	size_t i;

	proto_json_key(json, "no_margin_over");
	proto_json_array(json);
	for (dim = structure->dim; dim < structure->dim + structure->dims; dim++)
		if (dim->no_margin_over)
			proto_json_string(json, dim->id);
	proto_json_array_end(json);
	proto_json_key(json, "area_sum");
	proto_json_object(json);
	for (dim = structure->dim; dim < structure->dim + structure->dims; dim++)
		if (dim->area_sum != NULL) {
			proto_json_key(json, dim->id);
			proto_json_array(json);
			for (i = 0; i < dim->list->codes; i++)
				if (dim->area_sum[i])
					proto_json_string(json, dim->list->code[i].id);
			proto_json_array_end(json);
		}
	proto_json_object_end(json);
}

/* "persons", or the multi-valued dimensions in order, joined by '+'. */
static void
write_group(struct proto_json *json, const struct proto_structure *structure, dp_dims group)
{
	char text[DP_DIMS_MAX * (PROTO_ID_MAX + 1)] = "";
	size_t i;

	for (i = 0; i < structure->dims; i++)
		if (group >> i & 1) {
			if (text[0] != '\0')
				strcat(text, "+");
			strcat(text, structure->dim[i].id);
		}
	proto_json_key(json, "group");
	proto_json_string(json, group ? text : "persons");
}

static void
write_tables(struct proto_json *json, const struct proto_structure *structure)
{
	const struct proto_table *table;
	size_t i;

	proto_json_key(json, "tables");
	proto_json_array(json);
	for (table = structure->table; table < structure->table + structure->tables; table++) {
		proto_json_object(json);
		proto_json_key(json, "id");
		proto_json_string(json, table->id);
		write_group(json, structure, table->figure.group);
		proto_json_key(json, "dims");
		proto_json_array(json);
		for (i = 0; i < table->dims; i++)
			proto_json_string(json, structure->dim[table->dim[i]].id);
		proto_json_array_end(json);
		proto_json_object_end(json);
	}
	proto_json_array_end(json);
}

static void
write_structure(struct proto_json *json, const struct proto_structure *structure)
{
	size_t i;

	proto_json_object(json);
	proto_json_key(json, "id");
	proto_json_string(json, structure->id);
	proto_json_key(json, "default");
	proto_json_bool(json, structure->is_default);
	proto_json_key(json, "name");
	proto_json_string(json, structure->name);
	proto_json_key(json, "unit");
	proto_json_string(json, structure->unit);
	proto_json_key(json, "resolution");
	proto_json_array(json);
	for (i = 0; i < structure->resolutions; i++)
		proto_json_string(json, structure->resolution[i]);
	proto_json_array_end(json);
	write_dims(json, structure);
	write_orders(json, structure);
	write_sums(json, structure);
	write_tables(json, structure);
	proto_json_key(json, "q_max");
	proto_json_u64(json, structure->q_max);
	proto_json_object_end(json);
}

enum proto_code
proto_structure_encode(struct proto_structure *structure, struct proto_error *error)
{
	struct proto_json json;
	size_t i;

	proto_json_init(&json, &structure->document, 0);
	proto_json_object(&json);
	proto_json_key(&json, "agency");
	proto_json_string(&json, structure->agency);
	proto_json_key(&json, "version");
	proto_json_string(&json, structure->version_label);
	proto_json_key(&json, "codelists");
	proto_json_object(&json);
	for (i = 0; i < structure->lists; i++)
		write_list(&json, &structure->list[i]);
	proto_json_object_end(&json);
	proto_json_key(&json, "structures");
	proto_json_array(&json);
	write_structure(&json, structure);
	proto_json_array_end(&json);
	proto_json_object_end(&json);
	if (structure->document.failed)
		return proto_error_set(error, PROTO_MEMORY, structure->id, "out of memory");
	crypto_hash_sha256(structure->sha256, structure->document.data, structure->document.len);
	return PROTO_OK;
}

enum proto_code
proto_structure_decode(struct proto_structure **ret_structure, const void *document, size_t len, struct proto_error *error)
{
	struct proto_structure **set = NULL;
	size_t structures = 0, i;
	enum proto_code code;

	code = proto_structure_load_set(&set, &structures, document, len, NULL, "structure document", error);
	if (code != PROTO_OK)
		return code;
	if (structures != 1 || set[0]->document.len != len || memcmp(set[0]->document.data, document, len) != 0)
		code = proto_error_set(error, PROTO_NOT_CANONICAL, "structure document", "is not in the one permitted form");
	else {
		*ret_structure = set[0];
		set[0] = NULL;
	}
	for (i = 0; i < structures; i++)
		proto_structure_free(set[i]);
	free(set);
	return code;
}
