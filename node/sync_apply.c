#include "sync_apply.h"

#include <inttypes.h>
#include <string.h>

#include "node/receipt.h"
#include "node/round.h"
#include "proto/catalog.h"
#include "proto/structure.h"

struct apply {
	struct node_office *office;
	struct node_sync *result;
	const struct proto_sync_reply *reply;
	struct proto_error *error;
};

/* Every key that is used must be certified for now. */
static enum proto_code
check_times(const struct proto_trust *trust, int64_t now, struct proto_error *error)
{
	static const enum proto_purpose purpose[] = {PROTO_PURPOSE_MANIFEST, PROTO_PURPOSE_ACCEPTED, PROTO_PURPOSE_OPENING,
	    PROTO_PURPOSE_RECEIPT, PROTO_PURPOSE_CA};
	size_t i;

	for (i = 0; i < sizeof(purpose) / sizeof(purpose[0]); i++) {
		const struct proto_cert *cert = proto_trust_cert(trust, purpose[i]);

		if (cert == NULL || !proto_cert_covers(cert, now))
			return proto_error_set(error, PROTO_EXPIRED, trust->coordinator,
			    "the root certifies no key for purpose %d at this time; is this machine's clock right?",
			    (int)purpose[i]);
	}
	return PROTO_OK;
}

static enum proto_code
apply_trust(struct apply *apply)
{
	struct node_office *office = apply->office;
	const struct proto_buffer *bytes = &apply->reply->trust;
	struct proto_trust trust = {0};
	enum proto_code code;

	code = proto_trust_open(&trust, bytes->data, bytes->len, office->enrolment.root_hash, apply->error);
	if (code == PROTO_OK && strcmp(trust.coordinator, office->enrolment.coordinator) != 0)
		code = proto_error_set(apply->error, PROTO_NOT_GENUINE, trust.coordinator, "another coordinator answers");
	if (code == PROTO_OK)
		code = check_times(&trust, office->now, apply->error);
	if (code == PROTO_OK && (bytes->len != office->enrolment.trust.len ||
	    memcmp(bytes->data, office->enrolment.trust.data, bytes->len) != 0)) {
		proto_buffer_wipe(&office->enrolment.trust);
		proto_buffer_put(&office->enrolment.trust, bytes->data, bytes->len);
		code = office->enrolment.trust.failed ? proto_error_set(apply->error, PROTO_MEMORY, "", "out of memory") :
		    node_enrolment_save(office->state, &office->enrolment, apply->error);
	}
	if (code == PROTO_OK) {
		proto_trust_wipe(&office->trust);
		office->trust = trust;
	} else {
		proto_trust_wipe(&trust);
	}
	return code;
}

/* Step 0: does this ledger hold the very entry that the coordinator bound last, and it our newest receipt? */
static enum proto_code
apply_bound(const struct apply *apply)
{
	const struct proto_bound *bound = &apply->reply->bound;
	const struct node_state *state = apply->office->state;
	const struct dp_ledger_entry *entry;

	if (!apply->reply->receipt_known)
		return proto_error_set(apply->error, PROTO_ROLLED_BACK, apply->office->enrolment.coordinator,
		    "the coordinator does not know this office's newest receipt: its state is older than what it accepted. "
		    "Nothing was sent; tell its administrator");
	if (!bound->any)
		return PROTO_OK;
	if (bound->sequence >= 1 && bound->sequence <= state->rows) {
		entry = &state->row[bound->sequence - 1].entry;
		if (memcmp(entry->head, bound->head, PROTO_HASH) == 0 && entry->total == bound->total)
			return PROTO_OK;
	}
	return proto_error_set(apply->error, PROTO_ROLLED_BACK, state->path,
	    "the coordinator holds entry %" PRIu64 " of this office, which is not in this ledger: an old copy was put back, or "
	    "a second copy is in use. Nothing was sent", bound->sequence);
}

static enum proto_code
apply_structure(struct apply *apply, const struct proto_catalog *catalog, const struct proto_buffer *document)
{
	struct proto_structure *structure = NULL;
	struct kit_db *db = apply->office->state->db;
	enum proto_code code = proto_structure_decode(&structure, document->data, document->len, apply->error);

	if (code == PROTO_OK && !proto_catalog_has(catalog, structure->sha256))
		code = proto_error_set(apply->error, PROTO_NOT_GENUINE, structure->id,
		    "a structure that the signed catalog does not name");
	if (code == PROTO_OK)
		code = kit_db_run(db, apply->error, "INSERT OR IGNORE INTO structure (sha256, id, document) VALUES (?,?,?)", "btb",
		    (const void *)structure->sha256, sizeof(structure->sha256), structure->id, (const void *)document->data,
		    document->len);
	if (code == PROTO_OK && kit_db_changes(db) > 0)
		apply->result->structures++;
	proto_structure_free(structure);
	return code;
}

