/* Who this sensor is and what runs on it. */
#ifndef BLINK_IDENTITY_H
#define BLINK_IDENTITY_H

#include <kilowink/report.h>

/* Finds out; after the settings were loaded, for a chip without an identity has its own drawn and kept there. */
void identity_start(void);

/* Fills in the sensor and the firmware. */
void identity_fill(struct report *report);

/* Sixteen hex digits and the end of the string. */
#define IDENTITY_TEXT_BYTES (2U * REPORT_SENSOR_ID_BYTES + 1U)
void identity_text(char text[IDENTITY_TEXT_BYTES]);

#endif
