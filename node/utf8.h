#ifndef NODE_UTF8_H
#define NODE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* node_utf8_valid(text, len): well-formed UTF-8 (Unicode, table 3-7): no overlong form, no
 * surrogate, nothing above U+10FFFF. */
bool node_utf8_valid(const uint8_t *text, size_t len);

/*
 * node_utf8_from_1252(ret_text, data, len): transcodes windows-1252; ret_text has room for
 * 3 * len bytes; returns the bytes written. The five bytes without a meaning there (81 8D 8F 90 9D)
 * are copied as they stand: no valid UTF-8 holds them alone, so the validation that
 * follows names their row.
 */
size_t node_utf8_from_1252(uint8_t *ret_text, const uint8_t *data, size_t len);

#endif
