#include "node/join.h"

#include <stdlib.h>
#include <string.h>

#include "node/client.h"
#include "node/sync.h"

struct joining {
	const struct node_join_request *request;
	struct node_keys keys;
	struct node_enrolment enrolment;
	bool before; /* there was an enrolment already */
};

static enum proto_code
check_invitation(const struct proto_invitation *invitation, struct proto_error *error)
{
	struct proto_trust trust = {0};
	enum proto_code code = node_client_check_url(invitation->url, error);

	if (code != PROTO_OK)
		return code;
	code = proto_trust_open(&trust, invitation->trust.data, invitation->trust.len, invitation->root_hash, error);
	if (code == PROTO_OK && strcmp(trust.coordinator, invitation->coordinator) != 0)
		code = proto_error_set(error, PROTO_NOT_GENUINE, invitation->coordinator, "the root vouches for another coordinator");
	proto_trust_wipe(&trust);
	return code;
}

/*
 * An office keeps its country for ever, and its coordinator and root unless the root was unpinned: its
 * ledger speaks of persons of that country.
 */
static enum proto_code
check_same(const struct joining *joining, struct proto_error *error)
{
	const struct proto_invitation *invitation = joining->request->invitation;
	const struct node_enrolment *enrolment = &joining->enrolment;
	bool same = memcmp(invitation->root_hash, enrolment->root_hash, PROTO_HASH) == 0;

	if (strcmp(invitation->country, enrolment->keys.country) == 0 &&
	    strcmp(invitation->coordinator, enrolment->coordinator) == 0 && (same || enrolment->pin == NODE_PIN_NONE))
		return PROTO_OK;
	return proto_error_set(error, PROTO_EXISTS, enrolment->keys.country,
	    "this state directory belongs to %s at coordinator %s; another office needs another --state",
	    enrolment->keys.country, enrolment->coordinator);
}

static enum proto_code
copy(char **ret_text, const char *text, struct proto_error *error)
{
	char *copied = strdup(text);

	if (copied == NULL)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	free(*ret_text);
	*ret_text = copied;
	return PROTO_OK;
}

/* What the invitation says, and the request that proves we hold it. The secret itself is not kept. */
static enum proto_code
fill(struct joining *joining, struct proto_error *error)
{
	const struct proto_invitation *invitation = joining->request->invitation;
	struct node_enrolment *enrolment = &joining->enrolment;
	enum proto_code code;

	strcpy(enrolment->coordinator, invitation->coordinator);
	memcpy(enrolment->root_hash, invitation->root_hash, PROTO_HASH);
	strcpy(joining->keys.pub.country, invitation->country);
	enrolment->keys = joining->keys.pub;
	/* the same root and keys: what was compared stays compared */
	if (enrolment->pin != NODE_PIN_CONFIRMED)
		enrolment->pin = NODE_PIN_INVITATION;
	if (!joining->before)
		enrolment->joined = joining->request->now;
	if ((code = copy(&enrolment->coordinator_name, invitation->coordinator_name, error)) != PROTO_OK ||
	    (code = copy(&enrolment->url, invitation->url, error)) != PROTO_OK ||
	    (code = copy(&enrolment->country_name, invitation->country_name, error)) != PROTO_OK)
		return code;
	proto_buffer_wipe(&enrolment->trust);
	proto_buffer_put(&enrolment->trust, invitation->trust.data, invitation->trust.len);
	proto_buffer_wipe(&enrolment->certificate);
	proto_buffer_wipe(&enrolment->request);
	if (enrolment->trust.failed)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	return proto_enrol_request_encode(&enrolment->request, invitation->coordinator, &enrolment->keys, invitation->secret,
	    joining->keys.signing, error);
}

static enum proto_code
store(struct joining *joining, struct node_state *state, struct proto_error *error)
{
	struct dp_ledger_caps caps;
	struct node_policy policy;
	enum proto_code code = kit_db_begin(state->db, error);

	if (code != PROTO_OK)
		return code;
	node_policy_default(&caps);
	code = node_enrolment_save(state, &joining->enrolment, error);
	if (code == PROTO_OK && !joining->before)
		code = node_policy_add(&policy, state, &caps, &joining->keys, joining->request->now, error);
	if (code == PROTO_OK)
		code = node_state_log(state, joining->request->now, error, "joined %s as %s", joining->enrolment.coordinator,
		    joining->enrolment.keys.country);
	if (code == PROTO_OK)
		code = kit_db_commit(state->db, error);
	if (code != PROTO_OK)
		kit_db_rollback(state->db);
	return code;
}

