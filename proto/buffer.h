#ifndef PROTO_BUFFER_H
#define PROTO_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growing byte buffer. A failed allocation is remembered (failed) and later
 * calls do nothing, so a writer checks once, at the end. A zeroed struct is empty.
 */
struct proto_buffer {
	uint8_t *data;
	size_t len, cap;
	bool failed;
};

void proto_buffer_put(struct proto_buffer *buffer, const void *data, size_t len);
void proto_buffer_text(struct proto_buffer *buffer, const char *text);
void proto_buffer_printf(struct proto_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void proto_buffer_u32(struct proto_buffer *buffer, uint32_t value); /* little-endian */
void proto_buffer_u64(struct proto_buffer *buffer, uint64_t value);
/* proto_buffer_string(buffer): NUL-terminated view, borrowed; NULL when failed. */
const char *proto_buffer_string(struct proto_buffer *buffer);
void proto_buffer_wipe(struct proto_buffer *buffer); /* zeroes, frees, empties */

#endif
