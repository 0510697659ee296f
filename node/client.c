#include "node/client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "proto/error_reply.h"
#include "proto/kit/x509.h"
#include "proto/limits.h"

#define CONNECT_SECONDS 10L
#define CALL_SECONDS 120L
#define SLOW_SECONDS 30L   /* at fewer than SLOW_BYTES a second for so long, the call ends */
#define SLOW_BYTES 64L
#define HEADERS_MAX (32u << 10)
#define ERROR_REPLY_MAX (4u << 10)
#define URL_MAX 512

struct client {
	CURL *curl;
	struct curl_slist *connect_to, *headers;
	struct proto_buffer ca, certificate, key; /* PEM */
	char base[URL_MAX];     /* https://<name>:PORT */
	char where[URL_MAX];    /* the URL as people know it */
	char text[CURL_ERROR_SIZE];
};

/* What is received in one call, with its bounds. */
struct reply {
	struct proto_buffer body;
	size_t most, headers;
	bool too_large;
};

static size_t
take_body(char *data, size_t size, size_t count, void *ctx)
{
	struct reply *reply = ctx;
	size_t len = size * count;

	if (len > reply->most - reply->body.len) {
		reply->too_large = true;
		return 0;
	}
	proto_buffer_put(&reply->body, data, len);
	return reply->body.failed ? 0 : len;
}

static size_t
take_header(char *data, size_t size, size_t count, void *ctx)
{
	struct reply *reply = ctx;
	size_t len = size * count;

	(void)data;
	reply->headers += len;
	if (reply->headers > HEADERS_MAX) {
		reply->too_large = true;
		return 0;
	}
	return len;
}

/* https://HOST:PORT -> "HOST:PORT" and where PORT begins. Nothing may follow the port. */
static enum proto_code
split_url(const char **ret_authority, const char **ret_port, const char *url, struct proto_error *error)
{
	static const char scheme[] = "https://";
	const char *authority, *port;
	char *end = NULL;
	unsigned long number;

	if (strncmp(url, scheme, sizeof(scheme) - 1) == 0 && strlen(url) < URL_MAX / 2) {
		authority = url + sizeof(scheme) - 1;
		port = strrchr(authority, ':');
		if (port != NULL && port != authority && port[1] >= '1' && port[1] <= '9' &&
		    strpbrk(authority, "/@?# \t\r\n\\") == NULL) {
			number = strtoul(port + 1, &end, 10);
			if (*end == '\0' && number <= 65535) {
				*ret_authority = authority;
				*ret_port = port + 1;
				return PROTO_OK;
			}
		}
	}
	return proto_error_set(error, PROTO_MALFORMED, url, "not of the form https://HOST:PORT");
}

/* The name that the certificate must carry goes into the URL; the connection goes to HOST:PORT. */
static enum proto_code
set_addresses(struct client *client, const struct node_transport_peer *peer, struct proto_error *error)
{
	char name[80], connect_to[URL_MAX];
	const char *authority = NULL, *port = NULL;
	enum proto_code code = split_url(&authority, &port, peer->url, error);

	if (code != PROTO_OK)
		return code;
	kit_x509_name(name, peer->trust->coordinator);
	snprintf(client->base, sizeof(client->base), "https://%s:%s", name, port);
	snprintf(client->where, sizeof(client->where), "%s", peer->url);
	snprintf(connect_to, sizeof(connect_to), "%s:%s:%s", name, port, authority);
	if ((client->connect_to = curl_slist_append(NULL, connect_to)) == NULL)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	return PROTO_OK;
}

static bool
set_blob(CURL *curl, CURLoption option, struct proto_buffer *pem)
{
	struct curl_blob blob = {.data = pem->data, .len = pem->len, .flags = CURL_BLOB_NOCOPY};

	return curl_easy_setopt(curl, option, &blob) == CURLE_OK;
}

static bool
set_tls(struct client *client)
{
	CURL *curl = client->curl;

	/* CAPATH: without NULL here libcurl reads the system's directory beside the blob, and the pin is void. */
	return curl_easy_setopt(curl, CURLOPT_SSLVERSION,
		   (long)CURL_SSLVERSION_TLSv1_3 | (long)CURL_SSLVERSION_MAX_TLSv1_3) == CURLE_OK &&
	    set_blob(curl, CURLOPT_CAINFO_BLOB, &client->ca) &&
	    curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_SSLCERTTYPE, "PEM") == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_SSLKEYTYPE, "PEM") == CURLE_OK &&
	    set_blob(curl, CURLOPT_SSLCERT_BLOB, &client->certificate) &&
	    set_blob(curl, CURLOPT_SSLKEY_BLOB, &client->key);
}

static bool
set_manners(struct client *client)
{
	CURL *curl = client->curl;

	return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_TIMEOUT, CALL_SECONDS) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_CONNECT_TO, client->connect_to) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->text) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK;
}

static enum proto_code
set_headers(struct client *client, struct proto_error *error)
{
	/* An empty Expect: a server that waits for 100-continue would cost a second for every body. */
	static const char *const line[] = {"Content-Type: " PROTO_EXCHANGE_TYPE, "Accept: " PROTO_EXCHANGE_TYPE, "Expect:"};
	size_t i;

	for (i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
		struct curl_slist *more = curl_slist_append(client->headers, line[i]);

		if (more == NULL)
			return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
		client->headers = more;
	}
	return PROTO_OK;
}

enum proto_code
node_client_check_url(const char *url, struct proto_error *error)
{
	const char *authority, *port;

	return split_url(&authority, &port, url, error);
}

