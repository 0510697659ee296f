#include "node/records.h"

#include <stdlib.h>
#include <string.h>

#include "node/person.h"

#define BATCH 128

struct waiting {
	struct node_person_hash hash;
	uint64_t line;
	uint32_t profile;
};

struct node_records {
	const struct node_mapping *mapping;
	struct node_profiles *profiles;
	struct node_persons *persons; /* NULL: no record key */
	size_t waiting;
	struct waiting batch[BATCH];
};

enum proto_code
node_records_new(struct node_records **ret_records, const struct node_mapping *mapping, struct node_profiles *profiles,
    struct proto_error *error)
{
	struct node_records *records = calloc(1, sizeof(*records));
	enum proto_code code = PROTO_OK;

	if (records == NULL)
		return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	records->mapping = mapping;
	records->profiles = profiles;
	if (mapping->record_key)
		code = node_persons_new(&records->persons, error);
	if (code != PROTO_OK)
		node_records_free(records);
	else
		*ret_records = records;
	return code;
}

void
node_records_free(struct node_records *records)
{
	if (records == NULL)
		return;
	node_persons_free(records->persons);
	explicit_bzero(records, sizeof(*records));
	free(records);
}

/* The first dimension in which a profile holds two codes where a person has one; -1: none. */
static int
conflict(const struct node_records *records, uint32_t profile)
{
	const struct proto_structure *structure = records->mapping->structure;
	uint32_t i;

	for (i = 0; i < structure->dims; i++) {
		uint32_t unknown = records->mapping->field[i].unknown;
		struct node_set set;

		if (structure->dim[i].bound || structure->dim[i].pick)
			continue;
		set = *node_profiles_bits(records->profiles, i, node_profiles_of(records->profiles, profile)[i]);
		/* `_U` on some rows and one other code on the rest is no conflict: the code wins */
		if (unknown != NODE_NO_CODE)
			node_set_remove(&set, unknown);
		if (node_set_count(&set) > 1)
			return (int)i;
	}
	return -1;
}

/* One row joins its person. */
static enum proto_code
join(struct node_records *records, const struct waiting *row, const struct node_records_to *to)
{
	uint32_t *number = node_persons_find(records->persons, row->hash), both;
	struct node_report_place place = {.row = row->line};
	int dim;

	if (number == NULL)
		return PROTO_MEMORY;
	if (*number == NODE_PERSON_NEW) {
		*number = row->profile;
		to->report->persons++;
		to->report->taken++;
		return PROTO_OK;
	}
	if ((both = node_profiles_union(records->profiles, *number, row->profile)) == NODE_PROFILE_NONE)
		return PROTO_MEMORY;
	if (both != *number && !records->mapping->first_code && (dim = conflict(records, both)) >= 0) {
		place.column = records->mapping->field[dim].column ? records->mapping->field[dim].column :
		    records->mapping->structure->dim[dim].id;
		node_report_add(to->writer, &place, NODE_CONFLICT, "an earlier row of the same record says otherwise");
		to->report->rejected++;
		return PROTO_OK;
	}
	*number = both;
	to->report->taken++;
	return PROTO_OK;
}

enum proto_code
node_records_flush(struct node_records *records, const struct node_records_to *to)
{
	enum proto_code code = PROTO_OK;
	size_t i;

	for (i = 0; i < records->waiting && code == PROTO_OK; i++)
		code = join(records, &records->batch[i], to);
	records->waiting = 0;
	return code;
}

enum proto_code
node_records_take(struct node_records *records, const struct node_columns_row *row, uint64_t line,
    const struct node_records_to *to)
{
	uint32_t profile = node_profiles_row(records->profiles, row->set);
	struct waiting *waiting;

	if (profile == NODE_PROFILE_NONE)
		return PROTO_MEMORY;
	to->report->dual += row->dual;
	if (records->persons == NULL) {
		node_profiles_count(records->profiles, profile);
		to->report->persons++;
		to->report->taken++;
		return PROTO_OK;
	}
	waiting = &records->batch[records->waiting++];
	waiting->hash = node_persons_hash(records->persons, row->key, row->key_len);
	waiting->line = line;
	waiting->profile = profile;
	node_persons_ahead(records->persons, waiting->hash);
	return records->waiting == BATCH ? node_records_flush(records, to) : PROTO_OK;
}

static void
count_one(void *ctx, uint32_t number)
{
	node_profiles_count(ctx, number);
}

enum proto_code
node_records_finish(struct node_records *records, const struct node_records_to *to)
{
	enum proto_code code = node_records_flush(records, to);

	if (code == PROTO_OK && records->persons)
		node_persons_each(records->persons, count_one, records->profiles);
	return code;
}
