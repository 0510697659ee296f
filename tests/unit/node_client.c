/*
 * The node's client against servers that lie (tests/support/strange_server.py): W10, W11, W12.
 */
#include "node/client.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/error_reply.h"
#include "proto/kit/print.h"
#include "proto/kit/x509.h"
#include "support/office.h"
#include "support/suite.h"

#define SERVER CHORALE_SOURCE_DIR "/tests/support/strange_server.py"
#define YEAR (INT64_C(365) * 86400)
#define MOST (1u << 20)

/* A CA, the coordinator's leaf, and this office's certificate, all real. */
struct fixture {
	struct office office; /* for its directory */
	struct proto_trust trust;
	struct proto_buffer ca_key, leaf_key, leaf, key, certificate;
	struct proto_buffer body;
	struct proto_error error;
};

static void
issue(struct fixture *f, struct proto_buffer *ret_cert, const struct proto_buffer *key, const char *country, int64_t now)
{
	struct proto_buffer spki = {0};
	struct kit_x509_issue request = {.ca_key = &f->ca_key, .ca_cert = &f->trust.ca, .spki = &spki,
	    .coordinator = f->trust.coordinator, .country = country, .now = now};
	uint8_t sha256[PROTO_HASH];

	office_must(kit_x509_spki(sha256, &spki, key, &f->error), &f->error);
	proto_buffer_wipe(ret_cert);
	office_must(kit_x509_issue(ret_cert, &request, &f->error), &f->error);
	proto_buffer_wipe(&spki);
}

static void
setup(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	office_init(&f->office);
	strcpy(f->trust.coordinator, "REGION-1");
	office_must(kit_x509_key(&f->ca_key, &f->error), &f->error);
	office_must(kit_x509_key(&f->leaf_key, &f->error), &f->error);
	office_must(kit_x509_key(&f->key, &f->error), &f->error);
	office_must(kit_x509_ca(&f->trust.ca, &f->ca_key, "REGION-1", kit_print_now() - 10 * YEAR, &f->error), &f->error);
	issue(f, &f->leaf, &f->leaf_key, NULL, kit_print_now());
	issue(f, &f->certificate, &f->key, "XA", kit_print_now());
	proto_buffer_text(&f->body, "an answer");
}

static void
teardown(struct fixture *f)
{
	proto_buffer_wipe(&f->trust.ca);
	proto_buffer_wipe(&f->ca_key);
	proto_buffer_wipe(&f->leaf_key);
	proto_buffer_wipe(&f->leaf);
	proto_buffer_wipe(&f->key);
	proto_buffer_wipe(&f->certificate);
	proto_buffer_wipe(&f->body);
	office_wipe(&f->office);
}

static void
put_file(const struct fixture *f, const char *name, const struct proto_buffer *der, const char *label)
{
	struct proto_buffer pem = {0};
	struct proto_error error = {0};
	char path[PATH_MAX];
	FILE *file;

	if (label == NULL)
		proto_buffer_put(&pem, der->data, der->len);
	else
		office_must(kit_x509_pem(&pem, der, label, &error), &error);
	snprintf(path, sizeof(path), "%s/%s", f->office.dir, name);
	if ((file = fopen(path, "wb")) == NULL || fwrite(pem.data, 1, pem.len, file) != pem.len || fclose(file) != 0)
		abort();
	proto_buffer_wipe(&pem);
}

