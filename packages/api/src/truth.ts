import { z } from 'zod';
import { timeText } from './series.ts';

/** A time in a body: as in a query, or UTC milliseconds as a number. */
const time = z.union([z.number(), timeText]);

const kind = z
  .enum(['bad', 'scale', 'total'])
  .describe('bad: nothing was measured. scale: times `factor`. total: holds `energyWh`, put `into` it');
const into = z
  .enum(['shape', 'gaps', 'flat'])
  .describe('shape: scales what was measured. gaps: the rest goes where nothing was. flat: all of it evenly');

/** A correction of a series. */
export const correctionInfo = z.object({
  id: z.int(),
  series: z.int(),
  fromMs: z.number(),
  toMs: z.number(),
  kind,
  factor: z.number().optional().describe('Of scale'),
  energyWh: z.number().optional().describe('Of total'),
  into: into.optional().describe('Of total'),
  origin: z.enum(['person', 'bound']).describe('bound: more than the subscribed power allows'),
  note: z.string(),
  madeMs: z.number(),
  undoneMs: z.number().nullable().describe('When it was taken back; null while it holds'),
});
export type CorrectionInfo = z.infer<typeof correctionInfo>;

/** `GET /api/v1/series/{id}/corrections`, in the order in which they were made. */
export const correctionList = z.object({ corrections: z.array(correctionInfo) });

/** `POST /api/v1/series/{id}/corrections` */
export const correctionBody = z.strictObject({
  from: time,
  to: time,
  kind,
  factor: z.number().optional(),
  energyWh: z.number().optional(),
  into: into.optional(),
  note: z.string().max(500).optional(),
  preview: z.boolean().optional().describe('Only tell what it would do'),
});
export type CorrectionBody = z.infer<typeof correctionBody>;

const held = z.object({ energyWh: z.number(), recoveredWh: z.number(), coverage: z.number() });

/** What a correction does, or would do, to its stretch. */
export const correctionAnswer = z.object({
  correction: correctionInfo.nullable().describe('null in a preview'),
  fromMs: z.number().describe('Moved to the nearest end of a measurement'),
  toMs: z.number(),
  before: held,
  after: held,
});
export type CorrectionAnswer = z.infer<typeof correctionAnswer>;

/** `POST /api/v1/series/{id}/readings` */
export const readingBody = z.strictObject({
  at: time.describe('When the display was read; with its offset where the clock of the site shows it twice'),
  index: z
    .union([z.string(), z.number()])
    .describe('As the display shows it; as text, its digits tell how coarse it is'),
  unit: z.enum(['kWh', 'Wh']).optional().describe('kWh when left out'),
  resolutionWh: z.int().min(1).max(1_000_000).optional().describe('How coarse it is, when its digits lie'),
  replaced: z.boolean().optional().describe('The first of a new meter: nothing is known from the one before'),
});
export type ReadingBody = z.infer<typeof readingBody>;

/** What an index showed when. */
export const readingInfo = z.object({
  atMs: z.number(),
  indexWh: z.number(),
  origin: z.enum(['meter', 'person', 'file']).describe('Who says so'),
  resolutionWh: z.number().optional().describe('How coarse it is; left out where that is not known'),
  replaced: z.literal(true).optional().describe('The first of a new meter'),
});
export type ReadingInfo = z.infer<typeof readingInfo>;

export const readingAnswer = z.object({
  reading: readingInfo,
  previous: readingInfo.nullable().describe('The one before it'),
});
export type ReadingAnswer = z.infer<typeof readingAnswer>;

/** One period of a comparison. */
export const comparedPeriod = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  referenceWh: z.number().describe('What the readings, or the other series, say'),
  toleranceWh: z.number().describe('By how much the reference itself may be off'),
  measuredWh: z.number().describe('Measured and recovered'),
  recoveredWh: z.number(),
  coverage: z.number(),
  driftWh: z.number().describe('Measured less reference'),
  driftShare: z.number().nullable().describe('Of the reference; null where that is 0'),
  verdict: z
    .enum(['agrees', 'gaps', 'missed', 'invented'])
    .describe('gaps: the difference fits the time in which nothing was measured. missed, invented: flashes'),
  gapPowerW: z
    .number()
    .nullable()
    .describe(
      'Mean power the gaps would have had, negative where more was measured than the meter says; null without gaps',
    ),
  offered: correctionBody
    .nullable()
    .describe('The correction that makes the drift 0, ready to be posted; null where there is nothing to do'),
});
export type ComparedPeriod = z.infer<typeof comparedPeriod>;

/** A day on which two sensors of one meter differ. */
export const disagreement = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  toleranceWh: z.number(),
  of: z
    .array(z.object({ series: z.int(), energyWh: z.number(), coverage: z.number() }))
    .describe('The better source first'),
});
export type Disagreement = z.infer<typeof disagreement>;

/** `GET /api/v1/series/{id}/compare` */
export const compareAnswer = z.object({
  series: z.int(),
  with: z.int().nullable().describe('The other series; null where readings are the reference'),
  by: z.enum(['reading', 'day', 'week', 'month']),
  powerMaxW: z.number().describe('What the house can draw at most for long'),
  periods: z.array(comparedPeriod),
  whole: comparedPeriod.nullable().describe('All periods together; null where there is none'),
  disagreements: z.array(disagreement).describe('Of a measurement: days on which its sources differ'),
});
export type CompareAnswer = z.infer<typeof compareAnswer>;

/** `GET /api/v1/series/{id}/standing-load` */
export const standingLoadAnswer = z.object({
  series: z.int(),
  zone: z.string(),
  days: z.array(
    z.object({
      fromMs: z.number(),
      toMs: z.number(),
      powerW: z
        .number()
        .nullable()
        .describe('Mean of the quietest hour; null where no hour is without a gap'),
      uncertaintyW: z.number().nullable(),
      quietestMs: z.number().nullable().describe('When that hour began'),
    }),
  ),
});
export type StandingLoadAnswer = z.infer<typeof standingLoadAnswer>;
