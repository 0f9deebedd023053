import { EVENT_KINDS } from '@kilowink/core/series';
import { z } from 'zod';
import { calibrationAnswer, calibrationBody } from './calibration.ts';
import { eventsAnswer, readingsAnswer } from './events.ts';
import {
  firmwareImage,
  firmwareImageParameters,
  firmwareInfo,
  firmwareRun,
  firmwareUpdateBody,
  firmwareUploadQuery,
} from './firmware.ts';
import { healthQuery } from './health.ts';
import { importAnswer, importQuery } from './imports.ts';
import { lightAnswer, sensorParameters } from './light.ts';
import { meterList } from './meters.ts';
import {
  API_PREFIX,
  EVENTS_DEFAULT,
  EVENTS_MAX,
  IMPORT_BYTES_MAX,
  POINTS_DEFAULT,
  POINTS_MAX,
  STANDING_DAYS_MAX,
  WINDOWS_MAX,
} from './routes.ts';
import {
  bucketsAnswer,
  chosenBucketsAnswer,
  chosenGaugeBucketsAnswer,
  chosenGaugeWindowsAnswer,
  chosenWindowsAnswer,
  gaugeBucketsAnswer,
  gaugeWindowsAnswer,
  seriesList,
  timeText,
  totalAnswer,
  windowsAnswer,
} from './series.ts';
import { sessionBody, sessionInfo } from './session.ts';
import { healthInfo, siteInfo } from './site.ts';
import {
  compareAnswer,
  correctionAnswer,
  correctionBody,
  correctionInfo,
  correctionList,
  readingAnswer,
  readingBody,
  readingInfo,
  standingLoadAnswer,
} from './truth.ts';

/** One operation of the HTTP API. The server's checks and the OpenAPI document both come from this table. */
export interface Operation {
  readonly id: string;
  /** `get` when left out. What changes something asks for the administrator's session, but for the session itself. */
  readonly method?: 'get' | 'post' | 'put' | 'delete';
  readonly path: string;
  readonly summary: string;
  readonly parameters: z.ZodObject | null;
  readonly query: z.ZodObject | null;
  /** JSON that the request carries. */
  readonly body?: z.ZodType;
  /** What the request carries where it is no JSON. */
  readonly bodyType?: string;
  /** Null where the answer is no JSON. */
  readonly answer: z.ZodType | null;
  readonly contentType: string;
}

const wholeNumber = z.string().regex(/^\d+$/, 'expected a whole number').transform(Number);

export const seriesParameters = z.strictObject({ id: wholeNumber.describe('From GET /series') });

export const correctionParameters = z.strictObject({
  ...seriesParameters.shape,
  correction: wholeNumber.describe('From GET /series/{id}/corrections'),
});

export const readingParameters = z.strictObject({
  ...seriesParameters.shape,
  at: wholeNumber.describe('UTC ms, as GET /series/{id}/readings has it'),
});

const raw = z
  .enum(['true', 'false'])
  .optional()
  .describe('true: as it was measured, without corrections')
  .transform((text) => text === 'true');

const columns = z
  .string()
  .optional()
  .describe('Only these columns of the answer, separated by commas: less to wait for; all when left out')
  .transform((text) => text?.split(','));

export const bucketsQuery = z.strictObject({
  from: timeText.optional().describe('Start of the range; the first measurement, when left out'),
  to: timeText
    .optional()
    .describe('End of the range, not included; the end of the last measurement, when left out'),
  points: wholeNumber
    .pipe(z.int().min(1))
    .optional()
    .describe(`At most so many buckets; ${POINTS_DEFAULT} when left out, ${POINTS_MAX} at most`),
  step: z.string().optional().describe('Bucket width (5s … 1y) instead of points'),
  raw,
  columns,
});

export const rangeQuery = bucketsQuery.pick({ from: true, to: true });

export const totalQuery = bucketsQuery.pick({ from: true, to: true, raw: true });

export const windowsQuery = z.strictObject({
  ...rangeQuery.shape,
  limit: wholeNumber
    .pipe(z.int().min(1))
    .optional()
    .describe(`At most so many measurements, the first ones of the range; ${WINDOWS_MAX} at most`),
  columns,
});

export const compareQuery = z.strictObject({
  ...totalQuery.shape,
  by: z
    .enum(['reading', 'day', 'week', 'month'])
    .optional()
    .describe(
      'Periods between readings, or by day, week (from Monday) or month of the site; when left out by reading (of more than 100 by what makes a page), or by day with another series',
    ),
  with: wholeNumber.optional().describe('The series that is the reference; the readings, when left out'),
});

export const eventsQuery = z.strictObject({
  from: timeText.optional().describe('Start of the range; the beginning, when left out'),
  to: timeText.optional().describe('End of the range, not included; the end, when left out'),
  source: z.string().optional().describe('Only of this source'),
  kind: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(EVENT_KINDS)))
    .optional()
    .describe(`Only of these kinds, separated by commas: ${EVENT_KINDS.join(', ')}`),
  limit: wholeNumber
    .pipe(z.int().min(1))
    .optional()
    .describe(`At most so many, the newest ones; ${EVENTS_DEFAULT} when left out, ${EVENTS_MAX} at most`),
});

