import type { GatewayPast } from '@kilowink/core/gateway';
import { type EpochMs, MINUTE_MS, SECOND_MS } from '@kilowink/core/time';
import type { TicSpan } from './tic-port.ts';

/** A minute in which a gateway measured on its own. */
export interface PastMinute {
  readonly number: number;
  /** In order, without a hole. */
  readonly spans: readonly TicSpan[];
}

/**
 * The minutes a gateway tells of after an outage. When in its minute the lowest and the highest came is not known: each gets
 * one second at its beginning, and the rest of it what gives the minute its mean.
 */
export function pastMinutes(past: GatewayPast, sentMs: EpochMs): PastMinute[] {
  const { newest, ageMs, min, mean, max } = past;
  return mean.flatMap((meanVa, at) => {
    const [minVa, maxVa] = [min[at], max[at]];
    if (meanVa === null || minVa == null || maxVa == null) return [];
    const back = mean.length - 1 - at;
    const endMs = sentMs - ageMs - back * MINUTE_MS;
    return [{ number: newest - back, spans: minuteSpans(endMs - MINUTE_MS, { minVa, meanVa, maxVa }) }];
  });
}

function minuteSpans(startMs: EpochMs, of: { minVa: number; meanVa: number; maxVa: number }): TicSpan[] {
  const { minVa, meanVa, maxVa } = of;
  const endMs = startMs + MINUTE_MS;
  if (minVa === maxVa) return [{ startMs, endMs, value: meanVa }];
  const rest = Math.max(0, Math.round((60 * meanVa - minVa - maxVa) / 58));
  return [
    { startMs, endMs: startMs + SECOND_MS, value: minVa },
    { startMs: startMs + SECOND_MS, endMs: startMs + 2 * SECOND_MS, value: maxVa },
    { startMs: startMs + 2 * SECOND_MS, endMs, value: rest },
  ];
}
