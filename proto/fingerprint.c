#include "proto/fingerprint.h"

#include <sodium.h>
#include <string.h>

#include "layout.h"

#define SYMBOLS 20 /* of 5 bits: 100 bits */
#define GROUP 4

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; /* RFC 4648 */

void
proto_fingerprint(char ret_text[static PROTO_FINGERPRINT_TEXT], const uint8_t root[static PROTO_PUBLIC],
    const struct proto_node_keys *keys)
{
	uint8_t label[PROTO_LAYOUT_LABEL], hash[PROTO_HASH];
	crypto_generichash_state state;
	unsigned i, bit, used = 0;

	proto_layout_text(label, sizeof(label), PROTO_LABEL_FINGERPRINT);
	(void)crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	(void)crypto_generichash_update(&state, label, sizeof(label));
	(void)crypto_generichash_update(&state, root, PROTO_PUBLIC);
	(void)crypto_generichash_update(&state, keys->signing, PROTO_PUBLIC);
	(void)crypto_generichash_update(&state, keys->sealing, PROTO_PUBLIC);
	(void)crypto_generichash_update(&state, keys->tls, PROTO_HASH);
	(void)crypto_generichash_update(&state, (const uint8_t *)keys->country, PROTO_COUNTRY);
	(void)crypto_generichash_final(&state, hash, sizeof(hash));
	for (i = 0; i < SYMBOLS; i++) {
		unsigned symbol = 0;

		for (bit = 5 * i; bit < 5 * i + 5; bit++)
			symbol = symbol << 1 | ((hash[bit / 8] >> (7 - bit % 8)) & 1u);
		if (i > 0 && i % GROUP == 0)
			ret_text[used++] = '-';
		ret_text[used++] = alphabet[symbol];
	}
	ret_text[used] = '\0';
}

/* The symbols alone, capitals; false unless there are exactly SYMBOLS of the alphabet. */
static bool
symbols(char ret_symbol[static SYMBOLS], const char *text)
{
	unsigned used = 0;

	for (; *text; text++) {
		char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;

		if (c == '-' || c == ' ')
			continue;
		if (used == SYMBOLS || strchr(alphabet, c) == NULL)
			return false;
		ret_symbol[used++] = c;
	}
	return used == SYMBOLS;
}

bool
proto_fingerprint_equal(const char *a, const char *b)
{
	char x[SYMBOLS] = {0}, y[SYMBOLS] = {0};

	return symbols(x, a) && symbols(y, b) && sodium_memcmp(x, y, SYMBOLS) == 0;
}
