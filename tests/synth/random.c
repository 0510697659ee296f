#include "synth.h"

uint64_t
synth_random_next(struct synth_random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint32_t
synth_random_below(struct synth_random *random, uint32_t n)
{
	return (uint32_t)((synth_random_next(random) >> 32) * n >> 32);
}

uint32_t
synth_random_pick(struct synth_random *random, const uint16_t *weight)
{
	uint32_t at = synth_random_below(random, 1000), i = 0;

	while (at >= weight[i])
		at -= weight[i++];
	return i;
}
