#include "proto/kit/print.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

int64_t
kit_print_now(void)
{
	return (int64_t)time(NULL);
}

void
kit_print_hex(char *ret_text, const uint8_t *data, size_t len)
{
	(void)sodium_bin2hex(ret_text, 2 * len + 1, data, len);
}

enum proto_code
kit_print_unhex(uint8_t *ret_data, size_t len, const char *text, struct proto_error *error)
{
	size_t got = 0;

	/* one form only: sodium_hex2bin() alone would take capitals too */
	if (strlen(text) != 2 * len || strspn(text, "0123456789abcdef") != 2 * len ||
	    sodium_hex2bin(ret_data, len, text, 2 * len, NULL, &got, NULL) != 0 || got != len)
		return proto_error_set(error, PROTO_MALFORMED, NULL, "not %zu bytes in lower-case hex", len);
	return PROTO_OK;
}