export const readingsQuery = z.strictObject({
  from: eventsQuery.shape.from,
  to: eventsQuery.shape.to,
  origin: z.enum(['meter', 'person', 'file']).optional().describe('Only those that it says'),
});

export const liveQuery = z.strictObject({
  cursor: z.string().optional().describe('Where to go on, when there is no Last-Event-ID'),
});

const json = 'application/json';

export const operations = {
  listSeries: {
    id: 'listSeries',
    path: `${API_PREFIX}/series`,
    summary: 'What is measured',
    parameters: null,
    query: null,
    answer: seriesList,
    contentType: json,
  },
  readBuckets: {
    id: 'readBuckets',
    path: `${API_PREFIX}/series/{id}/buckets`,
    summary:
      'Energy and power by bucket, or the mean, min and max of a gauge, aligned to sensible steps; a day and longer in the site’s zone. Whole buckets: the first may start before `from`, the last end after `to`',
    parameters: seriesParameters,
    query: bucketsQuery,
    answer: z.union([
      bucketsAnswer,
      gaugeBucketsAnswer,
      chosenBucketsAnswer.describe('Where the query has `columns`, of energy'),
      chosenGaugeBucketsAnswer.describe('Where the query has `columns`, of a gauge'),
    ]),
    contentType: json,
  },
  readTotal: {
    id: 'readTotal',
    path: `${API_PREFIX}/series/{id}/total`,
    summary: 'The energy of a range, exactly; a gauge has none',
    parameters: seriesParameters,
    query: totalQuery,
    answer: totalAnswer,
    contentType: json,
  },
  readWindows: {
    id: 'readWindows',
    path: `${API_PREFIX}/series/{id}/windows`,
    summary: 'The measurements themselves, with how many reports carried each',
    parameters: seriesParameters,
    query: windowsQuery,
    answer: z.union([
      windowsAnswer,
      gaugeWindowsAnswer,
      chosenWindowsAnswer.describe('Where the query has `columns`, of energy'),
      chosenGaugeWindowsAnswer.describe('Where the query has `columns`, of a gauge'),
    ]),
    contentType: json,
  },
  readReadings: {
    id: 'readReadings',
    path: `${API_PREFIX}/series/{id}/readings`,
    summary: 'What the meter’s index showed when',
    parameters: seriesParameters,
    query: readingsQuery,
    answer: readingsAnswer,
    contentType: json,
  },
  addReading: {
    id: 'addReading',
    method: 'post',
    path: `${API_PREFIX}/series/{id}/readings`,
    summary: 'What a person read from the meter’s display',
    parameters: seriesParameters,
    query: null,
    body: readingBody,
    answer: readingAnswer,
    contentType: json,
  },
  removeReading: {
    id: 'removeReading',
    method: 'delete',
    path: `${API_PREFIX}/series/{id}/readings/{at}`,
    summary: 'Take away what a person read; what a meter or a file says stays',
    parameters: readingParameters,
    query: null,
    answer: readingInfo,
    contentType: json,
  },
  listCorrections: {
    id: 'listCorrections',
    path: `${API_PREFIX}/series/{id}/corrections`,
    summary: 'The corrections of a series, those taken back included',
    parameters: seriesParameters,
    query: null,
    answer: correctionList,
    contentType: json,
  },
  makeCorrection: {
    id: 'makeCorrection',
    method: 'post',
    path: `${API_PREFIX}/series/{id}/corrections`,
    summary: 'Correct a stretch of a series. What was measured stays',
    parameters: seriesParameters,
    query: null,
    body: correctionBody,
    answer: correctionAnswer,
    contentType: json,
  },
  undoCorrection: {
    id: 'undoCorrection',
    method: 'delete',
    path: `${API_PREFIX}/series/{id}/corrections/{correction}`,
    summary: 'Take a correction back; it stays listed',
    parameters: correctionParameters,
    query: null,
    answer: correctionInfo,
    contentType: json,
  },
  compareSeries: {
    id: 'compareSeries',
    path: `${API_PREFIX}/series/{id}/compare`,
    summary: 'What was measured against the readings of the meter, or against another series',
    parameters: seriesParameters,
    query: compareQuery,
    answer: compareAnswer,
    contentType: json,
  },
  calibrateSeries: {
    id: 'calibrateSeries',
    method: 'post',
    path: `${API_PREFIX}/series/{id}/calibration`,
    summary: 'Correct what a comparison finds, all of it or nothing; each correction can be taken back',
    parameters: seriesParameters,
    query: null,
    body: calibrationBody,
    answer: calibrationAnswer,
    contentType: json,
  },
  readStandingLoad: {
    id: 'readStandingLoad',
    path: `${API_PREFIX}/series/{id}/standing-load`,
    summary: `What the house draws when nobody does anything, by day; at most ${STANDING_DAYS_MAX} days`,
    parameters: seriesParameters,
    query: rangeQuery,
    answer: standingLoadAnswer,
    contentType: json,
  },
  importFile: {
    id: 'importFile',
    method: 'post',
    path: `${API_PREFIX}/imports`,
    summary: `What a file of Enedis or a supplier holds, and with \`write=true\` takes it in; at most ${IMPORT_BYTES_MAX / 1_048_576} MiB. Again, it adds only what is new`,
    parameters: null,
    query: importQuery,
    bodyType: 'application/octet-stream',
    answer: importAnswer,
    contentType: json,
  },
  listEvents: {
    id: 'listEvents',
    path: `${API_PREFIX}/events`,
    summary: 'What happened at meters and sensors, the newest first',
    parameters: null,
    query: eventsQuery,
    answer: eventsAnswer,
    contentType: json,
  },
  readLive: {
    id: 'readLive',
    path: `${API_PREFIX}/live`,
    summary:
      'Server-Sent Events: hello, points, rewritten, event, heard, meter, firmware, reset. Each id is a cursor; sent back as Last-Event-ID, nothing is missed',
    parameters: null,
    query: liveQuery,
    answer: null,
    contentType: 'text/event-stream',
  },
  listMeters: {
    id: 'listMeters',
    path: `${API_PREFIX}/meters`,
    summary: 'The meters that speak for themselves (TIC), with the latest that is known of each',
    parameters: null,
    query: null,
    answer: meterList,
    contentType: json,
  },
  readSite: {
    id: 'readSite',
    path: `${API_PREFIX}/site`,
    summary: 'What a page needs before it draws',
    parameters: null,
    query: null,
    answer: siteInfo,
    contentType: json,
  },
  readHealth: {
    id: 'readHealth',
    path: `${API_PREFIX}/health`,
    summary:
      'How the server, its store and its sensors are: all of them together, and those that need somebody first',
    parameters: null,
    query: healthQuery,
    answer: healthInfo,
    contentType: json,
  },
  readSession: {
    id: 'readSession',
    path: `${API_PREFIX}/session`,
    summary: 'Whether this client is logged in as administrator',
    parameters: null,
    query: null,
    answer: sessionInfo,
    contentType: json,
  },
  openSession: {
    id: 'openSession',
    method: 'post',
    path: `${API_PREFIX}/session`,
    summary: 'Log in as administrator: sets a cookie',
    parameters: null,
    query: null,
    body: sessionBody,
    answer: sessionInfo,
    contentType: json,
  },
  closeSession: {
    id: 'closeSession',
    method: 'delete',
    path: `${API_PREFIX}/session`,
    summary: 'Log out',
    parameters: null,
    query: null,
    answer: sessionInfo,
    contentType: json,
  },
  readLight: {
    id: 'readLight',
    path: `${API_PREFIX}/sensors/{source}/light`,
    summary: 'How good the light at a sensor’s eye was, for at most a day',
    parameters: sensorParameters,
    query: null,
    answer: lightAnswer,
    contentType: json,
  },
  readFirmware: {
    id: 'readFirmware',
    path: `${API_PREFIX}/firmware`,
    summary: 'Firmware images, where sensors are looked after, and what was done. For the administrator',
    parameters: null,
    query: null,
    answer: firmwareInfo,
    contentType: json,
  },
  addFirmwareImage: {
    id: 'addFirmwareImage',
    method: 'post',
    path: `${API_PREFIX}/firmware/images`,
    summary: 'Keeps a firmware image, once it was checked',
    parameters: null,
    query: firmwareUploadQuery,
    bodyType: 'application/octet-stream',
    answer: firmwareImage,
    contentType: json,
  },
  removeFirmwareImage: {
    id: 'removeFirmwareImage',
    method: 'delete',
    path: `${API_PREFIX}/firmware/images/{hash}`,
    summary: 'Removes a firmware image from the server',
    parameters: firmwareImageParameters,
    query: null,
    answer: firmwareInfo,
    contentType: json,
  },
  startFirmwareUpdate: {
    id: 'startFirmwareUpdate',
    method: 'post',
    path: `${API_PREFIX}/firmware/update`,
    summary: 'Updates sensors in turn; one update at a time. How it goes is told live (`firmware`)',
    parameters: null,
    query: null,
    body: firmwareUpdateBody,
    answer: firmwareRun,
    contentType: json,
  },
  cancelFirmwareUpdate: {
    id: 'cancelFirmwareUpdate',
    method: 'delete',
    path: `${API_PREFIX}/firmware/update`,
    summary: 'Ends the update: at once while a file is being sent, else after the sensor that restarts',
    parameters: null,
    query: null,
    answer: firmwareInfo,
    contentType: json,
  },
} as const satisfies Readonly<Record<string, Operation>>;
