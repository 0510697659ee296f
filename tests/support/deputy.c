#include "support/deputy.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dp/rho.h"
#include "node/round.h"
#include "proto/kit/files.h"
#include "proto/kit/x509.h"

static struct proto_buffer
copy(const struct proto_buffer *data)
{
	struct proto_buffer out = {0};

	proto_buffer_put(&out, data->data, data->len);
	if (out.failed)
		abort();
	return out;
}

/* The fixture's CA is a text; this one can sign certificates. */
static void
make_ca(struct deputy *deputy)
{
	struct wire *wire = &deputy->wire;
	struct proto_error error = {0};
	size_t i;

	office_must(kit_x509_key(&deputy->ca_key, &error), &error);
	proto_buffer_wipe(&wire->trust.ca);
	office_must(kit_x509_ca(&wire->trust.ca, &deputy->ca_key, wire->trust.coordinator, WIRE_NOW - 86400, &error), &error);
	for (i = 0; i < wire->trust.certs; i++)
		if (wire->trust.cert[i].purpose == PROTO_PURPOSE_CA) {
			crypto_hash_sha256(wire->trust.cert[i].key, wire->trust.ca.data, wire->trust.ca.len);
			office_must(proto_cert_sign(&wire->trust.cert[i], wire->root_secret, &error), &error);
		}
	proto_buffer_wipe(&wire->trust_bytes);
	office_must(proto_trust_encode(&wire->trust_bytes, &wire->trust, &error), &error);
}

static void
make_catalog(struct deputy *deputy)
{
	struct proto_structure *structure = wire_structure();
	struct proto_catalog catalog = {.issued = WIRE_NOW - 100, .structures = 1};
	struct proto_error error = {0};

	strcpy(catalog.coordinator, deputy->wire.trust.coordinator);
	catalog.sha256 = calloc(1, sizeof(*catalog.sha256));
	memcpy(catalog.sha256[0], structure->sha256, PROTO_HASH);
	deputy->structure = copy(&structure->document);
	office_must(proto_catalog_sign(&deputy->catalog, &catalog, &deputy->wire.signer[PROTO_PURPOSE_MANIFEST], &error),
	    &error);
	proto_catalog_wipe(&catalog);
	proto_structure_free(structure);
}

static enum proto_code
answer_enrol(struct deputy *deputy, struct proto_buffer *ret_reply, const struct node_transport_call *call,
    struct proto_error *error)
{
	struct proto_enrol_reply reply = {.approved = deputy->approved, .trust = deputy->wire.trust_bytes};
	enum proto_code code = proto_enrol_request_decode(&deputy->enrolled, deputy->wire.trust.coordinator, call->body,
	    call->len, error);

	if (code != PROTO_OK)
		return code;
	if (deputy->approved)
		reply.certificate = deputy->certificate;
	return proto_enrol_reply_encode(ret_reply, &reply, error); /* reply borrows */
}

static struct deputy_round *
newest_bound(struct deputy *deputy)
{
	struct deputy_round *newest = NULL;
	struct proto_header header, best = {0};
	size_t i;

	for (i = 0; i < deputy->rounds; i++)
		if (deputy->round[i].header.len > 0 && proto_header_open(&header, deputy->round[i].header.data,
		    deputy->round[i].header.len, deputy->enrolled.keys.signing, NULL) == PROTO_OK && header.sequence > best.sequence) {
			best = header;
			newest = &deputy->round[i];
		}
	return newest;
}

static bool
is_known(const struct proto_sync_request *request, const uint8_t sha256[static PROTO_HASH])
{
	size_t i;

	for (i = 0; i < request->known; i++)
		if (memcmp(request->known_sha256[i], sha256, PROTO_HASH) == 0)
			return true;
	return false;
}

static void
fill_rounds(struct deputy *deputy, const struct proto_sync_request *request, struct proto_sync_reply *reply)
{
	size_t i;

	reply->rounds = deputy->rounds;
	reply->round = calloc(deputy->rounds + 1, sizeof(*reply->round));
	for (i = 0; i < deputy->rounds; i++) {
		const struct deputy_round *round = &deputy->round[i];

		strcpy(reply->round[i].round, round->round);
		reply->round[i].state = round->state;
		if (!is_known(request, round->manifest.sha256))
			reply->round[i].manifest = copy(&round->manifest_signed);
		reply->round[i].receipt = copy(&round->receipt);
		reply->round[i].accepted = copy(&round->accepted);
	}
}

static enum proto_code
answer_sync(struct deputy *deputy, struct proto_buffer *ret_reply, const struct node_transport_call *call,
    struct proto_error *error)
{
	struct proto_sync_request request = {0};
	struct proto_sync_reply reply = {.receipt_known = true};
	struct deputy_round *newest = newest_bound(deputy);
	struct proto_header header;
	uint8_t sha256[PROTO_HASH];
	enum proto_code code = proto_sync_request_decode(&request, call->body, call->len, error);

