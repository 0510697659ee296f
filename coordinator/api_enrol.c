#include "api_calls.h"

#include <sodium.h>
#include <string.h>

#include "proto/kit/x509.h"

enum act { ENROL, POLL };

/* An invited country's secret makes the proof; afterwards the proof itself is kept and the secret is gone. */
static bool
proof_fits(const struct coord_country *country, const struct proto_enrol_request *request, const char *coordinator)
{
	uint8_t expected[PROTO_HASH];

	if (country->has_keys)
		memcpy(expected, country->proof, sizeof expected);
	else
		proto_enrol_proof(expected, country->secret, coordinator, &request->keys);
	return sodium_memcmp(expected, request->proof, sizeof expected) == 0;
}

static enum proto_code
enrol(struct coord_api *api, struct coord_country *country, const struct proto_enrol_request *request, const struct coord_api_call *call,
    struct proto_error *error)
{
	enum proto_code code;

	if (api->now() >= country->expires)
		return proto_error_set(error, PROTO_EXPIRED, country->code, "the invitation has expired; ask for a new one");
	country->state = COORD_PENDING;
	country->has_keys = true;
	country->keys = request->keys;
	memcpy(country->proof, request->proof, sizeof country->proof);
	country->has_secret = false;
	proto_buffer_wipe(&country->self);
	proto_buffer_put(&country->self, call->peer, call->peer_len);
	if (country->self.failed)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	code = coord_store_country_put(api->state.store, country, error);
	return code == PROTO_OK ? coord_store_log_event(api->state.store, "country-enrol", country->code, error) : code;
}

/* What the store knows of the country decides; an unknown country costs the same work and gets the same answer (A2). */
static enum proto_code
judge(struct coord_api *api, struct coord_country *country, const struct proto_enrol_request *request, const struct coord_api_call *call,
    enum act act, struct proto_error *error)
{
	bool known = country->state != 0 && (country->has_keys || country->has_secret);

	if (!proof_fits(country, request, api->state.identity.coordinator) || !known)
		return coord_api_not_genuine(error);
	if (country->state == COORD_REVOKED)
		return proto_error_set(error, PROTO_REVOKED, country->code, "this country's access is revoked");
	if (country->state != COORD_INVITED)
		return PROTO_OK;
	return act == ENROL ? enrol(api, country, request, call, error) : coord_api_not_genuine(error);
}

static enum proto_code
answer(struct proto_buffer *ret_reply, struct coord_api *api, const struct coord_country *country, struct proto_error *error)
{
	struct proto_enrol_reply reply = {0};

	/* Borrowed: nothing of reply is wiped. */
	reply.approved = country->state == COORD_ACTIVE;
	reply.trust = api->state.identity.trust;
	if (reply.approved)
		reply.certificate = country->certificate;
	return proto_enrol_reply_encode(ret_reply, &reply, error);
}

static enum proto_code
run(struct coord_api *api, struct proto_buffer *ret_reply, const struct coord_api_call *call, enum act act, struct proto_error *error)
{
	struct proto_enrol_request request;
	struct coord_country country = {0};
	struct kit_x509_view view;
	enum proto_code code;

	code = proto_enrol_request_decode(&request, api->state.identity.coordinator, call->body, call->body_len, error);
	if (code == PROTO_OK)
		code = kit_x509_view(&view, call->peer, call->peer_len, error);
	/* The request is bound to this connection's key: a copy of it is of no use on another. */
	if (code == PROTO_OK && sodium_memcmp(view.tls, request.keys.tls, sizeof view.tls) != 0)
		code = coord_api_not_genuine(error);
	if (code == PROTO_OK)
		code = coord_store_begin(api->state.store, error);
	if (code != PROTO_OK)
		return code;
	code = coord_store_country(&country, api->state.store, request.keys.country, error);
	if (code == PROTO_OK || code == PROTO_NOT_FOUND)
		code = judge(api, &country, &request, call, act, error);
	if (code == PROTO_OK)
		code = coord_store_commit(api->state.store, error);
	if (code == PROTO_OK)
		code = answer(ret_reply, api, &country, error);
	coord_store_country_wipe(&country);
	return code;
}

enum proto_code
coord_api_enrol(struct coord_api *api, struct proto_buffer *ret_reply, const struct coord_api_call *call, const struct coord_country *country,
    struct proto_error *error)
{
	(void)country;
	return run(api, ret_reply, call, ENROL, error);
}

enum proto_code
coord_api_enrol_state(struct coord_api *api, struct proto_buffer *ret_reply, const struct coord_api_call *call,
    const struct coord_country *country, struct proto_error *error)
{
	(void)country;
	return run(api, ret_reply, call, POLL, error);
}
