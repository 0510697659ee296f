#include "proto/sync.h"

#include <stdlib.h>
#include <string.h>

#include "proto/limits.h"
#include "support/suite.h"
#include "support/wire.h"

static struct wire wire;

static enum proto_code
request_again(struct proto_sync_request *ret_again, const struct proto_sync_request *request)
{
	struct proto_buffer bytes = {0};
	enum proto_code code = proto_sync_request_encode(&bytes, request, NULL);

	if (code == PROTO_OK)
		code = proto_sync_request_decode(ret_again, bytes.data, bytes.len, NULL);
	proto_buffer_wipe(&bytes);
	return code;
}

static enum proto_code
reply_again(struct proto_sync_reply *ret_again, const struct proto_sync_reply *reply)
{
	struct proto_buffer bytes = {0};
	enum proto_code code = proto_sync_reply_encode(&bytes, reply, NULL);

	if (code == PROTO_OK)
		code = proto_sync_reply_decode(ret_again, bytes.data, bytes.len, NULL);
	proto_buffer_wipe(&bytes);
	return code;
}

static void
a_request_is_read_back(void)
{
	uint8_t known[2][PROTO_HASH] = {{1}, {2}};
	struct proto_sync_request request = {.any_receipt = true, .receipt_sequence = 7, .receipt_sha256 = {3}, .known = 2,
	    .known_sha256 = known}, again;

	CU_ASSERT_EQUAL_FATAL(request_again(&again, &request), PROTO_OK);
	CU_ASSERT_TRUE(again.any_receipt);
	CU_ASSERT_EQUAL(again.receipt_sequence, 7);
	CU_ASSERT_EQUAL(again.receipt_sha256[0], 3);
	CU_ASSERT_EQUAL(again.known, 2);
	CU_ASSERT_EQUAL(memcmp(again.known_sha256, known, sizeof(known)), 0);
	proto_sync_request_wipe(&again);
}

