#include "coordinator/request.h"

#include <string.h>
#include <strings.h>

enum coord_request_head
coord_request_scan(struct coord_request_scan *scan, const char *data, size_t len)
{
	for (; scan->seen < len; scan->seen++) {
		unsigned char c = (unsigned char)data[scan->seen];

		if (scan->seen >= COORD_REQUEST_HEAD_MAX)
			return COORD_REQUEST_LONG;
		if (scan->cr != (c == '\n'))
			return COORD_REQUEST_BAD; /* CR or LF alone */
		if (c == '\n') {
			if (scan->line == 0) {
				scan->seen++;
				return COORD_REQUEST_END;
			}
			scan->line = 0;
			scan->cr = false;
		} else if (c == '\r') {
			scan->cr = true;
		} else if ((c < 0x20 && c != '\t') || c == 0x7f) {
			return COORD_REQUEST_BAD;
		} else {
			scan->line++;
		}
	}
	return COORD_REQUEST_MORE;
}

bool
coord_request_is(struct coord_request_text piece, const char *text)
{
	return piece.len == strlen(text) && memcmp(piece.text, text, piece.len) == 0;
}

static bool
named(struct coord_request_text name, const char *text)
{
	return name.len == strlen(text) && strncasecmp(name.text, text, name.len) == 0;
}

const struct coord_request_text *
coord_request_field(const struct coord_request *request, const char *name)
{
	size_t i;

	for (i = 0; i < request->fields; i++)
		if (named(request->field[i].name, name))
			return &request->field[i].value;
	return NULL;
}

/* RFC 9110, "tokens". */
static bool
token(struct coord_request_text piece)
{
	size_t i;

	for (i = 0; i < piece.len; i++) {
		unsigned char c = (unsigned char)piece.text[i];

		if (c <= 0x20 || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c) != NULL)
			return false;
	}
	return piece.len > 0;
}

/* The next line without its CR LF; the scan has seen to it that there is one. */
static struct coord_request_text
take_line(const char **at, const char *end)
{
	struct coord_request_text line = {*at, 0};
	const char *cr = memchr(*at, '\r', (size_t)(end - *at));

	line.len = (size_t)(cr - *at);
	*at = cr + 2;
	return line;
}

static struct coord_request_text
take_word(struct coord_request_text *line)
{
	struct coord_request_text word = *line;
	const char *space = memchr(line->text, ' ', line->len);

	if (space == NULL)
		space = line->text + line->len;
	word.len = (size_t)(space - line->text);
	line->len -= word.len;
	line->text = space;
	if (line->len > 0)
		line->text++, line->len--;
	return word;
}

/* METHOD SP /path[?query] SP HTTP/1.x, one space each. */
static int
parse_line(struct coord_request *request, struct coord_request_text line)
{
	struct coord_request_text target;
	const char *mark;
	size_t i;

	request->method = take_word(&line);
	target = take_word(&line);
	if (!token(request->method) || target.len == 0 || target.text[0] != '/')
		return 400;
	for (i = 0; i < target.len; i++)
		if (target.text[i] <= 0x20 || target.text[i] >= 0x7f || target.text[i] == '#')
			return 400;
	if (line.len != 8 || memcmp(line.text, "HTTP/", 5) != 0)
		return 400;
	if (!coord_request_is(line, "HTTP/1.1") && !coord_request_is(line, "HTTP/1.0"))
		return 505;
	request->close = line.text[7] == '0';
	mark = memchr(target.text, '?', target.len);
	request->path = target;
	if (mark != NULL) {
		request->path.len = (size_t)(mark - target.text);
		request->query.text = mark + 1;
		request->query.len = target.len - request->path.len - 1;
	}
	return 0;
}

static int
parse_field(struct coord_request *request, struct coord_request_text line)
{
	const char *colon = memchr(line.text, ':', line.len);
	struct coord_request_text name = {line.text, 0}, value;

	if (colon == NULL || request->fields == COORD_REQUEST_FIELDS_MAX)
		return 400;
	name.len = (size_t)(colon - line.text);
	value.text = colon + 1;
	value.len = line.len - name.len - 1;
	while (value.len > 0 && (value.text[0] == ' ' || value.text[0] == '\t'))
		value.text++, value.len--;
	while (value.len > 0 && (value.text[value.len - 1] == ' ' || value.text[value.len - 1] == '\t'))
		value.len--;
	/* A folded line or a space before the colon shows as a name that is no token. */
	if (!token(name))
		return 400;
	request->field[request->fields].name = name;
	request->field[request->fields].value = value;
	request->fields++;
	return 0;
}

static size_t
times(const struct coord_request *request, const char *name)
{
	size_t i, n = 0;

	for (i = 0; i < request->fields; i++)
		n += named(request->field[i].name, name);
	return n;
}

static int
parse_length(struct coord_request *request)
{
	const struct coord_request_text *value = coord_request_field(request, "Content-Length");
	bool post = coord_request_is(request->method, "POST");
	size_t i;

	if (value == NULL)
		return post ? 411 : 0;
	if (value->len == 0 || value->len > 15)
		return 400;
	for (i = 0; i < value->len; i++) {
		if (value->text[i] < '0' || value->text[i] > '9')
			return 400;
		request->length = request->length * 10 + (uint64_t)(value->text[i] - '0');
	}
	return post || request->length == 0 ? 0 : 400;
}

static bool
wants_close(const struct coord_request_text *value)
{
	size_t i;

	for (i = 0; value != NULL && i + 5 <= value->len; i++)
		if (strncasecmp(value->text + i, "close", 5) == 0)
			return true;
	return false;
}

int
coord_request_parse(struct coord_request *ret_request, const char *head, size_t len)
{
	struct coord_request *request = ret_request;
	const char *at = head, *end = head + len;
	const struct coord_request_text *host;
	struct coord_request_text line;
	int status;

	memset(request, 0, sizeof *request);
	status = parse_line(request, take_line(&at, end));
	while (status == 0 && (line = take_line(&at, end)).len > 0)
		status = parse_field(request, line);
	if (status != 0)
		return status;
	host = coord_request_field(request, "Host");
	if (times(request, "Host") != 1 || host->len == 0 || times(request, "Content-Length") > 1)
		return 400;
	if (times(request, "Transfer-Encoding") > 0)
		return times(request, "Content-Length") > 0 ? 400 : 501;
	if (times(request, "Expect") > 0)
		return 417;
	if (wants_close(coord_request_field(request, "Connection")))
		request->close = true;
	return parse_length(request);
}
