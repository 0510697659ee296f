#ifndef PROTO_LAYOUT_H
#define PROTO_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Fields of fixed byte layouts, and the label that opens every signed or hashed string. Numbers are
 * little-endian. A text field is padded with NUL to its size.
 */
#define PROTO_LAYOUT_LABEL 32
#define PROTO_LAYOUT_COORDINATOR 32
#define PROTO_LAYOUT_ROUND 64

#define PROTO_LABEL_CERT "chorale cert v1"
#define PROTO_LABEL_MANIFEST "chorale manifest v1"
#define PROTO_LABEL_CATALOG "chorale structures v1"
#define PROTO_LABEL_ACCEPTED "chorale accepted v1"
#define PROTO_LABEL_RECEIPT "chorale receipt v1"
#define PROTO_LABEL_HEADER "chorale header v1"
#define PROTO_LABEL_PART "chorale part v1"
#define PROTO_LABEL_BODY "chorale body v1"
#define PROTO_LABEL_ROUND "chorale round v1"
#define PROTO_LABEL_SERIES "chorale series v1"
#define PROTO_LABEL_ROOT "chorale root v1"
#define PROTO_LABEL_FINGERPRINT "chorale fingerprint v1"
#define PROTO_LABEL_PROOF "chorale enrol proof v1"
#define PROTO_LABEL_ENROL "chorale enrol v1"

/* Writes text, at most size bytes of it, and NULs up to size. */
void proto_layout_text(uint8_t *ret_bytes, size_t size, const char *text);
/* Reads it back, NUL-terminated; false when empty or when anything but NUL follows a NUL. ret_text: size + 1. */
bool proto_layout_text_read(char *ret_text, const uint8_t *bytes, size_t size);
/* Is the field exactly this text? */
bool proto_layout_text_is(const uint8_t *bytes, size_t size, const char *text);

void proto_layout_u32(uint8_t *ret_bytes, uint32_t value);
void proto_layout_u64(uint8_t *ret_bytes, uint64_t value);
uint32_t proto_layout_u32_read(const uint8_t *bytes);
uint64_t proto_layout_u64_read(const uint8_t *bytes);

#endif
