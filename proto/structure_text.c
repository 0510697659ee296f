#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "structure_parts.h"

const char *
proto_structure_key(char ret_key[static PROTO_KEY_TEXT], const char *first, const char *second, const char *third)
{
	char safe[2][PROTO_ERROR_TEXT] = {"", ""};

	if (second != NULL)
		proto_error_text(safe[0], sizeof(safe[0]), second, strlen(second));
	if (third != NULL)
		proto_error_text(safe[1], sizeof(safe[1]), third, strlen(third));
	(void)snprintf(ret_key, PROTO_KEY_TEXT, "%.20s%s%.48s%s%.48s", first, second ? "." : "", safe[0], third ? "." : "",
	    safe[1]);
	return ret_key;
}

enum proto_code
proto_structure_wrong(const struct proto_structure_reader *reader, const char *key, const char *what, ...)
{
	char text[sizeof(reader->error->what)], place[sizeof(reader->error->where)];
	va_list args;

	va_start(args, what);
	(void)vsnprintf(text, sizeof(text), what, args);
	va_end(args);
	(void)snprintf(place, sizeof(place), "%s%s%s%s%s", reader->where, reader->structure ? ": " : "",
	    reader->structure ? reader->structure : "", key ? ": " : "", key ? key : "");
	return proto_error_set(reader->error, PROTO_STRUCTURE, place, "%s", text);
}

enum proto_code
proto_structure_memory(const struct proto_structure_reader *reader)
{
	return proto_error_set(reader->error, PROTO_MEMORY, reader->where, "out of memory");
}

enum proto_code
proto_structure_only(const struct proto_structure_reader *reader, const char *key, enum proto_code code)
{
	char what[sizeof(reader->error->what)];

	if (code == PROTO_OK)
		return PROTO_OK;
	(void)snprintf(what, sizeof(what), "%s", reader->error ? reader->error->what : "unknown key");
	return proto_structure_wrong(reader, key, "%s", what);
}

/* Characters that would break a line, or show one text as another. */
static bool
forbidden(utf8proc_int32_t point)
{
	utf8proc_category_t category = utf8proc_category(point);

	return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
	    (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

bool
proto_structure_presentable(const char *text)
{
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;

	if (text[0] == '\0' || strlen(text) > PROTO_TEXT_MAX)
		return false;
	while (*at != '\0') {
		utf8proc_int32_t point;
		utf8proc_ssize_t took = utf8proc_iterate(at, -1, &point);

		if (took <= 0 || forbidden(point))
			return false;
		at += took;
	}
	return true;
}

enum proto_code
proto_structure_text(char **ret_text, const struct proto_structure_reader *reader, const char *key, const json_t *value)
{
	const char *text = json_string_value(value);
	char *copy;

	if (text == NULL)
		return proto_structure_wrong(reader, key, value ? "is not a text" : "is missing");
	if (!proto_structure_presentable(text))
		return proto_structure_wrong(reader, key, "is empty, longer than %d bytes or has control characters",
		    PROTO_TEXT_MAX);
	if ((copy = strdup(text)) == NULL)
		return proto_structure_memory(reader);
	*ret_text = copy;
	return PROTO_OK;
}

enum proto_code
proto_structure_id(char **ret_id, const struct proto_structure_reader *reader, const char *key, const json_t *value)
{
	const char *id = json_string_value(value);
	char *copy;

	if (id == NULL)
		return proto_structure_wrong(reader, key, value ? "is not a text" : "is missing");
	if (!proto_id_check(id, strlen(id)))
		return proto_structure_wrong(reader, key, "is no id (1 to %d of A-Z a-z 0-9 _ -)", PROTO_ID_MAX);
	if ((copy = strdup(id)) == NULL)
		return proto_structure_memory(reader);
	*ret_id = copy;
	return PROTO_OK;
}