static void
a_first_request_is_empty(void)
{
	struct proto_sync_request request = {0}, again;
	struct proto_buffer bytes = {0};

	CU_ASSERT_EQUAL(proto_sync_request_encode(&bytes, &request, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(bytes.len, 0);
	CU_ASSERT_EQUAL_FATAL(request_again(&again, &request), PROTO_OK);
	CU_ASSERT_FALSE(again.any_receipt);
	CU_ASSERT_EQUAL(again.known, 0);
	proto_sync_request_wipe(&again);
}

static void
a_digest_without_a_receipt_is_refused(void)
{
	/* receipt_sha256 alone; then receipt_sequence alone; then sequence 2^63 */
	static const uint8_t digest[34] = {0x12, 32}, sequence[] = {0x08, 1},
			     last[] = {0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1};
	struct proto_sync_request again;

	CU_ASSERT_EQUAL(proto_sync_request_decode(&again, digest, sizeof(digest), NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(proto_sync_request_decode(&again, sequence, sizeof(sequence), NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(proto_sync_request_decode(&again, last, sizeof(last), NULL), PROTO_MALFORMED);
}

static void
a_request_has_room_for_1900_digests(void)
{
	struct proto_sync_request request = {.known = 1900}, again;

	request.known_sha256 = calloc(2000, sizeof(*request.known_sha256));
	CU_ASSERT_PTR_NOT_NULL_FATAL(request.known_sha256);
	CU_ASSERT_EQUAL(request_again(&again, &request), PROTO_OK);
	proto_sync_request_wipe(&again);
	request.known = 2000;
	CU_ASSERT_EQUAL(request_again(&again, &request), PROTO_TOO_LARGE);
	proto_sync_request_wipe(&request);
}

static void
a_reply_is_read_back(void)
{
	struct proto_sync_reply reply = wire_sync_reply(&wire), again;

	CU_ASSERT_EQUAL_FATAL(reply_again(&again, &reply), PROTO_OK);
	CU_ASSERT_TRUE(again.bound.any);
	CU_ASSERT_EQUAL(again.bound.sequence, 5);
	CU_ASSERT_EQUAL(again.bound.total, 1234567);
	CU_ASSERT_EQUAL(again.bound.head[0], 9);
	CU_ASSERT_TRUE(again.receipt_known);
	CU_ASSERT_EQUAL(again.trust.len, wire.trust_bytes.len);
	CU_ASSERT_EQUAL(again.structures, 2);
	CU_ASSERT_EQUAL(again.structure[1].len, 13);
	CU_ASSERT_EQUAL(again.structures_signed.len, 13);
	CU_ASSERT_EQUAL(again.rounds, 2);
	CU_ASSERT_STRING_EQUAL(again.round[0].round, WIRE_ROUND);
	CU_ASSERT_EQUAL(again.round[0].state, PROTO_ROUND_OPEN);
	CU_ASSERT_EQUAL(again.round[0].manifest.len, 17);
	CU_ASSERT_EQUAL(again.round[0].receipt.len, 0);
	CU_ASSERT_EQUAL(again.round[1].state, PROTO_ROUND_CLOSED);
	CU_ASSERT_EQUAL(again.round[1].receipt.len, 9);
	CU_ASSERT_EQUAL(again.round[1].accepted.len, 15);
	proto_sync_reply_wipe(&again);
	proto_sync_reply_wipe(&reply);
}

static void
a_reply_that_binds_nothing_says_nothing_of_a_head(void)
{
	static const uint8_t head[34] = {0x12, 32}, total[] = {0x18, 1}, sequence[] = {0x08, 1};
	struct proto_sync_reply reply = {0}, again;

	CU_ASSERT_EQUAL_FATAL(reply_again(&again, &reply), PROTO_OK);
	CU_ASSERT_FALSE(again.bound.any);
	proto_sync_reply_wipe(&again);
	CU_ASSERT_EQUAL(proto_sync_reply_decode(&again, head, sizeof(head), NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(proto_sync_reply_decode(&again, total, sizeof(total), NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(proto_sync_reply_decode(&again, sequence, sizeof(sequence), NULL), PROTO_MALFORMED);
}

static void
rounds_have_an_id_and_a_state(void)
{
	struct proto_sync_reply reply = wire_sync_reply(&wire), again;

	reply.round[1].state = 5;
	CU_ASSERT_EQUAL(reply_again(&again, &reply), PROTO_MALFORMED);
	reply.round[1].state = 0;
	CU_ASSERT_EQUAL(reply_again(&again, &reply), PROTO_MALFORMED);
	reply.round[1].state = PROTO_ROUND_ABORTED;
	CU_ASSERT_EQUAL(reply_again(&again, &reply), PROTO_OK);
	proto_sync_reply_wipe(&again);
	memcpy(reply.round[1].round, "TIP_TINY", 9);
	CU_ASSERT_EQUAL(reply_again(&again, &reply), PROTO_MALFORMED);
	proto_sync_reply_wipe(&reply);
}

static void
an_empty_structure_is_refused(void)
{
	struct proto_sync_reply reply = wire_sync_reply(&wire), again;

	proto_buffer_wipe(&reply.structure[0]);
	CU_ASSERT_EQUAL(reply_again(&again, &reply), PROTO_MALFORMED);
	proto_sync_reply_wipe(&reply);
}

static void
a_reply_above_its_cap_is_refused(void)
{
	struct proto_sync_reply reply = {0}, again;

	reply.trust.data = calloc(1, PROTO_EXCHANGE_REPLY_MAX);
	CU_ASSERT_PTR_NOT_NULL_FATAL(reply.trust.data);
	reply.trust.len = reply.trust.cap = PROTO_EXCHANGE_REPLY_MAX - 16;
	CU_ASSERT_EQUAL(reply_again(&again, &reply), PROTO_OK);
	proto_sync_reply_wipe(&again);
	reply.trust.len = reply.trust.cap = PROTO_EXCHANGE_REPLY_MAX;
	CU_ASSERT_EQUAL(reply_again(&again, &reply), PROTO_TOO_LARGE);
	proto_sync_reply_wipe(&reply);
}

static const struct suite_case cases[] = {
	{"a request is read back", a_request_is_read_back},
	{"a first request is empty", a_first_request_is_empty},
	{"a digest without a receipt is refused", a_digest_without_a_receipt_is_refused},
	{"a request has room for 1,900 digests", a_request_has_room_for_1900_digests},
	{"a reply is read back", a_reply_is_read_back},
	{"a reply that binds nothing says nothing of a head", a_reply_that_binds_nothing_says_nothing_of_a_head},
	{"rounds have an id and a state", rounds_have_an_id_and_a_state},
	{"an empty structure is refused", an_empty_structure_is_refused},
	{"a reply above its cap is refused", a_reply_above_its_cap_is_refused},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	status = suite_run("proto.sync", cases);
	wire_wipe(&wire);
	return status;
}
