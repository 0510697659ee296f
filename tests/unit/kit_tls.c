#include "proto/kit/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "proto/kit/x509.h"
#include "support/suite.h"

#define YEAR INT64_C(31536000)

/* A coordinator with its server, and another one's CA. */
static struct proto_buffer ca_key, ca, other_ca_key, other_ca, key, spki;
static struct kit_tls *server;
static int64_t now;

static struct proto_buffer
issue(const struct proto_buffer *by_key, const struct proto_buffer *by, const char *country, int64_t at)
{
	const struct kit_x509_issue request = {by_key, by, &spki, "REGION-1", country, at};
	struct proto_buffer cert = {0};

	CU_ASSERT_EQUAL_FATAL(kit_x509_issue(&cert, &request, NULL), PROTO_OK);
	return cert;
}

static struct proto_buffer
to_pem(const struct proto_buffer *private, const struct proto_buffer *cert)
{
	struct proto_buffer pem = {0}, second = {0};

	CU_ASSERT_EQUAL_FATAL(kit_x509_pem(&pem, private, "PRIVATE KEY", NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_x509_pem(&second, cert, "CERTIFICATE", NULL), PROTO_OK);
	proto_buffer_put(&pem, second.data, second.len);
	proto_buffer_wipe(&second);
	return pem;
}

static void
prepare(void)
{
	struct proto_buffer leaf, pem, junk = {0};
	uint8_t hash[PROTO_HASH];
	struct kit_tls *none = NULL;

	now = (int64_t)time(NULL);
	CU_ASSERT_EQUAL_FATAL(kit_x509_key(&ca_key, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_x509_ca(&ca, &ca_key, "REGION-1", now - 10 * YEAR, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_x509_key(&other_ca_key, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_x509_ca(&other_ca, &other_ca_key, "REGION-1", now - 10 * YEAR, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_x509_key(&key, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_x509_spki(hash, &spki, &key, NULL), PROTO_OK);
	leaf = issue(&ca_key, &ca, NULL, now);
	pem = to_pem(&key, &leaf);
	CU_ASSERT_EQUAL_FATAL(kit_tls_nodes(&server, &pem, &ca, "test", NULL), PROTO_OK);
	proto_buffer_text(&junk, "junk");
	CU_ASSERT_EQUAL(kit_tls_nodes(&none, &junk, &ca, "test", NULL), PROTO_TLS);
	CU_ASSERT_EQUAL(kit_tls_nodes(&none, &pem, &junk, "test", NULL), PROTO_TLS);
	proto_buffer_wipe(&pem);
	pem = to_pem(&ca_key, &leaf); /* a key that is not the certificate's */
	CU_ASSERT_EQUAL(kit_tls_nodes(&none, &pem, &ca, "test", NULL), PROTO_TLS);
	CU_ASSERT_PTR_NULL(none);
	CU_ASSERT_EQUAL(ERR_peek_error(), 0);
	proto_buffer_wipe(&junk);
	proto_buffer_wipe(&pem);
	proto_buffer_wipe(&leaf);
}

static SSL_CTX *
client_context(const struct proto_buffer *cert, int newest)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	const unsigned char *at = key.data;
	EVP_PKEY *parsed = d2i_AutoPrivateKey(NULL, &at, (long)key.len);

	CU_ASSERT_EQUAL(SSL_CTX_set_max_proto_version(context, newest), 1);
	if (cert != NULL) {
		CU_ASSERT_EQUAL(SSL_CTX_use_certificate_ASN1(context, (int)cert->len, cert->data), 1);
		CU_ASSERT_EQUAL(SSL_CTX_use_PrivateKey(context, parsed), 1);
	}
	EVP_PKEY_free(parsed);
	return context;
}

/* A client and a server over two memory buffers, in one thread. */
struct pair {
	SSL_CTX *context;
	SSL *client, *server;
};

static void
pair_open(struct pair *pair, const struct proto_buffer *cert, int newest)
{
	BIO *one, *two;

	pair->context = client_context(cert, newest);
	pair->client = SSL_new(pair->context);
	pair->server = kit_tls_accept(server);
	CU_ASSERT_EQUAL_FATAL(BIO_new_bio_pair(&one, 65536, &two, 65536), 1);
	SSL_set_bio(pair->client, one, one);
	SSL_set_bio(pair->server, two, two);
	SSL_set_connect_state(pair->client);
}

static void
pair_close(struct pair *pair)
{
	SSL_free(pair->client);
	SSL_free(pair->server);
	SSL_CTX_free(pair->context);
	ERR_clear_error();
}

/* Is the server done with a handshake that it accepts? The client writes as soon as it may. */
static bool
shake(struct pair *pair)
{
	int turn, written = 0;

	for (turn = 0; turn < 20; turn++) {
		if (SSL_do_handshake(pair->client) == 1 && !written)
			written = SSL_write(pair->client, "GET", 3) > 0;
		(void)SSL_do_handshake(pair->server);
	}
	return SSL_is_init_finished(pair->server) == 1;
}

/* Does the server let this certificate in; and if so, does it hand out its very bytes, and the first ones sent? */
static bool
accepted(const struct proto_buffer *cert, int newest)
{
	struct pair pair;
	struct proto_buffer peer = {0};
	char text[4] = "";
	bool in;

	pair_open(&pair, cert, newest);
	in = shake(&pair);
	CU_ASSERT_EQUAL(SSL_read(pair.server, text, 3) == 3, in); /* no application byte without a handshake */
	if (in) {
		CU_ASSERT_STRING_EQUAL(text, "GET");
		CU_ASSERT_EQUAL(SSL_version(pair.server), TLS1_3_VERSION);
		kit_tls_peer(&peer, pair.server);
		CU_ASSERT(peer.len == cert->len && memcmp(peer.data, cert->data, peer.len) == 0);
		proto_buffer_wipe(&peer);
		kit_tls_end(pair.server);
	}
	pair_close(&pair);
	return in;
}

static bool
accepted_and_wiped(struct proto_buffer take_cert)
{
	bool in = accepted(&take_cert, TLS1_3_VERSION);

	proto_buffer_wipe(&take_cert);
	return in;
}

static struct proto_buffer
self_signed(int64_t at)
{
	struct proto_buffer cert = {0};

	CU_ASSERT_EQUAL_FATAL(kit_x509_self(&cert, &key, "XA", at, NULL), PROTO_OK);
	return cert;
}

static void
let_in(void)
{
	CU_ASSERT(accepted_and_wiped(issue(&ca_key, &ca, "XA", now)));
	CU_ASSERT(accepted_and_wiped(self_signed(now)));
}

/* W10 */
static void
kept_out(void)
{
	struct proto_buffer self_ca = {0};

	CU_ASSERT(!accepted(NULL, TLS1_3_VERSION));
	CU_ASSERT(!accepted_and_wiped(issue(&other_ca_key, &other_ca, "XA", now)));
	CU_ASSERT(!accepted_and_wiped(issue(&ca_key, &ca, NULL, now)));
	CU_ASSERT(!accepted_and_wiped(issue(&ca_key, &ca, "XA", now - 6 * YEAR)));
	CU_ASSERT(!accepted_and_wiped(issue(&ca_key, &ca, "XA", now + YEAR)));
	CU_ASSERT(!accepted_and_wiped(self_signed(now - 6 * YEAR)));
	CU_ASSERT(!accepted_and_wiped(self_signed(now + YEAR)));
	/* a self-signed CA of the client's own */
	CU_ASSERT_EQUAL_FATAL(kit_x509_ca(&self_ca, &key, "REGION-1", now, NULL), PROTO_OK);
	CU_ASSERT(!accepted_and_wiped(self_ca));
}

/* W11 */
static void
old_versions(void)
{
	struct proto_buffer cert = issue(&ca_key, &ca, "XA", now);

	CU_ASSERT(!accepted(&cert, TLS1_2_VERSION));
	CU_ASSERT(!accepted(&cert, TLS1_1_VERSION));
	CU_ASSERT(accepted(&cert, TLS1_3_VERSION));
	proto_buffer_wipe(&cert);
}

static int tickets;

static int
count_ticket(SSL *ssl, SSL_SESSION *session)
{
	(void)ssl, (void)session;
	tickets++;
	return 0;
}

static void
no_resumption(void)
{
	struct proto_buffer cert = issue(&ca_key, &ca, "XA", now);
	struct pair first, second;
	SSL_SESSION *session;
	char text[4];

	pair_open(&first, &cert, TLS1_3_VERSION);
	SSL_CTX_set_session_cache_mode(first.context, SSL_SESS_CACHE_CLIENT);
	SSL_CTX_sess_set_new_cb(first.context, count_ticket);
	CU_ASSERT(shake(&first));
	CU_ASSERT(SSL_read(first.server, text, 3) == 3 && SSL_write(first.server, "200", 3) == 3);
	CU_ASSERT_EQUAL(SSL_read(first.client, text, 3), 3); /* a ticket would have come before this */
	CU_ASSERT_EQUAL(tickets, 0);
	session = SSL_get1_session(first.client);
	CU_ASSERT_EQUAL(SSL_SESSION_is_resumable(session), 0);
	CU_ASSERT_EQUAL(SSL_get_max_early_data(first.server), 0);
	pair_open(&second, &cert, TLS1_3_VERSION);
	(void)SSL_set_session(second.client, session);
	CU_ASSERT(shake(&second));
	CU_ASSERT_EQUAL(SSL_session_reused(second.server), 0);
	SSL_SESSION_free(session);
	pair_close(&second);
	pair_close(&first);
	proto_buffer_wipe(&cert);
}

static void
public_port(void)
{
	struct proto_buffer leaf = issue(&ca_key, &ca, NULL, now), key_pem = {0}, cert_pem = {0};
	struct kit_tls *public = NULL, *nodes = server;
	struct pair pair;

	CU_ASSERT_EQUAL(kit_x509_pem(&key_pem, &key, "PRIVATE KEY", NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_x509_pem(&cert_pem, &leaf, "CERTIFICATE", NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_tls_public(&public, &cert_pem, &key_pem, "test", NULL), PROTO_TLS); /* the wrong way round */
	CU_ASSERT_EQUAL_FATAL(kit_tls_public(&public, &key_pem, &cert_pem, "test", NULL), PROTO_OK);
	server = public;
	pair_open(&pair, NULL, TLS1_2_VERSION);
	CU_ASSERT(shake(&pair));
	pair_close(&pair);
	pair_open(&pair, NULL, TLS1_1_VERSION);
	CU_ASSERT(!shake(&pair));
	pair_close(&pair);
	server = nodes;
	kit_tls_free(public);
	kit_tls_free(NULL);
	proto_buffer_wipe(&key_pem);
	proto_buffer_wipe(&cert_pem);
	proto_buffer_wipe(&leaf);
}

static const struct suite_case cases[] = {
	{"a server is made; unusable keys and certificates are refused", prepare},
	{"a node's certificate and a self-signed one pass, and are handed out as they came", let_in},
	{"no certificate, wrong CA, wrong use, wrong time: no application byte is read", kept_out},
	{"below TLS 1.3 nobody passes", old_versions},
	{"no ticket, no resumption, no early data", no_resumption},
	{"the public port asks for no certificate and takes TLS 1.2", public_port},
	{NULL, NULL},
};

int
main(void)
{
	int status = sodium_init() < 0 ? 1 : suite_run("kit.tls", cases);
	struct proto_buffer *all[] = {&ca_key, &ca, &other_ca_key, &other_ca, &key, &spki};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		proto_buffer_wipe(all[i]);
	kit_tls_free(server);
	return status;
}
