#include "coordinator/serve.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "coordinator/api.h"
#include "coordinator/public.h"
#include "proto/kit/files.h"

#define PEM_MAX (64u << 10)

struct server {
	struct coord_api api;
	struct kit_tls *nodes, *open;
	struct stat leaf; /* the file that nodes was made from */
	char leaf_path[PATH_MAX];
};

/* The nodes' context, made anew when the leaf's file is another one. A leaf that cannot be read leaves the old one. */
static const struct kit_tls *
nodes_tls(void *ctx)
{
	struct server *server = ctx;
	struct proto_buffer pem = {0};
	struct proto_error error;
	struct kit_tls *fresh;
	struct stat now;

	if (stat(server->leaf_path, &now) != 0 || (now.st_ino == server->leaf.st_ino && now.st_mtim.tv_sec == server->leaf.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == server->leaf.st_mtim.tv_nsec))
		return server->nodes;
	if (kit_files_read_private(&pem, server->leaf_path, PEM_MAX, &error) == PROTO_OK &&
	    kit_tls_nodes(&fresh, &pem, &server->api.state.trust.ca, server->leaf_path, &error) == PROTO_OK) {
		kit_tls_free(server->nodes);
		server->nodes = fresh;
		server->leaf = now;
	}
	proto_buffer_wipe(&pem);
	return server->nodes;
}

static const struct kit_tls *
open_tls(void *ctx)
{
	return ((const struct server *)ctx)->open;
}

/* The call as the API takes it; false when the path is longer than any of them. */
static bool
call_of(struct coord_api_call *call, char path[static 32], const struct coord_http_request *request)
{
	struct coord_request_text from = request->head->path;

	if (from.len >= 32 || request->head->query.text != NULL)
		return false;
	memcpy(path, from.text, from.len);
	path[from.len] = '\0';
	memset(call, 0, sizeof *call);
	call->path = path;
	call->peer = request->peer;
	call->peer_len = request->peer_len;
	call->body = request->body;
	call->body_len = request->body_len;
	return true;
}

static void
put_error(struct coord_http_reply *reply, const struct proto_error *error)
{
	struct proto_error second;

	reply->status = proto_error_http(error->code);
	reply->type = PROTO_EXCHANGE_TYPE;
	if (proto_error_reply_encode(&reply->body, error, &second) != PROTO_OK)
		proto_buffer_wipe(&reply->body);
}

static bool
nodes_admit(void *ctx, size_t *ret_most, struct coord_http_reply *reply, const struct coord_http_request *request)
{
	struct server *server = ctx;
	struct proto_error error = {0};
	struct coord_api_call call;
	char path[32];
	enum proto_code code;

	if (!call_of(&call, path, request))
		code = proto_error_set(&error, PROTO_NOT_FOUND, "", "no such call");
	else if (!coord_request_is(request->head->method, "POST"))
		code = proto_error_set(&error, PROTO_USAGE, path, "calls are POST");
	else {
		/* Judged by the length it announces, before a byte of it is read. */
		call.body_len = request->head->length > SIZE_MAX ? SIZE_MAX : (size_t)request->head->length;
		code = coord_api_admit(&server->api, &call, &error);
	}
	if (code == PROTO_OK)
		*ret_most = (size_t)request->head->length;
	else
		put_error(reply, &error);
	return code == PROTO_OK;
}

static void
nodes_answer(void *ctx, struct coord_http_reply *reply, const struct coord_http_request *request)
{
	struct server *server = ctx;
	struct coord_api_call call;
	char path[32];

	if (!call_of(&call, path, request))
		return;
	reply->status = proto_error_http(coord_api_answer(&server->api, &reply->body, &call));
	reply->type = PROTO_EXCHANGE_TYPE;
}

static void
put_text(struct coord_http_reply *reply, int status, const char *text)
{
	reply->status = status;
	reply->type = "text/plain; charset=utf-8";
	proto_buffer_text(&reply->body, text);
}

