#include "layout.h"

#include <string.h>

void
proto_layout_text(uint8_t *ret_bytes, size_t size, const char *text)
{
	size_t len = strnlen(text, size);

	memcpy(ret_bytes, text, len);
	memset(ret_bytes + len, 0, size - len);
}

bool
proto_layout_text_read(char *ret_text, const uint8_t *bytes, size_t size)
{
	size_t len = strnlen((const char *)bytes, size), i;

	for (i = len; i < size; i++)
		if (bytes[i] != 0)
			return false;
	memcpy(ret_text, bytes, len);
	ret_text[len] = '\0';
	return len > 0;
}

bool
proto_layout_text_is(const uint8_t *bytes, size_t size, const char *text)
{
	size_t i, len = strlen(text);

	if (len > size || memcmp(bytes, text, len) != 0)
		return false;
	for (i = len; i < size; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

void
proto_layout_u32(uint8_t *ret_bytes, uint32_t value)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		ret_bytes[i] = (uint8_t)(value >> (8 * i));
}

void
proto_layout_u64(uint8_t *ret_bytes, uint64_t value)
{
	unsigned i;

	for (i = 0; i < 8; i++)
		ret_bytes[i] = (uint8_t)(value >> (8 * i));
}

uint32_t
proto_layout_u32_read(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

uint64_t
proto_layout_u64_read(const uint8_t *bytes)
{
	return proto_layout_u32_read(bytes) | (uint64_t)proto_layout_u32_read(bytes + 4) << 32;
}
