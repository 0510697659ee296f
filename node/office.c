#include "node/office.h"

#include "node/client.h"
#include "node/keys.h"
#include "proto/kit/print.h"
#include "proto/kit/x509.h"

enum proto_code
node_office_open(struct node_office *ret_office, const char *path, enum node_state_mode mode, struct proto_error *error)
{
	struct node_office office = {.transport = &node_client_https, .now = kit_print_now()};
	enum proto_code code;

	if ((code = node_state_open(&office.state, path, mode, error)) == PROTO_OK &&
	    (code = node_enrolment_load(&office.enrolment, office.state, error)) == PROTO_OK &&
	    (code = node_policy_load(&office.policy, office.state, office.enrolment.keys.signing, error)) == PROTO_OK &&
	    office.enrolment.pin != NODE_PIN_NONE)
		code = node_enrolment_trust(&office.trust, &office.enrolment, error);
	if (code != PROTO_OK)
		node_office_close(&office);
	else
		*ret_office = office;
	return code;
}

void
node_office_close(struct node_office *office)
{
	proto_trust_wipe(&office->trust);
	node_enrolment_wipe(&office->enrolment);
	node_state_close(office->state);
	*office = (struct node_office){0};
}

enum proto_code
node_office_pinned(const struct node_office *office, struct proto_error *error)
{
	if (office->enrolment.pin != NODE_PIN_NONE)
		return PROTO_OK;
	return proto_error_set(error, PROTO_FINGERPRINT, office->enrolment.coordinator,
	    "the fingerprints differed, so no coordinator is trusted: `join` with a new invitation");
}

enum proto_code
node_office_line(void **ret_line, const struct node_office *office, enum node_office_face face, struct proto_error *error)
{
	struct proto_buffer key = {0}, self = {0};
	const struct node_transport_peer peer = {.url = office->enrolment.url, .trust = &office->trust, .key = &key,
	    .certificate = face == NODE_OFFICE_SELF ? &self : &office->enrolment.certificate};
	enum proto_code code;

	if ((code = node_office_pinned(office, error)) == PROTO_OK &&
	    (code = node_keys_tls(&key, office->state, error)) == PROTO_OK && face == NODE_OFFICE_SELF)
		code = kit_x509_self(&self, &key, office->enrolment.keys.country, office->now, error);
	if (code == PROTO_OK)
		code = office->transport->open(office->transport->ctx, ret_line, &peer, error);
	proto_buffer_wipe(&key);
	proto_buffer_wipe(&self);
	return code;
}
