#include "synth.h"

#include <stdlib.h>
#include <string.h>

bool
synth_period_parse(struct synth_period *ret_period, const char *text)
{
	struct synth_period period = {.first_month = 1, .months = 12};
	uint32_t part;
	char *end;

	if (strlen(text) != 4 && (strlen(text) != 7 || text[4] != '-'))
		return false;
	period.year = (uint32_t)strtoul(text, &end, 10);
	if (end != text + 4 || period.year < 1900 || period.year > 2199)
		return false;
	if (text[4] == '-') {
		period.months = text[5] == 'S' ? 6 : text[5] == 'Q' ? 3 : 1;
		part = (uint32_t)strtoul(text + 5 + (period.months > 1), &end, 10);
		if (*end != '\0' || part < 1 || part > 12 / period.months)
			return false;
		period.first_month = (part - 1) * period.months + 1;
	}
	*ret_period = period;
	return true;
}

void
synth_period_day(char ret_text[static 11], const struct synth_period *period, struct synth_random *random)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint32_t month = period->first_month + synth_random_below(random, period->months);
	char text[40];

	(void)snprintf(text, sizeof(text), "%04u-%02u-%02u", period->year, month, 1 + synth_random_below(random, days[month - 1]));
	memcpy(ret_text, text, 10);
	ret_text[10] = '\0';
}
