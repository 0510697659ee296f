#include "proto/release.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "support/wire.h"

static struct wire wire;
static const char sums[] = "0123  measurements.csv\n";
static uint8_t signature[PROTO_SIGNATURE];

static enum proto_code
checked(const void *text, size_t len, enum proto_purpose purpose)
{
	return proto_release_verify(signature, text, len, wire.key[purpose], NULL);
}

static void
a_signature_is_for_one_key_and_one_text(void)
{
	CU_ASSERT_EQUAL(checked(sums, strlen(sums), PROTO_PURPOSE_RELEASE), PROTO_OK);
	CU_ASSERT_EQUAL(checked(sums, strlen(sums), PROTO_PURPOSE_RECEIPT), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(checked(sums, strlen(sums) - 1, PROTO_PURPOSE_RELEASE), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(checked("", 0, PROTO_PURPOSE_RELEASE), PROTO_NOT_GENUINE);
	signature[7] ^= 1;
	CU_ASSERT_EQUAL(checked(sums, strlen(sums), PROTO_PURPOSE_RELEASE), PROTO_NOT_GENUINE);
	signature[7] ^= 1;
}

/* The sums alone, signed by the very key: without the label line it is no release. */
static void
the_label_line_is_part_of_what_is_signed(void)
{
	uint8_t bare[PROTO_SIGNATURE];

	CU_ASSERT_EQUAL(crypto_sign_detached(bare, NULL, (const uint8_t *)sums, strlen(sums), wire.secret[PROTO_PURPOSE_RELEASE]), 0);
	CU_ASSERT_EQUAL(proto_release_verify(bare, sums, strlen(sums), wire.key[PROTO_PURPOSE_RELEASE], NULL), PROTO_NOT_GENUINE);
}

static enum proto_code
read_as(const void *data, size_t len)
{
	uint8_t key[PROTO_PUBLIC] = {0};
	enum proto_code code = proto_release_key_read(key, data, len, NULL);

	if (code == PROTO_OK)
		CU_ASSERT_EQUAL(memcmp(key, wire.key[PROTO_PURPOSE_RELEASE], sizeof(key)), 0);
	return code;
}

static void
a_key_is_read_in_each_of_its_forms(void)
{
	const uint8_t *key = wire.key[PROTO_PURPOSE_RELEASE];
	char pem[PROTO_RELEASE_PEM], hex[2 * PROTO_PUBLIC + 2];

	proto_release_key_write(pem, key);
	CU_ASSERT_EQUAL(read_as(pem, strlen(pem)), PROTO_OK);
	CU_ASSERT_EQUAL(read_as(key, PROTO_PUBLIC), PROTO_OK);
	(void)sodium_bin2hex(hex, sizeof(hex), key, PROTO_PUBLIC);
	CU_ASSERT_EQUAL(read_as(hex, 2 * PROTO_PUBLIC), PROTO_OK);
	strcat(hex, "\n");
	CU_ASSERT_EQUAL(read_as(hex, strlen(hex)), PROTO_OK);
}

static void
anything_else_is_no_key(void)
{
	char pem[PROTO_RELEASE_PEM], hex[2 * PROTO_PUBLIC + 2];
	size_t len;

	proto_release_key_write(pem, wire.key[PROTO_PURPOSE_RELEASE]);
	for (len = 0; len < strlen("-----BEGIN PUBLIC KEY-----\n") + 60; len++)
		if (len != PROTO_PUBLIC && len != 2 * PROTO_PUBLIC) /* 32 raw bytes are a key, whatever they are */
			CU_ASSERT_EQUAL(read_as(pem, len), PROTO_MALFORMED);
	pem[30] ^= 1; /* another algorithm's prefix */
	CU_ASSERT_EQUAL(read_as(pem, strlen(pem)), PROTO_MALFORMED);
	memset(hex, 'a', sizeof(hex) - 1);
	hex[9] = 'g';
	CU_ASSERT_EQUAL(read_as(hex, 2 * PROTO_PUBLIC), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(read_as(hex, 2 * PROTO_PUBLIC - 1), PROTO_MALFORMED);
}

static void
put(const char *path, const void *data, size_t len)
{
	FILE *file = fopen(path, "wb");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fwrite(data, 1, len, file), len);
	CU_ASSERT_EQUAL(fclose(file), 0);
}

/* As PROTOCOL.md tells the reader to do it. */
static void
openssl_alone_can_check_it(void)
{
	char dir[] = "/tmp/chorale-test-XXXXXX", path[64], command[400], pem[PROTO_RELEASE_PEM];

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	proto_release_key_write(pem, wire.key[PROTO_PURPOSE_RELEASE]);
	(void)snprintf(path, sizeof(path), "%s/key", dir);
	put(path, pem, strlen(pem));
	(void)snprintf(path, sizeof(path), "%s/sums", dir);
	put(path, sums, strlen(sums));
	(void)snprintf(path, sizeof(path), "%s/sig", dir);
	put(path, signature, sizeof(signature));
	(void)snprintf(command, sizeof(command), "cd %s && (printf 'chorale release v1\\n'; cat sums) >m && "
	    "openssl pkeyutl -verify -pubin -inkey key -rawin -in m -sigfile sig >out 2>&1", dir);
	CU_ASSERT_EQUAL(system(command), 0);
	(void)snprintf(command, sizeof(command), "cd %s && echo >>m && "
	    "! openssl pkeyutl -verify -pubin -inkey key -rawin -in m -sigfile sig >out 2>&1", dir);
	CU_ASSERT_EQUAL(system(command), 0);
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	CU_ASSERT_EQUAL(system(command), 0);
}

static const struct suite_case cases[] = {
	{"a signature is for one key and one text", a_signature_is_for_one_key_and_one_text},
	{"the label line is part of what is signed", the_label_line_is_part_of_what_is_signed},
	{"a key is read in each of its forms", a_key_is_read_in_each_of_its_forms},
	{"anything else is no key", anything_else_is_no_key},
	{"openssl alone can check it", openssl_alone_can_check_it},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	if (proto_release_sign(signature, sums, strlen(sums), wire.secret[PROTO_PURPOSE_RELEASE], NULL) != PROTO_OK)
		return 1;
	status = suite_run("proto.release", cases);
	wire_wipe(&wire);
	return status;
}
