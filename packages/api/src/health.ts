import { z } from 'zod';

/** Sensors that the health answer tells one by one, when the query does not say how many. */
export const HEALTH_SOURCES_DEFAULT = 20;

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
