#include "store_row.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS "h.round, h.node, h.sequence, h.total, h.previous, h.head, h.digest, h.country_part, h.header, h.bound, b.receipt"
#define FROM " FROM header h LEFT JOIN body b ON b.round = h.round AND b.node = h.node"

static enum proto_code
read_plain(void *ret_submission, struct kit_rows *rows, struct proto_error *error)
{
	struct coord_submission *submission = ret_submission;
	enum proto_code code;

	submission->sequence = kit_rows_u64(rows, 2);
	submission->total = kit_rows_u64(rows, 3);
	submission->bound = kit_rows_int(rows, 9);
	if ((code = coord_store_row_id(submission->round, sizeof submission->round, rows, 0, error)) != PROTO_OK ||
	    (code = coord_store_row_id(submission->node, sizeof submission->node, rows, 1, error)) != PROTO_OK ||
	    (code = coord_store_row_bytes(submission->previous, PROTO_HASH, rows, 4, error)) != PROTO_OK ||
	    (code = coord_store_row_bytes(submission->head, PROTO_HASH, rows, 5, error)) != PROTO_OK ||
	    (code = coord_store_row_bytes(submission->digest, PROTO_HASH, rows, 6, error)) != PROTO_OK ||
	    (code = coord_store_row_bytes(submission->country_part, PROTO_HASH, rows, 7, error)) != PROTO_OK ||
	    (code = coord_store_row_bytes(submission->header, PROTO_HEADER_BYTES, rows, 8, error)) != PROTO_OK)
		return code;
	return coord_store_row_buffer(&submission->receipt, rows, 10, error);
}

static enum proto_code
read_with_body(void *ret_submission, struct kit_rows *rows, struct proto_error *error)
{
	struct coord_submission *submission = ret_submission;
	enum proto_code code = read_plain(submission, rows, error);

	return code == PROTO_OK ? coord_store_row_buffer(&submission->body, rows, 11, error) : code;
}

enum proto_code
coord_store_submission_list(struct coord_submission **ret_submission, size_t *ret_submissions, struct coord_store *store,
    const char *round, enum coord_bodies bodies, struct proto_error *error)
{
	const struct coord_store_row_reader reader = {sizeof(struct coord_submission),
	    bodies == COORD_WITH_BODIES ? read_with_body : read_plain};
	struct kit_rows *rows = NULL;
	void *list = NULL;
	size_t submissions = 0;
	enum proto_code code;

	code = kit_db_query(store->db, &rows, error, bodies == COORD_WITH_BODIES ?
	    "SELECT " COLUMNS ", b.body" FROM " WHERE h.round = ? ORDER BY h.node" :
	    "SELECT " COLUMNS FROM " WHERE h.round = ? ORDER BY h.node", "t", round);
	if (code == PROTO_OK)
		code = coord_store_row_list(&list, &submissions, rows, &reader, error);
	kit_rows_free(rows);
	if (code != PROTO_OK) {
		coord_store_submission_free(list, submissions);
		return code;
	}
	*ret_submission = list;
	*ret_submissions = submissions;
	return PROTO_OK;
}

static enum proto_code
find_rows(struct kit_rows **ret_rows, struct coord_store *store, const struct coord_submission_key *key, struct proto_error *error)
{
	switch (key->which) {
	case COORD_ROUND:
		return kit_db_query(store->db, ret_rows, error, "SELECT " COLUMNS FROM " WHERE h.node = ? AND h.round = ?", "tt", key->node,
		    key->round);
	case COORD_DIGEST:
		return kit_db_query(store->db, ret_rows, error, "SELECT " COLUMNS FROM " WHERE h.node = ? AND h.digest = ?", "tb", key->node,
		    key->digest, (size_t)PROTO_HASH);
	case COORD_BELOW:
		return kit_db_query(store->db, ret_rows, error,
		    "SELECT " COLUMNS FROM " WHERE h.node = ? AND h.sequence <= ? ORDER BY h.sequence DESC LIMIT 1", "tu", key->node,
		    key->sequence);
	case COORD_ABOVE:
		return kit_db_query(store->db, ret_rows, error,
		    "SELECT " COLUMNS FROM " WHERE h.node = ? AND h.sequence >= ? ORDER BY h.sequence LIMIT 1", "tu", key->node,
		    key->sequence);
	}
	return proto_error_set(error, PROTO_INTERNAL, "coordinator.db", "unknown search");
}

enum proto_code
coord_store_submission_find(struct coord_submission *ret_submission, bool *ret_any, struct coord_store *store,
    const struct coord_submission_key *key, struct proto_error *error)
{
	struct coord_submission submission = {0};
	struct kit_rows *rows = NULL;
	enum proto_code code;
	bool row = false;

	code = find_rows(&rows, store, key, error);
	if (code == PROTO_OK)
		code = kit_rows_next(rows, &row, error);
	if (code == PROTO_OK && row)
		code = read_plain(&submission, rows, error);
	kit_rows_free(rows);
	if (code != PROTO_OK) {
		coord_store_submission_wipe(&submission);
		return code;
	}
	*ret_submission = submission;
	*ret_any = row;
	return PROTO_OK;
}

enum proto_code
coord_store_submission_bind(struct coord_store *store, const struct coord_submission *submission, struct proto_error *error)
{
	enum proto_code code;
	int64_t one;
	bool any;

	code = kit_db_int(store->db, &one, &any, error, "SELECT 1 FROM header WHERE node = ? AND (round = ? OR sequence = ?)", "ttu",
	    submission->node, submission->round, submission->sequence);
	if (code != PROTO_OK)
		return code;
	if (any)
		return proto_error_set(error, PROTO_CONFLICT, submission->round, "another header is bound");
	return kit_db_run(store->db, error,
	    "INSERT INTO header (round, node, sequence, total, previous, head, digest, country_part, header, bound)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    "ttuubbbbbi", submission->round, submission->node, submission->sequence, submission->total, submission->previous,
	    sizeof submission->previous, submission->head, sizeof submission->head, submission->digest, sizeof submission->digest,
	    submission->country_part, sizeof submission->country_part, submission->header, sizeof submission->header, submission->bound);
}

enum proto_code
coord_store_submission_complete(struct coord_store *store, const struct coord_submission *submission, const void *body, size_t len,
    const struct proto_buffer *receipt, struct proto_error *error)
{
	uint8_t digest[PROTO_HASH];

	SHA256(receipt->data, receipt->len, digest);
	return kit_db_run(store->db, error, "INSERT INTO body (round, node, receipt, receipt_sha256, body) VALUES (?, ?, ?, ?, ?)", "ttbbb",
	    submission->round, submission->node, receipt->data, receipt->len, digest, sizeof digest, body, len);
}

void
coord_store_submission_wipe(struct coord_submission *submission)
{
	proto_buffer_wipe(&submission->body);
	proto_buffer_wipe(&submission->receipt);
}

void
coord_store_submission_free(struct coord_submission *submission, size_t submissions)
{
	size_t i;

	for (i = 0; i < submissions; i++)
		coord_store_submission_wipe(&submission[i]);
	free(submission);
}