/* Starts the server in this mode; its port goes to *ret_port. */
static pid_t
start(const struct fixture *f, const char *mode, unsigned *ret_port)
{
	char text[16] = "";
	int out[2];
	pid_t child;

	put_file(f, "cert.pem", &f->leaf, "CERTIFICATE");
	put_file(f, "key.pem", &f->leaf_key, "PRIVATE KEY");
	put_file(f, "ca.pem", &f->trust.ca, "CERTIFICATE");
	put_file(f, "body", &f->body, NULL);
	if (pipe(out) != 0)
		abort();
	fflush(stdout);
	if ((child = fork()) == 0) {
		if (chdir(f->office.dir) != 0 || dup2(out[1], STDOUT_FILENO) < 0)
			_exit(126);
		close(out[0]);
		close(out[1]);
		execl("/usr/bin/python3", "python3", SERVER, mode, "cert.pem", "key.pem", "ca.pem", "body", (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	if (read(out[0], text, sizeof(text) - 1) <= 0 || (*ret_port = (unsigned)atoi(text)) == 0)
		abort();
	close(out[0]);
	return child;
}

/* One call to a server in this mode. */
static enum proto_code
post_mode(struct fixture *f, const char *mode, struct proto_buffer *ret_reply)
{
	char url[64];
	unsigned port;
	pid_t child = start(f, mode, &port);
	const struct node_transport_peer peer = {.url = url, .trust = &f->trust, .certificate = &f->certificate,
	    .key = &f->key};
	const struct node_transport_call call = {.path = "/v1/sync", .body = "question", .len = 8, .most = MOST};
	void *line = NULL;
	enum proto_code code;

	snprintf(url, sizeof(url), "https://127.0.0.1:%u", port);
	memset(&f->error, 0, sizeof(f->error));
	office_must(node_client_https.open(node_client_https.ctx, &line, &peer, &f->error), &f->error);
	code = node_client_https.post(line, ret_reply, &call, &f->error);
	node_client_https.close(line);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	if (code != PROTO_OK)
		printf("    (%s: %s: %s)\n", mode, proto_error_name(code), f->error.what);
	return code;
}

static enum proto_code
post(struct fixture *f, const char *mode)
{
	struct proto_buffer reply = {0};
	enum proto_code code = post_mode(f, mode, &reply);

	CU_ASSERT(code == PROTO_OK || reply.len == 0);
	proto_buffer_wipe(&reply);
	return code;
}

static void
honest(void)
{
	struct fixture f;
	struct proto_buffer reply = {0};

	setup(&f);
	/* a proxy in the environment is not asked */
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	CU_ASSERT_EQUAL(post_mode(&f, "right", &reply), PROTO_OK);
	CU_ASSERT(reply.len == 9 && memcmp(reply.data, "an answer", 9) == 0);
	unsetenv("https_proxy");
	unsetenv("ALL_PROXY");
	proto_buffer_wipe(&reply);
	teardown(&f);
}

/* Not one byte of a request may go to such a server: it would answer it rightly. */
static void
wrong_servers(void)
{
	struct fixture f;
	struct proto_buffer ca, own;

	setup(&f);
	CU_ASSERT_EQUAL(post(&f, "tls12"), PROTO_TLS);
	own = f.leaf;
	f.leaf = (struct proto_buffer){0};
	issue(&f, &f.leaf, &f.leaf_key, NULL, kit_print_now() - 6 * YEAR);
	CU_ASSERT_EQUAL(post(&f, "right"), PROTO_TLS); /* expired */
	issue(&f, &f.leaf, &f.leaf_key, NULL, kit_print_now() + YEAR);
	CU_ASSERT_EQUAL(post(&f, "right"), PROTO_TLS); /* not yet valid */
	issue(&f, &f.leaf, &f.leaf_key, "XB", kit_print_now());
	CU_ASSERT_EQUAL(post(&f, "right"), PROTO_TLS); /* another office's certificate */
	strcpy(f.trust.coordinator, "REGION-2");
	issue(&f, &f.leaf, &f.leaf_key, NULL, kit_print_now());
	strcpy(f.trust.coordinator, "REGION-1");
	CU_ASSERT_EQUAL(post(&f, "right"), PROTO_TLS); /* another coordinator's name */
	proto_buffer_wipe(&f.leaf);
	f.leaf = own;
	/* another CA */
	ca = f.trust.ca;
	f.trust.ca = (struct proto_buffer){0};
	office_must(kit_x509_ca(&f.trust.ca, &f.leaf_key, "REGION-1", kit_print_now(), &f.error), &f.error);
	CU_ASSERT_EQUAL(post(&f, "right"), PROTO_TLS);
	proto_buffer_wipe(&f.trust.ca);
	f.trust.ca = ca;
	CU_ASSERT_EQUAL(post(&f, "right"), PROTO_OK);
	teardown(&f);
}

static void
refused_certificate(void)
{
	struct fixture f;

	setup(&f);
	proto_buffer_wipe(&f.certificate);
	office_must(kit_x509_self(&f.certificate, &f.key, "XA", kit_print_now(), &f.error), &f.error);
	CU_ASSERT_EQUAL(post(&f, "right"), PROTO_TLS);
	teardown(&f);
}

static void
its_own_words(void)
{
	const struct proto_error said = {.code = PROTO_LATE, .what = "uploads ended at noon", .where = "TIP_TINY.2023-Q1.r0"};
	struct fixture f;

	setup(&f);
	proto_buffer_wipe(&f.body);
	office_must(proto_error_reply_encode(&f.body, &said, &f.error), &f.error);
	CU_ASSERT_EQUAL(post(&f, "error"), PROTO_LATE);
	CU_ASSERT(strstr(f.error.what, "uploads ended at noon") != NULL);
	proto_buffer_wipe(&f.body);
	proto_buffer_text(&f.body, "<html>410</html>");
	CU_ASSERT_EQUAL(post(&f, "error"), PROTO_FAILED);
	CU_ASSERT_EQUAL(post(&f, "plain_error"), PROTO_FAILED);
	CU_ASSERT_EQUAL(post(&f, "redirect"), PROTO_FAILED);
	CU_ASSERT_EQUAL(post(&f, "not_http"), PROTO_FAILED);
	teardown(&f);
}

static void
cut_lines(void)
{
	struct fixture f;

	setup(&f);
	CU_ASSERT_EQUAL(post(&f, "cut"), PROTO_UNREACHABLE);
	CU_ASSERT_EQUAL(post(&f, "silent"), PROTO_UNREACHABLE);
	CU_ASSERT_NOT_EQUAL(post(&f, "hang_up"), PROTO_OK);
	CU_ASSERT_NOT_EQUAL(post(&f, "not_tls"), PROTO_OK);
	teardown(&f);
}

static void
too_much(void)
{
	static const char *const mode[] = {"long_length", "endless", "endless_header", "endless_interim"};
	struct fixture f;
	struct rusage before, after;
	size_t i;

	setup(&f);
	CU_ASSERT_EQUAL(post(&f, "right"), PROTO_OK);
	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < sizeof(mode) / sizeof(mode[0]); i++)
		CU_ASSERT_EQUAL(post(&f, mode[i]), PROTO_TOO_LARGE);
	getrusage(RUSAGE_SELF, &after);
	printf("    memory grew by %ld KiB\n", after.ru_maxrss - before.ru_maxrss);
	CU_ASSERT(after.ru_maxrss - before.ru_maxrss < 16 << 10);
	teardown(&f);
}

static void
slow(void)
{
	struct fixture f;
	time_t start_time = time(NULL);

	setup(&f);
	CU_ASSERT_EQUAL(post(&f, "trickle"), PROTO_UNREACHABLE);
	CU_ASSERT(time(NULL) - start_time < 60);
	teardown(&f);
}

static void
nobody(void)
{
	struct fixture f;
	const struct node_transport_call call = {.path = "/v1/sync", .body = "question", .len = 8, .most = MOST};
	struct node_transport_peer peer = {.url = "https://127.0.0.1:1", .trust = &f.trust, .certificate = &f.certificate,
	    .key = &f.key};
	struct proto_buffer reply = {0};
	void *line = NULL;

	setup(&f);
	office_must(node_client_https.open(NULL, &line, &peer, &f.error), &f.error);
	CU_ASSERT_EQUAL(node_client_https.post(line, &reply, &call, &f.error), PROTO_UNREACHABLE);
	node_client_https.close(line);
	teardown(&f);
}

static void
urls(void)
{
	static const char *const good[] = {"https://a:1", "https://127.0.0.1:8443", "https://[::1]:65535", "https://x.example:443"};
	static const char *const bad[] = {"", "https://", "http://a:1", "HTTPS://a:1", "https://a", "https://:1", "https://a:",
	    "https://a:0", "https://a:65536", "https://a:1/", "https://a:1x", "https://a@b:1", "https://a b:1",
	    "https://a:1?x", "https://a:1#x", "https://a\\b:1", "https://a:99999999999999999999", "file:///etc/passwd"};
	struct proto_error error;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CU_ASSERT_EQUAL(node_client_check_url(good[i], &error), PROTO_OK);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_EQUAL(node_client_check_url(bad[i], &error), PROTO_MALFORMED);
}

static const struct suite_case cases[] = {
    {"an honest server gets exactly the request, with our certificate and past any proxy", honest},
    {"TLS 1.2, a wrong time, name, use or authority ends before a request", wrong_servers},
    {"a server that refuses our certificate is no network trouble", refused_certificate},
    {"what the coordinator says comes through; other answers are named, redirects not followed", its_own_words},
    {"a cut, silent or speechless line is unreachable", cut_lines},
    {"endless bodies and headers are cut within bounds", too_much},
    {"a trickle ends", slow},
    {"nobody there is unreachable", nobody},
    {"only https://HOST:PORT is an address", urls},
    {NULL, NULL}};

int
main(void)
{
	return suite_run("node.client", cases);
}
