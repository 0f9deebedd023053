/* The light of the simulated board; elsewhere the sun and the meter see to it. */
#ifndef BLINK_SIM_LIGHT_H
#define BLINK_SIM_LIGHT_H

#ifdef CONFIG_KILOWINK_SIM_LIGHT
int sim_light_start(void);
#else
static inline int sim_light_start(void)
{
	return 0;
}
#endif

#endif
