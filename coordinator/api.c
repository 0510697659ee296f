#include "api_calls.h"

#include <string.h>

#include "coordinator/keys.h"
#include "proto/kit/x509.h"

struct route {
	const char *path;
	size_t most;   /* bytes of the body */
	bool enrolled; /* A1 */
	coord_api_function *run;
};

static const struct route routes[] = {
	{"/v1/enrol", PROTO_EXCHANGE_REQUEST_MAX, false, coord_api_enrol},
	{"/v1/enrol/state", PROTO_EXCHANGE_REQUEST_MAX, false, coord_api_enrol_state},
	{"/v1/sync", PROTO_EXCHANGE_REQUEST_MAX, true, coord_api_sync},
	{"/v1/header", PROTO_HEADER_BYTES, true, coord_api_header},
	{"/v1/body", PROTO_EXCHANGE_BODY_MAX, true, coord_api_body},
};

enum proto_code
coord_api_open(struct coord_api *ret_api, const char *dir, int64_t (*now)(void), struct proto_error *error)
{
	enum proto_code code;

	memset(ret_api, 0, sizeof *ret_api);
	code = coord_state_open(&ret_api->state, dir, error);
	if (code != PROTO_OK)
		return code;
	ret_api->now = now;
	code = coord_keys_receipt(ret_api->receipt_secret, &ret_api->receipt, &ret_api->state, error);
	if (code != PROTO_OK)
		coord_api_close(ret_api);
	return code;
}

void
coord_api_close(struct coord_api *api)
{
	coord_state_close(&api->state);
	explicit_bzero(api->receipt_secret, sizeof api->receipt_secret);
}

enum proto_code
coord_api_not_genuine(struct proto_error *error)
{
	return proto_error_set(error, PROTO_NOT_GENUINE, "", "not from a country of this coordinator, or not signed by it");
}

static const struct route *
find_route(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof routes / sizeof routes[0]; i++)
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	return NULL;
}

/* A1, anew at every call: a revocation takes effect at the next request, not at the next connection. */
static enum proto_code
authenticate(struct coord_country *ret_country, struct coord_api *api, const struct coord_api_call *call, struct proto_error *error)
{
	struct proto_buffer certificate = {0};
	struct coord_country country = {0};
	struct kit_x509_view view;
	enum proto_code code;

	proto_buffer_put(&certificate, call->peer, call->peer_len);
	if (certificate.failed)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	code = kit_x509_verify(&certificate, &api->state.trust.ca, true, api->now(), error);
	if (code == PROTO_OK)
		code = kit_x509_view(&view, call->peer, call->peer_len, error);
	if (code == PROTO_OK)
		code = coord_store_country(&country, api->state.store, view.country, error);
	if (code == PROTO_NOT_FOUND)
		code = coord_api_not_genuine(error);
	if (code != PROTO_OK)
		goto out;
	if (country.state == COORD_REVOKED)
		code = proto_error_set(error, PROTO_REVOKED, country.code, "this country's access is revoked");
	else if (country.state != COORD_ACTIVE || memcmp(country.keys.tls, view.tls, sizeof view.tls) != 0)
		code = coord_api_not_genuine(error);
out:
	proto_buffer_wipe(&certificate);
	if (code == PROTO_OK)
		*ret_country = country;
	else
		coord_store_country_wipe(&country);
	return code;
}

/* Route, size and peer, in that order; *ret_country is filled for calls of enrolled countries. */
static enum proto_code
admit(const struct route **ret_route, struct coord_country *ret_country, struct coord_api *api, const struct coord_api_call *call,
    struct proto_error *error)
{
	const struct route *route = find_route(call->path);

	if (route == NULL)
		return proto_error_set(error, PROTO_NOT_FOUND, "", "no such call");
	if (call->peer_len == 0)
		return coord_api_not_genuine(error);
	if (call->body_len > route->most)
		return proto_error_set(error, PROTO_TOO_LARGE, route->path, "more than %zu bytes", route->most);
	*ret_route = route;
	return route->enrolled ? authenticate(ret_country, api, call, error) : PROTO_OK;
}

enum proto_code
coord_api_admit(struct coord_api *api, const struct coord_api_call *call, struct proto_error *error)
{
	struct coord_country country = {0};
	const struct route *route;
	enum proto_code code = admit(&route, &country, api, call, error);

	coord_store_country_wipe(&country);
	return code;
}

enum proto_code
coord_api_answer(struct coord_api *api, struct proto_buffer *ret_reply, const struct coord_api_call *call)
{
	struct proto_error error = {0}, second;
	struct coord_country country = {0};
	const struct route *route;
	enum proto_code code = admit(&route, &country, api, call, &error);

	if (code == PROTO_OK)
		code = route->run(api, ret_reply, call, route->enrolled ? &country : NULL, &error);
	coord_store_rollback(api->state.store);
	coord_store_country_wipe(&country);
	if (code == PROTO_OK)
		return code;
	proto_buffer_wipe(ret_reply);
	if (proto_error_reply_encode(ret_reply, &error, &second) != PROTO_OK)
		proto_buffer_wipe(ret_reply);
	return code;
}
