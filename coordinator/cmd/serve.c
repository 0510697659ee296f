#include "coordinator/serve.h"

#include <stdio.h>
#include <unistd.h>

#include "common.h"
#include "proto/kit/print.h"

/* The one line, at once: whoever started us waits for it. */
static void
ready(void *ctx, const char *nodes, const char *open)
{
	struct proto_buffer line = {0};
	struct proto_json json;

	(void)ctx;
	proto_json_init(&json, &line, 0);
	proto_json_object(&json);
	proto_json_key(&json, "event");
	proto_json_string(&json, "ready");
	proto_json_key(&json, "nodes");
	proto_json_string(&json, nodes);
	proto_json_key(&json, "public");
	proto_json_string(&json, open);
	proto_json_key(&json, "pid");
	proto_json_i64(&json, getpid());
	proto_json_object_end(&json);
	if (!line.failed)
		printf("%.*s\n", (int)line.len, (const char *)line.data);
	fflush(stdout);
	proto_buffer_wipe(&line);
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	const char *listen = kit_call_option(call, "listen");
	const struct coord_serve_request request = {.dir = call->state, .nodes = listen != NULL ? listen : "127.0.0.1:8443",
	    .open = kit_call_option(call, "public"), .public_cert = kit_call_option(call, "public-cert"),
	    .public_key = kit_call_option(call, "public-key"), .now = kit_print_now, .ready = ready};

	return coord_serve(&request, error);
}

const struct kit_command coord_cmd_serve = {
	.words = "serve",
	.operands = "",
	.summary = "answer the nodes, and the public if asked to",
	.manual =
	    "Serves the nodes over TLS 1.3, each with its own certificate. It holds the TLS key and the\n"
	    "receipt key only, so it can store what the nodes send but open none of it. All other commands\n"
	    "work beside it and take effect at its next request.\n"
	    "\n"
	    "Once it accepts connections it prints one line on stdout:\n"
	    "  {\"event\":\"ready\",\"nodes\":\"HOST:PORT\",\"public\":null,\"pid\":N}\n"
	    "Port 0 lets the kernel choose. SIGTERM finishes what is under way and ends it with 0.\n"
	    "\n"
	    "--public serves the published releases read-only, with an index.json. It is plain HTTP, meant for a\n"
	    "proxy, unless --public-cert and --public-key (PEM; P-256 suits all browsers) are given.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator serve --listen 0.0.0.0:8443 --public 127.0.0.1:8080\n",
	.option = {
		{"listen", "HOST:PORT", "the nodes' port; default 127.0.0.1:8443", false},
		{"public", "HOST:PORT", "the public port; default off", false},
		{"public-cert", "FILE", "certificate (PEM) of the public port", false},
		{"public-key", "FILE", "its private key (PEM, mode 0600)", false},
	},
	.run = run,
};