static enum proto_code
apply_catalog(struct apply *apply)
{
	const struct proto_buffer *bytes = &apply->reply->structures_signed;
	struct node_office *office = apply->office;
	struct proto_catalog catalog = {0};
	size_t i;
	enum proto_code code = proto_catalog_open(&catalog, bytes->data, bytes->len, &office->trust, apply->error);

	for (i = 0; code == PROTO_OK && i < apply->reply->structures; i++)
		code = apply_structure(apply, &catalog, &apply->reply->structure[i]);
	/* The newest stays: an older catalog shown again changes nothing. */
	if (code == PROTO_OK)
		code = kit_db_run(office->state->db, apply->error,
		    "INSERT INTO catalog (one, issued, catalog) VALUES (1,?,?) ON CONFLICT (one) DO UPDATE SET "
		    "issued = excluded.issued, catalog = excluded.catalog WHERE excluded.issued > issued", "ib",
		    catalog.issued, (const void *)bytes->data, bytes->len);
	proto_catalog_wipe(&catalog);
	return code;
}

static enum proto_code
apply_manifest(struct apply *apply, const struct proto_sync_round *round)
{
	struct node_office *office = apply->office;
	struct proto_manifest manifest = {0};
	bool fresh = false;
	enum proto_code code;

	if (round->manifest.len == 0)
		return PROTO_OK;
	code = proto_manifest_open(&manifest, round->manifest.data, round->manifest.len, &office->trust, apply->error);
	if (code == PROTO_OK && (strcmp(manifest.round_text, round->round) != 0 ||
	    strcmp(manifest.coordinator, office->enrolment.coordinator) != 0))
		code = proto_error_set(apply->error, PROTO_NOT_GENUINE, round->round, "the manifest is another round's");
	if (code == PROTO_OK)
		code = node_round_add(&fresh, office->state, &manifest, &round->manifest, apply->error);
	if (code == PROTO_OK && fresh)
		apply->result->manifests++;
	proto_manifest_wipe(&manifest);
	return code;
}

static enum proto_code
apply_receipt(struct apply *apply, const struct proto_sync_round *round)
{
	struct node_office *office = apply->office;
	struct node_submission submission = {0};
	bool found, fresh = false;
	enum proto_code code;

	if (round->receipt.len == 0)
		return PROTO_OK;
	code = node_submission_load(&submission, &found, office->state, round->round, office->enrolment.keys.signing,
	    apply->error);
	if (code != PROTO_OK)
		return code;
	if (!found)
		return proto_error_set(apply->error, PROTO_ROLLED_BACK, round->round,
		    "the coordinator holds a receipt for a submission that is not in this ledger");
	code = node_receipt_take(office, &submission, &round->receipt, &fresh, apply->error);
	if (code == PROTO_OK && fresh)
		apply->result->receipts++;
	node_submission_wipe(&submission);
	return code;
}

/* The digest of the manifest that stands under a round's name, if any. */
static enum proto_code
find_manifest(const struct apply *apply, const char *round, uint8_t ret_sha256[static PROTO_HASH], bool *ret_any)
{
	struct kit_rows *rows = NULL;
	const uint8_t *data;
	size_t len;
	bool any = false;
	enum proto_code code = kit_db_query(apply->office->state->db, &rows, apply->error,
	    "SELECT sha256 FROM round WHERE round = ?", "t", round);

	if (code == PROTO_OK && (code = kit_rows_next(rows, &any, apply->error)) == PROTO_OK && any &&
	    (data = kit_rows_blob(rows, 0, &len)) != NULL && len == PROTO_HASH)
		memcpy(ret_sha256, data, len);
	kit_rows_free(rows);
	*ret_any = any;
	return code;
}

static enum proto_code
apply_round(struct apply *apply, const struct proto_sync_round *round)
{
	struct node_office *office = apply->office;
	uint8_t manifest[PROTO_HASH] = {0};
	bool any;
	enum proto_code code;

	if ((code = apply_manifest(apply, round)) != PROTO_OK ||
	    (code = find_manifest(apply, round->round, manifest, &any)) != PROTO_OK)
		return code;
	/* Closed before this office could see it, and without its part: nothing here to check it by. */
	if (!any && round->receipt.len == 0)
		return PROTO_OK;
	code = kit_db_run(office->state->db, apply->error, "UPDATE round SET state = ?1 WHERE round = ?2 AND state <> ?1", "it",
	    (int64_t)round->state, round->round);
	if (code == PROTO_OK && (code = apply_receipt(apply, round)) == PROTO_OK)
		code = node_sync_set(office, apply->result, round, manifest, apply->error);
	return code;
}

enum proto_code
node_sync_apply(struct node_office *office, struct node_sync *result, const struct proto_sync_reply *reply,
    struct proto_error *error)
{
	struct apply apply = {office, result, reply, error};
	enum proto_code code;
	size_t i;

	if ((code = apply_trust(&apply)) != PROTO_OK || (code = apply_bound(&apply)) != PROTO_OK ||
	    (code = apply_catalog(&apply)) != PROTO_OK)
		return code;
	for (i = 0; code == PROTO_OK && i < reply->rounds; i++)
		code = apply_round(&apply, &reply->round[i]);
	return code;
}
