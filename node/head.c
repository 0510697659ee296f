#include "node/head.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/kit/files.h"
#include "proto/kit/print.h"

#define HEAD_BYTES_MAX 512

enum proto_code
node_head_key(uint8_t ret_key[static NODE_HEAD_KEY], const char *path, bool create, struct proto_error *error)
{
	struct proto_buffer data = {0};
	enum proto_code code = kit_files_read_private(&data, path, NODE_HEAD_KEY + 1, error);

	if (code == PROTO_NOT_FOUND && create) {
		uint8_t key[NODE_HEAD_KEY];

		randombytes_buf(key, sizeof(key));
		if ((code = kit_files_write(path, key, sizeof(key), 0600, true, error)) == PROTO_OK)
			memcpy(ret_key, key, sizeof(key));
		goto out;
	}
	if (code == PROTO_NOT_FOUND)
		code = proto_error_set(error, PROTO_DAMAGED, path, "the key of the head file is gone");
	else if (code == PROTO_OK && data.len != NODE_HEAD_KEY)
		code = proto_error_set(error, PROTO_DAMAGED, path, "the key of the head file is cut");
	if (code == PROTO_OK)
		memcpy(ret_key, data.data, NODE_HEAD_KEY);
out:
	proto_buffer_wipe(&data);
	return code;
}

void
node_head_seal(uint8_t ret_seal[static DP_LEDGER_HASH], const uint8_t key[static NODE_HEAD_KEY], const char *label,
    const struct proto_buffer *data)
{
	crypto_generichash_state state;

	/* None of these calls can fail: the lengths are constants within BLAKE2b's limits. */
	(void)crypto_generichash_init(&state, key, NODE_HEAD_KEY, DP_LEDGER_HASH);
	(void)crypto_generichash_update(&state, (const uint8_t *)label, strlen(label) + 1);
	(void)crypto_generichash_update(&state, data->data, data->len);
	(void)crypto_generichash_final(&state, ret_seal, DP_LEDGER_HASH);
}

static void
put_text(struct proto_buffer *out, const struct node_head *head, const uint8_t key[static NODE_HEAD_KEY])
{
	char hex[2 * DP_LEDGER_HASH + 1];
	uint8_t seal[DP_LEDGER_HASH];

	kit_print_hex(hex, head->head, sizeof(head->head));
	proto_buffer_printf(out, "chorale-node head v1\nentries %" PRIu64 "\nhead %s\n", head->entries, hex);
	if (out->failed)
		return;
	node_head_seal(seal, key, "chorale node head v1", out);
	kit_print_hex(hex, seal, sizeof(seal));
	proto_buffer_printf(out, "seal %s\n", hex);
}

static bool
take_text(struct node_head *head, struct proto_buffer *data)
{
	const char *text = proto_buffer_string(data);
	char hex[2 * DP_LEDGER_HASH + 1];

	return text != NULL &&
	    sscanf(text, "chorale-node head v1\nentries %" SCNu64 "\nhead %64[0-9a-f]\n", &head->entries, hex) == 2 &&
	    kit_print_unhex(head->head, sizeof(head->head), hex, NULL) == PROTO_OK;
}

enum proto_code
node_head_load(struct node_head *ret_head, const char *path, const uint8_t key[static NODE_HEAD_KEY],
    struct proto_error *error)
{
	struct proto_buffer data = {0}, right = {0};
	struct node_head head = {0};
	enum proto_code code = kit_files_read_private(&data, path, HEAD_BYTES_MAX, error);

	if (code != PROTO_OK)
		return code;
	/* Reading is lax, but what was read must give the very same bytes again, seal included. */
	if (take_text(&head, &data))
		put_text(&right, &head, key);
	if (data.failed || right.failed)
		code = proto_error_set(error, PROTO_MEMORY, path, "out of memory");
	else if (right.len == 0 || right.len != data.len || sodium_memcmp(right.data, data.data, data.len) != 0)
		code = proto_error_set(error, PROTO_DAMAGED, path, "not the head file of this ledger");
	else
		*ret_head = head;
	proto_buffer_wipe(&data);
	proto_buffer_wipe(&right);
	return code;
}

enum proto_code
node_head_save(const char *path, const struct node_head *head, const uint8_t key[static NODE_HEAD_KEY],
    struct proto_error *error)
{
	struct proto_buffer text = {0};
	enum proto_code code;

	put_text(&text, head, key);
	if (text.failed)
		code = proto_error_set(error, PROTO_MEMORY, path, "out of memory");
	else
		code = kit_files_write(path, text.data, text.len, 0600, false, error);
	proto_buffer_wipe(&text);
	return code;
}
