#ifndef COMMON_H
#define COMMON_H

#include "commands.h"
#include "coordinator/keys.h"

/* What most commands begin and end with. */
struct coord_cmd {
	struct coord_state state;
	struct coord_keys *keys; /* NULL unless unlocked */
};

PROTO_CHECK enum proto_code coord_cmd_open(struct coord_cmd *ret_cmd, const struct kit_call *call, struct proto_error *error);
/* The same, with the offline keys unlocked by --passphrase-file. */
PROTO_CHECK enum proto_code coord_cmd_unlock(struct coord_cmd *ret_cmd, const struct kit_call *call, struct proto_error *error);
void coord_cmd_close(struct coord_cmd *cmd);

/* "key": "text" and the like, onto the call's JSON. */
void coord_cmd_text(struct kit_call *call, const char *key, const char *text);
void coord_cmd_time(struct kit_call *call, const char *key, int64_t time); /* 0: null */
void coord_cmd_hex(struct kit_call *call, const char *key, const uint8_t *data, size_t len);
/* Ends the answer's object and its line. */
void coord_cmd_end(struct kit_call *call);

#define COORD_CMD_PASSPHRASE {"passphrase-file", "F", "file with the passphrase of the offline keys", true}

#endif