static enum proto_code
knock(const struct node_office *office, struct proto_error *error)
{
	struct proto_enrol_reply reply = {0};
	enum proto_code code = node_sync_knock(office, &reply, "/v1/enrol", error);

	proto_enrol_reply_wipe(&reply);
	return code;
}

/* Is what stands here the answer to this very invitation? A request is a function of keys and invitation. */
static enum proto_code
answered(bool *ret_answered, const struct joining *joining, struct proto_error *error)
{
	const struct proto_invitation *invitation = joining->request->invitation;
	const struct node_enrolment *enrolment = &joining->enrolment;
	struct proto_buffer request = {0};
	enum proto_code code = proto_enrol_request_encode(&request, invitation->coordinator, &enrolment->keys, invitation->secret,
	    joining->keys.signing, error);

	*ret_answered = code == PROTO_OK && strcmp(enrolment->url, invitation->url) == 0 && request.len == enrolment->request.len &&
	    memcmp(request.data, enrolment->request.data, request.len) == 0;
	proto_buffer_wipe(&request);
	return code;
}

/*
 * An office with a certificate is invited anew: it was revoked, or the coordinator moved. The certificate is given up
 * only when the coordinator has taken the new request, so that a void invitation does no harm.
 */
static enum proto_code
present(const struct joining *joining, struct node_state *state, struct proto_error *error)
{
	struct node_office office = {.state = state, .enrolment = joining->enrolment, .transport = joining->request->transport,
	    .now = joining->request->now};
	enum proto_code code = node_enrolment_trust(&office.trust, &office.enrolment, error);

	if (code == PROTO_OK)
		code = knock(&office, error);
	proto_trust_wipe(&office.trust);
	return code;
}

static enum proto_code
set_up(struct node_state *state, const struct node_join_request *request, struct proto_error *error)
{
	struct joining joining = {.request = request};
	struct proto_error missing;
	bool active, stands = false;
	enum proto_code code = node_enrolment_load(&joining.enrolment, state, &missing);

	joining.before = code == PROTO_OK;
	if (code != PROTO_OK && code != PROTO_NOT_FOUND) {
		if (error != NULL)
			*error = missing;
		goto out;
	}
	if (joining.before && (code = check_same(&joining, error)) != PROTO_OK)
		goto out;
	active = joining.before && joining.enrolment.pin != NODE_PIN_NONE && joining.enrolment.certificate.len > 0;
	if ((code = node_keys_make(&joining.keys, state, request->passphrase, error)) != PROTO_OK ||
	    (active && (code = answered(&stands, &joining, error)) != PROTO_OK) || stands)
		goto out;
	if (request->now >= request->invitation->expires) {
		code = proto_error_set(error, PROTO_EXPIRED, request->invitation->country, "the invitation has expired; ask for a new one");
		goto out;
	}
	if ((code = fill(&joining, error)) == PROTO_OK && (!active || (code = present(&joining, state, error)) == PROTO_OK))
		code = store(&joining, state, error);
out:
	node_keys_close(&joining.keys);
	node_enrolment_wipe(&joining.enrolment);
	return code;
}

enum proto_code
node_join(struct node_office *ret_office, const char *path, const struct node_join_request *request,
    struct proto_error *error)
{
	struct node_office office = {0};
	struct node_state *state = NULL;
	enum proto_code code;

	if ((code = check_invitation(request->invitation, error)) != PROTO_OK ||
	    (code = node_state_open(&state, path, NODE_STATE_CREATE, error)) != PROTO_OK)
		return code;
	code = set_up(state, request, error);
	node_state_close(state);
	if (code != PROTO_OK || (code = node_office_open(&office, path, NODE_STATE_WRITE, error)) != PROTO_OK)
		return code;
	office.transport = request->transport;
	office.now = request->now;
	if (office.enrolment.certificate.len == 0 && (code = knock(&office, error)) != PROTO_OK)
		node_office_close(&office);
	else
		*ret_office = office;
	return code;
}
