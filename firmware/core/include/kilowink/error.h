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
	/* What is wrong with a report or an answer; docs/spec/report.md says when. */
	KILOWINK_ERROR_SIZE = -3,
	KILOWINK_ERROR_MAGIC = -4,
	KILOWINK_ERROR_VERSION = -5,
	KILOWINK_ERROR_FORM = -6,
	KILOWINK_ERROR_FLAGS = -7,
	KILOWINK_ERROR_FIELD = -8,
	KILOWINK_ERROR_NUMBERS = -9,
	KILOWINK_ERROR_WINDOW = -10,
	KILOWINK_ERROR_CUMULATIVE = -11,
	KILOWINK_ERROR_UNTAGGED = -12,
	KILOWINK_ERROR_TAG = -13,
};

#endif
