import type { EpochMs } from '@kilowink/core/time';
import type { z } from 'zod';
import { nearestName } from '../config/nearest.ts';
import { serverError } from '../errors.ts';

/** The query or the path as its schema has it. Throws `query/invalid` with every fault at once. */
export function readInput<S extends z.ZodObject>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => describeIssue(issue, Object.keys(schema.shape)));
  throw serverError('query/invalid', { faults: faults.join(' ') });
}

function describeIssue(issue: z.core.$ZodIssue, known: readonly string[]): string[] {
  if (issue.code !== 'unrecognized_keys') return [`${issue.path.join('.')}: ${issue.message}.`];
  return issue.keys.map((key) => {
    const nearest = nearestName(key, known);
    return `${key}: unknown${nearest === null ? '' : `; did you mean ${nearest}?`}`;
  });
}

/** Any date a browser or a person may mean; beyond, arithmetic on days stops making sense. */
const TIME_MAX_MS = 8.64e14;

/**
 * A time from a query: ISO 8601 with offset or `Z`, UTC milliseconds, or a local date or date-time of the site's zone.
 * Throws `query/time`.
 */
export function readTime(name: string, value: string, zone: string): EpochMs {
  const timeMs = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : parseIso(value, zone);
  if (timeMs === null || !(Math.abs(timeMs) <= TIME_MAX_MS)) throw serverError('query/time', { name, value });
  return Math.round(timeMs);
}

const OFFSET = /(?:[zZ]|[+-]\d\d(?::?\d\d)?)$/;

/** The local date and time that a text says; null where it says an offset too, UTC milliseconds, or a date alone. */
export function localTimeOf(value: string): Temporal.PlainDateTime | null {
  if (!/\d[T ]\d/i.test(value) || OFFSET.test(value)) return null;
  try {
    return Temporal.PlainDateTime.from(value.trim());
  } catch {
    return null;
  }
}

function parseIso(value: string, zone: string): EpochMs | null {
  // A "+" in a query that was not encoded arrives as a space.
  const text = value.replace(/(?<=\d:\d\d\S*) (?=\d\d:?\d\d$)/, '+');
  try {
    if (OFFSET.test(text) && text.length > 10) {
      return Temporal.Instant.from(text).epochMilliseconds;
    }
    return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
  } catch {
    return null;
  }
}
