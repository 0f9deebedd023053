/*
 * Numbers that no two boots of any two sensors share: for the identity of a boot and for waits, not for secrets. Mixed from
 * the sensor's identity, a count of its boots, and the chip's own random numbers, which some have not and others have not at
 * once.
 */
#ifndef BLINK_CHANCE_H
#define BLINK_CHANCE_H

#include <stdint.h>

/* After the settings were loaded and the identity is known. */
void chance_start(void);

uint32_t chance_u32(void);

#endif