	if (code != PROTO_OK)
		return code;
	if (newest != NULL && proto_header_open(&header, newest->header.data, newest->header.len,
	    deputy->enrolled.keys.signing, NULL) == PROTO_OK) {
		reply.bound = (struct proto_bound){.any = true, .sequence = header.sequence, .total = header.total};
		memcpy(reply.bound.head, header.head, PROTO_HASH);
	}
	reply.trust = copy(&deputy->wire.trust_bytes);
	reply.structures_signed = copy(&deputy->catalog);
	reply.structure = calloc(2, sizeof(*reply.structure));
	crypto_hash_sha256(sha256, deputy->structure.data, deputy->structure.len);
	if (!is_known(&request, sha256))
		reply.structure[reply.structures++] = copy(&deputy->structure);
	fill_rounds(deputy, &request, &reply);
	if (deputy->twist_sync != NULL)
		deputy->twist_sync(deputy, &reply);
	code = proto_sync_reply_encode(ret_reply, &reply, error);
	proto_sync_reply_wipe(&reply);
	proto_sync_request_wipe(&request);
	return code;
}

static struct deputy_round *
find_round(struct deputy *deputy, const char *name)
{
	size_t i;

	for (i = 0; i < deputy->rounds; i++)
		if (strcmp(deputy->round[i].round, name) == 0)
			return &deputy->round[i];
	return NULL;
}

static enum proto_code
answer_header(struct deputy *deputy, struct proto_buffer *ret_reply, const struct node_transport_call *call,
    struct proto_error *error)
{
	struct proto_header header;
	struct deputy_round *round;
	struct proto_header_reply reply = {0};
	enum proto_code code = proto_header_open(&header, call->body, call->len, deputy->enrolled.keys.signing, error);

	if (code != PROTO_OK)
		return code;
	round = find_round(deputy, header.round);
	if (round->header.len == 0)
		proto_buffer_put(&round->header, call->body, call->len);
	else if (round->header.len != call->len || memcmp(round->header.data, call->body, call->len) != 0)
		return proto_error_set(error, PROTO_CONFLICT, header.round, "another header is bound");
	reply.want_body = round->receipt.len == 0;
	reply.receipt = round->receipt;
	return proto_header_reply_encode(ret_reply, &reply, error);
}

static enum proto_code
answer_body(struct deputy *deputy, struct proto_buffer *ret_reply, const struct node_transport_call *call,
    struct proto_error *error)
{
	struct proto_header_reply reply = {0};
	struct proto_receipt receipt;
	struct proto_header header;
	struct deputy_round *round = newest_bound(deputy);
	uint8_t digest[PROTO_HASH];
	enum proto_code code;

	proto_header_digest(digest, round->header.data, round->header.len);
	if (call->len < PROTO_HASH || memcmp(digest, call->body, PROTO_HASH) != 0)
		return proto_error_set(error, PROTO_NOT_FOUND, round->round, "no such header");
	if (round->receipt.len == 0) {
		proto_buffer_put(&round->body, (const uint8_t *)call->body + PROTO_HASH, call->len - PROTO_HASH);
		office_must(proto_header_open(&header, round->header.data, round->header.len, deputy->enrolled.keys.signing, error),
		    error);
		receipt = wire_receipt(&header, round->header.data);
		if (deputy->twist_receipt != NULL)
			deputy->twist_receipt(deputy, &receipt);
		if ((code = proto_receipt_sign(&round->receipt, &receipt, &deputy->wire.signer[PROTO_PURPOSE_RECEIPT], error)) !=
		    PROTO_OK)
			return code;
	}
	reply.receipt = round->receipt;
	return proto_header_reply_encode(ret_reply, &reply, error);
}

static enum proto_code
answer(struct deputy *deputy, struct proto_buffer *ret_reply, const struct node_transport_call *call,
    struct proto_error *error)
{
	bool enrol = strncmp(call->path, "/v1/enrol", 9) == 0, sync = strcmp(call->path, "/v1/sync") == 0;

	if (enrol)
		return answer_enrol(deputy, ret_reply, call, error);
	if (sync)
		return answer_sync(deputy, ret_reply, call, error);
	if (deputy->refuses != PROTO_OK)
		return proto_error_set(error, deputy->refuses, "", "as told");
	return strcmp(call->path, "/v1/header") == 0 ? answer_header(deputy, ret_reply, call, error) :
	    answer_body(deputy, ret_reply, call, error);
}

static enum proto_code
line_open(void *ctx, void **ret_line, const struct node_transport_peer *peer, struct proto_error *error)
{
	(void)error;
	if (peer->certificate->len == 0 || peer->key->len == 0 || peer->trust->ca.len == 0)
		abort();
	*ret_line = ctx;
	return PROTO_OK;
}

