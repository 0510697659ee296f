#include "node/sync.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "sync_apply.h"
#include "proto/kit/x509.h"
#include "proto/limits.h"

#define ENROL_REPLY_MAX (64u << 10)
#define SYNC_REPLY_MAX (24u << 20) /* structures and manifests that are not here yet */
#define RENEW_SECONDS (180 * INT64_C(86400))

enum proto_code
node_sync_pin(struct node_office *office, const char *fingerprint, struct proto_error *error)
{
	struct node_enrolment *enrolment = &office->enrolment;
	char own[PROTO_FINGERPRINT_TEXT];
	enum node_pin pin;
	enum proto_code code = node_office_pinned(office, error);

	if (code != PROTO_OK)
		return code;
	node_enrolment_fingerprint(own, enrolment, &office->trust);
	pin = proto_fingerprint_equal(own, fingerprint) ? NODE_PIN_CONFIRMED : NODE_PIN_NONE;
	enrolment->pin = pin;
	if ((code = kit_db_begin(office->state->db, error)) != PROTO_OK)
		return code;
	if ((code = node_enrolment_save(office->state, enrolment, error)) != PROTO_OK ||
	    (code = node_state_log(office->state, office->now, error, "fingerprint %s",
	    pin == NODE_PIN_CONFIRMED ? "compared: equal" : "compared: different; the root is unpinned")) != PROTO_OK ||
	    (code = kit_db_commit(office->state->db, error)) != PROTO_OK) {
		kit_db_rollback(office->state->db);
		return code;
	}
	if (pin == NODE_PIN_CONFIRMED)
		return PROTO_OK;
	return proto_error_set(error, PROTO_FINGERPRINT, enrolment->coordinator,
	    "the fingerprints differ: somebody may stand between the two offices. This office trusts no coordinator now; "
	    "ask for a new invitation and `join` again");
}

/* Ours, for this key, issued by the pinned coordinator's CA, and in time. */
static enum proto_code
check_certificate(const struct node_office *office, const struct proto_trust *trust, const struct proto_buffer *certificate,
    struct proto_error *error)
{
	const struct proto_node_keys *keys = &office->enrolment.keys;
	struct kit_x509_view view;
	enum proto_code code = kit_x509_verify(certificate, &trust->ca, true, office->now, error);

	if (code == PROTO_OK)
		code = kit_x509_view(&view, certificate->data, certificate->len, error);
	if (code == PROTO_OK && (strcmp(view.country, keys->country) != 0 || memcmp(view.tls, keys->tls, PROTO_HASH) != 0))
		code = proto_error_set(error, PROTO_NOT_GENUINE, keys->country, "the certificate is not this office's");
	return code;
}

static enum proto_code
take_approval(struct node_office *office, struct proto_enrol_reply *reply, struct proto_error *error)
{
	struct proto_trust trust = {0};
	enum proto_code code;

	code = proto_trust_open(&trust, reply->trust.data, reply->trust.len, office->enrolment.root_hash, error);
	if (code == PROTO_OK && strcmp(trust.coordinator, office->enrolment.coordinator) != 0)
		code = proto_error_set(error, PROTO_NOT_GENUINE, trust.coordinator, "another coordinator answers");
	if (code == PROTO_OK && !reply->approved)
		code = proto_error_set(error, PROTO_WAITING, office->enrolment.coordinator,
		    "this office is not approved yet: read your fingerprint to the coordinator's office by telephone");
	if (code != PROTO_OK || (code = check_certificate(office, &trust, &reply->certificate, error)) != PROTO_OK)
		goto out;
	proto_buffer_wipe(&office->enrolment.certificate);
	office->enrolment.certificate = reply->certificate;
	reply->certificate = (struct proto_buffer){0};
	proto_buffer_wipe(&office->enrolment.trust);
	office->enrolment.trust = reply->trust;
	reply->trust = (struct proto_buffer){0};
	code = node_enrolment_save(office->state, &office->enrolment, error);
	if (code == PROTO_OK) {
		proto_trust_wipe(&office->trust);
		office->trust = trust;
		trust = (struct proto_trust){0};
	}
out:
	proto_trust_wipe(&trust);
	return code;
}

enum proto_code
node_sync_knock(const struct node_office *office, struct proto_enrol_reply *ret_reply, const char *path,
    struct proto_error *error)
{
	const struct node_transport_call call = {.path = path, .body = office->enrolment.request.data,
	    .len = office->enrolment.request.len, .most = ENROL_REPLY_MAX};
	struct proto_buffer bytes = {0};
	void *line = NULL;
	enum proto_code code = node_office_line(&line, office, NODE_OFFICE_SELF, error);

	if (code != PROTO_OK)
		return code;
	if ((code = office->transport->post(line, &bytes, &call, error)) == PROTO_OK)
		code = proto_enrol_reply_decode(ret_reply, bytes.data, bytes.len, error);
	office->transport->close(line);
	proto_buffer_wipe(&bytes);
	return code;
}

