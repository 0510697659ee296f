#include "proto/invitation.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "support/wire.h"

static struct wire wire, other;

static struct proto_buffer
made(void)
{
	struct proto_invitation invitation = wire_invitation(&wire);
	struct proto_buffer json = {0};

	CU_ASSERT_EQUAL_FATAL(proto_invitation_encode(&json, &invitation, NULL), PROTO_OK);
	proto_invitation_wipe(&invitation);
	return json;
}

/* The text with one passage replaced, decoded. */
static enum proto_code
decode_changed(const char *from, const char *to)
{
	struct proto_buffer json = made(), changed = {0};
	const char *text = proto_buffer_string(&json), *at = strstr(text, from);
	struct proto_invitation invitation;
	enum proto_code code;

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	proto_buffer_put(&changed, text, (size_t)(at - text));
	proto_buffer_text(&changed, to);
	proto_buffer_text(&changed, at + strlen(from));
	code = proto_invitation_decode(&invitation, changed.data, changed.len, NULL);
	if (code == PROTO_OK)
		proto_invitation_wipe(&invitation);
	proto_buffer_wipe(&changed);
	proto_buffer_wipe(&json);
	return code;
}

static void
what_is_written_is_read_back(void)
{
	struct proto_invitation invitation = wire_invitation(&wire), again;
	struct proto_buffer json = made();

	CU_ASSERT_EQUAL_FATAL(proto_invitation_decode(&again, json.data, json.len, NULL), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(again.coordinator, "REGION-1");
	CU_ASSERT_STRING_EQUAL(again.coordinator_name, invitation.coordinator_name);
	CU_ASSERT_STRING_EQUAL(again.country, "XA");
	CU_ASSERT_STRING_EQUAL(again.country_name, invitation.country_name);
	CU_ASSERT_STRING_EQUAL(again.url, "https://127.0.0.1:8443");
	CU_ASSERT_EQUAL(again.expires, invitation.expires);
	CU_ASSERT_EQUAL(memcmp(again.root_hash, invitation.root_hash, PROTO_HASH), 0);
	CU_ASSERT_EQUAL(memcmp(again.secret, invitation.secret, sizeof(again.secret)), 0);
	CU_ASSERT_EQUAL(again.trust.len, invitation.trust.len);
	CU_ASSERT_EQUAL(memcmp(again.trust.data, invitation.trust.data, again.trust.len), 0);
	proto_invitation_wipe(&again);
	proto_invitation_wipe(&invitation);
	proto_buffer_wipe(&json);
}

static void
each_key_is_needed_and_no_other_is_allowed(void)
{
	CU_ASSERT_EQUAL(decode_changed("\"kind\"", "\"kind\""), PROTO_OK);
	CU_ASSERT_EQUAL(decode_changed("\"kind\"", "\"more\": 1, \"kind\""), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("\"kind\"", "\"kind\": \"x\", \"kind\""), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("invitation v1", "invitation v2"), PROTO_VERSION);
	CU_ASSERT_EQUAL(decode_changed("\"REGION-1\"", "\"region-1\""), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("\"REGION-1\"", "null"), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("\"XA\"", "\"XAA\""), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("\"A synthetic region\"", "\"\""), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("\"A synthetic region\"", "\"\\u001b[2J\""), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("\"secret\": \"05", "\"secret\": \"5"), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("\"secret\": \"05", "\"secret\": \"0G"), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("\"secret\": \"05", "\"secret\": \"0505"), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("\"expires\": \"20", "\"expires\": \"x20"), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("\"trust\": \"", "\"trust\": \"zz"), PROTO_MALFORMED);
}

static void
only_https_with_host_and_port_is_an_address(void)
{
	CU_ASSERT_EQUAL(decode_changed("https://127.0.0.1:8443", "https://stats.example:443"), PROTO_OK);
	CU_ASSERT_EQUAL(decode_changed("https://127.0.0.1:8443", "https://[::1]:8443"), PROTO_OK);
	CU_ASSERT_EQUAL(decode_changed("https://127.0.0.1:8443", "http://127.0.0.1:8443"), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("https://127.0.0.1:8443", "https://127.0.0.1"), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("https://127.0.0.1:8443", "https://127.0.0.1:0"), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("https://127.0.0.1:8443", "https://127.0.0.1:65536"), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("https://127.0.0.1:8443", "https://127.0.0.1:8443/x"), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("https://127.0.0.1:8443", "https://a@b:8443"), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_changed("https://127.0.0.1:8443", "https://:8443"), PROTO_MALFORMED);
}

static void
a_bundle_of_another_root_or_coordinator_is_refused(void)
{
	struct proto_invitation invitation = wire_invitation(&wire);
	struct proto_buffer json = {0};

	memcpy(invitation.root_hash, other.root_hash, PROTO_HASH);
	CU_ASSERT_EQUAL(proto_invitation_encode(&json, &invitation, NULL), PROTO_NOT_GENUINE);
	memcpy(invitation.root_hash, wire.root_hash, PROTO_HASH);
	memcpy(invitation.coordinator, "REGION-2", 9);
	CU_ASSERT_EQUAL(proto_invitation_encode(&json, &invitation, NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_PTR_NULL(json.data);
	proto_invitation_wipe(&invitation);
}

static void
cut_deep_or_large_files_are_refused(void)
{
	struct proto_buffer json = made(), large = {0};
	struct proto_invitation invitation;
	size_t len, accepted = 0;

	for (len = 0; len + 1 < json.len; len++) /* the last byte is the newline */
		accepted += proto_invitation_decode(&invitation, json.data, len, NULL) == PROTO_OK;
	CU_ASSERT_EQUAL(accepted, 0);
	for (len = 0; len < 10000; len++)
		proto_buffer_text(&large, "[");
	CU_ASSERT_NOT_EQUAL(proto_invitation_decode(&invitation, large.data, large.len, NULL), PROTO_OK);
	while (large.len <= 64u << 10)
		proto_buffer_text(&large, "          ");
	CU_ASSERT_EQUAL(proto_invitation_decode(&invitation, large.data, large.len, NULL), PROTO_TOO_LARGE);
	proto_buffer_wipe(&large);
	proto_buffer_wipe(&json);
}

static const struct suite_case cases[] = {
	{"what is written is read back", what_is_written_is_read_back},
	{"each key is needed and no other is allowed", each_key_is_needed_and_no_other_is_allowed},
	{"only https with host and port is an address", only_https_with_host_and_port_is_an_address},
	{"a bundle of another root or coordinator is refused", a_bundle_of_another_root_or_coordinator_is_refused},
	{"cut, deep or large files are refused", cut_deep_or_large_files_are_refused},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	wire_init(&other, "REGION-1", 2);
	status = suite_run("proto.invitation", cases);
	wire_wipe(&wire);
	wire_wipe(&other);
	return status;
}
