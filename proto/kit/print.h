#ifndef PROTO_KIT_PRINT_H
#define PROTO_KIT_PRINT_H

#include <stddef.h>
#include <stdint.h>

#include "proto/buffer.h"
#include "proto/error.h"

/*
 * What people read.
 *
 * A CSV field that a spreadsheet would run as a formula (first character = + - @ TAB CR) gets a leading apostrophe
 * unless it is a plain number; quotes are doubled; a field is quoted when it must be.
 */
void kit_print_csv_field(struct proto_buffer *out, const char *text, size_t len); /* no separator */
/* The wall clock, UTC seconds. The only clock read in the project outside the server's deadlines. */
int64_t kit_print_now(void);
/* Hex and base64 (standard, padded). */
void kit_print_hex(char *ret_text, const uint8_t *data, size_t len); /* 2 len + 1 bytes */
PROTO_CHECK enum proto_code kit_print_unhex(uint8_t *ret_data, size_t len, const char *text, struct proto_error *error);

/* Privacy in words: epsilon with 2 significant digits rounded up, delta 1e-9, and a sentence for a journalist. */
#define KIT_DELTA 1e-9
void kit_print_privacy(struct proto_buffer *out, uint64_t rho_units, const char *unit);

#endif
