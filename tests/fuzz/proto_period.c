#include <stdlib.h>
#include <string.h>

#include "proto/period.h"

/* A period, a round and a time each have one spelling: what parses formats to the same text. */
static void
same(const char *text, const char *formatted)
{
	if (strcmp(text, formatted) != 0)
		abort();
}

static uint32_t
months(char freq)
{
	return freq == 'A' ? 12 : freq == 'S' ? 6 : freq == 'Q' ? 3 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), out[PROTO_ROUND_TEXT];
	struct proto_period period, of;
	struct proto_round round;
	int64_t time;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (proto_period_parse(&period, text, NULL) == PROTO_OK) {
		proto_period_format(out, &period);
		same(text, out);
		/* its last month lies in it */
		proto_period_of(&of, period.freq, period.year, period.part * months(period.freq));
		if (proto_period_cmp(&period, &of) != 0 || proto_period_last_day(&period) != proto_period_last_day(&of))
			abort();
	}
	if (proto_round_parse(&round, text, NULL) == PROTO_OK) {
		proto_round_format(out, &round);
		same(text, out);
	}
	if (proto_time_parse(&time, text, NULL) == PROTO_OK) {
		proto_time_format(out, time);
		same(text, out);
	}
	free(text);
	return 0;
}
