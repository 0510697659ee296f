#include "node/records.h"

#include <stdlib.h>
#include <string.h>

#include "node/key_order.h"
#include "node/person.h"

#define BATCH (1u << 14)
#define PART_BITS 10
#define AHEAD 16
#define MANY (1u << 19) /* persons from which on the order of keys, if there is one, replaces the table */

#define ORDER_NONE 2

struct waiting {
	struct node_person_hash hash;
	uint64_t line;
	uint32_t profile;
	int conflict; /* the dimension in which it contradicts an earlier row; -1: none */
};

/*
 * With a key the table of persons is far larger than any cache, and to look up each row where it falls would wait for
 * memory, and for the translation of addresses, at every row. So rows wait in a large batch and are joined to their persons in
 * the order of the first bits of their hashes, which is the order of the table; rows with the same bits keep theirs.
 */
struct node_records {
	const struct node_mapping *mapping;
	struct node_profiles *profiles;
	struct node_persons *persons; /* NULL: no record key */
	size_t waiting;
	/* the order of keys: 0 until two differ, 1 ascending, -1 descending, ORDER_NONE */
	int direction;
	bool streaming;               /* the table is gone; what follows is the person at hand */
	uint32_t profile;
	char *last;                   /* the key of the row before; NODE_CSV_FIELD_MAX */
	size_t last_len;
	struct waiting *batch;        /* BATCH */
	uint32_t *order;              /* BATCH */
	uint32_t from[(1u << PART_BITS) + 1];
};

