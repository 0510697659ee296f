#include "coordinator/observation.h"

#include <math.h>

#include "dp/rebuild.h"

void
coord_observation_add(struct coord_observation *sum, const struct coord_observation *other)
{
	sum->gap |= other->gap || !other->any;
	if (other->any) {
		sum->reporters = sum->any && sum->reporters < other->reporters ? sum->reporters : other->reporters;
		sum->listed = other->listed > sum->listed ? other->listed : sum->listed;
		sum->measured += other->measured;
		sum->variance += other->variance;
		sum->estimate += other->estimate;
		sum->any = true;
	}
}

char
coord_observation_status(const struct coord_observation *observation)
{
	if (!observation->any)
		return 'O';
	if (observation->gap)
		return 'P';
	if (DP_REBUILD_Z95 * sqrt(observation->variance) > (double)observation->estimate / 2)
		return 'U';
	return 'A';
}

/* Four decimals; a negative that rounds to nothing is printed as 0.0000, not -0.0000. */
static void
put_real(struct proto_buffer *out, double value)
{
	if (value > -0.00005 && value < 0)
		value = 0;
	proto_buffer_printf(out, "%.4f", value);
}

void
coord_observation_csv(struct proto_buffer *out, const struct coord_observation *observation, bool measured)
{
	char status = coord_observation_status(observation);
	double sd = sqrt(observation->variance), low, high;

	if (!observation->any) {
		proto_buffer_printf(out, ",,,,0.95,%c,0", status);
		return;
	}
	dp_rebuild_interval(&low, &high, observation->measured, sd);
	if (measured)
		put_real(out, observation->measured);
	else
		proto_buffer_printf(out, "%llu", (unsigned long long)observation->estimate);
	proto_buffer_text(out, ",");
	put_real(out, sd);
	proto_buffer_text(out, ",");
	put_real(out, low);
	proto_buffer_text(out, ",");
	put_real(out, high);
	proto_buffer_printf(out, ",0.95,%c,%zu", status, observation->reporters);
}
