/* New images: one confirms itself only after a report of its own was acknowledged, else the sensor goes back. */
#ifndef BLINK_MAINTENANCE_H
#define BLINK_MAINTENANCE_H

void maintenance_start(void);

/* A report was acknowledged. */
void maintenance_acknowledged(void);

#endif
