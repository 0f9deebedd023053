/* A recorded trace on the host's side of the simulated board, which has files and an environment. */
#ifndef BLINK_LIGHT_FILE_H
#define BLINK_LIGHT_FILE_H

/* Opens what KILOWINK_LIGHT names, from sample KILOWINK_LIGHT_FROM on; returns the samples left, 0 without a file, or -1. */
long light_file_open(void);

/* The next sample, mV; 0 once they are used up. */
int light_file_next(void);

#endif
