#ifndef PROTO_KIT_PRINT_H
#define PROTO_KIT_PRINT_H

#include <stddef.h>
#include <stdint.h>

#include "proto/buffer.h"
#include "proto/error.h"

/*
 * What people read.
 *
 * A CSV field that a spreadsheet would run as a formula (first character = + - @ TAB CR LF, or their full-width
 * forms) gets a leading apostrophe unless it is a plain number; quotes are doubled; a field is quoted when it must be.
 */
void kit_print_csv_field(struct proto_buffer *out, const char *text, size_t len); /* no separator */
/* The wall clock, UTC seconds. The only clock read in the project outside the server's deadlines. */
int64_t kit_print_now(void);
/* Hex, lower case. unhex: exactly len bytes, else MALFORMED. */
void kit_print_hex(char *ret_text, const uint8_t *data, size_t len); /* 2 len + 1 bytes */
PROTO_CHECK enum proto_code kit_print_unhex(uint8_t *ret_data, size_t len, const char *text, struct proto_error *error);

/*
 * Privacy in words, two sentences without a line end: rho and epsilon rounded up to 3 significant digits, delta, and
 * what it means for a journalist: how often a guess whether one person is in the records can be right. unit is the
 * structure's ("person first registered in the period").
 */
#define KIT_DELTA 1e-9
void kit_print_privacy(struct proto_buffer *out, uint64_t rho_units, const char *unit);

#endif
