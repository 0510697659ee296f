#ifndef NODE_CLIENT_H
#define NODE_CLIENT_H

#include "node/transport.h"

/*
 * The one way out of the building: POST over HTTPS to the one coordinator that is pinned.
 *
 * TLS 1.3 only. The server must show a certificate for <id>.chorale.invalid under the CA that the pinned
 * root vouches for, whatever HOST:PORT it runs on; the system's own authorities are not
 * consulted, no proxy is used, no redirect followed, no session resumed. The answer is bounded in
 * bytes and in time before anything reads it.
 */
extern const struct node_transport node_client_https;

/* node_client_check_url(url, error): MALFORMED unless https://HOST:PORT. */
PROTO_CHECK enum proto_code node_client_check_url(const char *url, struct proto_error *error);

#endif
