#include "node/utf8.h"

#include <string.h>

/* The length of the well-formed sequence at text, 0 when there is none. */
static size_t
sequence(const uint8_t *text, size_t len)
{
	uint8_t lead = text[0], low = 0x80, high = 0xbf;
	size_t more, i;

	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		more = 1;
	else if (lead >= 0xe0 && lead <= 0xef)
		more = 2;
	else if (lead >= 0xf0 && lead <= 0xf4)
		more = 3;
	else
		return 0;
	if (lead == 0xe0)
		low = 0xa0; /* below: overlong */
	else if (lead == 0xed)
		high = 0x9f; /* above: surrogates */
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	if (len <= more || text[1] < low || text[1] > high)
		return 0;
	for (i = 2; i <= more; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return more + 1;
}

bool
node_utf8_valid(const uint8_t *text, size_t len)
{
	size_t at = 0, step;
	uint64_t eight;

	while (at < len) {
		if (len - at >= sizeof(eight)) {
			memcpy(&eight, text + at, sizeof(eight));
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				at += sizeof(eight);
				continue;
			}
		}
		if ((step = sequence(text + at, len - at)) == 0)
			return false;
		at += step;
	}
	return true;
}

/* windows-1252 0x80 to 0x9f; 0: no meaning. The rest equals Latin-1. */
static const uint16_t upper[32] = {
	0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
	0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
};

size_t
node_utf8_from_1252(uint8_t *ret_text, const uint8_t *data, size_t len)
{
	uint8_t *out = ret_text;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned point = data[i];

		if (point >= 0x80 && point < 0xa0)
			point = upper[point - 0x80];
		if (point < 0x80) {
			*out++ = data[i]; /* ASCII, or a byte without a meaning */
		} else if (point < 0x800) {
			*out++ = (uint8_t)(0xc0 | point >> 6);
			*out++ = (uint8_t)(0x80 | (point & 0x3f));
		} else {
			*out++ = (uint8_t)(0xe0 | point >> 12);
			*out++ = (uint8_t)(0x80 | (point >> 6 & 0x3f));
			*out++ = (uint8_t)(0x80 | (point & 0x3f));
		}
	}
	return (size_t)(out - ret_text);
}
