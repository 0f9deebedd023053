/* See light_file.h. Built into the native simulator's runner, against the host's own C library. */
#include "light_file.h"

#include <stdio.h>
#include <stdlib.h>

static FILE *file;

long light_file_open(void)
{
	const char *name = getenv("KILOWINK_LIGHT");
	const char *from = getenv("KILOWINK_LIGHT_FROM");
	long skipped = from == NULL ? 0 : strtol(from, NULL, 10);
	long end;

	if (name == NULL || name[0] == '\0') {
		return 0;
	}
	file = fopen(name, "rb");
	if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
		return -1;
	}
	end = ftell(file) / 2;
	return skipped > end || fseek(file, 2 * skipped, SEEK_SET) != 0 ? -1 : end - skipped;
}

int light_file_next(void)
{
	unsigned char bytes[2];
	int sample;

	if (file == NULL || fread(bytes, 1, sizeof(bytes), file) != sizeof(bytes)) {
		return 0;
	}
	sample = bytes[0] | bytes[1] << 8;
	return sample > 4095 ? 0 : sample;
}
