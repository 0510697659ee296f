#ifndef NODE_STATE_H
#define NODE_STATE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/error.h"
#include "proto/kit/db.h"

/*
 * The state directory DIR, mode 0700:
 *
 *   node.db      the store (node/schema.h)
 *   keys.sealed  the Ed25519 and X25519 keys, under Argon2id from the passphrase
 *   tls.key      the TLS key, plain, 0600: `sync` runs unattended, and can submit nothing
 *   head.key     seals DIR.head and the rows of the store
 *   lock         held by every command that changes something
 *   ../DIR.head  beside it (node/head.h)
 *
 * S1  A ledger is opened only after its whole chain was checked (DAMAGED).
 * S2  DIR.head names the last entry. The ledger may be exactly one entry ahead of it (a crash
 *     between the commit and the file): then the file is repaired. Anything else stops:
 *     ROLLED_BACK when the ledger is behind, DAMAGED otherwise.
 * S3  An empty ledger is never made where DIR.head exists.
 *
 *          node_state_open(CREATE)          dp_ledger_commit, commit
 *   (none) ----------------------> level <--------------------------- one ahead
 *                                    |    node_state_level               ^
 *                                    +-----------------------------------+
 */
struct node_ledger_row;

struct node_state {
	char path[PATH_MAX];      /* of DIR, absolute */
	char head_path[PATH_MAX]; /* of DIR.head */
	uint8_t key[32];
	struct kit_db *db;
	int lock; /* -1 when opened for reading */
	size_t rows;
	struct node_ledger_row *row; /* the ledger as it was checked last */
};

/* READ takes no lock and repairs nothing. CREATE is `join`'s: WRITE that may begin. */
enum node_state_mode { NODE_STATE_READ, NODE_STATE_WRITE, NODE_STATE_CREATE };

/* NOT_FOUND: no office was set up here. BUSY: another command is changing it. */
PROTO_CHECK enum proto_code node_state_open(struct node_state **ret_state, const char *path, enum node_state_mode mode,
    struct proto_error *error);
void node_state_close(struct node_state *state);

/* "DIR/name" into ret_path. */
PROTO_CHECK enum proto_code node_state_path(char ret_path[static PATH_MAX], const struct node_state *state,
    const char *name, struct proto_error *error);

/* Is there anything under this name (a link included)? */
bool node_state_exists(const char *path);

/* node_state_reload: checks the ledger again and reads state->row afresh (after a commit). */
PROTO_CHECK enum proto_code node_state_reload(struct node_state *state, struct proto_error *error);

/* node_state_level: writes DIR.head for the last entry, synced. Must come before any byte of it is sent. */
PROTO_CHECK enum proto_code node_state_level(struct node_state *state, struct proto_error *error);

/* node_state_reopen: closes the store and opens it again, to learn what a commit that reported an error did. */
PROTO_CHECK enum proto_code node_state_reopen(struct node_state *state, struct proto_error *error);

/* node_state_log: one line of what was done; no secret, no count. */
PROTO_CHECK enum proto_code node_state_log(struct node_state *state, int64_t now, struct proto_error *error,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
