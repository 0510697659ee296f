#include "coordinator/country.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/fingerprint.h"
#include "proto/kit/files.h"
#include "proto/kit/x509.h"

#define NAME_MAX_BYTES 200
#define URL_MAX_BYTES 300

static bool
plain_text(const char *text, size_t most)
{
	size_t i;

	for (i = 0; text[i] != '\0'; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return i > 0 && i <= most;
}

/* https://HOST:PORT and nothing behind it. */
static bool
url_text(const char *url)
{
	const char *host = url + strlen("https://"), *colon;
	size_t digits;

	if (!plain_text(url, URL_MAX_BYTES) || strncmp(url, "https://", strlen("https://")) != 0)
		return false;
	colon = strrchr(host, ':');
	if (colon == NULL || colon == host || strpbrk(host, "/?#@ \\\"'") != NULL)
		return false;
	digits = strspn(colon + 1, "0123456789");
	return digits >= 1 && digits <= 5 && colon[1 + digits] == '\0' && strtol(colon + 1, NULL, 10) <= 65535;
}

/* In every structure, so that a round of any of them can list the country. */
static enum proto_code
listed(struct coord_state *state, const char *code_text, struct proto_error *error)
{
	struct coord_structure *row = NULL;
	struct proto_structure *structure = NULL;
	size_t rows = 0, i;
	enum proto_code code;

	code = coord_store_structure_list(&row, &rows, state->store, error);
	for (i = 0; code == PROTO_OK && i < rows; i++) {
		code = proto_structure_decode(&structure, row[i].document.data, row[i].document.len, error);
		if (code == PROTO_OK && proto_codelist_find(structure->area, code_text, strlen(code_text)) < 0)
			code = proto_error_set(error, PROTO_REFUSED, code_text, "not in the area list of %s", row[i].id);
		proto_structure_free(structure);
		structure = NULL;
	}
	coord_store_structure_free(row, rows);
	return code;
}

static enum proto_code
check(struct coord_state *state, const struct coord_country_request *request, struct proto_error *error)
{
	if (!proto_keys_country(request->code))
		return proto_error_set(error, PROTO_USAGE, "CODE", "a country is two capital letters");
	if (!plain_text(request->name, NAME_MAX_BYTES))
		return proto_error_set(error, PROTO_USAGE, "--name", "a name is 1 to %d bytes without control characters", NAME_MAX_BYTES);
	if (!url_text(request->url))
		return proto_error_set(error, PROTO_USAGE, "--url", "not https://HOST:PORT");
	if (strcmp(request->code, state->identity.area) == 0)
		return proto_error_set(error, PROTO_REFUSED, request->code, "this is the code of the region itself");
	return listed(state, request->code, error);
}

/* The row as it will stand: a new secret, and nothing of an earlier enrolment. */
static enum proto_code
invite(struct coord_country *country, const struct coord_country_request *request, struct proto_error *error)
{
	char *name = strdup(request->name);

	if (name == NULL)
		return proto_error_set(error, PROTO_MEMORY, request->code, "out of memory");
	coord_store_country_wipe(country);
	memset(country, 0, sizeof *country);
	country->name = name;
	strcpy(country->code, request->code);
	country->state = COORD_INVITED;
	country->has_secret = true;
	randombytes_buf(country->secret, sizeof country->secret);
	country->expires = request->now + COORD_INVITATION_SECONDS;
	return PROTO_OK;
}

static enum proto_code
write_invitation(struct coord_state *state, const struct coord_country *country, const struct coord_country_request *request,
    struct proto_error *error)
{
	struct proto_invitation invitation = {0};
	struct proto_buffer json = {0};
	enum proto_code code = PROTO_OK;

	strcpy(invitation.coordinator, state->identity.coordinator);
	strcpy(invitation.country, country->code);
	proto_trust_root_hash(invitation.root_hash, state->trust.root);
	memcpy(invitation.secret, country->secret, sizeof invitation.secret);
	invitation.expires = country->expires;
	invitation.coordinator_name = strdup(state->identity.name);
	invitation.url = strdup(request->url);
	invitation.country_name = strdup(country->name);
	proto_buffer_put(&invitation.trust, state->identity.trust.data, state->identity.trust.len);
	if (invitation.coordinator_name == NULL || invitation.url == NULL || invitation.country_name == NULL || invitation.trust.failed)
		code = proto_error_set(error, PROTO_MEMORY, request->code, "out of memory");
	if (code == PROTO_OK)
		code = proto_invitation_encode(&json, &invitation, error);
	if (code == PROTO_OK)
		code = kit_files_write(request->out, json.data, json.len, 0600, true, error);
	proto_invitation_wipe(&invitation);
	proto_buffer_wipe(&json);
	return code;
}

enum proto_code
coord_country_add(int64_t *ret_expires, struct coord_state *state, const struct coord_country_request *request, struct proto_error *error)
{
	struct coord_country country = {0};
	bool written = false;
	enum proto_code code = check(state, request, error);

	if (code == PROTO_OK)
		code = coord_store_begin(state->store, error);
	if (code != PROTO_OK)
		return code;
	code = coord_store_country(&country, state->store, request->code, error);
	if (code == PROTO_OK && country.state == COORD_ACTIVE)
		code = proto_error_set(error, PROTO_EXISTS, request->code, "the country is active; revoke it first");
	else if (code == PROTO_OK || code == PROTO_NOT_FOUND)
		code = invite(&country, request, error);
	if (code == PROTO_OK)
		code = coord_store_country_put(state->store, &country, error);
	if (code == PROTO_OK)
		code = coord_store_log_event(state->store, "country-add", request->code, error);
	/* The file before the commit: an invitation that nobody can read would be worse than one that is void. */
	if (code == PROTO_OK) {
		code = write_invitation(state, &country, request, error);
		written = code == PROTO_OK;
	}
	if (code == PROTO_OK)
		code = coord_store_commit(state->store, error);
	if (code == PROTO_OK)
		*ret_expires = country.expires;
	else if (written)
		unlink(request->out);
	coord_store_rollback(state->store);
	coord_store_country_wipe(&country);
	return code;
}

static enum proto_code
issue(struct coord_country *country, const struct coord_state *state, const struct coord_keys *keys, int64_t now, struct proto_error *error)
{
	struct proto_buffer spki = {0};
	const struct kit_x509_issue request = {coord_keys_ca(keys), &state->trust.ca, &spki, state->identity.coordinator, country->code, now};
	enum proto_code code;

	proto_buffer_wipe(&country->certificate);
	code = kit_x509_subject(&spki, country->self.data, country->self.len, error);
	if (code == PROTO_OK)
		code = kit_x509_issue(&country->certificate, &request, error);
	proto_buffer_wipe(&spki);
	return code;
}

enum proto_code
coord_country_approve(struct coord_state *state, const struct coord_keys *keys, const struct coord_country_approval *approval,
    struct proto_error *error)
{
	struct coord_country country = {0};
	char fingerprint[PROTO_FINGERPRINT_TEXT];
	enum proto_code code;

	code = coord_store_begin(state->store, error);
	if (code == PROTO_OK)
		code = coord_store_country(&country, state->store, approval->code, error);
	if (code == PROTO_OK && !country.has_keys)
		code = proto_error_set(error, PROTO_WAITING, approval->code, "the office has not joined yet");
	if (code != PROTO_OK)
		goto out;
	proto_fingerprint(fingerprint, state->trust.root, &country.keys);
	if (!proto_fingerprint_equal(fingerprint, approval->fingerprint)) {
		code = proto_error_set(error, PROTO_FINGERPRINT, approval->code, "not the fingerprint of the keys that were sent in; nothing was approved");
		goto out;
	}
	country.state = COORD_ACTIVE;
	if ((code = issue(&country, state, keys, approval->now, error)) == PROTO_OK &&
	    (code = coord_store_country_put(state->store, &country, error)) == PROTO_OK &&
	    (code = coord_store_log_event(state->store, "country-approve", approval->code, error)) == PROTO_OK)
		code = coord_store_commit(state->store, error);
out:
	coord_store_rollback(state->store);
	coord_store_country_wipe(&country);
	return code;
}

enum proto_code
coord_country_revoke(struct coord_state *state, const char *code_text, struct proto_error *error)
{
	struct coord_country country = {0};
	enum proto_code code;

	code = coord_store_begin(state->store, error);
	if (code == PROTO_OK)
		code = coord_store_country(&country, state->store, code_text, error);
	if (code == PROTO_OK && country.state != COORD_REVOKED) {
		country.state = COORD_REVOKED;
		country.has_secret = false;
		if ((code = coord_store_country_put(state->store, &country, error)) == PROTO_OK &&
		    (code = coord_store_log_event(state->store, "country-revoke", code_text, error)) == PROTO_OK)
			code = coord_store_commit(state->store, error);
	}
	coord_store_rollback(state->store);
	coord_store_country_wipe(&country);
	return code;
}
