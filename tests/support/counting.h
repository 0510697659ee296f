#ifndef SUPPORT_COUNTING_H
#define SUPPORT_COUNTING_H

#include "node/count.h"

/*
 * Counting in tests: chorale_test(unit NAME node support_counting). Files live in a directory of this process, removed
 * at its end.
 *
 * counting_file(name, data, len): writes a file there; returns its path (until the next 15 calls).
 * counting_text: the same of a text.
 * counting_run: counts; the result is the caller's to free, NULL where there is none. error may be NULL.
 * counting_cell(count, structure, "EXPL", "SEX=F,AGE=Y0T17"): the marginal of the group at these codes, summed over what
 * is not named; group "" is persons.
 * counting_errors(count): "row column class text; ..." of the errors kept, in one borrowed text.
 */
struct counting_what {
	const char *file, *mapping, *period, *country, *errors_file, *now;
};

const char *counting_file(const char *name, const void *data, size_t len);
const char *counting_text(const char *name, const char *text);
struct node_count *counting_run(enum proto_code *ret_code, const struct counting_what *what,
    const struct proto_structure *structure, struct proto_error *error);
uint64_t counting_cell(const struct node_count *count, const struct proto_structure *structure, const char *group,
    const char *codes);
const char *counting_errors(const struct node_count *count);

#endif
