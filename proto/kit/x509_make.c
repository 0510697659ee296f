#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "x509_type.h"

#define YEAR INT64_C(31556952) /* seconds, Gregorian mean */
#define CA_YEARS 20
#define LEAF_YEARS 5
#define EARLIER INT64_C(86400) /* valid from a day ago: the other office's clock may be behind */

/* What one certificate is to say. issuer NULL: signed by its own key. */
struct wish {
	const char *common, *organization; /* subject's CN and O (NULL: none) */
	EVP_PKEY *subject, *signer;
	X509 *issuer;
	int64_t from, until;
	const char *constraints, *usage, *extended, *dns; /* extension texts; NULL: none */
};

/* 20 bytes, positive: the largest that RFC 5280 allows, and never equal to another. */
static bool
set_serial(X509 *cert)
{
	uint8_t serial[20];
	BIGNUM *number;
	bool ok;

	randombytes_buf(serial, sizeof(serial));
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);
	number = BN_bin2bn(serial, sizeof(serial), NULL);
	ok = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
	BN_free(number);
	return ok;
}

static bool
set_name(X509_NAME *name, const struct wish *wish)
{
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)wish->common, -1, -1, 0) == 1 &&
	    (wish->organization == NULL ||
	        X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)wish->organization, -1, -1, 0) == 1);
}

static bool
add_extension(X509 *cert, X509V3_CTX *context, int nid, const char *text)
{
	X509_EXTENSION *extension;
	bool ok;

	if (text == NULL)
		return true;
	extension = X509V3_EXT_conf_nid(NULL, context, nid, text);
	ok = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

static bool
add_extensions(X509 *cert, const struct wish *wish)
{
	X509V3_CTX context;
	char dns[100];

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, wish->issuer ? wish->issuer : cert, cert, NULL, NULL, 0);
	if (wish->dns != NULL)
		(void)snprintf(dns, sizeof(dns), "DNS:%s", wish->dns);
	return add_extension(cert, &context, NID_basic_constraints, wish->constraints) &&
	    add_extension(cert, &context, NID_key_usage, wish->usage) &&
	    add_extension(cert, &context, NID_ext_key_usage, wish->extended) &&
	    add_extension(cert, &context, NID_subject_alt_name, wish->dns ? dns : NULL) &&
	    add_extension(cert, &context, NID_subject_key_identifier, "hash") &&
	    add_extension(cert, &context, NID_authority_key_identifier, wish->issuer ? "keyid:always" : NULL);
}

static enum proto_code
make(struct proto_buffer *ret_cert, const struct wish *wish, struct proto_error *error)
{
	struct proto_buffer der = {0};
	X509 *cert = X509_new();
	unsigned char *bytes = NULL;
	enum proto_code code = PROTO_OK;
	int len = -1;

	if (cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
	    ASN1_TIME_set(X509_getm_notBefore(cert), wish->from) != NULL && ASN1_TIME_set(X509_getm_notAfter(cert), wish->until) != NULL &&
	    set_name(X509_get_subject_name(cert), wish) &&
	    X509_set_issuer_name(cert, X509_get_subject_name(wish->issuer ? wish->issuer : cert)) == 1 &&
	    X509_set_pubkey(cert, wish->subject) == 1 && add_extensions(cert, wish) && X509_sign(cert, wish->signer, EVP_sha256()) > 0)
		len = i2d_X509(cert, &bytes);
	if (len > 0)
		proto_buffer_put(&der, bytes, (size_t)len);
	if (len <= 0 || der.failed) {
		proto_buffer_wipe(&der);
		code = kit_x509_failed(error, "no certificate could be made");
	} else
		*ret_cert = der;
	OPENSSL_free(bytes);
	X509_free(cert);
	return code;
}

