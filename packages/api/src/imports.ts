import { z } from 'zod';
import { IMPORT_NAME_LENGTH_MAX } from './routes.ts';

/** `POST /api/v1/imports`: the query; the body is the file as it was downloaded. */
export const importQuery = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(IMPORT_NAME_LENGTH_MAX)
    .describe('Name of the file: what is downloaded week by week goes into the series that it names'),
  as: z
    .string()
    .trim()
    .min(1)
    .max(IMPORT_NAME_LENGTH_MAX)
    .optional()
    .describe('What to call a series that is made; as the file, when left out'),
  stamps: z
    .enum(['start', 'end'])
    .optional()
    .describe('Whether the stamps of a load curve begin or end their interval; found out, when left out'),
  write: z
    .enum(['true', 'false'])
    .optional()
    .describe('true: take it in. Otherwise it is only told what was understood')
    .transform((text) => text === 'true'),
});

/** Bad rows that an answer holds at most of each part. */
export const BAD_ROWS_SHOWN = 20;

/** A series that a part of a file goes to. */
export const importSeries = z.object({
  id: z.int().nullable().describe('null where it has still to be made'),
  source: z.string(),
  name: z.string(),
  quantity: z.enum(['energy', 'injectedEnergy']),
});

/** What one table of a file holds. */
export const importPart = z.object({
  kind: z
    .enum(['curve', 'daily', 'index'])
    .describe('curve: by intervals. daily: by civil days. index: what registers showed'),
  direction: z.enum(['consumed', 'injected']),
  meter: z
    .string()
    .nullable()
    .describe('Last four digits of the delivery point’s number; null where the file does not say it'),
  values: z.enum(['power', 'energy', 'index']).describe('power: mean of an interval. energy: of an interval'),
  unit: z.enum(['W', 'kW', 'Wh', 'kWh']).nullable().describe('null of indexes'),
  addedUp: z
    .array(z.string())
    .describe('Columns, or tariffs of rows, that add up to each value; none where one column holds it'),
  intervals: z
    .array(z.object({ intervalMs: z.number(), rows: z.int() }))
    .describe('How many rows last how long, the most common first; none of days and indexes'),
  stamps: z
    .object({
      side: z.enum(['start', 'end']).describe('Which end of the interval they are'),
      by: z
        .enum(['header', 'asked', 'extent', 'usual'])
        .describe(
          'How that is known. header: the file says it. asked: the query does. extent: only so the file begins and ends at a midnight. usual: nothing tells, most files mean the end',
        ),
      zoned: z.enum(['offset', 'clock']).describe('offset: they say their offset from UTC. clock: a clock’s'),
    })
    .describe('Of a curve; of days and indexes only `zoned` says anything'),
  fromMs: z.number(),
  toMs: z.number(),
  energyWh: z.number().nullable().describe('Of the whole; null of indexes'),
  rows: z
    .object({
      right: z.int().describe('Measurements, or energies between readings'),
      fresh: z.int().describe('Of these, those that are not stored yet'),
      stored: z.int().describe('Of these, those that are stored already'),
      overlapping: z.int().describe('Of these, those that lie over others of the series: left out'),
      empty: z.int().describe('Say that nothing was measured'),
      repeated: z.int().describe('Have the time of one before them: the first counts'),
      contradicting: z.int().describe('Of the repeated, those that say another value'),
      bad: z.int().describe('Say nothing that can be kept: left out'),
    })
    .describe('`fresh`, `stored` and `overlapping` are told of the store before the file is taken in'),
  readings: z
    .object({ count: z.int(), fresh: z.int(), registers: z.array(z.string()) })
    .nullable()
    .describe('Of indexes; null otherwise'),
  badRows: z
    .array(z.object({ row: z.int(), expected: z.string(), found: z.string() }))
    .describe(`The first ${BAD_ROWS_SHOWN}, numbered as a spreadsheet does`),
  series: z.array(importSeries).describe('Where it goes'),
});
export type ImportPart = z.infer<typeof importPart>;

/** `POST /api/v1/imports`: what was understood of a file, and what came of it. */
export const importAnswer = z.object({
  name: z.string().describe('What the series are called'),
  zone: z.string().describe('Zone of the clock that dated rows without offset'),
  parts: z.array(importPart),
  skipped: z
    .array(z.object({ line: z.int(), what: z.string() }))
    .describe('Tables and rows that are no energy, by the line on which each kind begins'),
  isOpen: z
    .boolean()
    .describe('The last line has no end: where the file was cut short, its value lacks digits'),
  written: z
    .object({
      added: z.int().describe('Measurements that were new'),
      repeated: z.int().describe('That were stored already'),
      overlapping: z.int().describe('That lie over others there: left out'),
      readings: z.int().describe('Index readings that were new'),
    })
    .nullable()
    .describe('null where it was only asked what would be'),
});
export type ImportAnswer = z.infer<typeof importAnswer>;
