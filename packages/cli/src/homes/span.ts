import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@kilowink/core/time';
import { cliError } from '../errors.ts';

const UNITS_MS: Readonly<Record<string, number>> = { s: SECOND_MS, min: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** How long `30min`, `6h` or `2d` is, ms. Throws `cli/usage`. */
export function spanMs(text: string): number {
  const [, count = '', unit = ''] = /^(\d+) *(s|min|h|d)$/.exec(text.trim()) ?? [];
  const unitMs = UNITS_MS[unit];
  if (unitMs !== undefined) return Number(count) * unitMs;
  throw cliError('cli/usage', { reason: `expected a span such as 30min, 6h or 2d, "${text}" came` });
}
