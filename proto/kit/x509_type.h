#ifndef X509_TYPE_H
#define X509_TYPE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "proto/kit/x509.h"

/* What the files of x509 share. Each of these leaves OpenSSL's error queue empty. */
X509 *kit_x509_parse(const void *der, size_t len); /* NULL: not one certificate, whole */
EVP_PKEY *kit_x509_parse_key(const struct proto_buffer *key); /* NULL: not a P-256 private key */
EVP_PKEY *kit_x509_parse_spki(const struct proto_buffer *spki); /* NULL: not a P-256 public key */
/* OpenSSL failed where only memory can be the reason. */
enum proto_code kit_x509_failed(struct proto_error *error, const char *what);

#endif
