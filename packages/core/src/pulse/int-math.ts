/**
 * `dividend / divisor` towards zero, as C99 divides: exact for 32-bit whole numbers, because their quotient is never
 * nearer to a whole number than a double can tell.
 */
export function divide(dividend: number, divisor: number): number {
  return (dividend / divisor) | 0;
}

/** The whole part of the square root of a number from 0 to 2^31 − 1, bit by bit, so that C finds the same. */
export function squareRoot(value: number): number {
  let rest = value;
  let root = 0;
  for (let bit = 1 << 30; bit > 0; bit >>= 2) {
    if (rest >= root + bit) {
      rest -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return root;
}

export function clamp(value: number, low: number, high: number): number {
  if (value < low) return low;
  return Math.min(value, high);
}
