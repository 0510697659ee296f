#include "proto/json.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

void
proto_json_init(struct proto_json *json, struct proto_buffer *out, unsigned indent)
{
	*json = (struct proto_json){.out = out, .indent = indent};
}

static void
new_line(struct proto_json *json)
{
	unsigned i;

	if (json->indent == 0)
		return;
	proto_buffer_put(json->out, "\n", 1);
	for (i = 0; i < json->depth * json->indent; i++)
		proto_buffer_put(json->out, " ", 1);
}

/* What stands before a value or a key: nothing after a key, else comma and line. */
static void
before(struct proto_json *json)
{
	if (!json->after_key) {
		if (json->comma)
			proto_buffer_put(json->out, ",", 1);
		if (json->depth > 0)
			new_line(json);
	}
	json->after_key = false;
	json->comma = true;
}

static void
open_container(struct proto_json *json, const char *bracket)
{
	before(json);
	proto_buffer_put(json->out, bracket, 1);
	json->depth++;
	json->comma = false;
}

static void
close_container(struct proto_json *json, const char *bracket)
{
	bool empty = !json->comma;

	json->depth--;
	if (!empty)
		new_line(json);
	proto_buffer_put(json->out, bracket, 1);
	json->comma = true;
}

void
proto_json_object(struct proto_json *json)
{
	open_container(json, "{");
}

void
proto_json_object_end(struct proto_json *json)
{
	close_container(json, "}");
}

void
proto_json_array(struct proto_json *json)
{
	open_container(json, "[");
}

void
proto_json_array_end(struct proto_json *json)
{
	close_container(json, "]");
}

static bool
plain(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/*
 * One form for each string (RFC 8259, section 7): the quote and the backslash are
 * escaped by a backslash, controls as \u00XX, all else stands as UTF-8. A byte that is not
 * UTF-8 becomes U+FFFD, so that what is written always reads back.
 */
static void
quoted(struct proto_buffer *out, const char *text, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t at = 0;

	proto_buffer_put(out, "\"", 1);
	while (at < len) {
		size_t run = 0;
		utf8proc_int32_t point;
		utf8proc_ssize_t took;

		while (at + run < len && plain(bytes[at + run]))
			run++;
		proto_buffer_put(out, bytes + at, run);
		if ((at += run) == len)
			break;
		if (bytes[at] < 0x20)
			proto_buffer_printf(out, "\\u%04x", bytes[at++]);
		else if (bytes[at] < 0x80)
			proto_buffer_printf(out, "\\%c", bytes[at++]);
		else if ((took = utf8proc_iterate(bytes + at, (utf8proc_ssize_t)(len - at), &point)) > 0) {
			proto_buffer_put(out, bytes + at, (size_t)took);
			at += (size_t)took;
		} else {
			proto_buffer_text(out, "\xef\xbf\xbd");
			at++;
		}
	}
	proto_buffer_put(out, "\"", 1);
}

void
proto_json_key(struct proto_json *json, const char *key)
{
	before(json);
	quoted(json->out, key, strlen(key));
	proto_buffer_text(json->out, json->indent ? ": " : ":");
	json->after_key = true;
}

void
proto_json_string(struct proto_json *json, const char *text)
{
	if (text == NULL)
		proto_json_null(json);
	else
		proto_json_stringn(json, text, strlen(text));
}

void
proto_json_stringn(struct proto_json *json, const char *text, size_t len)
{
	before(json);
	quoted(json->out, text, len);
}

void
proto_json_u64(struct proto_json *json, uint64_t value)
{
	before(json);
	proto_buffer_printf(json->out, "%llu", (unsigned long long)value);
}

void
proto_json_i64(struct proto_json *json, int64_t value)
{
	before(json);
	proto_buffer_printf(json->out, "%lld", (long long)value);
}

void
proto_json_bool(struct proto_json *json, bool value)
{
	before(json);
	proto_buffer_text(json->out, value ? "true" : "false");
}

void
proto_json_null(struct proto_json *json)
{
	before(json);
	proto_buffer_text(json->out, "null");
}

/* printf writes the locale's decimal point; JSON knows only '.'. */
static void
number(struct proto_json *json, const char *text)
{
	const char *point = localeconv()->decimal_point, *at = strstr(text, point);

	before(json);
	if (at == NULL) {
		proto_buffer_text(json->out, text);
		return;
	}
	proto_buffer_put(json->out, text, (size_t)(at - text));
	proto_buffer_put(json->out, ".", 1);
	proto_buffer_text(json->out, at + strlen(point));
}

void
proto_json_real(struct proto_json *json, double value)
{
	char text[40];

	if (!isfinite(value)) {
		proto_json_null(json);
		return;
	}
	(void)snprintf(text, sizeof(text), "%.17g", value);
	number(json, text);
}

#define FIXED_DECIMALS_MAX 30

void
proto_json_fixed(struct proto_json *json, double value, int decimals)
{
	char text[400]; /* the largest double has 309 digits before the point */
	const char *from = text;

	if (!isfinite(value)) {
		proto_json_null(json);
		return;
	}
	if (decimals < 0)
		decimals = 0;
	if (decimals > FIXED_DECIMALS_MAX)
		decimals = FIXED_DECIMALS_MAX;
	(void)snprintf(text, sizeof(text), "%.*f", decimals, value);
	/* a small negative value that rounds to zero is written as zero */
	if (text[0] == '-' && strpbrk(text, "123456789") == NULL)
		from++;
	number(json, from);
}

void
proto_json_hex(struct proto_json *json, const uint8_t *data, size_t len)
{
	size_t i;

	before(json);
	proto_buffer_put(json->out, "\"", 1);
	for (i = 0; i < len; i++)
		proto_buffer_printf(json->out, "%02x", data[i]);
	proto_buffer_put(json->out, "\"", 1);
}
