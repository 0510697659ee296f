#ifndef NODE_HEAD_H
#define NODE_HEAD_H

#include "dp/ledger.h"
#include "proto/buffer.h"
#include "proto/error.h"

/*
 * DIR.head, beside the state directory: how many entries the ledger has, and its head. It is
 * written after an entry is committed and before any byte of it is sent, so that a directory that
 * was cut, deleted or put back from an older copy is noticed at the next start.
 *
 * A text of four lines, mode 0600, sealed with a random key that lies in the directory (head.key).
 * The key guards against accidents and mix-ups (another directory's file), not
 * against who owns both.
 */
#define NODE_HEAD_KEY 32

struct node_head {
	uint64_t entries;
	uint8_t head[DP_LEDGER_HASH]; /* zeros while there is no entry */
};

/* node_head_key(ret_key, path, create, error): reads the key; create: makes one when there is none. */
PROTO_CHECK enum proto_code node_head_key(uint8_t ret_key[static NODE_HEAD_KEY], const char *path, bool create,
    struct proto_error *error);

/* node_head_seal(ret_seal, key, label, data): BLAKE2b-256, keyed, of a label and the bytes. */
void node_head_seal(uint8_t ret_seal[static DP_LEDGER_HASH], const uint8_t key[static NODE_HEAD_KEY], const char *label,
    const struct proto_buffer *data);

/* NOT_FOUND: there is none. DAMAGED: not the file that node_head_save wrote. */
PROTO_CHECK enum proto_code node_head_load(struct node_head *ret_head, const char *path,
    const uint8_t key[static NODE_HEAD_KEY], struct proto_error *error);
PROTO_CHECK enum proto_code node_head_save(const char *path, const struct node_head *head,
    const uint8_t key[static NODE_HEAD_KEY], struct proto_error *error);

#endif
