#include "support/peer.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dp/rho.h"
#include "proto/fingerprint.h"
#include "proto/kit/files.h"
#include "proto/kit/x509.h"

int64_t peer_clock = 1800000000;

int64_t
peer_now(void)
{
	return peer_clock;
}

const char peer_structures[] =
    "{\"agency\":\"CHORALE\",\"version\":\"1.0.0\",\"codelists\":{"
    "\"CL_FREQ\":{\"codes\":{\"A\":\"Annual\",\"Q\":\"Quarterly\"}},"
    "\"CL_AREA\":{\"codes\":{\"XA\":\"Country A\",\"XB\":\"Country B\",\"XC\":\"Country C\",\"XD\":\"Country D\",\"XE\":\"Country E\"}},"
    "\"CL_SEX\":{\"codes\":{\"F\":\"Female\",\"M\":\"Male\",\"_U\":\"Unknown\",\"_T\":\"Total\"}},"
    "\"CL_AGE\":{\"codes\":{\"C\":\"Child\",\"D\":\"Adult\",\"_U\":\"Unknown\",\"_T\":\"Total\"}}},"
    "\"structures\":[{\"id\":\"T\",\"default\":true,\"name\":\"Test\",\"unit\":\"person\",\"resolution\":[\"1\"],"
    "\"dimensions\":[[\"FREQ\",\"CL_FREQ\"],[\"REF_AREA\",\"CL_AREA\"],[\"SEX\",\"CL_SEX\"],[\"AGE\",\"CL_AGE\"]],"
    "\"time\":\"TIME_PERIOD\",\"tables\":[{\"id\":\"T1\",\"group\":\"persons\",\"dims\":[\"SEX\",\"AGE\"]}],\"q_max\":1}]}";

static struct proto_error error;

#define MUST(call) must((call), #call)

static void
must(enum proto_code code, const char *what)
{
	if (code == PROTO_OK)
		return;
	fprintf(stderr, "%s: %s: %s: %s\n", what, proto_error_name(code), error.what, error.where);
	abort();
}

static struct kit_passphrase *
passphrase(const char *dir)
{
	struct kit_passphrase *made;
	char path[300];

	snprintf(path, sizeof path, "%s/pass", dir);
	if (access(path, F_OK) != 0)
		MUST(kit_files_write(path, "a test's passphrase\n", 20, 0600, true, &error));
	MUST(kit_passphrase_load(&made, path, &error));
	return made;
}

void
peer_region_make(struct peer_region *region, const char *dir, const char *name, const char *json)
{
	struct coord_init_request request = {.id = "REGION", .name = "Test region", .area = "XZ", .now = peer_clock};
	struct coord_init_result result;
	struct kit_passphrase *secret = passphrase(dir);
	char structures[300];

	memset(region, 0, sizeof *region);
	snprintf(region->dir, sizeof region->dir, "%s/%s", dir, name);
	snprintf(structures, sizeof structures, "%s/%s.json", dir, name);
	MUST(kit_files_write(structures, json, strlen(json), 0600, false, &error));
	request.dir = region->dir;
	request.structures = structures;
	request.passphrase = secret;
	MUST(coord_init(&result, &request, &error));
	MUST(coord_state_open(&region->state, region->dir, &error));
	MUST(coord_keys_open(&region->keys, &region->state, secret, &error));
	MUST(coord_api_open(&region->api, region->dir, peer_now, &error));
	kit_passphrase_free(secret);
}

void
peer_region_close(struct peer_region *region)
{
	coord_api_close(&region->api);
	coord_keys_close(region->keys);
	coord_state_close(&region->state);
}

