/* Feeds the watchdog while samples come and reporting gets on, and only then. */
#ifndef BLINK_SUPERVISOR_H
#define BLINK_SUPERVISOR_H

#include <kilowink/liveness.h>

void supervisor_start(void);
void supervisor_tell(enum liveness_part part);

#endif
