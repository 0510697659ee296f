#include <string.h>

#include "proto/kit/print.h"

static size_t
digits(const char *text, size_t len, size_t at)
{
	size_t count = 0;

	while (at + count < len && text[at + count] >= '0' && text[at + count] <= '9')
		count++;
	return count;
}

/* [+-]digits[.digits][(e|E)[+-]digits]: what every spreadsheet reads as a number and nothing else. */
static bool
plain_number(const char *text, size_t len)
{
	size_t at = len > 0 && (text[0] == '+' || text[0] == '-'), run;

	if ((run = digits(text, len, at)) == 0)
		return false;
	at += run;
	if (at < len && text[at] == '.') {
		if ((run = digits(text, len, at + 1)) == 0)
			return false;
		at += 1 + run;
	}
	if (at < len && (text[at] == 'e' || text[at] == 'E')) {
		at++;
		at += at < len && (text[at] == '+' || text[at] == '-');
		if ((run = digits(text, len, at)) == 0)
			return false;
		at += run;
	}
	return at == len;
}

static bool
formula(const char *text, size_t len)
{
	/* the full-width = + - @ that some spreadsheets fold */
	static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
	size_t i;

	if (len == 0)
		return false;
	if (memchr("=+-@\t\r\n", text[0], 7) != NULL)
		return !plain_number(text, len);
	for (i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (len >= 3 && memcmp(text, wide[i], 3) == 0)
			return true;
	return false;
}

static bool
needs_quotes(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n')
			return true;
	return len > 0 && (text[0] == ' ' || text[len - 1] == ' ');
}

void
kit_print_csv_field(struct proto_buffer *out, const char *text, size_t len)
{
	bool quoted = needs_quotes(text, len);
	size_t i;

	if (quoted)
		proto_buffer_put(out, "\"", 1);
	if (formula(text, len))
		proto_buffer_put(out, "'", 1);
	for (i = 0; i < len; i++)
		proto_buffer_put(out, text[i] == '"' ? "\"\"" : &text[i], text[i] == '"' ? 2 : 1);
	if (quoted)
		proto_buffer_put(out, "\"", 1);
}