static enum proto_code
line_post(void *line, struct proto_buffer *ret_reply, const struct node_transport_call *call, struct proto_error *error)
{
	struct deputy *deputy = line;
	struct proto_buffer reply = {0};
	enum proto_code code;

	deputy->calls++;
	if (deputy->dead != NULL && strcmp(deputy->dead, call->path) == 0)
		return proto_error_set(error, PROTO_UNREACHABLE, call->path, "as told");
	code = answer(deputy, &reply, call, error);
	if (code == PROTO_OK && deputy->lost != NULL && strcmp(deputy->lost, call->path) == 0) {
		deputy->lost = NULL;
		code = proto_error_set(error, PROTO_UNREACHABLE, call->path, "the answer was lost");
	}
	if (code == PROTO_OK)
		*ret_reply = reply;
	else
		proto_buffer_wipe(&reply);
	return code;
}

static void
line_close(void *line)
{
	(void)line;
}

void
deputy_init(struct deputy *deputy, const char *coordinator, uint8_t seed)
{
	memset(deputy, 0, sizeof(*deputy));
	wire_init(&deputy->wire, coordinator, seed);
	make_ca(deputy);
	make_catalog(deputy);
	deputy->transport = (struct node_transport){deputy, line_open, line_post, line_close};
}

void
deputy_wipe(struct deputy *deputy)
{
	size_t i;

	for (i = 0; i < deputy->rounds; i++) {
		struct deputy_round *round = &deputy->round[i];

		proto_manifest_wipe(&round->manifest);
		proto_buffer_wipe(&round->manifest_signed);
		proto_buffer_wipe(&round->header);
		proto_buffer_wipe(&round->body);
		proto_buffer_wipe(&round->receipt);
		proto_buffer_wipe(&round->accepted);
	}
	proto_buffer_wipe(&deputy->ca_key);
	proto_buffer_wipe(&deputy->structure);
	proto_buffer_wipe(&deputy->catalog);
	proto_buffer_wipe(&deputy->certificate);
	wire_wipe(&deputy->wire);
}

struct proto_invitation
deputy_invitation(const struct deputy *deputy)
{
	return wire_invitation(&deputy->wire);
}

void
deputy_approve(struct deputy *deputy, const char *country, const struct proto_buffer *tls_key)
{
	struct proto_buffer spki = {0};
	struct kit_x509_issue issue = {.ca_key = &deputy->ca_key, .ca_cert = &deputy->wire.trust.ca, .spki = &spki,
	    .coordinator = deputy->wire.trust.coordinator, .country = country, .now = WIRE_NOW};
	struct proto_error error = {0};
	uint8_t sha256[PROTO_HASH];

	office_must(kit_x509_spki(sha256, &spki, tls_key, &error), &error);
	proto_buffer_wipe(&deputy->certificate);
	office_must(kit_x509_issue(&deputy->certificate, &issue, &error), &error);
	proto_buffer_wipe(&spki);
	deputy->approved = true;
}

struct deputy_round *
deputy_open_round(struct deputy *deputy, const char *name)
{
	struct deputy_round *round = &deputy->round[deputy->rounds++];
	struct proto_manifest manifest;
	struct proto_error error = {0};

	wire_manifest(&manifest, &deputy->wire, name);
	memcpy(manifest.country[0].signing, deputy->enrolled.keys.signing, PROTO_PUBLIC);
	strcpy(round->round, name);
	round->state = PROTO_ROUND_OPEN;
	office_must(proto_manifest_sign(&round->manifest_signed, &manifest, &deputy->wire.signer[PROTO_PURPOSE_MANIFEST],
	    &error), &error);
	proto_manifest_wipe(&manifest);
	office_must(proto_manifest_open(&round->manifest, round->manifest_signed.data, round->manifest_signed.len,
	    &deputy->wire.trust, &error), &error);
	return round;
}

void
deputy_close_round(struct deputy *deputy, struct deputy_round *round, enum deputy_set kind)
{
	struct proto_accepted set = {.closed = WIRE_NOW + 10, .aborted = kind == DEPUTY_SET_ABORT};
	struct proto_accepted_entry entry = {.country = "XA", .sequence = 1, .accepted = kind != DEPUTY_SET_REFUSED};
	struct proto_error error = {0};

	strcpy(set.coordinator, deputy->wire.trust.coordinator);
	strcpy(set.round, round->round);
	memcpy(set.manifest, round->manifest.sha256, PROTO_HASH);
	proto_header_digest(entry.header, round->header.data, round->header.len);
	if (kind == DEPUTY_SET_OTHER)
		entry.header[0] ^= 1;
	if (kind == DEPUTY_SET_REFUSED)
		strcpy(entry.reason, "refused");
	if (kind == DEPUTY_SET_ABORT)
		set.reason = strdup("a wrong period");
	else if (kind != DEPUTY_SET_WITHOUT) {
		set.entries = 1;
		set.entry = calloc(1, sizeof(entry));
		set.entry[0] = entry;
	}
	proto_buffer_wipe(&round->accepted);
	office_must(proto_accepted_sign(&round->accepted, &set, &deputy->wire.signer[PROTO_PURPOSE_ACCEPTED], &error), &error);
	round->state = kind == DEPUTY_SET_ABORT ? PROTO_ROUND_ABORTED : PROTO_ROUND_CLOSED;
	proto_accepted_wipe(&set);
}

