#include "node/tally.h"

#include <stdlib.h>
#include <string.h>

/* The code of set with the smallest rank, or in the order of the list without ranks. */
static uint32_t
first(const struct node_set *set, const uint32_t *rank)
{
	uint32_t best = node_set_next(set, 0), code;

	for (code = best; rank && code != UINT32_MAX; code = node_set_next(set, code + 1))
		if (rank[code] < rank[best])
			best = code;
	return best;
}

/* The codes of one dimension within the bound; returns how many there were but for `_U`. */
static uint32_t
bounded(struct dp_person *person, uint32_t dim, const struct proto_dimension *dimension, struct node_set set)
{
	int unknown = proto_codelist_find(dimension->list, "_U", 2);
	uint32_t seen, most = dimension->bound ? dimension->bound : 1, n;

	if (unknown >= 0 && node_set_count(&set) > 1)
		node_set_remove(&set, (uint32_t)unknown);
	seen = node_set_count(&set) - (unknown >= 0 && node_set_has(&set, (uint32_t)unknown));
	for (n = 0; n < most; n++) {
		uint32_t code = first(&set, dimension->rank);

		if (code == UINT32_MAX)
			break;
		person->code[dim][n] = code;
		node_set_remove(&set, code);
	}
	person->codes[dim] = n;
	return seen;
}

static struct node_report_bound *
bound_of(struct node_report *report, const char *dim)
{
	size_t i;

	for (i = 0; i < report->bounds; i++)
		if (strcmp(report->bound[i].dim, dim) == 0)
			return &report->bound[i];
	return NULL;
}

enum proto_code
node_tally(struct dp_counts *counts, struct node_report *report, const struct proto_structure *structure,
    const struct node_profiles *profiles, struct proto_error *error)
{
	struct dp_person *person = calloc(1, sizeof(*person));
	enum dp_status status = person ? DP_OK : DP_NOMEM;
	uint32_t profile, i;

	for (profile = 0; profile < node_profiles_number(profiles) && status == DP_OK; profile++) {
		uint64_t n = node_profiles_counted(profiles, profile);

		for (i = 0; n > 0 && i < structure->dims; i++) {
			uint32_t set = node_profiles_of(profiles, profile)[i];
			uint32_t seen = bounded(person, i, &structure->dim[i], *node_profiles_bits(profiles, i, set));
			struct node_report_bound *bound = bound_of(report, structure->dim[i].id);

			if (bound) {
				bound->seen += n * seen;
				bound->kept += n * (seen < person->codes[i] ? seen : person->codes[i]);
			}
		}
		if (n > 0)
			status = dp_counts_add_many(counts, person, n);
	}
	if (person)
		explicit_bzero(person, sizeof(*person));
	free(person);
	if (status == DP_RANGE)
		return proto_error_set(error, PROTO_TOO_LARGE, NULL, "more persons than %llu contributions",
		    (unsigned long long)DP_COUNT_MAX);
	if (status != DP_OK)
		return proto_error_set(error, status == DP_NOMEM ? PROTO_MEMORY : PROTO_INTERNAL, NULL, "counting failed");
	return PROTO_OK;
}
