#include "proto/json.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/*
 * What jansson does not bound: it recurses up to 2048 levels, and turns a two-byte
 * "[]" into over a hundred bytes of memory. So the text is scanned once before.
 */
struct scan {
	size_t line, column;
	unsigned depth;
	size_t containers, values;
	bool in_string, escaped;
};

static enum proto_code
refuse(struct proto_error *error, enum proto_code code, const char *where, const struct scan *scan, const char *what)
{
	return proto_error_set(error, code, where, "JSON: line %zu, column %zu: %s", scan->line, scan->column, what);
}

/* One byte inside a string: only its end matters here. */
static void
scan_string(struct scan *scan, uint8_t byte)
{
	if (scan->escaped)
		scan->escaped = false;
	else if (byte == '\\')
		scan->escaped = true;
	else if (byte == '"')
		scan->in_string = false;
}

/* One byte outside strings. NULL, or what is wrong. */
static const char *
scan_plain(struct scan *scan, uint8_t byte)
{
	switch (byte) {
	case '"':
		scan->in_string = true;
		break;
	case '[':
	case '{':
		if (++scan->depth > PROTO_JSON_DEPTH_MAX)
			return "nested too deeply";
		if (++scan->containers > PROTO_JSON_CONTAINERS_MAX)
			return "too many objects and arrays";
		break;
	case ']':
	case '}':
		/* an unbalanced one is jansson's to refuse */
		scan->depth -= scan->depth > 0;
		break;
	case ',':
		if (++scan->values > PROTO_JSON_VALUES_MAX)
			return "too many values";
		break;
	}
	return NULL;
}

static enum proto_code
scan_text(const uint8_t *data, size_t len, const char *where, struct proto_error *error)
{
	struct scan scan = {.line = 1, .column = 1};
	const char *wrong = NULL;
	size_t i;

	for (i = 0; i < len; i++) {
		if (data[i] == '\0')
			return refuse(error, PROTO_MALFORMED, where, &scan, "a NUL byte");
		if (scan.in_string)
			scan_string(&scan, data[i]);
		else
			wrong = scan_plain(&scan, data[i]);
		if (wrong)
			return refuse(error, PROTO_TOO_LARGE, where, &scan, wrong);
		if (data[i] == '\n') {
			scan.line++;
			scan.column = 1;
		} else
			/* count characters, not bytes of UTF-8 */
			scan.column += (data[i] & 0xc0) != 0x80;
	}
	return PROTO_OK;
}

/*
 * jansson (2.14) takes a failed allocation for a fault of the text ("invalid token"), and where
 * its buffer of a token cannot grow it drops the bytes and goes on. So the allocations are
 * watched, per thread: with one missing, nothing that it returns is believed.
 */
static _Thread_local bool starved;

static void *
watched_malloc(size_t size)
{
	void *block = malloc(size);

	starved = starved || block == NULL;
	return block;
}

static void
watch(void)
{
	json_set_alloc_funcs(watched_malloc, free);
}

enum proto_code
proto_json_load(json_t **ret_json, const void *data, size_t len, const char *where, struct proto_error *error)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	json_error_t wrong;
	json_t *json;
	char *near;
	enum proto_code code;

	if (len > PROTO_JSON_MAX)
		return proto_error_set(error, PROTO_TOO_LARGE, where, "JSON: larger than %u bytes", PROTO_JSON_MAX);
	if ((code = scan_text(data, len, where, error)) != PROTO_OK)
		return code;
	(void)pthread_once(&once, watch);
	starved = false;
	json = json_loadb(data, len, JSON_REJECT_DUPLICATES, &wrong);
	if (starved) {
		json_decref(json);
		return proto_error_set(error, PROTO_MEMORY, where, "JSON: out of memory");
	}
	if (json == NULL) {
		/* jansson quotes the text it stopped at; the place is enough and quotes nothing */
		if ((near = strstr(wrong.text, " near '")) != NULL)
			*near = '\0';
		return proto_error_set(error, PROTO_MALFORMED, where, "JSON: line %d, column %d: %s", wrong.line,
		    wrong.column, wrong.text);
	}
	*ret_json = json;
	return PROTO_OK;
}

static bool
named(const char *key, va_list keys)
{
	const char *one;

	while ((one = va_arg(keys, const char *)) != NULL)
		if (strcmp(one, key) == 0)
			return true;
	return false;
}

enum proto_code
proto_json_only(const json_t *object, const char *where, struct proto_error *error, ...)
{
	/* jansson's iterator takes a non-const object but only reads it */
	json_t *readable = (json_t *)(uintptr_t)object;
	const char *key;
	json_t *value;
	char text[PROTO_ERROR_TEXT];

	json_object_foreach(readable, key, value) {
		va_list keys;
		bool known;

		va_start(keys, error);
		known = named(key, keys);
		va_end(keys);
		if (!known)
			return proto_error_set(error, PROTO_MALFORMED, where, "unknown key \"%s\"",
			    proto_error_text(text, sizeof(text), key, strlen(key)));
	}
	return PROTO_OK;
}