/* The rows that `join` writes, with fixed keys instead of sealed ones. */
static void
write_enrolment(struct deputy_office *own, struct deputy *deputy, struct node_state *state)
{
	struct node_enrolment enrolment = {.joined = WIRE_NOW - 50, .coordinator_name = strdup("A region"),
	    .url = strdup("https://127.0.0.1:8443"), .country_name = strdup("Synthetic A")};
	struct dp_ledger_caps caps = {DP_RHO_ONE, DP_RHO_ONE, DP_RHO_ONE, DP_RHO_ONE};
	const uint8_t secret[PROTO_SEED] = {5};
	struct node_policy policy;
	struct proto_error error = {0};

	strcpy(enrolment.coordinator, deputy->wire.trust.coordinator);
	memcpy(enrolment.root_hash, deputy->wire.root_hash, PROTO_HASH);
	enrolment.keys = own->keys.pub;
	enrolment.trust = copy(&deputy->wire.trust_bytes);
	office_must(proto_enrol_request_encode(&enrolment.request, enrolment.coordinator, &enrolment.keys, secret,
	    own->keys.signing, &error), &error);
	office_must(node_enrolment_save(state, &enrolment, &error), &error);
	office_must(node_policy_add(&policy, state, &caps, &own->keys, WIRE_NOW - 50, &error), &error);
	deputy->enrolled.keys = enrolment.keys;
	node_enrolment_wipe(&enrolment);
}

void
deputy_office_init(struct deputy_office *own, struct deputy *deputy)
{
	struct proto_buffer tls = {0}, spki = {0};
	struct node_state *state;
	struct proto_error error = {0};
	char path[PATH_MAX];

	memset(own, 0, sizeof(*own));
	office_init(&own->office);
	state = office_open(&own->office, NODE_STATE_CREATE);
	wire_node(&own->node, "XA");
	own->keys.signing = own->node.signing_secret;
	own->keys.pub = own->node.keys;
	office_must(kit_x509_key(&tls, &error), &error);
	office_must(kit_x509_spki(own->keys.pub.tls, &spki, &tls, &error), &error);
	office_must(node_state_path(path, state, "tls.key", &error), &error);
	office_must(kit_files_write(path, tls.data, tls.len, 0600, true, &error), &error);
	write_enrolment(own, deputy, state);
	node_state_close(state);
	deputy_approve(deputy, "XA", &tls);
	proto_buffer_wipe(&tls);
	proto_buffer_wipe(&spki);
	deputy_office_reopen(own, deputy);
}

void
deputy_office_reopen(struct deputy_office *own, struct deputy *deputy)
{
	struct proto_error error = {0};

	if (own->open.state != NULL)
		node_office_close(&own->open);
	office_must(node_office_open(&own->open, own->office.path, NODE_STATE_WRITE, &error), &error);
	own->open.transport = &deputy->transport;
	own->open.now = WIRE_NOW;
}

void
deputy_office_wipe(struct deputy_office *own)
{
	node_office_close(&own->open);
	office_wipe(&own->office);
}

void
deputy_office_draw(struct deputy_office *own, const char *name, struct node_submission *ret_submission)
{
	static const struct proto_attest records = {false, NULL};
	struct node_round round = {0};
	const struct proto_structure *structure;
	struct dp_ledger_caps caps;
	struct dp_counts *counts;
	struct dp_rng rng;
	struct proto_error error = {0};
	struct node_submission_request request = {.manifest = &round.manifest, .attest = &records, .keys = &own->keys,
	    .caps = &caps, .rng = &rng, .now = own->open.now};

	office_must(node_round_load(&round, &own->open, name, &error), &error);
	structure = round.manifest.structure;
	node_policy_caps(&caps, &own->open.policy);
	if (dp_counts_new(&counts, &structure->domain, structure->figure, structure->tables) != DP_OK ||
	    dp_noise_entropy(&rng) != DP_OK)
		abort();
	request.counts = counts;
	office_must(node_submission_prepare(ret_submission, own->open.state, &request, &error), &error);
	dp_noise_entropy_wipe(&rng);
	dp_counts_free(counts);
	node_round_wipe(&round);
}