static bool
open_admit(void *ctx, size_t *ret_most, struct coord_http_reply *reply, const struct coord_http_request *request)
{
	struct coord_request_text method = request->head->method;

	(void)ctx;
	*ret_most = 0;
	if (coord_request_is(method, "GET") || coord_request_is(method, "HEAD"))
		return true;
	put_text(reply, 405, "GET and HEAD only\n");
	coord_http_field(reply, "Allow", "GET, HEAD");
	return false;
}

static void
open_answer(void *ctx, struct coord_http_reply *reply, const struct coord_http_request *request)
{
	struct server *server = ctx;
	struct coord_public_answer found = {0};
	struct proto_error error = {0};
	char path[512];
	enum proto_code code = PROTO_NOT_FOUND;

	coord_http_field(reply, "X-Content-Type-Options", "nosniff");
	if (request->head->path.len < sizeof path) {
		memcpy(path, request->head->path.text, request->head->path.len);
		path[request->head->path.len] = '\0';
		code = coord_public_get(&found, &server->api.state, path, &error);
	}
	if (code == PROTO_OK) {
		reply->status = 200;
		reply->type = found.type;
		reply->body = found.body;
		memset(&found.body, 0, sizeof found.body);
		coord_http_field(reply, "Cache-Control", found.immutable ? "public, max-age=31536000, immutable" : "public, max-age=60");
	} else {
		put_text(reply, proto_error_http(code), code == PROTO_NOT_FOUND ? "no such file\n" : "this file cannot be served now\n");
	}
	coord_public_wipe(&found);
}

static enum proto_code
load_public(struct server *server, const struct coord_serve_request *request, struct proto_error *error)
{
	struct proto_buffer cert = {0}, key = {0};
	enum proto_code code;

	if ((request->public_cert == NULL) != (request->public_key == NULL) || (request->public_cert != NULL && request->open == NULL))
		return proto_error_set(error, PROTO_USAGE, "--public-cert", "--public, --public-cert and --public-key go together");
	if (request->public_cert == NULL)
		return PROTO_OK;
	if ((code = kit_files_read(&cert, request->public_cert, PEM_MAX, error)) == PROTO_OK &&
	    (code = kit_files_read_private(&key, request->public_key, PEM_MAX, error)) == PROTO_OK)
		code = kit_tls_public(&server->open, &key, &cert, request->public_cert, error);
	proto_buffer_wipe(&cert);
	proto_buffer_wipe(&key);
	return code;
}

static enum proto_code
listen_all(struct coord_http *http, struct server *server, const struct coord_serve_request *request, struct proto_error *error)
{
	const struct coord_http_site nodes = {nodes_tls, nodes_admit, nodes_answer, server};
	const struct coord_http_site open = {server->open != NULL ? open_tls : NULL, open_admit, open_answer, server};
	char nodes_at[COORD_HTTP_ADDRESS], open_at[COORD_HTTP_ADDRESS];
	enum proto_code code;

	code = coord_http_listen(http, nodes_at, request->nodes, &nodes, error);
	if (code == PROTO_OK && request->open != NULL)
		code = coord_http_listen(http, open_at, request->open, &open, error);
	if (code == PROTO_OK)
		request->ready(request->ctx, nodes_at, request->open != NULL ? open_at : NULL);
	return code;
}

enum proto_code
coord_serve(const struct coord_serve_request *request, struct proto_error *error)
{
	struct server server = {0};
	struct coord_http *http = NULL;
	enum proto_code code;

	code = coord_api_open(&server.api, request->dir, request->now, error);
	if (code != PROTO_OK)
		return code;
	code = coord_state_path(server.leaf_path, &server.api.state, "keys/tls", error);
	if (code == PROTO_OK && nodes_tls(&server) == NULL)
		code = proto_error_set(error, PROTO_TLS, server.leaf_path, "no usable TLS key and certificate; `init` again renews them");
	if (code == PROTO_OK)
		code = load_public(&server, request, error);
	if (code == PROTO_OK)
		code = coord_http_new(&http, error);
	if (code == PROTO_OK)
		code = listen_all(http, &server, request, error);
	if (code == PROTO_OK)
		code = coord_http_run(http, error);
	coord_http_free(http);
	kit_tls_free(server.nodes);
	kit_tls_free(server.open);
	coord_api_close(&server.api);
	return code;
}
