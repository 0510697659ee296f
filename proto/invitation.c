#include "proto/invitation.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/json.h"
#include "proto/trust.h"
#include "strict.h"

#define WHERE "invitation"
#define KIND "chorale invitation v1"
#define BYTES_MAX (64u << 10)
#define NAME_MAX_BYTES 256

static void
write_hex(struct proto_json *json, const char *key, const void *data, size_t len)
{
	proto_json_key(json, key);
	proto_json_hex(json, data, len);
}

static void
write_text(struct proto_json *json, const char *key, const char *text)
{
	proto_json_key(json, key);
	proto_json_string(json, text);
}

enum proto_code
proto_invitation_encode(struct proto_buffer *ret_json, const struct proto_invitation *invitation, struct proto_error *error)
{
	char expires[PROTO_TIME_TEXT];
	struct proto_buffer out = {0};
	struct proto_invitation again;
	struct proto_json json;
	enum proto_code code;

	proto_time_format(expires, invitation->expires);
	proto_json_init(&json, &out, 2);
	proto_json_object(&json);
	write_text(&json, "kind", KIND);
	write_text(&json, "coordinator", invitation->coordinator);
	write_text(&json, "coordinator_name", invitation->coordinator_name);
	write_text(&json, "url", invitation->url);
	write_text(&json, "country", invitation->country);
	write_text(&json, "country_name", invitation->country_name);
	write_text(&json, "expires", expires);
	write_hex(&json, "root_hash", invitation->root_hash, PROTO_HASH);
	write_hex(&json, "secret", invitation->secret, sizeof(invitation->secret));
	write_hex(&json, "trust", invitation->trust.data, invitation->trust.len);
	proto_json_object_end(&json);
	proto_buffer_text(&out, "\n");
	if (out.failed) {
		code = proto_error_set(error, PROTO_MEMORY, WHERE, "out of memory");
		goto out;
	}
	/* Nothing is handed out that its reader would refuse. */
	if ((code = proto_invitation_decode(&again, out.data, out.len, error)) != PROTO_OK)
		goto out;
	proto_invitation_wipe(&again);
	*ret_json = out;
	out = (struct proto_buffer){0};
out:
	proto_buffer_wipe(&out);
	return code;
}

static enum proto_code
malformed(struct proto_error *error, const char *key)
{
	return proto_error_set(error, PROTO_MALFORMED, WHERE, "\"%s\" is missing or has the wrong form", key);
}

static bool
read_text(char *ret_text, size_t size, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text == NULL || text[0] == '\0' || strlen(text) >= size)
		return false;
	memcpy(ret_text, text, strlen(text) + 1);
	return true;
}

static enum proto_code
read_dup(char **ret_text, const json_t *object, const char *key, struct proto_error *error)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text == NULL || text[0] == '\0' || strlen(text) > NAME_MAX_BYTES || !proto_strict_sound(text))
		return malformed(error, key);
	if ((*ret_text = strdup(text)) == NULL)
		return proto_error_set(error, PROTO_MEMORY, WHERE, "out of memory");
	return PROTO_OK;
}

/* Lower-case hex of exactly len bytes. */
static bool
unhex(uint8_t *ret_data, size_t len, const char *text)
{
	size_t got;

	return strlen(text) == 2 * len && strspn(text, "0123456789abcdef") == 2 * len &&
	    sodium_hex2bin(ret_data, len, text, 2 * len, NULL, &got, NULL) == 0 && got == len;
}

static bool
read_hex(uint8_t *ret_data, size_t len, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL && unhex(ret_data, len, text);
}

/* https://HOST:PORT and nothing after it. */
static bool
url_sound(const char *url)
{
	const char *host, *port;
	size_t len;

	if (strncmp(url, "https://", 8) != 0)
		return false;
	host = url + 8;
	if ((port = strrchr(host, ':')) == NULL || port == host)
		return false;
	len = strspn(port + 1, "0123456789");
	return strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-:[]") == strlen(host) &&
	    len >= 1 && len <= 5 && port[1 + len] == '\0' && atoi(port + 1) >= 1 && atoi(port + 1) <= 65535;
}

