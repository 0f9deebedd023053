/* The last ticks; the twin of tick-ring.ts. */
#include "pulse_internal.h"

void pulse_ring_push(struct pulse_ring *ring, int16_t tick8)
{
	if (ring->filled == 0) {
		for (int i = 0; i < PULSE_RING_TICKS; i++) {
			ring->ticks8[i] = tick8;
		}
	}
	if (ring->filled < PULSE_RING_TICKS) {
		ring->filled++;
	}
	ring->head = (uint8_t)(ring->head + 1 == PULSE_RING_TICKS ? 0 : ring->head + 1);
	ring->ticks8[ring->head] = tick8;
}

int32_t pulse_ring_index(const struct pulse_ring *ring, int32_t age)
{
	int32_t index = ring->head - age;

	return index < 0 ? index + PULSE_RING_TICKS : index;
}

int32_t pulse_ring_sum(const struct pulse_ring *ring, int32_t age, int32_t count)
{
	int32_t index = pulse_ring_index(ring, age);
	int32_t sum = 0;

	for (int32_t left = count; left > 0; left--) {
		sum += ring->ticks8[index];
		index = index == 0 ? PULSE_RING_TICKS - 1 : index - 1;
	}
	return sum;
}
