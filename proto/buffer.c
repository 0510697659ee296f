#include "proto/buffer.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAP_FIRST 256

/*
 * Makes room for len more bytes. The old block is wiped before it is given back:
 * a buffer may hold a secret, and realloc() would leave a copy behind.
 */
static bool
reserve(struct proto_buffer *buffer, size_t len)
{
	size_t cap = buffer->cap ? buffer->cap : CAP_FIRST;
	uint8_t *data;

	if (buffer->failed)
		return false;
	if (len <= buffer->cap - buffer->len)
		return true;
	if (len > SIZE_MAX / 2 - buffer->len)
		goto failed;
	while (cap - buffer->len < len)
		cap *= 2;
	if ((data = malloc(cap)) == NULL)
		goto failed;
	if (buffer->len > 0)
		memcpy(data, buffer->data, buffer->len);
	if (buffer->data != NULL)
		sodium_memzero(buffer->data, buffer->cap);
	free(buffer->data);
	buffer->data = data;
	buffer->cap = cap;
	return true;
failed:
	buffer->failed = true;
	return false;
}

void
proto_buffer_put(struct proto_buffer *buffer, const void *data, size_t len)
{
	if (len == 0 || !reserve(buffer, len))
		return;
	memcpy(buffer->data + buffer->len, data, len);
	buffer->len += len;
}

void
proto_buffer_text(struct proto_buffer *buffer, const char *text)
{
	proto_buffer_put(buffer, text, strlen(text));
}

void
proto_buffer_printf(struct proto_buffer *buffer, const char *format, ...)
{
	va_list args, again;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len < 0)
		buffer->failed = true;
	else if (reserve(buffer, (size_t)len + 1)) {
		(void)vsnprintf((char *)buffer->data + buffer->len, (size_t)len + 1, format, again);
		buffer->len += (size_t)len;
	}
	va_end(again);
	va_end(args);
}

void
proto_buffer_u32(struct proto_buffer *buffer, uint32_t value)
{
	uint8_t bytes[4];
	unsigned i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	proto_buffer_put(buffer, bytes, sizeof(bytes));
}

void
proto_buffer_u64(struct proto_buffer *buffer, uint64_t value)
{
	uint8_t bytes[8];
	unsigned i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	proto_buffer_put(buffer, bytes, sizeof(bytes));
}

const char *
proto_buffer_string(struct proto_buffer *buffer)
{
	if (!reserve(buffer, 1))
		return NULL;
	buffer->data[buffer->len] = '\0';
	return (const char *)buffer->data;
}

void
proto_buffer_wipe(struct proto_buffer *buffer)
{
	if (buffer->data != NULL)
		sodium_memzero(buffer->data, buffer->cap);
	free(buffer->data);
	*buffer = (struct proto_buffer){0};
}