/* The request proves nothing new, and needs no passphrase. */
static enum proto_code
poll(struct node_office *office, struct proto_error *error)
{
	struct proto_enrol_reply reply = {0};
	enum proto_code code = node_sync_knock(office, &reply, "/v1/enrol/state", error);

	if (code == PROTO_OK)
		code = take_approval(office, &reply, error);
	proto_enrol_reply_wipe(&reply);
	return code;
}

enum proto_code
node_sync_approval(struct node_office *office, struct proto_error *error)
{
	const struct proto_buffer *certificate = &office->enrolment.certificate;
	struct kit_x509_view view;
	enum proto_code code;

	if (certificate->len == 0)
		return poll(office, error);
	if ((code = kit_x509_view(&view, certificate->data, certificate->len, error)) != PROTO_OK)
		return code;
	if (office->now < view.until - RENEW_SECONDS)
		return PROTO_OK;
	/* Due for renewal; while the present one is valid a failure to renew stops nothing. */
	code = poll(office, office->now < view.until ? NULL : error);
	return office->now < view.until ? PROTO_OK : code;
}

static enum proto_code
count_known(size_t *ret_known, struct node_office *office, struct proto_error *error)
{
	int64_t count = 0;
	bool any;
	enum proto_code code = kit_db_int(office->state->db, &count, &any, error,
	    "SELECT (SELECT count(*) FROM structure) + (SELECT count(*) FROM round)", "");

	if (code == PROTO_OK)
		*ret_known = (size_t)count;
	return code;
}

/* The digests of what is here already, so that it is not sent again. */
static enum proto_code
list_known(struct proto_sync_request *request, struct node_office *office, struct proto_error *error)
{
	struct kit_rows *rows = NULL;
	const uint8_t *hash;
	size_t known, len;
	bool any;
	enum proto_code code = count_known(&known, office, error);

	if (code != PROTO_OK)
		return code;
	if ((request->known_sha256 = calloc(known + 1, sizeof(*request->known_sha256))) == NULL)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	code = kit_db_query(office->state->db, &rows, error,
	    "SELECT sha256 FROM structure UNION ALL SELECT sha256 FROM round LIMIT ?", "i", (int64_t)known);
	while (code == PROTO_OK && (code = kit_rows_next(rows, &any, error)) == PROTO_OK && any)
		if ((hash = kit_rows_blob(rows, 0, &len)) != NULL && len == PROTO_HASH)
			memcpy(request->known_sha256[request->known++], hash, len);
	kit_rows_free(rows);
	return code;
}

static enum proto_code
newest_receipt(struct proto_sync_request *request, struct node_office *office, struct proto_error *error)
{
	struct kit_rows *rows = NULL;
	const uint8_t *hash;
	size_t len;
	bool any;
	enum proto_code code = kit_db_query(office->state->db, &rows, error,
	    "SELECT sequence, sha256 FROM receipt ORDER BY sequence DESC LIMIT 1", "");

	if (code == PROTO_OK && (code = kit_rows_next(rows, &any, error)) == PROTO_OK && any &&
	    (hash = kit_rows_blob(rows, 1, &len)) != NULL && len == PROTO_HASH) {
		request->any_receipt = true;
		request->receipt_sequence = kit_rows_u64(rows, 0);
		memcpy(request->receipt_sha256, hash, len);
	}
	kit_rows_free(rows);
	return code;
}

static enum proto_code
ask(struct node_office *office, struct proto_sync_reply *ret_reply, struct proto_error *error)
{
	struct proto_sync_request request = {0};
	struct proto_buffer out = {0}, in = {0};
	struct node_transport_call call = {.path = "/v1/sync", .most = SYNC_REPLY_MAX};
	void *line = NULL;
	enum proto_code code;

	if ((code = list_known(&request, office, error)) != PROTO_OK ||
	    (code = newest_receipt(&request, office, error)) != PROTO_OK ||
	    (code = proto_sync_request_encode(&out, &request, error)) != PROTO_OK ||
	    (code = node_office_line(&line, office, NODE_OFFICE_ISSUED, error)) != PROTO_OK)
		goto out;
	call.body = out.data;
	call.len = out.len;
	if ((code = office->transport->post(line, &in, &call, error)) == PROTO_OK)
		code = proto_sync_reply_decode(ret_reply, in.data, in.len, error);
	office->transport->close(line);
out:
	proto_sync_request_wipe(&request);
	proto_buffer_wipe(&out);
	proto_buffer_wipe(&in);
	return code;
}

enum proto_code
node_sync_contact(struct node_office *office, struct node_sync *ret_sync, struct proto_error *error)
{
	struct proto_sync_reply reply = {0};
	struct node_sync result = {0};
	struct kit_db *db = office->state->db;
	enum proto_code code;

	if ((code = ask(office, &reply, error)) != PROTO_OK)
		return code;
	if ((code = kit_db_begin(db, error)) == PROTO_OK) {
		if ((code = node_sync_apply(office, &result, &reply, error)) != PROTO_OK)
			kit_db_rollback(db);
		else
			code = kit_db_commit(db, error);
	}
	proto_sync_reply_wipe(&reply);
	if (code == PROTO_OK)
		*ret_sync = result;
	return code;
}
