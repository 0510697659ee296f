#include "proto/kit/x509.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sodium.h>
#include <string.h>

#include "support/suite.h"

#define NOW INT64_C(1795464000) /* 2026-11-23 */
#define DAY INT64_C(86400)
#define YEAR (INT64_C(365) * DAY)

/* One coordinator's CA, and the keys of others. */
static struct proto_buffer ca_key, ca, other_ca_key, other_ca, key, spki;
static uint8_t spki_hash[PROTO_HASH];

static void
prepare(void)
{
	CU_ASSERT_EQUAL_FATAL(kit_x509_key(&ca_key, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_x509_ca(&ca, &ca_key, "REGION-1", NOW, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_x509_key(&other_ca_key, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_x509_ca(&other_ca, &other_ca_key, "REGION-1", NOW, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_x509_key(&key, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_x509_spki(spki_hash, &spki, &key, NULL), PROTO_OK);
	CU_ASSERT(ca_key.len != key.len || memcmp(ca_key.data, key.data, key.len) != 0);
}

static struct proto_buffer
issue(const char *country, int64_t now)
{
	const struct kit_x509_issue request = {&ca_key, &ca, &spki, "REGION-1", country, now};
	struct proto_buffer cert = {0};

	CU_ASSERT_EQUAL_FATAL(kit_x509_issue(&cert, &request, NULL), PROTO_OK);
	return cert;
}

static X509 *
parse(const struct proto_buffer *cert)
{
	const unsigned char *at = cert->data;
	X509 *parsed = d2i_X509(NULL, &at, (long)cert->len);

	CU_ASSERT_PTR_NOT_NULL_FATAL(parsed);
	return parsed;
}

static void
views(void)
{
	struct proto_buffer node = issue("XA", NOW), leaf = issue(NULL, NOW), self = {0}, taken = {0};
	struct kit_x509_view view;

	CU_ASSERT_EQUAL(kit_x509_view(&view, node.data, node.len, NULL), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(view.country, "XA");
	CU_ASSERT_EQUAL(memcmp(view.tls, spki_hash, PROTO_HASH), 0);
	CU_ASSERT(view.from <= NOW && view.from >= NOW - DAY && view.until >= NOW + 5 * YEAR && view.until <= NOW + 5 * YEAR + 2 * DAY);
	CU_ASSERT_EQUAL(kit_x509_subject(&taken, node.data, node.len, NULL), PROTO_OK);
	CU_ASSERT(taken.len == spki.len && memcmp(taken.data, spki.data, spki.len) == 0);
	proto_buffer_wipe(&taken);
	CU_ASSERT_EQUAL(kit_x509_subject(&taken, spki.data, spki.len, NULL), PROTO_MALFORMED);
	CU_ASSERT_PTR_NULL(taken.data);
	CU_ASSERT_EQUAL(kit_x509_view(&view, leaf.data, leaf.len, NULL), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(view.country, "");
	CU_ASSERT_EQUAL(kit_x509_self(&self, &key, "XB", NOW, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_x509_view(&view, self.data, self.len, NULL), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(view.country, "XB");
	CU_ASSERT_EQUAL(memcmp(view.tls, spki_hash, PROTO_HASH), 0);
	CU_ASSERT_EQUAL(kit_x509_view(&view, ca.data, ca.len, NULL), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(view.country, "");
	CU_ASSERT(view.until >= NOW + 20 * YEAR && view.until <= NOW + 20 * YEAR + 6 * DAY);
	proto_buffer_wipe(&node);
	proto_buffer_wipe(&leaf);
	proto_buffer_wipe(&self);
}

static void
says(X509 *cert, int nid, bool critical, const char *must)
{
	int at = X509_get_ext_by_NID(cert, nid, -1);
	BIO *bio = BIO_new(BIO_s_mem());
	char text[200] = "";

	CU_ASSERT(at >= 0 && X509_get_ext_by_NID(cert, nid, at) < 0);
	if (at >= 0) {
		CU_ASSERT_EQUAL(X509_EXTENSION_get_critical(X509_get_ext(cert, at)), critical);
		CU_ASSERT_EQUAL(X509V3_EXT_print(bio, X509_get_ext(cert, at), 0, 0), 1);
		CU_ASSERT(BIO_read(bio, text, sizeof(text) - 1) > 0);
		CU_ASSERT_STRING_EQUAL(text, must);
	}
	BIO_free(bio);
}

static void
subject(X509 *cert, const char *must)
{
	char *text = X509_NAME_oneline(X509_get_subject_name(cert), NULL, 0);

	CU_ASSERT_STRING_EQUAL(text, must);
	OPENSSL_free(text);
}

static void
contents(void)
{
	struct proto_buffer node = issue("XA", NOW), leaf = issue(NULL, NOW);
	X509 *a = parse(&ca), *b = parse(&node), *c = parse(&leaf);

	CU_ASSERT(X509_get_version(a) == X509_VERSION_3 && X509_get_signature_nid(a) == NID_ecdsa_with_SHA256);
	subject(a, "/CN=REGION-1");
	says(a, NID_basic_constraints, true, "CA:TRUE, pathlen:0");
	says(a, NID_key_usage, true, "Certificate Sign");
	subject(b, "/CN=XA/O=REGION-1");
	says(b, NID_basic_constraints, true, "CA:FALSE");
	says(b, NID_key_usage, true, "Digital Signature");
	says(b, NID_ext_key_usage, false, "TLS Web Client Authentication");
	CU_ASSERT(X509_get_ext_by_NID(b, NID_subject_alt_name, -1) < 0);
	subject(c, "/CN=region-1.chorale.invalid");
	says(c, NID_ext_key_usage, false, "TLS Web Server Authentication");
	says(c, NID_subject_alt_name, false, "DNS:region-1.chorale.invalid");
	CU_ASSERT_EQUAL(X509_get_signature_nid(c), NID_ecdsa_with_SHA256);
	CU_ASSERT_EQUAL(X509_get0_serialNumber(b)->length, 20);
	CU_ASSERT_NOT_EQUAL(ASN1_INTEGER_cmp(X509_get0_serialNumber(b), X509_get0_serialNumber(c)), 0);
	X509_free(a);
	X509_free(b);
	X509_free(c);
	proto_buffer_wipe(&node);
	proto_buffer_wipe(&leaf);
}

/* W10 */
static void
verification(void)
{
	struct proto_buffer node = issue("XA", NOW), leaf = issue(NULL, NOW), self = {0}, empty = {0};
	struct proto_error error;

	CU_ASSERT_EQUAL(kit_x509_self(&self, &key, "XA", NOW, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_x509_verify(&node, &ca, true, NOW, &error), PROTO_OK);
	CU_ASSERT_EQUAL(kit_x509_verify(&leaf, &ca, false, NOW, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_x509_verify(&node, &ca, false, NOW, NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(kit_x509_verify(&leaf, &ca, true, NOW, NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(kit_x509_verify(&node, &other_ca, true, NOW, NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(kit_x509_verify(&self, &ca, true, NOW, NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(kit_x509_verify(&ca, &ca, true, NOW, NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(kit_x509_verify(&self, &self, true, NOW, NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(kit_x509_verify(&node, &node, true, NOW, NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(kit_x509_verify(&empty, &ca, true, NOW, NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(kit_x509_verify(&node, &empty, true, NOW, NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(kit_x509_verify(&node, &ca, true, NOW - 2 * DAY, &error), PROTO_EXPIRED);
	CU_ASSERT_EQUAL(kit_x509_verify(&node, &ca, true, NOW + 5 * YEAR, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_x509_verify(&node, &ca, true, NOW + 6 * YEAR, NULL), PROTO_EXPIRED);
	CU_ASSERT_EQUAL(kit_x509_verify(&node, &other_ca, true, NOW + 6 * YEAR, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&node);
	proto_buffer_wipe(&leaf);
	proto_buffer_wipe(&self);
}

/* A certificate of the CA's with things of ours in it. */
struct odd {
	const char *extended, *constraints;
	const char *common[2];
	int type; /* of the CN's string */
};

static struct proto_buffer
odd_certificate(const struct odd *odd)
{
	struct proto_buffer der = {0}, node = issue("XA", NOW);
	X509 *cert = parse(&node);
	X509_NAME *name = X509_NAME_new();
	const unsigned char *at = ca_key.data;
	EVP_PKEY *signer = d2i_AutoPrivateKey(NULL, &at, (long)ca_key.len);
	unsigned char *bytes = NULL;
	int len, i;

	X509_EXTENSION_free(X509_delete_ext(cert, X509_get_ext_by_NID(cert, NID_ext_key_usage, -1)));
	X509_EXTENSION_free(X509_delete_ext(cert, X509_get_ext_by_NID(cert, NID_basic_constraints, -1)));
	if (odd->extended != NULL) {
		X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_ext_key_usage, odd->extended);

		CU_ASSERT_EQUAL(X509_add_ext(cert, extension, -1), 1);
		X509_EXTENSION_free(extension);
	}
	if (odd->constraints != NULL) {
		X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, odd->constraints);

		CU_ASSERT_EQUAL(X509_add_ext(cert, extension, -1), 1);
		X509_EXTENSION_free(extension);
	}
	for (i = 0; i < 2; i++)
		if (odd->common[i] != NULL)
			CU_ASSERT_EQUAL(X509_NAME_add_entry_by_txt(name, "CN", odd->type, (const unsigned char *)odd->common[i], -1, -1, 0), 1);
	CU_ASSERT_EQUAL(X509_set_subject_name(cert, name), 1);
	CU_ASSERT(X509_sign(cert, signer, EVP_sha256()) > 0);
	len = i2d_X509(cert, &bytes);
	proto_buffer_put(&der, bytes, (size_t)len);
	OPENSSL_free(bytes);
	EVP_PKEY_free(signer);
	X509_NAME_free(name);
	X509_free(cert);
	proto_buffer_wipe(&node);
	return der;
}

static void
odd_ones(void)
{
	static const struct { struct odd odd; const char *country; enum proto_code client; } tries[] = {
		{{"clientAuth", "critical,CA:FALSE", {"XA", NULL}, V_ASN1_UTF8STRING}, "XA", PROTO_OK},
		{{"clientAuth", "critical,CA:FALSE", {"XA", NULL}, V_ASN1_PRINTABLESTRING}, "XA", PROTO_OK},
		{{NULL, "critical,CA:FALSE", {"XA", NULL}, V_ASN1_UTF8STRING}, "", PROTO_NOT_GENUINE},
		{{"anyExtendedKeyUsage", "critical,CA:FALSE", {"XA", NULL}, V_ASN1_UTF8STRING}, "", PROTO_NOT_GENUINE},
		{{"clientAuth,serverAuth", "critical,CA:FALSE", {"XA", NULL}, V_ASN1_UTF8STRING}, "", PROTO_NOT_GENUINE},
		{{"serverAuth", "critical,CA:FALSE", {"XA", NULL}, V_ASN1_UTF8STRING}, "", PROTO_NOT_GENUINE},
		{{"clientAuth", "critical,CA:FALSE", {"XA", "XB"}, V_ASN1_UTF8STRING}, "", PROTO_OK},
		{{"clientAuth", "critical,CA:FALSE", {"XAX", NULL}, V_ASN1_UTF8STRING}, "", PROTO_OK},
		{{"clientAuth", "critical,CA:FALSE", {"xa", NULL}, V_ASN1_UTF8STRING}, "", PROTO_OK},
		{{"clientAuth", "critical,CA:FALSE", {"X", NULL}, V_ASN1_UTF8STRING}, "", PROTO_OK},
		{{"clientAuth", "critical,CA:FALSE", {"XA", NULL}, V_ASN1_BMPSTRING}, "", PROTO_OK},
		{{"clientAuth", "critical,CA:FALSE", {NULL, NULL}, V_ASN1_UTF8STRING}, "", PROTO_NOT_GENUINE},
	};
	size_t i;

	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		struct proto_buffer cert = odd_certificate(&tries[i].odd);
		struct kit_x509_view view;

		CU_ASSERT_EQUAL(kit_x509_view(&view, cert.data, cert.len, NULL), PROTO_OK);
		CU_ASSERT_STRING_EQUAL(view.country, tries[i].country);
		CU_ASSERT_EQUAL(kit_x509_verify(&cert, &ca, true, NOW, NULL), tries[i].client);
		proto_buffer_wipe(&cert);
	}
}

static void
bad_input(void)
{
	struct kit_x509_issue request = {&ca_key, &ca, &spki, "REGION-1", "XA", NOW};
	struct proto_buffer out = {0}, cut = {0}, empty = {0}, rsa = {0};
	EVP_PKEY *large = EVP_RSA_gen(2048);
	unsigned char *der = NULL;
	uint8_t hash[PROTO_HASH];
	int len = i2d_PUBKEY(large, &der);

	proto_buffer_put(&rsa, der, (size_t)len);
	proto_buffer_put(&cut, spki.data, spki.len - 1);
	CU_ASSERT_EQUAL(kit_x509_spki(hash, &out, &spki, NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(kit_x509_spki(hash, &out, &empty, NULL), PROTO_MALFORMED);
	request.spki = &cut;
	CU_ASSERT_EQUAL(kit_x509_issue(&out, &request, NULL), PROTO_MALFORMED);
	proto_buffer_put(&cut, "xx", 2); /* the last byte wrong, and one after it */
	CU_ASSERT_EQUAL(kit_x509_issue(&out, &request, NULL), PROTO_MALFORMED);
	request.spki = &rsa;
	CU_ASSERT_EQUAL(kit_x509_issue(&out, &request, NULL), PROTO_MALFORMED);
	request.spki = &empty;
	CU_ASSERT_EQUAL(kit_x509_issue(&out, &request, NULL), PROTO_MALFORMED);
	proto_buffer_wipe(&cut);
	proto_buffer_put(&cut, spki.data, spki.len);
	proto_buffer_put(&cut, "", 1); /* right, and one byte after it */
	request.spki = &cut;
	CU_ASSERT_EQUAL(kit_x509_issue(&out, &request, NULL), PROTO_MALFORMED);
	cut.len--;
	cut.data[cut.len - 1] ^= 1; /* not a point of the curve */
	CU_ASSERT_EQUAL(kit_x509_issue(&out, &request, NULL), PROTO_MALFORMED);
	request.spki = &spki;
	request.ca_key = &key;
	CU_ASSERT_EQUAL(kit_x509_issue(&out, &request, NULL), PROTO_NOT_GENUINE);
	request.ca_key = &ca_key;
	request.country = "xa";
	CU_ASSERT_EQUAL(kit_x509_issue(&out, &request, NULL), PROTO_MALFORMED);
	request.country = NULL;
	request.coordinator = "a,DNS:evil";
	CU_ASSERT_EQUAL(kit_x509_issue(&out, &request, NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(kit_x509_ca(&out, &ca_key, "-X", NOW, NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(kit_x509_self(&out, &ca_key, "XAX", NOW, NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(kit_x509_self(&out, &spki, "XA", NOW, NULL), PROTO_MALFORMED);
	request.coordinator = "REGION-1";
	request.now = NOW + 21 * YEAR;
	CU_ASSERT_EQUAL(kit_x509_issue(&out, &request, NULL), PROTO_EXPIRED);
	CU_ASSERT_PTR_NULL(out.data);
	OPENSSL_free(der);
	EVP_PKEY_free(large);
	proto_buffer_wipe(&cut);
	proto_buffer_wipe(&rsa);
}

/* A leaf never outlives the CA. */
static void
late_leaf(void)
{
	struct proto_buffer node = issue("XA", NOW + 18 * YEAR);
	struct kit_x509_view leaf, top;

	CU_ASSERT_EQUAL(kit_x509_view(&leaf, node.data, node.len, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_x509_view(&top, ca.data, ca.len, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(leaf.until, top.until);
	CU_ASSERT_EQUAL(kit_x509_verify(&node, &ca, true, NOW + 18 * YEAR, NULL), PROTO_OK);
	proto_buffer_wipe(&node);
}

/* Cut at every byte, every bit flipped: never both accepted and different. */
static void
every_bit(void)
{
	struct proto_buffer node = issue("XA", NOW), cut = {0};
	struct kit_x509_view view;
	size_t len, bit, accepted = 0;

	for (len = 0; len < node.len; len++)
		CU_ASSERT_EQUAL(kit_x509_view(&view, node.data, len, NULL), PROTO_MALFORMED);
	proto_buffer_put(&cut, node.data, node.len);
	proto_buffer_put(&cut, "", 1);
	CU_ASSERT_EQUAL(kit_x509_view(&view, cut.data, cut.len, NULL), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(kit_x509_verify(&cut, &ca, true, NOW, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&cut);
	for (bit = 0; bit < 8 * node.len; bit++) {
		node.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		accepted += kit_x509_verify(&node, &ca, true, NOW, NULL) == PROTO_OK;
		node.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CU_ASSERT_EQUAL(accepted, 0);
	CU_ASSERT_EQUAL(kit_x509_verify(&node, &ca, true, NOW, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(ERR_peek_error(), 0);
	proto_buffer_wipe(&node);
}

static void
pem(void)
{
	struct proto_buffer text = {0};
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	long len = 0;
	BIO *bio;

	CU_ASSERT_EQUAL(kit_x509_pem(&text, &key, "PRIVATE KEY", NULL), PROTO_OK);
	CU_ASSERT_PTR_NOT_NULL(strstr(proto_buffer_string(&text), "-----BEGIN PRIVATE KEY-----\n"));
	bio = BIO_new_mem_buf(text.data, (int)text.len);
	CU_ASSERT_EQUAL(PEM_read_bio(bio, &name, &header, &data, &len), 1);
	CU_ASSERT(len == (long)key.len && memcmp(data, key.data, key.len) == 0);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(data);
	BIO_free(bio);
	proto_buffer_wipe(&text);
}

static void
names(void)
{
	char name[80];

	kit_x509_name(name, "REGION-1");
	CU_ASSERT_STRING_EQUAL(name, "region-1.chorale.invalid");
	kit_x509_name(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345");
	CU_ASSERT_STRING_EQUAL(name, "abcdefghijklmnopqrstuvwxyz012345.chorale.invalid");
}

static const struct suite_case cases[] = {
	{"keys and a CA are made, no two alike", prepare},
	{"a view gives key, country and times; a server and a CA have no country", views},
	{"extensions and names are as documented", contents},
	{"wrong CA, wrong use, wrong time and self-signed are refused", verification},
	{"a certificate of the CA's that says something odd gives no country, or is refused", odd_ones},
	{"what is no P-256 key, no id or no country is refused", bad_input},
	{"a certificate never outlives its CA", late_leaf},
	{"no cut or flipped certificate verifies", every_bit},
	{"PEM is what OpenSSL reads", pem},
	{"the name does not depend on the place", names},
	{NULL, NULL},
};

int
main(void)
{
	int status = sodium_init() < 0 ? 1 : suite_run("kit.x509", cases);
	struct proto_buffer *all[] = {&ca_key, &ca, &other_ca_key, &other_ca, &key, &spki};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		proto_buffer_wipe(all[i]);
	return status;
}