static void
client_close(void *line)
{
	struct client *client = line;

	curl_easy_cleanup(client->curl);
	curl_slist_free_all(client->connect_to);
	curl_slist_free_all(client->headers);
	proto_buffer_wipe(&client->ca);
	proto_buffer_wipe(&client->certificate);
	proto_buffer_wipe(&client->key);
	free(client);
}

static enum proto_code
client_open(void *ctx, void **ret_line, const struct node_transport_peer *peer, struct proto_error *error)
{
	struct client *client = calloc(1, sizeof(*client));
	enum proto_code code;

	(void)ctx;
	if (client == NULL)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	if ((code = set_addresses(client, peer, error)) != PROTO_OK ||
	    (code = set_headers(client, error)) != PROTO_OK ||
	    (code = kit_x509_pem(&client->ca, &peer->trust->ca, "CERTIFICATE", error)) != PROTO_OK ||
	    (code = kit_x509_pem(&client->certificate, peer->certificate, "CERTIFICATE", error)) != PROTO_OK ||
	    (code = kit_x509_pem(&client->key, peer->key, "PRIVATE KEY", error)) != PROTO_OK)
		goto out;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (client->curl = curl_easy_init()) == NULL ||
	    !set_tls(client) || !set_manners(client)) {
		code = proto_error_set(error, PROTO_INTERNAL, peer->url, "this libcurl cannot do what is needed: %s",
		    client->text);
		goto out;
	}
	*ret_line = client;
	client = NULL;
out:
	if (client != NULL)
		client_close(client);
	return code;
}

/* Did the line break during the handshake, rather than the handshake fail? */
static bool
is_broken(const struct client *client)
{
	long number = 0;

	return (curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &number) == CURLE_OK && number != 0) ||
	    strstr(client->text, "SSL_ERROR_SYSCALL") != NULL || strstr(client->text, "unexpected eof") != NULL;
}

/* libcurl's own words, made printable, behind ours. */
static enum proto_code
refuse(struct client *client, enum proto_code code, const char *what, struct proto_error *error)
{
	return proto_error_set(error, code, client->where, "%s%s%s", what, client->text[0] == '\0' ? "" : ": ", client->text);
}

static enum proto_code
explain(struct client *client, CURLcode result, const struct reply *reply, struct proto_error *error)
{
	if (reply->too_large || result == CURLE_FILESIZE_EXCEEDED) {
		client->text[0] = '\0';
		return refuse(client, PROTO_TOO_LARGE, "the coordinator's answer is larger than may be", error);
	}
	switch (result) {
	case CURLE_SSL_CONNECT_ERROR:
		if (is_broken(client))
			return refuse(client, PROTO_UNREACHABLE, "the connection was cut", error);
		return refuse(client, PROTO_TLS, "no trusted connection", error);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_ISSUER_ERROR:
		return refuse(client, PROTO_TLS, "no trusted connection", error);
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		/* TLS 1.3: a server tells that it refuses our certificate only after the handshake, by an alert. */
		if (strstr(client->text, "alert") != NULL)
			return refuse(client, PROTO_TLS, "the coordinator does not accept this office's certificate", error);
		return refuse(client, PROTO_UNREACHABLE, "the connection was cut", error);
	case CURLE_OUT_OF_MEMORY:
		return refuse(client, PROTO_MEMORY, "out of memory", error);
	case CURLE_WRITE_ERROR:
		return refuse(client, PROTO_MEMORY, "out of memory", error);
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return refuse(client, PROTO_FAILED, "the coordinator's answer is not HTTP", error);
	default:
		return refuse(client, PROTO_UNREACHABLE, "the coordinator cannot be reached", error);
	}
}

/* Any status but 200: what the coordinator says about itself, or that it is none of ours. */
static enum proto_code
explain_status(struct client *client, long status, const struct reply *reply, struct proto_error *error)
{
	struct proto_error said = {0};

	if (reply->body.len > 0 && reply->body.len <= ERROR_REPLY_MAX &&
	    proto_error_reply_decode(&said, reply->body.data, reply->body.len, NULL) == PROTO_OK && said.code != PROTO_OK)
		return proto_error_set(error, said.code, said.where[0] == '\0' ? client->where : said.where,
		    "the coordinator answers: %s", said.what);
	return proto_error_set(error, status == 503 ? PROTO_BUSY : PROTO_FAILED, client->where,
	    "the coordinator answers with HTTP status %ld", status);
}

static enum proto_code
client_post(void *line, struct proto_buffer *ret_reply, const struct node_transport_call *call, struct proto_error *error)
{
	struct client *client = line;
	struct reply reply = {.most = call->most};
	char url[URL_MAX + 64];
	CURL *curl = client->curl;
	CURLcode result;
	long status = 0;
	enum proto_code code;

	client->text[0] = '\0';
	snprintf(url, sizeof(url), "%s%s", client->base, call->path);
	if (curl_easy_setopt(curl, CURLOPT_URL, url) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_POST, 1L) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->len) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)call->most) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply) != CURLE_OK ||
	    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply) != CURLE_OK)
		return proto_error_set(error, PROTO_MEMORY, client->where, "out of memory");
	if ((result = curl_easy_perform(curl)) != CURLE_OK) {
		code = explain(client, result, &reply, error);
	} else if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 200) {
		code = explain_status(client, status, &reply, error);
	} else {
		*ret_reply = reply.body;
		reply.body = (struct proto_buffer){0};
		code = PROTO_OK;
	}
	proto_buffer_wipe(&reply.body);
	return code;
}

const struct node_transport node_client_https = {NULL, client_open, client_post, client_close};
