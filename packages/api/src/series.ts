import { QUANTITY_NAMES, UNIT_NAMES } from '@kilowink/core/series';
import { z } from 'zod';

/** A time in a query: ISO 8601 with an offset or `Z` (or a date, meaning its start in the site's zone), or UTC milliseconds. */
export const timeText = z
  .string()
  .min(1)
  .describe('ISO 8601 with offset, or without for a time of the site, or UTC milliseconds');

/** `GET /api/v1/series` */
export const seriesInfo = z.object({
  id: z.int().positive(),
  name: z.string(),
  source: z.string().describe('What feeds it, for example optical/192.168.1.20/00'),
  quantity: z.enum(QUANTITY_NAMES),
  unit: z.enum(UNIT_NAMES).describe('Of the answers: Wh for energy, whatever it is stored in'),
  kind: z
    .enum(['sum', 'mean'])
    .describe('sum: amounts, which add up. mean: a gauge, whose buckets have mean, min and max'),
  firstMs: z
    .number()
    .nullable()
    .describe('Start of what is known first, measured or recovered, UTC ms; null while empty'),
  lastMs: z
    .number()
    .nullable()
    .describe('End of what is known last, measured or recovered, UTC ms; null while empty'),
  first: z.string().nullable().describe('The same as ISO 8601'),
  last: z.string().nullable(),
  members: z
    .array(z.int())
    .optional()
    .describe('Of a measurement (id from 1,000,000): the series of which each hour has the better one'),
  lastReportMs: z
    .number()
    .nullable()
    .describe('When the server last heard from the source; null if it did not since it started'),
});
export type SeriesInfo = z.infer<typeof seriesInfo>;

export const seriesList = z.object({ series: z.array(seriesInfo) });

const number = z.number().nullable();

const bucketsFrame = {
  series: z.int(),
  fromMs: z.number().describe('Start of the first bucket'),
  toMs: z.number().describe('End of the last bucket'),
  step: z.string().describe('5s, 10s, 30s, 1min, 5min, 15min, 30min, 1h, 3h, 6h, 1d, 1w, 1mo, 1y'),
  stepMs: z.number().describe('Exact below a day, nominal from a day up'),
  zone: z.string().describe('IANA zone in which days and longer are meant'),
};

const starts = z.array(z.number()).describe('UTC ms');
const powerW = z
  .array(number)
  .optional()
  .describe(
    'Mean power that the flashes tell, free of the steps of whole Wh (docs/design/power.md); in buckets up to a minute and ranges up to 36 h',
  );
/** Left out where nothing is corrected. */
const correctedRanges = z
  .array(
    z.object({ fromMs: z.number(), toMs: z.number(), kind: z.enum(['bad', 'scale', 'total']), id: z.int() }),
  )
  .optional()
  .describe(
    'Corrections that meet the range, in the order in which they were made; left out where there are none',
  );
const coverage = z.array(z.number()).describe('Measured part of the bucket, 0 to 1');

/** `GET /api/v1/series/{id}/buckets` of energy */
export const bucketsAnswer = z.object({
  ...bucketsFrame,
  correctedRanges,
  columns: z.object({
    start: starts,
    energyWh: z.array(number).describe('null where nothing was measured'),
    powerMeanW: z.array(number).describe('Over the measured part of the bucket'),
    powerMinW: z.array(number).describe('Smallest mean power of a stored measurement in the bucket'),
    powerMaxW: z.array(number),
    coverage,
    recoveredWh: z
      .array(z.number())
      .optional()
      .describe(
        'How much of energyWh was not measured but recovered from counts around gaps; left out where nothing was',
      ),
    powerW,
  }),
});
export type BucketsAnswer = z.infer<typeof bucketsAnswer>;

/** The same with those columns alone that the query asks for. */
export const chosenBucketsAnswer = bucketsAnswer.extend({ columns: bucketsAnswer.shape.columns.partial() });
export type ChosenBucketsAnswer = z.infer<typeof chosenBucketsAnswer>;

/** `GET /api/v1/series/{id}/buckets` of a gauge, in the unit of its series */
export const gaugeBucketsAnswer = z.object({
  ...bucketsFrame,
  columns: z.object({
    start: starts,
    mean: z
      .array(number)
      .describe('Weighted by time over the measured part; null where nothing was measured'),
    min: z.array(number).describe('Smallest value held in the bucket'),
    max: z.array(number),
    coverage,
  }),
});
export type GaugeBucketsAnswer = z.infer<typeof gaugeBucketsAnswer>;

/** The same with those columns alone that the query asks for. */
export const chosenGaugeBucketsAnswer = gaugeBucketsAnswer.extend({
  columns: gaugeBucketsAnswer.shape.columns.partial(),
});
export type ChosenGaugeBucketsAnswer = z.infer<typeof chosenGaugeBucketsAnswer>;

/** `GET /api/v1/series/{id}/total` */
export const totalAnswer = z.object({
  series: z.int(),
  fromMs: z.number(),
  toMs: z.number(),
  energyWh: z.number(),
  coverage: z.number(),
  recoveredWh: z
    .number()
    .optional()
    .describe('How much of energyWh was recovered from counts around gaps; left out where nothing was'),
  correctedRanges,
});
export type TotalAnswer = z.infer<typeof totalAnswer>;

/** `GET /api/v1/series/{id}/windows` of energy: the measurements themselves, with how they came. */
export const windowsAnswer = z.object({
  series: z.int(),
  columns: z.object({
    start: z.array(z.number()),
    durationMs: z.array(z.number()),
    energyWh: z.array(z.number()).describe('As measured'),
    correctedWh: z
      .array(number)
      .optional()
      .describe(
        'As corrections leave it, null where nothing measured is left; only beside `correctedRanges`',
      ),
    reports: z
      .array(z.number())
      .describe('How many reports carried it; 0 where the source does not repeat itself'),
    disagreements: z.array(z.number()).describe('How many of them disagreed with the value kept'),
    powerW,
  }),
  correctedRanges: correctedRanges.describe(
    'Corrections that meet the range; left out where there are none. `powerW` follows them',
  ),
  /** True when the range held more than was asked for. */
  truncated: z.boolean(),
});
export type WindowsAnswer = z.infer<typeof windowsAnswer>;

/** The same with those columns alone that the query asks for. */
export const chosenWindowsAnswer = windowsAnswer.extend({ columns: windowsAnswer.shape.columns.partial() });
export type ChosenWindowsAnswer = z.infer<typeof chosenWindowsAnswer>;

/** `GET /api/v1/series/{id}/windows` of a gauge: what it held from when for how long, in the unit of its series. */
export const gaugeWindowsAnswer = z.object({
  series: z.int(),
  columns: z.object({
    start: z.array(z.number()),
    durationMs: z.array(z.number()),
    value: z.array(z.number()),
  }),
  truncated: z.boolean(),
});
export type GaugeWindowsAnswer = z.infer<typeof gaugeWindowsAnswer>;

/** The same with those columns alone that the query asks for. */
export const chosenGaugeWindowsAnswer = gaugeWindowsAnswer.extend({
  columns: gaugeWindowsAnswer.shape.columns.partial(),
});
export type ChosenGaugeWindowsAnswer = z.infer<typeof chosenGaugeWindowsAnswer>;
