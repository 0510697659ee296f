#include "proto/accepted.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "support/wire.h"

static struct wire wire, other;
static struct proto_manifest manifest;

static enum proto_code
opens(struct proto_accepted *ret_accepted, const struct proto_accepted *accepted, const struct proto_trust *trust)
{
	struct proto_buffer bytes = {0};
	enum proto_code code;

	code = proto_accepted_sign(&bytes, accepted, &wire.signer[PROTO_PURPOSE_ACCEPTED], NULL);
	if (code == PROTO_OK)
		code = proto_accepted_open(ret_accepted, bytes.data, bytes.len, trust, NULL);
	proto_buffer_wipe(&bytes);
	return code;
}

static void
a_set_is_signed_and_opened(void)
{
	struct proto_accepted accepted = wire_accepted(&manifest), again = {0};

	CU_ASSERT_EQUAL_FATAL(opens(&again, &accepted, &wire.trust), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(again.round, WIRE_ROUND);
	CU_ASSERT_FALSE(again.aborted);
	CU_ASSERT_PTR_NULL(again.reason);
	CU_ASSERT_EQUAL(again.closed, accepted.closed);
	CU_ASSERT_EQUAL(again.entries, 2);
	CU_ASSERT_EQUAL(memcmp(again.entry, accepted.entry, 2 * sizeof(*again.entry)), 0);
	proto_accepted_wipe(&again);
	CU_ASSERT_EQUAL(opens(&again, &accepted, &other.trust), PROTO_NOT_GENUINE);
	accepted.entries = 0; /* nobody submitted */
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_OK);
	proto_accepted_wipe(&again);
	proto_accepted_wipe(&accepted);
}

static void
an_abort_has_a_reason_and_no_entries(void)
{
	struct proto_accepted accepted = wire_accepted(&manifest), again = {0};
	char reason[] = "opened with the wrong budget";

	accepted.aborted = true;
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_MALFORMED);
	accepted.reason = reason;
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_MALFORMED);
	accepted.entries = 0;
	CU_ASSERT_EQUAL_FATAL(opens(&again, &accepted, &wire.trust), PROTO_OK);
	CU_ASSERT_TRUE(again.aborted);
	CU_ASSERT_STRING_EQUAL(again.reason, reason);
	proto_accepted_wipe(&again);
	accepted.aborted = false;
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_MALFORMED);
	accepted.reason = NULL;
	proto_accepted_wipe(&accepted);
}

static void
a_reason_stands_exactly_where_an_upload_was_left_out(void)
{
	struct proto_accepted accepted = wire_accepted(&manifest), again = {0};

	accepted.entry[1].accepted = true;
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_MALFORMED);
	accepted.entry[1].reason[0] = '\0';
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_OK);
	proto_accepted_wipe(&again);
	accepted.entry[0].accepted = false;
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_MALFORMED);
	proto_accepted_wipe(&accepted);
}

static void
countries_stand_once_in_order(void)
{
	struct proto_accepted accepted = wire_accepted(&manifest), again = {0};

	memcpy(accepted.entry[1].country, "XA", 3);
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_MALFORMED);
	memcpy(accepted.entry[1].country, "WZ", 3);
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_MALFORMED);
	accepted.entry[1].country[0] = '\0';
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_MALFORMED);
	proto_accepted_wipe(&accepted);
}

static void
a_set_closed_outside_the_keys_time_or_by_another_is_refused(void)
{
	struct proto_accepted accepted = wire_accepted(&manifest), again = {0};

	accepted.closed = WIRE_UNTIL;
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_EXPIRED);
	accepted.closed = WIRE_NOW;
	memcpy(accepted.coordinator, "REGION-2", 9);
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_NOT_GENUINE);
	proto_accepted_wipe(&accepted);
}

static void
a_key_of_another_purpose_signs_no_set(void)
{
	struct proto_accepted accepted = wire_accepted(&manifest);
	struct proto_buffer bytes = {0};

	CU_ASSERT_EQUAL(proto_accepted_sign(&bytes, &accepted, &wire.signer[PROTO_PURPOSE_RECEIPT], NULL), PROTO_INTERNAL);
	CU_ASSERT_PTR_NULL(bytes.data);
	proto_accepted_wipe(&accepted);
}

static void
the_longest_set_fits(void)
{
	struct proto_accepted accepted = wire_accepted(&manifest), again = {0};
	size_t i;

	free(accepted.entry);
	accepted.entries = 512;
	accepted.entry = calloc(accepted.entries + 1, sizeof(*accepted.entry));
	CU_ASSERT_PTR_NOT_NULL_FATAL(accepted.entry);
	for (i = 0; i < accepted.entries; i++) {
		accepted.entry[i] = (struct proto_accepted_entry){.sequence = 1, .accepted = true};
		accepted.entry[i].country[0] = (char)('A' + i / 26);
		accepted.entry[i].country[1] = (char)('A' + i % 26);
	}
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_OK);
	CU_ASSERT_EQUAL(again.entries, 512);
	proto_accepted_wipe(&again);
	memcpy(accepted.entry[512].country, "ZZ", 3);
	accepted.entry[512].sequence = 1;
	accepted.entry[512].accepted = true;
	accepted.entries = 513;
	CU_ASSERT_EQUAL(opens(&again, &accepted, &wire.trust), PROTO_MALFORMED);
	proto_accepted_wipe(&accepted);
}

static const struct suite_case cases[] = {
	{"a set is signed and opened", a_set_is_signed_and_opened},
	{"an abort has a reason and no entries", an_abort_has_a_reason_and_no_entries},
	{"a reason stands exactly where an upload was left out", a_reason_stands_exactly_where_an_upload_was_left_out},
	{"countries stand once, in order", countries_stand_once_in_order},
	{"a set closed outside the key's time, or by another, is refused", a_set_closed_outside_the_keys_time_or_by_another_is_refused},
	{"the longest set fits", the_longest_set_fits},
	{"a key of another purpose signs no set", a_key_of_another_purpose_signs_no_set},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	wire_init(&other, "REGION-2", 2);
	wire_manifest_opened(&manifest, &wire, WIRE_ROUND);
	status = suite_run("proto.accepted", cases);
	proto_manifest_wipe(&manifest);
	wire_wipe(&wire);
	wire_wipe(&other);
	return status;
}
