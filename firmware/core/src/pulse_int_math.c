/* Whole numbers; the twin of int-math.ts. */
#include "pulse_internal.h"

int32_t pulse_int_square_root(int32_t value)
{
	int32_t rest = value;
	int32_t root = 0;

	for (int32_t bit = INT32_C(1) << 30; bit > 0; bit >>= 2) {
		if (rest >= root + bit) {
			rest -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return root;
}
