/*
 * What functions of the portable core return: 0 or a positive number when they did what was asked, else one of these.
 */
#ifndef KILOWINK_ERROR_H
#define KILOWINK_ERROR_H

enum kilowink_error {
	/* A setting is outside the range its description gives. */
	KILOWINK_ERROR_RANGE = -1,
	/* A pointer that must point to something is NULL. */
	KILOWINK_ERROR_NULL = -2,
};

#endif
