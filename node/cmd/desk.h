#ifndef DESK_H
#define DESK_H

#include "node/count.h"
#include "node/office.h"
#include "node/round.h"
#include "proto/kit/command.h"
#include "proto/kit/passphrase.h"

/* What several subcommands share. */

/* The office of --state. */
PROTO_CHECK enum proto_code node_desk_open(struct node_office *ret_office, const struct kit_call *call,
    enum node_state_mode mode, struct proto_error *error);

/* node_desk_keys: unseals the office's keys with --passphrase-file, and checks that they are the enrolled ones and that
 * they signed the policies (DAMAGED). */
PROTO_CHECK enum proto_code node_desk_keys(struct node_keys *ret_keys, const struct kit_call *call,
    const struct node_office *office, struct proto_error *error);

/* node_desk_count: counts the operand FILE with --map. With INPUT the count is written too, for its report. */
PROTO_CHECK enum proto_code node_desk_count(struct node_count **ret_count, const struct kit_call *call,
    const struct node_office *office, const struct proto_structure *structure, const struct proto_period *period,
    struct proto_error *error);

/* node_desk_report: the report of a file for people, with the first wrong rows; for the terminal only. */
PROTO_CHECK enum proto_code node_desk_report(struct proto_buffer *out, const struct node_report *report,
    struct proto_error *error);

/* Members of an open object. */
void node_desk_rho(struct proto_json *json, const char *key, uint64_t units); /* KEY and KEY_units; "rho" and "rho_units" */
void node_desk_time(struct proto_json *json, const char *key, int64_t time);  /* 0: null */
void node_desk_text(struct proto_json *json, const char *key, const char *text);
void node_desk_hex(struct proto_json *json, const char *key, const uint8_t *data, size_t len);

/*
 * What a round says about a person, in words and as members: of the round itself; of structure and period with all
 * revisions; of a person in every structure of the year; and of one whom several countries record by design.
 */
void node_desk_privacy(struct proto_buffer *out, const struct node_office *office, const struct proto_manifest *manifest);
void node_desk_privacy_json(struct proto_json *json, const struct node_office *office, const struct proto_manifest *manifest);

/* "0.05": shortened to what people read; exact amounts stand in the JSON. */
#define NODE_DESK_RHO 24
void node_desk_short(char ret_text[static NODE_DESK_RHO], uint64_t units);

#endif
