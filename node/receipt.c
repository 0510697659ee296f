#include "node/receipt.h"

#include <sodium.h>
#include <string.h>

enum proto_code
node_receipt_open(struct proto_receipt *ret_receipt, const struct node_office *office,
    const struct node_submission *submission, const struct proto_buffer *bytes, struct proto_error *error)
{
	struct proto_receipt receipt;
	enum proto_code code = proto_receipt_open(&receipt, bytes->data, bytes->len, &office->trust, error);

	if (code == PROTO_OK)
		code = proto_receipt_matches(&receipt, submission->header, sizeof(submission->header), error);
	if (code == PROTO_OK)
		*ret_receipt = receipt;
	return code;
}

enum proto_code
node_receipt_take(const struct node_office *office, struct node_submission *submission, const struct proto_buffer *bytes,
    bool *ret_new, struct proto_error *error)
{
	struct proto_receipt receipt;
	uint8_t sha256[PROTO_HASH];
	enum proto_code code = node_receipt_open(&receipt, office, submission, bytes, error);

	if (code != PROTO_OK)
		return code;
	if (submission->receipt.len > 0) {
		*ret_new = false;
		return PROTO_OK;
	}
	(void)crypto_hash_sha256(sha256, bytes->data, bytes->len);
	code = kit_db_run(office->state->db, error,
	    "INSERT INTO receipt (sequence, receipt, sha256, accepted) VALUES (?,?,?,?)", "ubbi", submission->sequence,
	    (const void *)bytes->data, bytes->len, (const void *)sha256, sizeof(sha256), receipt.accepted);
	if (code != PROTO_OK)
		return code;
	proto_buffer_put(&submission->receipt, bytes->data, bytes->len);
	if (submission->receipt.failed)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	memcpy(submission->receipt_sha256, sha256, sizeof(sha256));
	submission->accepted = receipt.accepted;
	*ret_new = true;
	return PROTO_OK;
}