static enum proto_code
read_fields(struct proto_invitation *invitation, const json_t *object, struct proto_error *error)
{
	char text[64];
	enum proto_code code;

	if (!read_text(text, sizeof(text), object, "kind") || strcmp(text, KIND) != 0)
		return proto_error_set(error, PROTO_VERSION, WHERE, "not an invitation of this version");
	if (!read_text(invitation->coordinator, sizeof(invitation->coordinator), object, "coordinator") ||
	    !proto_keys_coordinator_id(invitation->coordinator))
		return malformed(error, "coordinator");
	if (!read_text(invitation->country, sizeof(invitation->country), object, "country") ||
	    !proto_keys_country(invitation->country))
		return malformed(error, "country");
	if ((code = read_dup(&invitation->coordinator_name, object, "coordinator_name", error)) != PROTO_OK ||
	    (code = read_dup(&invitation->country_name, object, "country_name", error)) != PROTO_OK ||
	    (code = read_dup(&invitation->url, object, "url", error)) != PROTO_OK)
		return code;
	if (!url_sound(invitation->url))
		return malformed(error, "url");
	if (!read_text(text, sizeof(text), object, "expires") || proto_time_parse(&invitation->expires, text, NULL) != PROTO_OK)
		return malformed(error, "expires");
	if (!read_hex(invitation->root_hash, PROTO_HASH, object, "root_hash"))
		return malformed(error, "root_hash");
	if (!read_hex(invitation->secret, sizeof(invitation->secret), object, "secret"))
		return malformed(error, "secret");
	return PROTO_OK;
}

/* The bundle must hang from the very root that the invitation names, so that the first connection is verified. */
static enum proto_code
read_trust(struct proto_invitation *invitation, const json_t *object, struct proto_error *error)
{
	const char *text = json_string_value(json_object_get(object, "trust"));
	struct proto_buffer *bytes = &invitation->trust;
	struct proto_trust trust = {0};
	enum proto_code code;

	if (text == NULL || strlen(text) < 2 || strlen(text) > 2 * PROTO_TRUST_BYTES_MAX)
		return malformed(error, "trust");
	bytes->cap = strlen(text) / 2;
	if ((bytes->data = malloc(bytes->cap)) == NULL)
		return proto_error_set(error, PROTO_MEMORY, WHERE, "out of memory");
	bytes->len = bytes->cap;
	if (!unhex(bytes->data, bytes->len, text))
		return malformed(error, "trust");
	if ((code = proto_trust_open(&trust, bytes->data, bytes->len, invitation->root_hash, error)) != PROTO_OK)
		return code;
	if (strcmp(trust.coordinator, invitation->coordinator) != 0)
		code = proto_error_set(error, PROTO_NOT_GENUINE, WHERE, "its certificates are another coordinator's");
	proto_trust_wipe(&trust);
	return code;
}

enum proto_code
proto_invitation_decode(struct proto_invitation *ret, const void *data, size_t len, struct proto_error *error)
{
	struct proto_invitation invitation = {0};
	json_t *object = NULL;
	enum proto_code code;

	if (len > BYTES_MAX)
		return proto_error_set(error, PROTO_TOO_LARGE, WHERE, "more than %u bytes", BYTES_MAX);
	if ((code = proto_json_load(&object, data, len, WHERE, error)) != PROTO_OK)
		return code;
	if ((code = proto_json_only(object, WHERE, error, "kind", "coordinator", "coordinator_name", "url", "country",
		 "country_name", "expires", "root_hash", "secret", "trust", NULL)) != PROTO_OK)
		goto out;
	if ((code = read_fields(&invitation, object, error)) != PROTO_OK ||
	    (code = read_trust(&invitation, object, error)) != PROTO_OK)
		goto out;
	*ret = invitation;
	invitation = (struct proto_invitation){0};
out:
	proto_invitation_wipe(&invitation);
	json_decref(object);
	return code;
}

void
proto_invitation_wipe(struct proto_invitation *invitation)
{
	free(invitation->coordinator_name);
	free(invitation->url);
	free(invitation->country_name);
	proto_buffer_wipe(&invitation->trust);
	sodium_memzero(invitation, sizeof(*invitation));
}
