#include "submission_row.h"

#include <stdlib.h>
#include <string.h>

#include "node/head.h"
#include "proto/submission.h"
#include "row.h"

static enum proto_code
seal_row(uint8_t ret_seal[static PROTO_HASH], const struct node_state *state, const struct node_submission_row *row,
    struct proto_error *error)
{
	struct proto_buffer data = {0};
	size_t i;

	proto_buffer_u64(&data, row->sequence);
	proto_buffer_put(&data, row->manifest, PROTO_HASH);
	proto_buffer_put(&data, row->header, PROTO_HEADER_BYTES);
	proto_buffer_u64(&data, row->part->len);
	proto_buffer_put(&data, row->part->data, row->part->len);
	for (i = 0; i < row->cells; i++)
		proto_buffer_u64(&data, (uint64_t)row->noisy[i]);
	if (data.failed)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	node_head_seal(ret_seal, state->key, "chorale node submission v1", &data);
	proto_buffer_wipe(&data);
	return PROTO_OK;
}

enum proto_code
node_submission_row_add(struct node_state *state, const struct node_submission_row *row, struct proto_error *error)
{
	struct proto_buffer noisy = {0};
	uint8_t seal[PROTO_HASH];
	size_t i;
	enum proto_code code = seal_row(seal, state, row, error);

	for (i = 0; i < row->cells; i++)
		proto_buffer_u64(&noisy, (uint64_t)row->noisy[i]);
	if (code == PROTO_OK && noisy.failed)
		code = proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	if (code == PROTO_OK)
		code = kit_db_run(state->db, error,
		    "INSERT INTO submission (sequence, manifest, header, part, noisy, seal) VALUES (?,?,?,?,?,?)", "ubbbbb",
		    row->sequence, (const void *)row->manifest, (size_t)PROTO_HASH, (const void *)row->header,
		    (size_t)PROTO_HEADER_BYTES, (const void *)row->part->data, row->part->len, (const void *)noisy.data,
		    noisy.len, (const void *)seal, sizeof(seal));
	proto_buffer_wipe(&noisy);
	return code;
}

static enum proto_code
damaged(const struct node_submission *submission, const char *what, struct proto_error *error)
{
	return proto_error_set(error, PROTO_DAMAGED, submission->round, "the stored submission %s", what);
}

static enum proto_code
take_noisy(struct node_submission *submission, struct kit_rows *rows, struct proto_error *error)
{
	size_t len, i, b;
	const uint8_t *data = kit_rows_blob(rows, 3, &len);

	submission->cells = data == NULL ? 0 : len / 8;
	if ((submission->noisy = calloc(submission->cells + 1, sizeof(*submission->noisy))) == NULL)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	for (i = 0; i < submission->cells; i++) {
		uint64_t value = 0;

		for (b = 0; b < 8; b++)
			value |= (uint64_t)data[8 * i + b] << 8 * b;
		submission->noisy[i] = (int64_t)value;
	}
	return PROTO_OK;
}

static enum proto_code
take_row(struct node_submission *submission, uint8_t ret_seal[static PROTO_HASH], struct kit_rows *rows,
    struct proto_error *error)
{
	const uint8_t *data;
	size_t len;

	if ((data = kit_rows_blob(rows, 0, &len)) == NULL || len != PROTO_HASH)
		return damaged(submission, "names no manifest", error);
	memcpy(submission->manifest, data, len);
	if ((data = kit_rows_blob(rows, 1, &len)) == NULL || len != PROTO_HEADER_BYTES)
		return damaged(submission, "has no header", error);
	memcpy(submission->header, data, len);
	proto_header_digest(submission->digest, submission->header, sizeof(submission->header));
	if ((data = kit_rows_blob(rows, 2, &len)) == NULL)
		return damaged(submission, "has no body", error);
	proto_buffer_put(&submission->part, data, len);
	if (submission->part.failed)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	if ((data = kit_rows_blob(rows, 4, &len)) == NULL || len != PROTO_HASH)
		return damaged(submission, "has no seal", error);
	memcpy(ret_seal, data, len);
	return take_noisy(submission, rows, error);
}

static enum proto_code
check_seal(const struct node_submission *submission, const struct node_state *state, const uint8_t seal[static PROTO_HASH],
    struct proto_error *error)
{
	const struct node_submission_row row = {.sequence = submission->sequence, .manifest = submission->manifest,
	    .header = submission->header, .part = &submission->part, .cells = submission->cells, .noisy = submission->noisy};
	uint8_t right[PROTO_HASH];
	enum proto_code code = seal_row(right, state, &row, error);

