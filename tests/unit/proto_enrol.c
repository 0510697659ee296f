#include "proto/enrol.h"

#include <sodium.h>
#include <string.h>

#include "support/suite.h"
#include "support/wire.h"

static struct wire_node node, other;
static const uint8_t secret[PROTO_SEED] = {1, 2, 3};

static struct proto_buffer
made(const struct wire_node *from)
{
	struct proto_buffer bytes = {0};

	CU_ASSERT_EQUAL_FATAL(proto_enrol_request_encode(&bytes, "REGION-1", &from->keys, secret, from->signing_secret, NULL), PROTO_OK);
	return bytes;
}

static void
a_request_is_read_back_with_its_proof(void)
{
	struct proto_buffer bytes = made(&node);
	struct proto_enrol_request request;
	uint8_t proof[PROTO_HASH];

	CU_ASSERT_EQUAL_FATAL(proto_enrol_request_decode(&request, "REGION-1", bytes.data, bytes.len, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(memcmp(&request.keys, &node.keys, sizeof(node.keys)), 0);
	proto_enrol_proof(proof, secret, "REGION-1", &node.keys);
	CU_ASSERT_EQUAL(sodium_memcmp(proof, request.proof, sizeof(proof)), 0);
	proto_buffer_wipe(&bytes);
}

static void
the_proof_depends_on_everything(void)
{
	uint8_t proof[PROTO_HASH], changed[PROTO_HASH], wrong[PROTO_SEED] = {1, 2, 4};
	struct proto_node_keys keys = node.keys;

	proto_enrol_proof(proof, secret, "REGION-1", &node.keys);
	proto_enrol_proof(changed, wrong, "REGION-1", &node.keys);
	CU_ASSERT_NOT_EQUAL(memcmp(proof, changed, sizeof(proof)), 0);
	proto_enrol_proof(changed, secret, "REGION-2", &node.keys);
	CU_ASSERT_NOT_EQUAL(memcmp(proof, changed, sizeof(proof)), 0);
	keys.tls[0] ^= 1;
	proto_enrol_proof(changed, secret, "REGION-1", &keys);
	CU_ASSERT_NOT_EQUAL(memcmp(proof, changed, sizeof(proof)), 0);
	keys = node.keys;
	keys.sealing[0] ^= 1;
	proto_enrol_proof(changed, secret, "REGION-1", &keys);
	CU_ASSERT_NOT_EQUAL(memcmp(proof, changed, sizeof(proof)), 0);
	keys = node.keys;
	keys.signing[0] ^= 1;
	proto_enrol_proof(changed, secret, "REGION-1", &keys);
	CU_ASSERT_NOT_EQUAL(memcmp(proof, changed, sizeof(proof)), 0);
	keys = node.keys;
	keys.country[0] = 'Y';
	proto_enrol_proof(changed, secret, "REGION-1", &keys);
	CU_ASSERT_NOT_EQUAL(memcmp(proof, changed, sizeof(proof)), 0);
}

/* Somebody else's signing key, claimed without having it. */
static void
a_key_that_is_not_possessed_is_refused(void)
{
	struct wire_node thief = node;
	struct proto_enrol_request request;
	struct proto_buffer bytes;

	memcpy(thief.signing_secret, other.signing_secret, PROTO_SECRET);
	bytes = made(&thief);
	CU_ASSERT_EQUAL(proto_enrol_request_decode(&request, "REGION-1", bytes.data, bytes.len, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&bytes);
}

static void
a_request_to_another_coordinator_is_refused(void)
{
	struct proto_buffer bytes = made(&node);
	struct proto_enrol_request request;

	CU_ASSERT_EQUAL(proto_enrol_request_decode(&request, "REGION-2", bytes.data, bytes.len, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&bytes);
}

static void
wrong_fields_are_refused(void)
{
	struct wire_node wrong = node;
	struct proto_enrol_request request;
	struct proto_buffer bytes;

	memcpy(wrong.keys.country, "xa", 3);
	bytes = made(&wrong);
	CU_ASSERT_EQUAL(proto_enrol_request_decode(&request, "REGION-1", bytes.data, bytes.len, NULL), PROTO_MALFORMED);
	proto_buffer_wipe(&bytes);
	CU_ASSERT_EQUAL(proto_enrol_request_decode(&request, "REGION-1", "", 0, NULL), PROTO_MALFORMED);
}

static void
an_answer_is_read_back(void)
{
	struct proto_enrol_reply reply = {.approved = true}, again;
	struct proto_buffer bytes = {0};

	proto_buffer_text(&reply.trust, "trust");
	proto_buffer_text(&reply.certificate, "certificate");
	CU_ASSERT_EQUAL_FATAL(proto_enrol_reply_encode(&bytes, &reply, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(proto_enrol_reply_decode(&again, bytes.data, bytes.len, NULL), PROTO_OK);
	CU_ASSERT_TRUE(again.approved);
	CU_ASSERT_EQUAL(again.trust.len, 5);
	CU_ASSERT_EQUAL(again.certificate.len, 11);
	proto_enrol_reply_wipe(&again);
	proto_enrol_reply_wipe(&reply);
	proto_buffer_wipe(&bytes);
}

static void
a_certificate_stands_exactly_where_it_approves(void)
{
	struct proto_enrol_reply reply = {.approved = true}, again;
	struct proto_buffer bytes = {0};

	proto_buffer_text(&reply.trust, "trust");
	CU_ASSERT_EQUAL_FATAL(proto_enrol_reply_encode(&bytes, &reply, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(proto_enrol_reply_decode(&again, bytes.data, bytes.len, NULL), PROTO_MALFORMED);
	proto_buffer_wipe(&bytes);
	reply.approved = false;
	CU_ASSERT_EQUAL_FATAL(proto_enrol_reply_encode(&bytes, &reply, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(proto_enrol_reply_decode(&again, bytes.data, bytes.len, NULL), PROTO_OK);
	proto_enrol_reply_wipe(&again);
	proto_buffer_wipe(&bytes);
	proto_buffer_text(&reply.certificate, "certificate");
	CU_ASSERT_EQUAL_FATAL(proto_enrol_reply_encode(&bytes, &reply, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(proto_enrol_reply_decode(&again, bytes.data, bytes.len, NULL), PROTO_MALFORMED);
	proto_buffer_wipe(&bytes);
	proto_enrol_reply_wipe(&reply);
}

static const struct suite_case cases[] = {
	{"a request is read back with its proof", a_request_is_read_back_with_its_proof},
	{"the proof depends on everything", the_proof_depends_on_everything},
	{"a key that is not possessed is refused", a_key_that_is_not_possessed_is_refused},
	{"a request to another coordinator is refused", a_request_to_another_coordinator_is_refused},
	{"wrong fields are refused", wrong_fields_are_refused},
	{"an answer is read back", an_answer_is_read_back},
	{"a certificate stands exactly where it approves", a_certificate_stands_exactly_where_it_approves},
	{NULL, NULL},
};

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	wire_node(&node, "XA");
	wire_node(&other, "XB");
	return suite_run("proto.enrol", cases);
}
