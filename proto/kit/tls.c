#include "proto/kit/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>

/* One certificate of a few hundred bytes is expected; nothing longer is worth parsing. */
#define PEER_CHAIN_MAX (16 * 1024)

struct kit_tls {
	SSL_CTX *ctx;
};

static enum proto_code
failed(struct proto_error *error, const char *where, const char *what)
{
	ERR_clear_error();
	return proto_error_set(error, PROTO_TLS, where, "%s", what);
}

/*
 * A self-signed leaf passes here, alone among the faults: before approval a node has nothing else to
 * show. Its other checks (time, purpose) are reported separately and stay fatal.
 */
static int
judge_peer(int ok, X509_STORE_CTX *store)
{
	if (ok)
		return 1;
	return X509_STORE_CTX_get_error(store) == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT &&
	    X509_STORE_CTX_get_error_depth(store) == 0;
}

/* Certificates after the first are the chain. */
static bool
use_certificates(SSL_CTX *ctx, const struct proto_buffer *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	X509 *cert = NULL;
	bool first = true, ok = bio != NULL;

	while (ok && (cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		ok = (first ? SSL_CTX_use_certificate(ctx, cert) : SSL_CTX_add1_chain_cert(ctx, cert)) == 1;
		X509_free(cert);
		first = false;
	}
	BIO_free(bio);
	ERR_clear_error(); /* the end of the file is reported as an error */
	return ok && !first;
}

/* A key file under a passphrase is refused; the library would ask on the terminal. */
static int
no_passphrase(char *text, int size, int writing, void *ctx)
{
	(void)text, (void)size, (void)writing, (void)ctx;
	return -1;
}

static bool
use_key(SSL_CTX *ctx, const struct proto_buffer *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
	bool ok = key != NULL && SSL_CTX_use_PrivateKey(ctx, key) == 1 && SSL_CTX_check_private_key(ctx) == 1;

	EVP_PKEY_free(key);
	BIO_free(bio);
	return ok;
}

static bool
use_ca(SSL_CTX *ctx, const struct proto_buffer *der)
{
	const unsigned char *bytes = der->data;
	X509 *ca = d2i_X509(NULL, &bytes, (long)der->len);
	bool ok = ca != NULL && X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), ca) == 1 && SSL_CTX_add_client_CA(ctx, ca) == 1;

	X509_free(ca);
	return ok;
}

/* No session is ever kept or offered, so each connection proves its key anew. */
static bool
forget_sessions(SSL_CTX *ctx)
{
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	return SSL_CTX_set_num_tickets(ctx, 0) == 1 && SSL_CTX_set_max_early_data(ctx, 0) == 1 && SSL_CTX_set_recv_max_early_data(ctx, 0) == 1;
}

static enum proto_code
make(struct kit_tls **ret_tls, int oldest, struct proto_error *error)
{
	struct kit_tls *tls = calloc(1, sizeof *tls);

	if (tls != NULL)
		tls->ctx = SSL_CTX_new(TLS_server_method());
	if (tls == NULL || tls->ctx == NULL) {
		free(tls);
		ERR_clear_error();
		return proto_error_set(error, PROTO_MEMORY, "TLS", "out of memory");
	}
	SSL_CTX_set_mode(tls->ctx, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (!forget_sessions(tls->ctx) || SSL_CTX_set_min_proto_version(tls->ctx, oldest) != 1 ||
	    SSL_CTX_set_max_proto_version(tls->ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(tls->ctx, "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256") != 1 ||
	    SSL_CTX_set_cipher_list(tls->ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
		kit_tls_free(tls);
		return failed(error, "TLS", "the TLS library refuses its settings");
	}
	*ret_tls = tls;
	return PROTO_OK;
}

enum proto_code
kit_tls_nodes(struct kit_tls **ret_tls, const struct proto_buffer *pem, const struct proto_buffer *ca, const char *where,
    struct proto_error *error)
{
	struct kit_tls *tls;
	enum proto_code code = make(&tls, TLS1_3_VERSION, error);

	if (code != PROTO_OK)
		return code;
	SSL_CTX_set_verify(tls->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, judge_peer);
	SSL_CTX_set_verify_depth(tls->ctx, 1);
	SSL_CTX_set_max_cert_list(tls->ctx, PEER_CHAIN_MAX);
	if (!use_certificates(tls->ctx, pem) || !use_key(tls->ctx, pem) || !use_ca(tls->ctx, ca)) {
		kit_tls_free(tls);
		return failed(error, where, "not a usable TLS key and certificate");
	}
	*ret_tls = tls;
	return PROTO_OK;
}

enum proto_code
kit_tls_public(struct kit_tls **ret_tls, const struct proto_buffer *key_pem, const struct proto_buffer *cert_pem, const char *where,
    struct proto_error *error)
{
	struct kit_tls *tls;
	enum proto_code code = make(&tls, TLS1_2_VERSION, error);

	if (code != PROTO_OK)
		return code;
	if (!use_certificates(tls->ctx, cert_pem) || !use_key(tls->ctx, key_pem)) {
		kit_tls_free(tls);
		return failed(error, where, "not a usable TLS key and certificate (PEM)");
	}
	*ret_tls = tls;
	return PROTO_OK;
}

void
kit_tls_free(struct kit_tls *tls)
{
	if (tls == NULL)
		return;
	SSL_CTX_free(tls->ctx);
	free(tls);
}

struct ssl_st *
kit_tls_accept(const struct kit_tls *tls)
{
	SSL *ssl = SSL_new(tls->ctx);

	if (ssl != NULL)
		SSL_set_accept_state(ssl);
	ERR_clear_error();
	return ssl;
}

void
kit_tls_peer(struct proto_buffer *ret_der, struct ssl_st *ssl)
{
	X509 *cert = SSL_get1_peer_certificate(ssl);
	unsigned char *der = NULL;
	int len;

	if (cert == NULL)
		return;
	len = i2d_X509(cert, &der);
	if (len > 0)
		proto_buffer_put(ret_der, der, (size_t)len);
	OPENSSL_free(der);
	X509_free(cert);
}

void
kit_tls_end(struct ssl_st *ssl)
{
	if (SSL_is_init_finished(ssl))
		(void)SSL_shutdown(ssl);
	ERR_clear_error();
}
