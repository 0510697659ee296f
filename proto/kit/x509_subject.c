#include <openssl/err.h>
#include <openssl/x509.h>

#include "proto/kit/x509.h"

enum proto_code
kit_x509_subject(struct proto_buffer *ret_spki, const void *der, size_t len, struct proto_error *error)
{
	const unsigned char *at = der;
	X509 *cert = d2i_X509(NULL, &at, (long)len);
	unsigned char *spki = NULL;
	enum proto_code code = PROTO_OK;
	int got = cert == NULL ? -1 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &spki);

	if (got <= 0) {
		code = proto_error_set(error, PROTO_MALFORMED, "certificate", "not a certificate");
	} else {
		proto_buffer_put(ret_spki, spki, (size_t)got);
		if (ret_spki->failed)
			code = proto_error_set(error, PROTO_MEMORY, "certificate", "out of memory");
	}
	OPENSSL_free(spki);
	X509_free(cert);
	ERR_clear_error();
	return code;
}
