#include "node/enrolment.h"

#include <stdlib.h>
#include <string.h>

#include "node/head.h"
#include "row.h"

#define COLUMNS                                                                                                  \
	"coordinator, coordinator_name, url, country, country_name, root_hash, trust, signing, sealing, tls, " \
	"request, certificate, pin, joined, seal"

static void
put_sized(struct proto_buffer *out, const void *data, size_t len)
{
	proto_buffer_u64(out, len);
	proto_buffer_put(out, data, len);
}

static enum proto_code
seal_row(uint8_t ret_seal[static PROTO_HASH], const struct node_state *state, const struct node_enrolment *row,
    struct proto_error *error)
{
	struct proto_buffer data = {0};

	put_sized(&data, row->coordinator, strlen(row->coordinator));
	put_sized(&data, row->coordinator_name, strlen(row->coordinator_name));
	put_sized(&data, row->url, strlen(row->url));
	put_sized(&data, row->keys.country, strlen(row->keys.country));
	put_sized(&data, row->country_name, strlen(row->country_name));
	put_sized(&data, row->root_hash, PROTO_HASH);
	put_sized(&data, row->trust.data, row->trust.len);
	put_sized(&data, row->keys.signing, PROTO_PUBLIC);
	put_sized(&data, row->keys.sealing, PROTO_PUBLIC);
	put_sized(&data, row->keys.tls, PROTO_HASH);
	put_sized(&data, row->request.data, row->request.len);
	put_sized(&data, row->certificate.data, row->certificate.len);
	proto_buffer_u64(&data, (uint64_t)row->pin);
	proto_buffer_u64(&data, (uint64_t)row->joined);
	if (data.failed)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	node_head_seal(ret_seal, state->key, "chorale node enrolment v1", &data);
	proto_buffer_wipe(&data);
	return PROTO_OK;
}

static char *
copy_text(struct kit_rows *rows, int column)
{
	const char *text = kit_rows_text(rows, column);

	return strdup(text == NULL ? "" : text);
}

static enum proto_code
take_row(struct node_enrolment *row, uint8_t ret_seal[static PROTO_HASH], struct kit_rows *rows, struct proto_error *error)
{
	node_row_text(row->coordinator, sizeof(row->coordinator), rows, 0);
	row->coordinator_name = copy_text(rows, 1);
	row->url = copy_text(rows, 2);
	node_row_text(row->keys.country, sizeof(row->keys.country), rows, 3);
	row->country_name = copy_text(rows, 4);
	node_row_hash(row->root_hash, rows, 5);
	node_row_blob(&row->trust, rows, 6);
	node_row_hash(row->keys.signing, rows, 7);
	node_row_hash(row->keys.sealing, rows, 8);
	node_row_hash(row->keys.tls, rows, 9);
	node_row_blob(&row->request, rows, 10);
	node_row_blob(&row->certificate, rows, 11);
	row->pin = (enum node_pin)kit_rows_int(rows, 12);
	row->joined = kit_rows_int(rows, 13);
	node_row_hash(ret_seal, rows, 14);
	if (row->coordinator_name == NULL || row->url == NULL || row->country_name == NULL || row->trust.failed ||
	    row->request.failed || row->certificate.failed)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	return PROTO_OK;
}

enum proto_code
node_enrolment_load(struct node_enrolment *ret_enrolment, struct node_state *state, struct proto_error *error)
{
	struct node_enrolment row = {0};
	struct kit_rows *rows = NULL;
	uint8_t seal[PROTO_HASH], right[PROTO_HASH];
	bool any;
	enum proto_code code = kit_db_query(state->db, &rows, error, "SELECT " COLUMNS " FROM enrolment", "");

	if (code != PROTO_OK || (code = kit_rows_next(rows, &any, error)) != PROTO_OK)
		goto out;
	if (!any) {
		code = proto_error_set(error, PROTO_NOT_FOUND, state->path, "no office is set up here: run `join` first");
		goto out;
	}
	if ((code = take_row(&row, seal, rows, error)) != PROTO_OK || (code = seal_row(right, state, &row, error)) != PROTO_OK)
		goto out;
	if (memcmp(seal, right, sizeof(seal)) != 0) {
		code = proto_error_set(error, PROTO_DAMAGED, state->path, "the enrolment is not what was written");
		goto out;
	}
	*ret_enrolment = row;
	row = (struct node_enrolment){0};
out:
	kit_rows_free(rows);
	node_enrolment_wipe(&row);
	return code;
}

enum proto_code
node_enrolment_save(struct node_state *state, const struct node_enrolment *row, struct proto_error *error)
{
	const size_t hash = PROTO_HASH;
	uint8_t seal[PROTO_HASH];
	enum proto_code code = seal_row(seal, state, row, error);

	if (code != PROTO_OK)
		return code;
	return kit_db_run(state->db, error,
	    "INSERT OR REPLACE INTO enrolment (one, " COLUMNS ") VALUES (1,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", "tttttbbbbbbbiib",
	    row->coordinator, row->coordinator_name, row->url, row->keys.country, row->country_name,
	    (const void *)row->root_hash, hash, (const void *)row->trust.data, row->trust.len,
	    (const void *)row->keys.signing, hash, (const void *)row->keys.sealing, hash, (const void *)row->keys.tls, hash,
	    (const void *)row->request.data, row->request.len, (const void *)row->certificate.data, row->certificate.len,
	    (int64_t)row->pin, row->joined, (const void *)seal, hash);
}

void
node_enrolment_wipe(struct node_enrolment *enrolment)
{
	free(enrolment->coordinator_name);
	free(enrolment->url);
	free(enrolment->country_name);
	proto_buffer_wipe(&enrolment->trust);
	proto_buffer_wipe(&enrolment->request);
	proto_buffer_wipe(&enrolment->certificate);
	*enrolment = (struct node_enrolment){0};
}

const char *
node_enrolment_state(const struct node_enrolment *enrolment)
{
	if (enrolment->pin == NODE_PIN_NONE)
		return "unpinned";
	return enrolment->certificate.len > 0 ? "active" : "pending";
}

enum proto_code
node_enrolment_trust(struct proto_trust *ret_trust, const struct node_enrolment *enrolment, struct proto_error *error)
{
	struct proto_trust trust = {0};
	enum proto_code code;

	if (enrolment->pin == NODE_PIN_NONE)
		return proto_error_set(error, PROTO_FINGERPRINT, enrolment->coordinator,
		    "the fingerprints differed, so no coordinator is trusted: `join` with a new invitation");
	code = proto_trust_open(&trust, enrolment->trust.data, enrolment->trust.len, enrolment->root_hash, error);
	if (code != PROTO_OK)
		return code;
	if (strcmp(trust.coordinator, enrolment->coordinator) != 0) {
		proto_trust_wipe(&trust);
		return proto_error_set(error, PROTO_NOT_GENUINE, enrolment->coordinator, "the root vouches for another coordinator");
	}
	*ret_trust = trust;
	return PROTO_OK;
}

void
node_enrolment_fingerprint(char ret_text[static PROTO_FINGERPRINT_TEXT], const struct node_enrolment *enrolment,
    const struct proto_trust *trust)
{
	proto_fingerprint(ret_text, trust->root, &enrolment->keys);
}
