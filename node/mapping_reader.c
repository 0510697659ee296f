#include "mapping_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
node_mapping_key(char ret_key[static NODE_KEY_TEXT], const char *first, const char *second, const char *third)
{
	char safe[2][PROTO_ERROR_TEXT] = {"", ""};

	if (second)
		proto_error_text(safe[0], sizeof(safe[0]), second, strlen(second));
	if (third)
		proto_error_text(safe[1], sizeof(safe[1]), third, strlen(third));
	(void)snprintf(ret_key, NODE_KEY_TEXT, "%.16s%s%.33s%s%.42s", first, second ? "." : "", safe[0], third ? "." : "",
	    safe[1]);
	return ret_key;
}

enum proto_code
node_mapping_wrong(const struct node_mapping_reader *reader, const char *key, const char *what, ...)
{
	char text[240], place[160];
	size_t len = strlen(reader->what_for->path);
	va_list args;

	va_start(args, what);
	(void)vsnprintf(text, sizeof(text), what, args);
	va_end(args);
	/* the end of a long path says more than its beginning */
	(void)snprintf(place, sizeof(place), "%s%s%s",
	    len > 90 ? reader->what_for->path + len - 90 : reader->what_for->path,
	    key ? ": " : "", key ? key : "");
	return proto_error_set(reader->error, PROTO_MAPPING, place, "%s", text);
}

enum proto_code
node_mapping_memory(const struct node_mapping_reader *reader)
{
	return proto_error_set(reader->error, PROTO_MEMORY, reader->what_for->path, "out of memory");
}

enum proto_code
node_mapping_only(const struct node_mapping_reader *reader, const char *key, enum proto_code code)
{
	char what[240];

	if (code == PROTO_OK)
		return PROTO_OK;
	(void)snprintf(what, sizeof(what), "%s", reader->error ? reader->error->what : "unknown key");
	return node_mapping_wrong(reader, key, "%s", what);
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

enum proto_code
node_mapping_text(char **ret_text, const struct node_mapping_reader *reader, const char *key, const json_t *value,
    bool may_be_empty)
{
	const char *text;
	size_t len, i;

	if (value == NULL)
		return PROTO_OK;
	if (!json_is_string(value))
		return node_mapping_wrong(reader, key, "not a text");
	text = json_string_value(value);
	len = strlen(text);
	for (i = 0; i < len; i++)
		if (((unsigned char)text[i] < 0x20 && text[i] != '\t' && text[i] != '\n' && text[i] != '\r') || text[i] == 0x7f)
			return node_mapping_wrong(reader, key, "a control character");
	/* cells are compared without blanks at their ends, so texts are too */
	for (; len > 0 && blank(text[len - 1]); len--)
		;
	for (; len > 0 && blank(text[0]); text++, len--)
		;
	if (len == 0 && !may_be_empty)
		return node_mapping_wrong(reader, key, "an empty text");
	if (len > NODE_LOOKUP_TEXT_MAX)
		return node_mapping_wrong(reader, key, "a text longer than %u bytes", NODE_LOOKUP_TEXT_MAX);
	if ((*ret_text = strndup(text, len)) == NULL)
		return node_mapping_memory(reader);
	return PROTO_OK;
}

enum proto_code
node_mapping_separator(char **ret_text, const struct node_mapping_reader *reader, const char *key, const json_t *value)
{
	if (!json_is_string(value) || json_string_length(value) == 0 || json_string_length(value) > 16)
		return node_mapping_wrong(reader, key, "not a separator of 1 to 16 bytes");
	if ((*ret_text = strdup(json_string_value(value))) == NULL)
		return node_mapping_memory(reader);
	return PROTO_OK;
}

enum proto_code
node_mapping_put(struct node_lookup *map, const struct node_mapping_reader *reader, const char *key, const char *text,
    struct node_meaning meaning)
{
	switch (node_lookup_add(map, text, strlen(text), meaning)) {
	case PROTO_OK:
		return PROTO_OK;
	case PROTO_EXISTS:
		return node_mapping_wrong(reader, key, "the same text twice");
	case PROTO_TOO_LARGE:
		return node_mapping_wrong(reader, key, "too many texts");
	default:
		return node_mapping_memory(reader);
	}
}

enum proto_code
node_mapping_set(struct node_lookup **ret_set, const struct node_mapping_reader *reader, const char *key,
    const json_t *value)
{
	struct node_lookup *set = NULL;
	enum proto_code code;
	size_t i;

	if (value == NULL)
		return PROTO_OK;
	if (!json_is_array(value))
		return node_mapping_wrong(reader, key, "not a list of texts");
	if ((code = node_lookup_new(&set, reader->error)) != PROTO_OK)
		return code;
	for (i = 0; i < json_array_size(value); i++) {
		char *text = NULL;

		if ((code = node_mapping_text(&text, reader, key, json_array_get(value, i), true)) == PROTO_OK)
			code = node_mapping_put(set, reader, key, text, (struct node_meaning){NODE_MEANS_UNKNOWN, 0});
		free(text);
		if (code != PROTO_OK) {
			node_lookup_free(set);
			return code;
		}
	}
	*ret_set = set;
	return PROTO_OK;
}

enum proto_code
node_mapping_beside(char **ret_path, const struct node_mapping_reader *reader, const char *name)
{
	const char *path = reader->what_for->path, *slash = strrchr(path, '/');
	int dir = slash && name[0] != '/' ? (int)(slash - path) + 1 : 0;

	if (asprintf(ret_path, "%.*s%s", dir, path, name) < 0) {
		*ret_path = NULL;
		return node_mapping_memory(reader);
	}
	return PROTO_OK;
}
