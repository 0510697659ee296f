#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "structure_parts.h"

/*
 * The file of areas: UTF-8 CSV with this header, one area a line. Strict: each line has
 * five fields; a quoted field may hold commas and doubled quotes but no line end; LF or CRLF;
 * no empty line. An empty alpha3, m49 or subregion is none.
 */
#define HEADER "id,alpha3,m49,name,subregion"
#define FIELDS 5

struct line {
	const char *at, *end; /* what is left of this line */
	size_t number;
};

/* Cuts the next line off [at, end); false at the end. */
static bool
next_line(struct line *line, const char **at, const char *end)
{
	const char *stop;

	if (*at == end)
		return false;
	stop = memchr(*at, '\n', (size_t)(end - *at));
	line->at = *at;
	line->end = stop ? stop : end;
	*at = stop ? stop + 1 : end;
	if (line->end > line->at && line->end[-1] == '\r')
		line->end--;
	line->number++;
	return true;
}

/* A quoted field's text without its quotes; NULL when it is not well formed. line->at moves behind it. */
static const char *
quoted_field(struct line *line, char *text)
{
	size_t len = 0;

	for (line->at++; line->at < line->end; line->at++) {
		if (*line->at == '"') {
			if (line->at + 1 == line->end || line->at[1] != '"')
				break;
			line->at++;
		}
		text[len++] = *line->at;
	}
	if (line->at == line->end)
		return NULL;
	line->at++;
	text[len] = '\0';
	return text;
}

static const char *
plain_field(struct line *line, char *text)
{
	size_t len = 0;

	for (; line->at < line->end && *line->at != ','; line->at++) {
		if (*line->at == '"')
			return NULL;
		text[len++] = *line->at;
	}
	text[len] = '\0';
	return text;
}

/*
 * The five fields of a line, as texts one behind the other in block, which has room
 * for the line and FIELDS terminators. NULL, or what is wrong.
 */
static const char *
split(char *field[FIELDS], char *block, struct line *line)
{
	unsigned i;

	for (i = 0; i < FIELDS; i++) {
		bool is_quoted = line->at < line->end && *line->at == '"';

		field[i] = block;
		if ((is_quoted ? quoted_field(line, block) : plain_field(line, block)) == NULL)
			return "a quote that does not open or close a field";
		block += strlen(block) + 1;
		if (i + 1 < FIELDS && (line->at == line->end || *line->at++ != ','))
			return "fewer than five fields, or text after a quoted one";
	}
	return line->at == line->end ? NULL : "more than five fields, or text after a quoted one";
}

static bool
take(char **ret_text, const char *field)
{
	return *field == '\0' || (*ret_text = strdup(field)) != NULL;
}

static enum proto_code
read_line(struct proto_code_item *item, const struct proto_structure_reader *reader, const char *key, struct line *line)
{
	char *field[FIELDS], *block = malloc((size_t)(line->end - line->at) + FIELDS);
	char place[PROTO_KEY_TEXT + 32];
	const char *wrong;
	enum proto_code code;

	if (block == NULL)
		return proto_structure_memory(reader);
	(void)snprintf(place, sizeof(place), "%s: line %zu", key, line->number);
	if ((wrong = split(field, block, line)) != NULL)
		code = proto_structure_wrong(reader, place, "%s", wrong);
	else if (!take(&item->id, field[0]) || !take(&item->alpha3, field[1]) || !take(&item->m49, field[2]) ||
	    !take(&item->name, field[3]) || !take(&item->subregion, field[4]))
		code = proto_structure_memory(reader);
	else
		code = proto_structure_item_check(reader, place, item);
	free(block);
	return code;
}

static const char *
check_bytes(const struct proto_buffer *data)
{
	size_t at = 0;

	if (data->len == 0 || data->len > PROTO_AREA_MAX)
		return "is empty or larger than 1 MiB";
	while (at < data->len) {
		utf8proc_int32_t point;
		utf8proc_ssize_t took = utf8proc_iterate(data->data + at, (utf8proc_ssize_t)(data->len - at), &point);

		if (took <= 0 || point == 0)
			return "is not UTF-8";
		at += (size_t)took;
	}
	return NULL;
}

enum proto_code
proto_structure_area_read(struct proto_codelist *list, const struct proto_structure_reader *reader, const char *key,
    const struct proto_buffer *data)
{
	const char *wrong = check_bytes(data), *at, *end;
	struct line line = {0};
	enum proto_code code = PROTO_OK;

	if (wrong != NULL)
		return proto_structure_wrong(reader, key, "%s", wrong);
	at = (const char *)data->data;
	end = at + data->len;
	if (!next_line(&line, &at, end) || (size_t)(line.end - line.at) != strlen(HEADER) ||
	    memcmp(line.at, HEADER, strlen(HEADER)) != 0)
		return proto_structure_wrong(reader, key, "its first line is not %s", HEADER);
	if ((list->code = calloc(PROTO_LIST_CODES_MAX, sizeof(*list->code))) == NULL)
		return proto_structure_memory(reader);
	while (code == PROTO_OK && next_line(&line, &at, end)) {
		if (list->codes == PROTO_LIST_CODES_MAX)
			return proto_structure_wrong(reader, key, "has more than %d codes", PROTO_LIST_CODES_MAX);
		code = read_line(&list->code[list->codes++], reader, key, &line);
	}
	return code;
}
