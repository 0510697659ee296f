#ifndef PROTO_KIT_PASSPHRASE_H
#define PROTO_KIT_PASSPHRASE_H

#include "proto/error.h"

/*
 * A passphrase file: loses one trailing newline; empty, over 1024 bytes, not a regular file, or readable by group or others:
 * PASSPHRASE (exit 1), one message. The text lies in guarded memory.
 */
struct kit_passphrase;
PROTO_CHECK enum proto_code kit_passphrase_load(struct kit_passphrase **ret_passphrase, const char *path, struct proto_error *error);
void kit_passphrase_free(struct kit_passphrase *passphrase);

#endif