void
peer_make(struct peer *peer, const char *country)
{
	uint8_t sealing_secret[32];

	memset(peer, 0, sizeof *peer);
	strcpy(peer->keys.country, country);
	crypto_sign_keypair(peer->keys.signing, peer->signing);
	crypto_box_keypair(peer->keys.sealing, sealing_secret);
	MUST(kit_x509_key(&peer->tls, &error));
	{
		struct proto_buffer spki = {0};

		MUST(kit_x509_spki(peer->keys.tls, &spki, &peer->tls, &error));
		proto_buffer_wipe(&spki);
	}
	MUST(kit_x509_self(&peer->self, &peer->tls, country, peer_clock, &error));
}

void
peer_wipe(struct peer *peer)
{
	proto_buffer_wipe(&peer->tls);
	proto_buffer_wipe(&peer->self);
	proto_buffer_wipe(&peer->certificate);
}

void
peer_invite(struct peer *peer, struct peer_region *region)
{
	struct coord_country_request request = {peer->keys.country, "Some country", "https://127.0.0.1:1", NULL, peer_clock};
	struct proto_invitation invitation;
	struct proto_buffer data = {0};
	int64_t expires;
	char out[300];

	snprintf(out, sizeof out, "%s/%s.invitation", region->dir, peer->keys.country);
	unlink(out);
	request.out = out;
	MUST(coord_country_add(&expires, &region->state, &request, &error));
	MUST(kit_files_read_private(&data, out, 1 << 16, &error));
	MUST(proto_invitation_decode(&invitation, data.data, data.len, &error));
	memcpy(peer->secret, invitation.secret, sizeof peer->secret);
	proto_invitation_wipe(&invitation);
	proto_buffer_wipe(&data);
}

enum proto_code
peer_call(struct proto_buffer *ret_reply, struct peer_region *region, const struct proto_buffer *certificate, const char *path,
    const void *body, size_t len)
{
	const struct coord_api_call call = {path, certificate->data, certificate->len, body, len};

	memset(ret_reply, 0, sizeof *ret_reply);
	return coord_api_answer(&region->api, ret_reply, &call);
}

enum proto_code
peer_error(const struct proto_buffer *reply, struct proto_error *ret_error)
{
	struct proto_error said;

	MUST(proto_error_reply_decode(&said, reply->data, reply->len, &error));
	if (ret_error != NULL)
		*ret_error = said;
	return said.code;
}

enum proto_code
peer_enrol(struct peer *peer, struct peer_region *region, const char *path)
{
	struct proto_buffer request = {0}, bytes;
	struct proto_enrol_reply reply;
	enum proto_code code;

	MUST(proto_enrol_request_encode(&request, "REGION", &peer->keys, peer->secret, peer->signing, &error));
	code = peer_call(&bytes, region, &peer->self, path, request.data, request.len);
	if (code != PROTO_OK) {
		if (peer_error(&bytes, NULL) != code)
			abort();
	} else {
		MUST(proto_enrol_reply_decode(&reply, bytes.data, bytes.len, &error));
		if (reply.approved) {
			proto_buffer_wipe(&peer->certificate);
			proto_buffer_put(&peer->certificate, reply.certificate.data, reply.certificate.len);
		} else {
			code = PROTO_WAITING;
		}
		proto_enrol_reply_wipe(&reply);
	}
	proto_buffer_wipe(&request);
	proto_buffer_wipe(&bytes);
	return code;
}

void
peer_join(struct peer *peer, struct peer_region *region)
{
	struct coord_country_approval approval = {peer->keys.country, NULL, peer_clock};
	char fingerprint[PROTO_FINGERPRINT_TEXT];

	peer_invite(peer, region);
	if (peer_enrol(peer, region, "/v1/enrol") != PROTO_WAITING)
		abort();
	proto_fingerprint(fingerprint, region->state.trust.root, &peer->keys);
	approval.fingerprint = fingerprint;
	MUST(coord_country_approve(&region->state, region->keys, &approval, &error));
	MUST(peer_enrol(peer, region, "/v1/enrol/state"));
}

