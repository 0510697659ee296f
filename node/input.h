#ifndef NODE_INPUT_H
#define NODE_INPUT_H

#include <stdbool.h>

#include "node/csv.h"
#include "proto/error.h"

/*
 * An office's file, opened once and read from beginning to end in blocks (twice only where its order of keys breaks
 * late, see node/records.h; the same rule then holds for both). Only a regular file will do (a
 * symbolic link to one too): a pipe, device or directory is refused at once (PERMISSION), and a
 * file whose size or time of change differs at the end is refused (REFUSED): what was counted may
 * be half of one version and half of another.
 */
struct node_input;

PROTO_CHECK enum proto_code node_input_open(struct node_input **ret_input, const char *path, struct proto_error *error);
void node_input_close(struct node_input *input);

/* node_input_source(input): the bytes, for a CSV reader; borrowed. */
struct node_csv_source node_input_source(struct node_input *input);

/* node_input_size(input): of the file when it was opened. */
uint64_t node_input_size(const struct node_input *input);

/* node_input_rewind(input, error): from the beginning once more, of the same open file. */
PROTO_CHECK enum proto_code node_input_rewind(struct node_input *input, struct proto_error *error);

/* node_input_unchanged(input, whole, error): is the file what it was when it was opened, and, with whole, were exactly its
 * bytes read? */
PROTO_CHECK enum proto_code node_input_unchanged(const struct node_input *input, bool whole, struct proto_error *error);

/* node_input_is(input, path): does path lead to this very file? */
bool node_input_is(const struct node_input *input, const char *path);

#endif
