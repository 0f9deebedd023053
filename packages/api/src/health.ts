import type { EpochMs } from '@kilowink/core/time';
import { z } from 'zod';

/** Sensors that the health answer tells one by one, when the query does not say how many. */
export const HEALTH_SOURCES_DEFAULT = 20;

/** Without a report for longer a sensor is silent: those on a battery report every few minutes. */
const SILENT_MS = 600_000;

const MATCH_LENGTH_MAX = 200;

/** `GET /api/v1/health`: the query. */
export const healthQuery = z.strictObject({
  sources: z
    .string()
    .regex(/^(all|\d{1,6})$/, 'expected a number, or all')
    .optional()
    .describe(
      `At most so many sensors one by one, or \`all\`; ${HEALTH_SOURCES_DEFAULT} when left out. Of more than that the silent ones come first, those silent longest before others, then those that see badly`,
    ),
  match: z
    .string()
    .max(MATCH_LENGTH_MAX)
    .optional()
    .describe('Only sensors with each of these words in name or source, whatever the case and accents'),
});

/** All sensors together, however many the answer tells one by one. */
export const sourceTotals = z.object({
  count: z.int(),
  matching: z.int().describe('Those that `match` asks for; all of them without it'),
  silent: z.int().describe('No report for 10 minutes, or none since the server started'),
  poorLight: z.int().describe('Do not see the light of their meter well, by what they say'),
  refusing: z.int().describe('Had reports refused since the server started'),
  oldestReportMs: z
    .number()
    .nullable()
    .describe(
      'The latest report of the sensor that is silent longest; null where one had none since the start',
    ),
  reports: z.int(),
  refused: z.int(),
  windowsNew: z.int(),
  windowsRepeated: z.int(),
  windowsMissed: z.int(),
  disagreements: z.int(),
  boots: z.int(),
});
export type SourceTotals = z.infer<typeof sourceTotals>;

/** What tells whether a sensor needs somebody. */
interface SensorState {
  readonly lastReportMs: EpochMs | null;
  readonly light?: { readonly state: string } | undefined;
}

/** Whether a sensor has not reported for longer than any of them waits. */
export function isSilent({ lastReportMs }: SensorState, nowMs: EpochMs): boolean {
  return lastReportMs === null || nowMs - lastReportMs > SILENT_MS;
}

/** Whether a sensor does not see its meter's light well. */
export function isPoor({ light }: SensorState): boolean {
  return light !== undefined && light.state !== 'good' && light.state !== 'unknown';
}

/** Tells texts that hold every word of `wanted`, whatever the case and accents; all of them where it has no word. */
export function wordMatcher(wanted: string): (text: string) => boolean {
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  if (words.length === 0) return () => true;
  return (text) => {
    const searched = plain(text);
    return words.every((word) => searched.includes(word));
  };
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