void
peer_round_open(char ret_round[static PROTO_ROUND_TEXT], struct peer_region *region, const char *period, int64_t closes)
{
	const struct coord_round_ask ask = {"T", period, DP_RHO_ONE / 10, closes, peer_clock};
	struct proto_manifest manifest;

	MUST(coord_round_open(&manifest, &region->state, region->keys, &ask, &error));
	strcpy(ret_round, manifest.round_text);
	proto_manifest_wipe(&manifest);
}

void
peer_submission_sign(struct peer_submission *submission, const struct peer *peer, struct peer_region *region, bool rehead)
{
	struct proto_header *header = &submission->fields;
	struct dp_ledger_entry entry = {.sequence = header->sequence, .total = header->total};
	struct coord_terms terms;

	if (rehead) {
		MUST(coord_store_round_terms(&terms, region->state.store, header->round, header->node, &error));
		memcpy(entry.claim.round, terms.round_hash, PROTO_HASH);
		memcpy(entry.claim.series, terms.series_hash, PROTO_HASH);
		entry.claim.year = terms.year;
		entry.claim.rho = entry.claim.floor = terms.rho_units;
		proto_submission_body(entry.body, header->country_part);
		memcpy(entry.previous, header->previous, PROTO_HASH);
		dp_ledger_head(header->head, &entry);
	}
	proto_header_sign(submission->header, header, peer->signing);
	proto_header_digest(submission->body.data, submission->header, sizeof submission->header);
}

void
peer_submission_make(struct peer_submission *submission, struct peer *peer, struct peer_region *region, const char *round, const char *text)
{
	struct proto_header *header = &submission->fields;
	struct proto_buffer sealed = {0};
	struct coord_terms terms;
	uint8_t room[PROTO_HASH] = {0};

	memset(submission, 0, sizeof *submission);
	MUST(coord_store_round_terms(&terms, region->state.store, round, peer->keys.country, &error));
	strcpy(header->coordinator, "REGION");
	strcpy(header->round, round);
	memcpy(header->manifest, terms.manifest_sha256, PROTO_HASH);
	strcpy(header->node, peer->keys.country);
	header->sequence = ++peer->sequence;
	header->total = peer->total += terms.rho_units;
	memcpy(header->previous, peer->head, PROTO_HASH);
	proto_buffer_text(&sealed, text);
	proto_part_digest(header->country_part, &sealed);
	proto_buffer_put(&submission->body, room, sizeof room);
	proto_buffer_put(&submission->body, sealed.data, sealed.len);
	proto_buffer_wipe(&sealed);
	peer_submission_sign(submission, peer, region, true);
	memcpy(peer->head, header->head, PROTO_HASH);
}

void
peer_submission_wipe(struct peer_submission *submission)
{
	proto_buffer_wipe(&submission->body);
}

static enum proto_code
answered(struct proto_header_reply *ret_reply, enum proto_code code, struct proto_buffer *bytes, struct proto_error *ret_error)
{
	memset(ret_reply, 0, sizeof *ret_reply);
	if (code == PROTO_OK)
		MUST(proto_header_reply_decode(ret_reply, bytes->data, bytes->len, &error));
	else if (peer_error(bytes, ret_error) != code)
		abort();
	proto_buffer_wipe(bytes);
	return code;
}

enum proto_code
peer_send_header(struct proto_header_reply *ret_reply, struct peer_region *region, const struct peer *peer,
    const struct peer_submission *submission, struct proto_error *ret_error)
{
	struct proto_buffer bytes;
	enum proto_code code;

	code = peer_call(&bytes, region, &peer->certificate, "/v1/header", submission->header, sizeof submission->header);
	return answered(ret_reply, code, &bytes, ret_error);
}

enum proto_code
peer_send_body(struct proto_header_reply *ret_reply, struct peer_region *region, const struct peer *peer,
    const struct peer_submission *submission, struct proto_error *ret_error)
{
	struct proto_buffer bytes;
	enum proto_code code;

	code = peer_call(&bytes, region, &peer->certificate, "/v1/body", submission->body.data, submission->body.len);
	return answered(ret_reply, code, &bytes, ret_error);
}
