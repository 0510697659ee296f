#ifndef PROTO_KIT_TLS_H
#define PROTO_KIT_TLS_H

#include "proto/buffer.h"
#include "proto/error.h"

/*
 * The server's side of TLS, as settings for OpenSSL.
 *
 * Nodes' port: TLS 1.3 only, mutual, no tickets, no resumption, no early data (a resumed session would outlive a
 * revocation). The handshake ends unless the client's certificate either chains to the CA, is in time and is for
 * clients, or is a self-signed one; what a self-signed peer may do is the caller's to say.
 * Public port: TLS 1.2 or 1.3, no client certificate.
 */
struct kit_tls;
struct ssl_st; /* OpenSSL's SSL */

/* pem: the private key and the certificate (then its chain, if any); ca: DER. */
PROTO_CHECK enum proto_code kit_tls_nodes(struct kit_tls **ret_tls, const struct proto_buffer *pem, const struct proto_buffer *ca,
    const char *where, struct proto_error *error);
PROTO_CHECK enum proto_code kit_tls_public(struct kit_tls **ret_tls, const struct proto_buffer *key_pem, const struct proto_buffer *cert_pem,
    const char *where, struct proto_error *error);
void kit_tls_free(struct kit_tls *tls); /* connections made from it live on */

/* A new connection in accepting state, the caller's (or its bufferevent's) to free; NULL when out of memory. */
struct ssl_st *kit_tls_accept(const struct kit_tls *tls);

/* Appends the DER of the certificate that the peer proved to hold; nothing when it showed none. */
void kit_tls_peer(struct proto_buffer *ret_der, struct ssl_st *ssl);

/* Tells the peer that nothing more comes (close_notify). */
void kit_tls_end(struct ssl_st *ssl);

#endif
