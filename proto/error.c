#include "proto/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

struct code_row {
	const char *name;
	int exit, http;
};

static const struct code_row code_table[PROTO_CODE_COUNT] = {
#define PROTO_CODE_ROW(name, text, exit, http) [PROTO_##name] = {text, exit, http},
	PROTO_CODES(PROTO_CODE_ROW)
#undef PROTO_CODE_ROW
};

/* One sentence a code, for `errors` and the manual. */
static const char *const meaning_table[PROTO_CODE_COUNT] = {
	[PROTO_OK] = "Nothing went wrong.",
	[PROTO_FAILED] = "The operation failed; the message says how.",
	[PROTO_REFUSED] = "A rule forbids it; the message names the rule.",
	[PROTO_USAGE] = "The command line is wrong, or a question could not be asked; nothing was done.",
	[PROTO_NOT_FOUND] = "No such file, round, country, structure or release.",
	[PROTO_EXISTS] = "It exists already, with other content.",
	[PROTO_CONFLICT] = "A different submission of this round stands; the first is kept.",
	[PROTO_LATE] = "The round is closed, or its time has passed.",
	[PROTO_EARLY] = "Too early: what it needs has not happened yet.",
	[PROTO_MALFORMED] = "The bytes do not decode.",
	[PROTO_NOT_CANONICAL] = "The bytes decode, but not in the one permitted form.",
	[PROTO_NOT_GENUINE] = "Not signed, sealed or sent by whom it should be.",
	[PROTO_TOO_LARGE] = "Larger than the documented limit.",
	[PROTO_INPUT] = "The input file has wrong rows; nothing was taken.",
	[PROTO_MAPPING] = "The mapping file is wrong or does not fit.",
	[PROTO_STRUCTURE] = "The structure is incomplete or wrong.",
	[PROTO_PASSPHRASE] = "The passphrase is wrong, or its file cannot be used.",
	[PROTO_PERMISSION] = "A file has the wrong mode, owner or kind.",
	[PROTO_FINGERPRINT] = "The fingerprint is another one; nothing was approved.",
	[PROTO_EXPIRED] = "A certificate or invitation is outside its time.",
	[PROTO_REVOKED] = "The country was revoked.",
	[PROTO_POLICY] = "The round asks for more than this office's policy allows.",
	[PROTO_BUDGET] = "The budget is used up.",
	[PROTO_WAITING] = "Waiting for another office; repeat later.",
	[PROTO_UNREACHABLE] = "The other side could not be reached; repeat later.",
	[PROTO_BUSY] = "Another run holds the state; repeat later.",
	[PROTO_TLS] = "The other side of the connection is not the one expected.",
	[PROTO_DAMAGED] = "The state is damaged; nothing was done.",
	[PROTO_ROLLED_BACK] = "The state is older than what was already sent; nothing was done.",
	[PROTO_CLOCK] = "The clock is earlier than the last entry.",
	[PROTO_RANDOM] = "The source of randomness failed; nothing was done.",
	[PROTO_MEMORY] = "Out of memory.",
	[PROTO_IO] = "Reading or writing failed.",
	[PROTO_NO_SPACE] = "No space left; nothing was lost, repeat when there is.",
	[PROTO_VERSION] = "Written by another version of this program.",
	[PROTO_INTERNAL] = "A defect of this program.",
};

static void
clean(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

enum proto_code
proto_error_set(struct proto_error *error, enum proto_code code, const char *where, const char *what, ...)
{
	va_list args;

	if (error == NULL)
		return code;
	error->code = code;
	va_start(args, what);
	(void)vsnprintf(error->what, sizeof(error->what), what, args);
	va_end(args);
	(void)snprintf(error->where, sizeof(error->where), "%s", where ? where : "");
	clean(error->what);
	clean(error->where);
	return code;
}

enum proto_code
proto_error_errno(struct proto_error *error, const char *where, const char *doing)
{
	enum proto_code code = PROTO_IO;
	int number = errno;

	if (number == ENOSPC || number == EDQUOT)
		code = PROTO_NO_SPACE;
	else if (number == EACCES || number == EPERM)
		code = PROTO_PERMISSION;
	else if (number == ENOENT)
		code = PROTO_NOT_FOUND;
	else if (number == ENOMEM)
		code = PROTO_MEMORY;
	return proto_error_set(error, code, where, "%s: %s", doing, strerror(number));
}

const char *
proto_error_name(enum proto_code code)
{
	return (unsigned)code < PROTO_CODE_COUNT ? code_table[code].name : "internal";
}

int
proto_error_exit(enum proto_code code)
{
	return (unsigned)code < PROTO_CODE_COUNT ? code_table[code].exit : 1;
}

int
proto_error_http(enum proto_code code)
{
	return (unsigned)code < PROTO_CODE_COUNT ? code_table[code].http : 500;
}

enum proto_code
proto_error_parse(const char *name)
{
	unsigned code;

	for (code = 0; code < PROTO_CODE_COUNT; code++)
		if (strcmp(code_table[code].name, name) == 0)
			return (enum proto_code)code;
	return PROTO_INTERNAL;
}

const char *
proto_error_meaning(enum proto_code code)
{
	return (unsigned)code < PROTO_CODE_COUNT ? meaning_table[code] : meaning_table[PROTO_INTERNAL];
}

#define TEXT_MOST 40 /* characters of the original that are shown */

char *
proto_error_text(char *ret_text, size_t size, const char *text, size_t len)
{
	size_t at = 0, used = 0;
	unsigned shown;

	for (shown = 0; at < len && shown < TEXT_MOST; shown++) {
		utf8proc_int32_t point;
		utf8proc_ssize_t took = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
		    (utf8proc_ssize_t)(len - at), &point);
		utf8proc_category_t category = took > 0 ? utf8proc_category(point) : UTF8PROC_CATEGORY_CC;
		/* controls, format characters (bidirectional overrides) and separators are shown as bytes */
		int plain = took > 0 && category != UTF8PROC_CATEGORY_CC && category != UTF8PROC_CATEGORY_CF &&
		    category != UTF8PROC_CATEGORY_ZL && category != UTF8PROC_CATEGORY_ZP &&
		    category != UTF8PROC_CATEGORY_CN;
		size_t step = took > 0 ? (size_t)took : 1, i;

		if (used + (plain ? step : 4 * step) + 1 > size)
			break;
		for (i = 0; i < step; i++)
			if (plain)
				ret_text[used++] = text[at + i];
			else
				used += (size_t)snprintf(ret_text + used, size - used, "\\x%02x", (unsigned char)text[at + i]);
		at += step;
	}
	ret_text[used] = '\0';
	return ret_text;
}
