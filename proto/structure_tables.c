#include <stdlib.h>
#include <string.h>

#include "structure_parts.h"

static enum proto_code
read_dims(struct proto_table *table, const struct proto_structure *structure, const struct proto_structure_reader *reader,
    const json_t *value)
{
	char key[PROTO_KEY_TEXT];
	size_t i;

	proto_structure_key(key, "tables", table->id, "dims");
	if (json_array_size(value) < 1 || json_array_size(value) > structure->dims)
		return proto_structure_wrong(reader, key, "is not a list of 1 to %zu dimensions", structure->dims);
	for (i = 0; i < json_array_size(value); i++) {
		const char *id = json_string_value(json_array_get(value, i));
		int dim = id ? proto_structure_dim(structure, id, strlen(id)) : -1;

		if (dim < 0)
			return proto_structure_wrong(reader, key, "names something that is no counted dimension of this structure");
		if (table->figure.dims >> dim & 1)
			return proto_structure_wrong(reader, key, "names %s twice", id);
		table->figure.dims |= (dp_dims)1 << dim;
		table->dim[table->dims++] = (uint32_t)dim;
	}
	return PROTO_OK;
}

/* The group as written: "persons", or multi-valued dimensions joined by '+'. */
static enum proto_code
read_group(dp_dims *ret_group, const struct proto_structure *structure, const struct proto_structure_reader *reader,
    const char *key, const json_t *value)
{
	const char *at = json_string_value(value);
	dp_dims group = 0;

	if (at == NULL)
		return proto_structure_wrong(reader, key, value ? "is not a text" : "is missing");
	if (strcmp(at, "persons") == 0) {
		*ret_group = 0;
		return PROTO_OK;
	}
	for (;;) {
		size_t len = strcspn(at, "+");
		int dim = proto_structure_dim(structure, at, len);

		if (dim < 0 || structure->dim[dim].bound == 0 || (group >> dim & 1))
			return proto_structure_wrong(reader, key, "is neither persons nor multi-valued dimensions joined by +");
		group |= (dp_dims)1 << dim;
		if (at[len] == '\0')
			break;
		at += len + 1;
	}
	*ret_group = group;
	return PROTO_OK;
}

/*
 * A table counts contributions to exactly the multi-valued dimensions that it has
 *: its group may leave none out and name no other.
 */
static enum proto_code
check_group(const struct proto_table *table, const struct proto_structure *structure,
    const struct proto_structure_reader *reader, dp_dims group)
{
	dp_dims multi = dp_domain_multi(&structure->domain) & table->figure.dims, other = multi ^ group;
	char key[PROTO_KEY_TEXT];
	size_t i;

	proto_structure_key(key, "tables", table->id, "group");
	for (i = 0; i < structure->dims; i++)
		if (other >> i & 1)
			return proto_structure_wrong(reader, key, multi >> i & 1 ? "the table has the multi-valued %s, the group does not" :
			    "the group has %s, the table does not", structure->dim[i].id);
	for (i = 0; i < structure->dims; i++)
		if (structure->keep >> i & 1 && !(table->figure.dims >> i & 1))
			return proto_structure_wrong(reader, proto_structure_key(key, "tables", table->id, "dims"),
			    "sums %s out, which no_margin_over forbids", structure->dim[i].id);
	return PROTO_OK;
}

static enum proto_code
check_repeats(const struct proto_structure *structure, const struct proto_structure_reader *reader)
{
	const struct proto_table *last = &structure->table[structure->tables - 1], *table;
	char key[PROTO_KEY_TEXT];

	proto_structure_key(key, "tables", last->id, NULL);
	for (table = structure->table; table < last; table++) {
		if (strcmp(table->id, last->id) == 0)
			return proto_structure_wrong(reader, key, "stands twice");
		if (table->figure.dims == last->figure.dims)
			return proto_structure_wrong(reader, key, "has the dimensions of %s", table->id);
	}
	return PROTO_OK;
}

static enum proto_code
read_table(struct proto_structure *structure, const struct proto_structure_reader *reader, const json_t *value)
{
	struct proto_table *table = &structure->table[structure->tables];
	char key[PROTO_KEY_TEXT];
	dp_dims group = 0;
	enum proto_code code;

	if (!json_is_object(value))
		return proto_structure_wrong(reader, "tables", "holds something that is no object");
	if ((code = proto_structure_id(&table->id, reader, "tables.id", json_object_get(value, "id"))) != PROTO_OK)
		return code;
	structure->tables++;
	proto_structure_key(key, "tables", table->id, NULL);
	if ((code = proto_structure_only(reader, key,
	         proto_json_only(value, key, reader->error, "id", "group", "dims", NULL))) != PROTO_OK ||
	    (code = read_dims(table, structure, reader, json_object_get(value, "dims"))) != PROTO_OK)
		return code;
	proto_structure_key(key, "tables", table->id, "group");
	if ((code = read_group(&group, structure, reader, key, json_object_get(value, "group"))) != PROTO_OK ||
	    (code = check_group(table, structure, reader, group)) != PROTO_OK)
		return code;
	table->figure.group = group;
	structure->figure[structure->tables - 1] = table->figure;
	return check_repeats(structure, reader);
}

enum proto_code
proto_structure_tables_read(struct proto_structure *structure, const struct proto_structure_reader *reader, json_t *value)
{
	size_t n = json_array_size(value), i;
	uint64_t cells = 0;
	enum proto_code code;

	if (n < 1 || n > DP_TABLES_MAX)
		return proto_structure_wrong(reader, "tables", "is not a list of 1 to %d tables", DP_TABLES_MAX);
	if ((structure->table = calloc(n, sizeof(*structure->table))) == NULL)
		return proto_structure_memory(reader);
	for (i = 0; i < n; i++) {
		if ((code = read_table(structure, reader, json_array_get(value, i))) != PROTO_OK)
			return code;
		if (__builtin_add_overflow(cells, dp_domain_cells(&structure->domain, structure->figure[i].dims), &cells) ||
		    cells > DP_CELLS_MAX)
			return proto_structure_wrong(reader, "tables", "have more than %llu cells together",
			    (unsigned long long)DP_CELLS_MAX);
	}
	return PROTO_OK;
}