enum proto_code
node_records_new(struct node_records **ret_records, const struct node_mapping *mapping, struct node_profiles *profiles,
    bool remember_all, struct proto_error *error)
{
	struct node_records *records = calloc(1, sizeof(*records));
	enum proto_code code = PROTO_OK;

	if (records == NULL)
		return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	records->mapping = mapping;
	records->profiles = profiles;
	if (mapping->record_key) {
		records->batch = malloc(BATCH * sizeof(records->batch[0]));
		records->order = malloc(BATCH * sizeof(records->order[0]));
		records->last = malloc(NODE_CSV_FIELD_MAX);
		records->direction = remember_all ? ORDER_NONE : 0;
		code = records->batch && records->order && records->last ? node_persons_new(&records->persons, error) :
		    proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	}
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
	if (records->batch)
		explicit_bzero(records->batch, records->waiting * sizeof(records->batch[0]));
	if (records->last)
		explicit_bzero(records->last, NODE_CSV_FIELD_MAX);
	free(records->batch);
	free(records->order);
	free(records->last);
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

/* One row joins its person, whose number is given. False: out of memory. */
static bool
join(struct node_records *records, uint32_t *number, struct waiting *row, struct node_report *report)
{
	uint32_t both;

	row->conflict = -1;
	if (*number == NODE_PERSON_NEW) {
		*number = row->profile;
		report->persons++;
		report->taken++;
		return true;
	}
	if ((both = node_profiles_union(records->profiles, *number, row->profile)) == NODE_PROFILE_NONE)
		return false;
	if (both != *number && !records->mapping->first_code && (row->conflict = conflict(records, both)) >= 0) {
		report->rejected++;
		return true;
	}
	*number = both;
	report->taken++;
	return true;
}

/* Fills records->order: a counting sort by the first bits of the hash. */
static void
sort_batch(struct node_records *records)
{
	uint32_t *from = records->from, i;

	memset(from, 0, sizeof(records->from));
	for (i = 0; i < records->waiting; i++)
		from[(records->batch[i].hash.word[0] >> (64 - PART_BITS)) + 1]++;
	for (i = 0; i < 1u << PART_BITS; i++)
		from[i + 1] += from[i];
	for (i = 0; i < records->waiting; i++)
		records->order[from[records->batch[i].hash.word[0] >> (64 - PART_BITS)]++] = i;
}

static void
tell_conflict(const struct node_records *records, const struct waiting *row, struct node_report_writer *writer)
{
	const struct node_mapping *mapping = records->mapping;
	struct node_report_place place = {.row = row->line};

	if (row->conflict < 0)
		return;
	place.column = mapping->field[row->conflict].column ? mapping->field[row->conflict].column :
	    mapping->structure->dim[row->conflict].id;
	node_report_add(writer, &place, NODE_CONFLICT, "an earlier row of the same record says otherwise");
}

enum node_records_fate
node_records_flush(struct node_records *records, const struct node_records_to *to)
{
	uint64_t rejected = to->report->rejected;
	size_t i;

	if (records->waiting == 0)
		return NODE_RECORDS_DONE;
	sort_batch(records);
	for (i = 0; i < records->waiting; i++) {
		struct waiting *row = &records->batch[records->order[i]];
		uint32_t *number = node_persons_find(records->persons, row->hash);

		if (i + 2 * AHEAD < records->waiting)
			__builtin_prefetch(&records->batch[records->order[i + 2 * AHEAD]]);
		if (i + AHEAD < records->waiting)
			node_persons_ahead(records->persons, records->batch[records->order[i + AHEAD]].hash);
		if (number == NULL || !join(records, number, row, to->report))
			return NODE_RECORDS_MEMORY;
	}
	for (i = 0; i < records->waiting && to->report->rejected != rejected; i++)
		tell_conflict(records, &records->batch[i], to->writer);
	records->waiting = 0;
	return NODE_RECORDS_DONE;
}

static void
count_one(void *ctx, uint32_t number)
{
	node_profiles_count(ctx, number);
}

/* Notes the key of a row. Returns whether it is another one than that of the row before; *ret_broken: the keys have no
 * order, or no longer. */
static bool
note_key(struct node_records *records, bool *ret_broken, const struct node_columns_row *row)
{
	int order = records->last_len == 0 ? 1 : node_key_order(row->key, row->key_len, records->last, records->last_len);
	int direction = (order > 0) - (order < 0);

	*ret_broken = false;
	if (direction == 0)
		return false;
	if (records->last_len != 0) {
		*ret_broken = records->direction != 0 && direction != records->direction;
		records->direction = *ret_broken ? ORDER_NONE : direction;
	}
	memcpy(records->last, row->key, row->key_len);
	records->last_len = row->key_len;
	return true;
}

/* From here on no earlier key can come back: the persons so far are complete. */
static enum node_records_fate
begin_streaming(struct node_records *records, const struct node_records_to *to)
{
	enum node_records_fate fate = node_records_flush(records, to);

	if (fate != NODE_RECORDS_DONE)
		return fate;
	node_persons_each(records->persons, count_one, records->profiles);
	node_persons_free(records->persons);
	records->persons = NULL;
	records->streaming = true;
	records->profile = NODE_PERSON_NEW;
	return NODE_RECORDS_DONE;
}

/* A row while streaming. */
static enum node_records_fate
stream(struct node_records *records, struct waiting *row, bool other, const struct node_records_to *to)
{
	if (other && records->profile != NODE_PERSON_NEW) {
		node_profiles_count(records->profiles, records->profile);
		records->profile = NODE_PERSON_NEW;
	}
	if (!join(records, &records->profile, row, to->report))
		return NODE_RECORDS_MEMORY;
	tell_conflict(records, row, to->writer);
	return NODE_RECORDS_DONE;
}

enum node_records_fate
node_records_take(struct node_records *records, const struct node_columns_row *row, uint64_t line,
    const struct node_records_to *to)
{
	struct waiting one = {.line = line, .profile = node_profiles_row(records->profiles, row->set)};
	bool other = false, broken;

	if (one.profile == NODE_PROFILE_NONE)
		return NODE_RECORDS_MEMORY;
	to->report->dual += row->dual;
	if (records->mapping->record_key == NULL) {
		node_profiles_count(records->profiles, one.profile);
		to->report->persons++;
		to->report->taken++;
		return NODE_RECORDS_DONE;
	}
	if (records->direction != ORDER_NONE) {
		other = note_key(records, &broken, row);
		if (broken && records->streaming)
			return NODE_RECORDS_AGAIN;
		if (other && !broken && !records->streaming && to->report->persons >= MANY &&
		    begin_streaming(records, to) != NODE_RECORDS_DONE)
			return NODE_RECORDS_MEMORY;
	}
	if (records->streaming)
		return stream(records, &one, other, to);
	one.hash = node_persons_hash(records->persons, row->key, row->key_len);
	records->batch[records->waiting++] = one;
	return records->waiting == BATCH ? node_records_flush(records, to) : NODE_RECORDS_DONE;
}

enum node_records_fate
node_records_finish(struct node_records *records, const struct node_records_to *to)
{
	enum node_records_fate fate = node_records_flush(records, to);

	if (fate == NODE_RECORDS_DONE && records->persons)
		node_persons_each(records->persons, count_one, records->profiles);
	if (records->streaming && records->profile != NODE_PERSON_NEW)
		node_profiles_count(records->profiles, records->profile);
	return fate;
}
