#include "http_conn.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/kit/print.h"

static const char *
reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} known[] = {
	    {200, "OK"}, {202, "Accepted"}, {400, "Bad Request"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
	    {409, "Conflict"}, {410, "Gone"}, {411, "Length Required"}, {413, "Content Too Large"}, {417, "Expectation Failed"},
	    {425, "Too Early"}, {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"}, {501, "Not Implemented"},
	    {503, "Service Unavailable"}, {505, "HTTP Version Not Supported"},
	};
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].status == status)
			return known[i].text;
	return "Status";
}

void
coord_http_field(struct coord_http_reply *reply, const char *name, const char *value)
{
	char *field;

	if (reply->fields == COORD_HTTP_FIELDS_MAX)
		return;
	field = reply->field[reply->fields];
	/* A value too long for the field is left out rather than cut; a line break never gets in. */
	if ((size_t)snprintf(field, sizeof reply->field[0], "%s: %s", name, value) >= sizeof reply->field[0] || strpbrk(field, "\r\n") != NULL)
		return;
	reply->fields++;
}

static void
put_date(struct evbuffer *out)
{
	time_t now = (time_t)kit_print_now();
	char text[64];
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL && strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		evbuffer_add_printf(out, "Date: %s\r\n", text);
}

enum proto_code
coord_http_reply_write(struct evbuffer *out, struct coord_http_reply *reply, bool head_only, bool close_after)
{
	enum proto_code code = PROTO_OK;
	size_t i;

	evbuffer_add_printf(out, "HTTP/1.1 %d %s\r\n", reply->status, reason(reply->status));
	put_date(out);
	for (i = 0; i < reply->fields; i++)
		evbuffer_add_printf(out, "%s\r\n", reply->field[i]);
	if (reply->type != NULL)
		evbuffer_add_printf(out, "Content-Type: %s\r\n", reply->type);
	if (evbuffer_add_printf(out, "Content-Length: %zu\r\n%s\r\n", reply->body.len, close_after ? "Connection: close\r\n" : "") < 0 ||
	    (!head_only && evbuffer_add(out, reply->body.data, reply->body.len) != 0))
		code = PROTO_MEMORY;
	proto_buffer_wipe(&reply->body);
	return code;
}
