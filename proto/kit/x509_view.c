#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "x509_type.h"

#define CERTIFICATE_MAX 16384 /* bytes; ours have about 500 */

X509 *
kit_x509_parse(const void *der, size_t len)
{
	const unsigned char *at = der;
	X509 *cert = len > 0 && len <= CERTIFICATE_MAX ? d2i_X509(NULL, &at, (long)len) : NULL;

	ERR_clear_error();
	if (cert != NULL && at != (const unsigned char *)der + len) {
		X509_free(cert);
		return NULL;
	}
	return cert;
}

static bool
read_time(int64_t *ret_time, const ASN1_TIME *time)
{
	struct tm parts;

	if (ASN1_TIME_to_tm(time, &parts) != 1)
		return false;
	*ret_time = timegm(&parts);
	return true;
}

/*
 * The country of a certificate for clients: its one CN, of two capitals. A server's or a CA's
 * names none, even where a coordinator's id looks like a country.
 */
static void
read_country(char ret_country[static PROTO_COUNTRY_TEXT], X509 *cert)
{
	const X509_NAME *name = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	const ASN1_STRING *text;

	ret_country[0] = '\0';
	if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0 || (X509_get_extension_flags(cert) & EXFLAG_CA) != 0 ||
	    (X509_get_extension_flags(cert) & EXFLAG_XKUSAGE) == 0 || X509_get_extended_key_usage(cert) != XKU_SSL_CLIENT)
		return;
	text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	if (ASN1_STRING_length(text) != PROTO_COUNTRY ||
	    (ASN1_STRING_type(text) != V_ASN1_UTF8STRING && ASN1_STRING_type(text) != V_ASN1_PRINTABLESTRING))
		return;
	memcpy(ret_country, ASN1_STRING_get0_data(text), PROTO_COUNTRY);
	ret_country[PROTO_COUNTRY] = '\0';
	if (!proto_keys_country(ret_country))
		ret_country[0] = '\0';
}

enum proto_code
kit_x509_view(struct kit_x509_view *ret_view, const void *der, size_t len, struct proto_error *error)
{
	struct kit_x509_view view;
	X509 *cert = kit_x509_parse(der, len);
	unsigned char *spki = NULL;
	enum proto_code code = PROTO_OK;
	int spki_len;

	if (cert == NULL)
		return proto_error_set(error, PROTO_MALFORMED, "certificate", "not a certificate");
	spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &spki);
	if (spki_len <= 0 || EVP_Digest(spki, (size_t)spki_len, view.tls, NULL, EVP_sha256(), NULL) != 1 ||
	    !read_time(&view.from, X509_get0_notBefore(cert)) || !read_time(&view.until, X509_get0_notAfter(cert)))
		code = proto_error_set(error, PROTO_MALFORMED, "certificate", "not a certificate");
	else {
		read_country(view.country, cert);
		*ret_view = view;
	}
	OPENSSL_free(spki);
	X509_free(cert);
	ERR_clear_error();
	return code;
}

enum proto_code
kit_x509_subject(struct proto_buffer *ret_spki, const void *der, size_t len, struct proto_error *error)
{
	struct proto_buffer spki = {0};
	X509 *cert = kit_x509_parse(der, len);
	unsigned char *bytes = NULL;
	enum proto_code code = PROTO_OK;
	int got = cert == NULL ? -1 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &bytes);

	if (got > 0)
		proto_buffer_put(&spki, bytes, (size_t)got);
	if (got <= 0)
		code = proto_error_set(error, PROTO_MALFORMED, "certificate", "not a certificate");
	else if (spki.failed)
		code = proto_error_set(error, PROTO_MEMORY, "certificate", "out of memory");
	else
		*ret_spki = spki;
	OPENSSL_free(bytes);
	X509_free(cert);
	ERR_clear_error();
	return code;
}

/* A store that trusts ca alone; the time is the caller's, never the clock's. */
static int
chain_error(X509 *cert, X509 *ca, bool client, int64_t now)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	int result = X509_V_ERR_UNSPECIFIED;

	if (store == NULL || context == NULL || X509_STORE_add_cert(store, ca) != 1 ||
	    X509_STORE_CTX_init(context, store, cert, NULL) != 1) {
		result = X509_V_ERR_OUT_OF_MEM;
		goto out;
	}
	X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), now);
	X509_VERIFY_PARAM_set_depth(X509_STORE_CTX_get0_param(context), 0); /* no intermediates */
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(context), 2);
	if (X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context), X509_V_FLAG_X509_STRICT) != 1 ||
	    X509_VERIFY_PARAM_set_purpose(X509_STORE_CTX_get0_param(context), client ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER) != 1)
		goto out;
	result = X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
	if (result == X509_V_OK && sk_X509_num(X509_STORE_CTX_get0_chain(context)) != 2)
		result = X509_V_ERR_UNSPECIFIED; /* the CA itself is nobody's leaf */
out:
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	ERR_clear_error();
	return result;
}

enum proto_code
kit_x509_verify(const struct proto_buffer *cert, const struct proto_buffer *ca, bool client, int64_t now, struct proto_error *error)
{
	X509 *leaf = kit_x509_parse(cert->data, cert->len), *root = kit_x509_parse(ca->data, ca->len);
	enum proto_code code = PROTO_NOT_GENUINE;

	if (leaf != NULL && root != NULL)
		switch (chain_error(leaf, root, client, now)) {
		case X509_V_OK:
			/* OpenSSL takes a certificate that names no use for one that serves every use */
			if ((X509_get_extension_flags(leaf) & EXFLAG_XKUSAGE) != 0 &&
			    X509_get_extended_key_usage(leaf) == (client ? XKU_SSL_CLIENT : XKU_SSL_SERVER))
				code = PROTO_OK;
			break;
		case X509_V_ERR_CERT_HAS_EXPIRED:
		case X509_V_ERR_CERT_NOT_YET_VALID:
			code = PROTO_EXPIRED;
			break;
		case X509_V_ERR_OUT_OF_MEM:
			code = PROTO_MEMORY;
			break;
		default:
			break;
		}
	X509_free(leaf);
	X509_free(root);
	if (code == PROTO_OK)
		return PROTO_OK;
	return proto_error_set(error, code, "certificate", "%s", code == PROTO_EXPIRED ? "outside its time" :
	    code == PROTO_MEMORY ? "out of memory" : "not of this coordinator, or not for this use");
}