/* A certificate signed by its own key: the CA, or a node before its approval. */
static enum proto_code
make_self(struct proto_buffer *ret_cert, struct wish *wish, const struct proto_buffer *key, struct proto_error *error)
{
	enum proto_code code;

	if ((wish->subject = wish->signer = kit_x509_parse_key(key)) == NULL)
		return proto_error_set(error, PROTO_MALFORMED, "TLS key", "not a P-256 key");
	code = make(ret_cert, wish, error);
	EVP_PKEY_free(wish->subject);
	return code;
}

enum proto_code
kit_x509_ca(struct proto_buffer *ret_cert, const struct proto_buffer *key, const char *coordinator, int64_t now, struct proto_error *error)
{
	struct wish wish = {
		.common = coordinator, .from = now - EARLIER, .until = now + CA_YEARS * YEAR,
		.constraints = "critical,CA:TRUE,pathlen:0", .usage = "critical,keyCertSign",
	};

	if (!proto_keys_coordinator_id(coordinator))
		return proto_error_set(error, PROTO_MALFORMED, "certificate", "not a coordinator's id");
	return make_self(ret_cert, &wish, key, error);
}

enum proto_code
kit_x509_self(struct proto_buffer *ret_cert, const struct proto_buffer *key, const char *country, int64_t now, struct proto_error *error)
{
	struct wish wish = {
		.common = country, .from = now - EARLIER, .until = now + LEAF_YEARS * YEAR,
		.constraints = "critical,CA:FALSE", .usage = "critical,digitalSignature", .extended = "clientAuth",
	};

	if (!proto_keys_country(country))
		return proto_error_set(error, PROTO_MALFORMED, "certificate", "not a country");
	return make_self(ret_cert, &wish, key, error);
}

/* Seconds since 1970; false when the certificate's times cannot be read. */
static bool
ca_ends(int64_t *ret_until, const X509 *ca)
{
	struct tm parts;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(ca), &parts) != 1)
		return false;
	*ret_until = timegm(&parts);
	return true;
}

enum proto_code
kit_x509_issue(struct proto_buffer *ret_cert, const struct kit_x509_issue *request, struct proto_error *error)
{
	struct wish wish = {
		.from = request->now - EARLIER, .until = request->now + LEAF_YEARS * YEAR,
		.constraints = "critical,CA:FALSE", .usage = "critical,digitalSignature",
		.extended = request->country ? "clientAuth" : "serverAuth",
		.common = request->country, .organization = request->country ? request->coordinator : NULL,
	};
	enum proto_code code;
	int64_t ends;
	char dns[80];

	if (!proto_keys_coordinator_id(request->coordinator) || (request->country && !proto_keys_country(request->country)))
		return proto_error_set(error, PROTO_MALFORMED, "certificate", "not a coordinator's id, or not a country");
	if (request->country == NULL) {
		kit_x509_name(dns, request->coordinator);
		wish.common = wish.dns = dns;
	}
	wish.issuer = kit_x509_parse(request->ca_cert->data, request->ca_cert->len);
	wish.signer = kit_x509_parse_key(request->ca_key);
	wish.subject = kit_x509_parse_spki(request->spki);
	if (wish.issuer == NULL || wish.signer == NULL || wish.subject == NULL)
		code = proto_error_set(error, PROTO_MALFORMED, "certificate", "not a P-256 key, or not a certificate");
	else if (X509_check_private_key(wish.issuer, wish.signer) != 1)
		code = proto_error_set(error, PROTO_NOT_GENUINE, "certificate", "the CA's key is not that of its certificate");
	else if (!ca_ends(&ends, wish.issuer) || ends <= request->now)
		code = proto_error_set(error, PROTO_EXPIRED, "certificate", "the CA's certificate has ended");
	else {
		if (wish.until > ends)
			wish.until = ends;
		code = make(ret_cert, &wish, error);
	}
	ERR_clear_error();
	EVP_PKEY_free(wish.subject);
	EVP_PKEY_free(wish.signer);
	X509_free(wish.issuer);
	return code;
}
