#ifndef SUPPORT_OFFICE_H
#define SUPPORT_OFFICE_H

#include "node/ledger.h"
#include "node/state.h"
#include "node/submission.h"
#include "proto/buffer.h"
#include "support/wire.h"

/*
 * An office's state directory for tests: chorale_test(unit NAME node support_office). It lies in a
 * directory of its own below TMPDIR, removed by office_wipe.
 */
struct office {
	char dir[64];   /* of the test */
	char path[96];  /* of the state directory */
	char head[104]; /* of its head file */
};
void office_init(struct office *office);
void office_wipe(struct office *office);

/* Opens, or ends the program with the error. */
struct node_state *office_open(const struct office *office, enum node_state_mode mode);
/* Opens, expecting this answer. Returns false, printing what came, when it is another. */
bool office_refuses(const struct office *office, enum node_state_mode mode, enum proto_code code);

/* Appends n entries in one transaction each, of rho 1000 units, one round a second from 1000 on; levels the head file
 * after each but, when ahead, the last. */
void office_spend(struct node_state *state, size_t n, bool ahead);

/*
 * What a submission needs, from fixed keys (support/wire.h): the office of XA with the manifest of one round stored.
 * counts hold a few persons.
 */
struct office_round {
	struct wire *wire;
	struct wire_node node;
	struct node_keys keys;
	struct proto_manifest manifest;
	struct dp_counts *counts;
	struct dp_ledger_caps caps; /* generous */
};
void office_round_init(struct office_round *round, struct wire *wire, struct node_state *state, const char *name);
void office_round_wipe(struct office_round *round);
/* A request for that round at this time; rng is the caller's. */
struct node_submission_request office_round_request(const struct office_round *round, const struct dp_rng *rng, int64_t now);

/* Runs sql although this trigger forbids it; the schema is as before afterwards. */
void office_force(struct node_state *state, const char *trigger, const char *sql);

/* Reads and writes whole files of the state: "node.db", or "" for the head file. */
struct proto_buffer office_read(const struct office *office, const char *name);
void office_write(const struct office *office, const char *name, const struct proto_buffer *data);

/* Ends the program with the message when code is not OK. */
void office_must(enum proto_code code, const struct proto_error *error);

#endif
