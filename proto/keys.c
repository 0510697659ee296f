#include "proto/keys.h"

#include <string.h>

bool
proto_keys_coordinator_id(const char *text)
{
	size_t len = strnlen(text, PROTO_ID_MAX + 1);

	return len >= 1 && len <= PROTO_ID_MAX && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == len &&
	    text[0] != '-' && text[len - 1] != '-';
}

bool
proto_keys_country(const char *text)
{
	return text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z' && text[2] == '\0';
}
