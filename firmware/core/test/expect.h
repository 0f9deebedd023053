/* What the tests of the core say of a wrong result. */
#ifndef EXPECT_H
#define EXPECT_H

#include <stdio.h>

static int failures;

#define EXPECT(condition)                                                                                              \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			printf("%s:%d: expected %s\n", __FILE__, __LINE__, #condition);                                \
			failures++;                                                                                    \
		}                                                                                                      \
	} while (0)

#endif
