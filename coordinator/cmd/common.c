#include "common.h"

#include <string.h>

#include "proto/kit/print.h"

enum proto_code
coord_cmd_open(struct coord_cmd *ret_cmd, const struct kit_call *call, struct proto_error *error)
{
	ret_cmd->keys = NULL;
	memset(&ret_cmd->state, 0, sizeof ret_cmd->state);
	return coord_state_open(&ret_cmd->state, call->state, error);
}

enum proto_code
coord_cmd_unlock(struct coord_cmd *ret_cmd, const struct kit_call *call, struct proto_error *error)
{
	struct kit_passphrase *passphrase = NULL;
	enum proto_code code;

	code = coord_cmd_open(ret_cmd, call, error);
	if (code != PROTO_OK)
		return code;
	code = kit_passphrase_load(&passphrase, kit_call_option(call, "passphrase-file"), error);
	if (code == PROTO_OK)
		code = coord_keys_open(&ret_cmd->keys, &ret_cmd->state, passphrase, error);
	kit_passphrase_free(passphrase);
	if (code != PROTO_OK)
		coord_cmd_close(ret_cmd);
	return code;
}

void
coord_cmd_close(struct coord_cmd *cmd)
{
	coord_keys_close(cmd->keys);
	cmd->keys = NULL;
	coord_state_close(&cmd->state);
}

void
coord_cmd_text(struct kit_call *call, const char *key, const char *text)
{
	proto_json_key(&call->writer, key);
	proto_json_string(&call->writer, text);
}

void
coord_cmd_time(struct kit_call *call, const char *key, int64_t time)
{
	char text[PROTO_TIME_TEXT];

	proto_time_format(text, time);
	coord_cmd_text(call, key, time != 0 ? text : NULL);
}

void
coord_cmd_hex(struct kit_call *call, const char *key, const uint8_t *data, size_t len)
{
	proto_json_key(&call->writer, key);
	proto_json_hex(&call->writer, data, len);
}

void
coord_cmd_end(struct kit_call *call)
{
	proto_json_object_end(&call->writer);
	proto_buffer_text(&call->out, "\n");
}