	if (code == PROTO_OK && memcmp(right, seal, sizeof(right)) != 0)
		code = damaged(submission, "is not what was written: its seal does not fit", error);
	return code;
}

/* The stored bytes must say what the ledger says. */
static enum proto_code
check_entry(const struct node_submission *submission, const struct dp_ledger_entry *entry,
    const uint8_t signing[static PROTO_PUBLIC], struct proto_error *error)
{
	struct proto_header header;
	uint8_t part[PROTO_HASH], body[PROTO_HASH];

	if (proto_header_open(&header, submission->header, sizeof(submission->header), signing, NULL) != PROTO_OK)
		return damaged(submission, "has a header that this office did not sign", error);
	proto_part_digest(part, &submission->part);
	proto_submission_body(body, part);
	if (memcmp(part, header.country_part, PROTO_HASH) != 0 || memcmp(body, entry->body, PROTO_HASH) != 0)
		return damaged(submission, "has a body that its header does not name", error);
	if (strcmp(header.round, submission->round) != 0 || header.sequence != entry->sequence || header.total != entry->total ||
	    memcmp(header.head, entry->head, PROTO_HASH) != 0 || memcmp(header.previous, entry->previous, PROTO_HASH) != 0 ||
	    memcmp(header.manifest, submission->manifest, PROTO_HASH) != 0)
		return damaged(submission, "has a header that differs from the ledger", error);
	return PROTO_OK;
}

static enum proto_code
take_receipt(struct node_submission *submission, struct node_state *state, struct proto_error *error)
{
	struct kit_rows *rows = NULL;
	bool any;
	enum proto_code code = kit_db_query(state->db, &rows, error,
	    "SELECT receipt, sha256, accepted FROM receipt WHERE sequence = ?", "u", submission->sequence);

	if (code == PROTO_OK && (code = kit_rows_next(rows, &any, error)) == PROTO_OK && any) {
		node_row_blob(&submission->receipt, rows, 0);
		node_row_hash(submission->receipt_sha256, rows, 1);
		submission->accepted = kit_rows_int(rows, 2);
		if (submission->receipt.failed)
			code = proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	}
	kit_rows_free(rows);
	return code;
}

static const struct node_ledger_row *
find_entry(const struct node_state *state, const char *round)
{
	size_t i;

	for (i = 0; i < state->rows; i++)
		if (strcmp(state->row[i].round, round) == 0)
			return &state->row[i];
	return NULL;
}

enum proto_code
node_submission_load(struct node_submission *ret_submission, bool *ret_found, struct node_state *state, const char *round,
    const uint8_t signing[static PROTO_PUBLIC], struct proto_error *error)
{
	const struct node_ledger_row *row = find_entry(state, round);
	struct node_submission submission = {0};
	struct kit_rows *rows = NULL;
	uint8_t seal[PROTO_HASH];
	bool any;
	enum proto_code code;

	if (row == NULL) {
		*ret_found = false;
		return PROTO_OK;
	}
	strcpy(submission.round, row->round);
	submission.sequence = row->entry.sequence;
	submission.rho = row->entry.claim.rho;
	submission.total = row->entry.total;
	submission.time = row->time;
	code = kit_db_query(state->db, &rows, error,
	    "SELECT manifest, header, part, noisy, seal FROM submission WHERE sequence = ?", "u", submission.sequence);
	if (code == PROTO_OK && (code = kit_rows_next(rows, &any, error)) == PROTO_OK)
		code = any ? take_row(&submission, seal, rows, error) : damaged(&submission, "is gone", error);
	kit_rows_free(rows);
	if (code == PROTO_OK && (code = check_seal(&submission, state, seal, error)) == PROTO_OK &&
	    (code = check_entry(&submission, &row->entry, signing, error)) == PROTO_OK)
		code = take_receipt(&submission, state, error);
	if (code != PROTO_OK) {
		node_submission_wipe(&submission);
		return code;
	}
	*ret_submission = submission;
	*ret_found = true;
	return PROTO_OK;
}

void
node_submission_wipe(struct node_submission *submission)
{
	proto_buffer_wipe(&submission->part);
	proto_buffer_wipe(&submission->receipt);
	free(submission->noisy);
	*submission = (struct node_submission){0};
}
