import { z } from 'zod';
import { IMAGE_NAME_LENGTH_MAX } from './routes.ts';

const text = z.string().nullable();
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits');

/** A firmware image that is kept on the server. */
export const firmwareImage = z.object({
  hash: hash.describe('SHA-256 that the image carries: its identity on a sensor'),
  version: z.string(),
  name: z.string().describe('Of the file it came as'),
  sizeBytes: z.int(),
  addedMs: z.number(),
  signature: z
    .enum(['right', 'unchecked', 'none'])
    .describe('right: made with a key that is known here. unchecked: signed, but no key is known here'),
  keyId: text.describe('SHA-256 of the key it is signed with, as the image tells it'),
});
export type FirmwareImage = z.infer<typeof firmwareImage>;

/** What an update is doing with a sensor. */
const FIRMWARE_STEPS = ['look', 'upload', 'test', 'reset', 'wait', 'verify', 'confirm', 'done'] as const;

const sensorStates = [
  'waiting',
  'running',
  'updated',
  'same',
  'failed',
  'skipped',
  'cancelled',
  'interrupted',
] as const;

/** One sensor of an update. */
export const firmwareSensor = z.object({
  source: z.string(),
  name: z.string(),
  state: z
    .enum(sensorStates)
    .describe(
      'same: it ran this image already. skipped: one before it failed. interrupted: the server ended meanwhile',
    ),
  step: z.enum(FIRMWARE_STEPS).nullable().describe('What is being done, or was when it ended'),
  before: text.describe('Version it ran'),
  after: text.describe('Version it runs now; null where that is not known'),
  startedMs: z.number().nullable(),
  endedMs: z.number().nullable(),
  resumes: z.int().describe('How often the upload was taken up again after a break'),
  doneBytes: z.number(),
  totalBytes: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type FirmwareSensor = z.infer<typeof firmwareSensor>;

/** One update of sensors, running or over: also the live event `firmware`. */
export const firmwareRun = z.object({
  id: z.int().positive(),
  image: z.object({ hash, version: z.string(), name: z.string() }),
  state: z.enum(['running', 'done', 'failed', 'cancelled', 'interrupted']),
  startedMs: z.number(),
  endedMs: z.number().nullable(),
  sensors: z
    .array(firmwareSensor)
    .describe('In the order of the update; the first is tried before all others'),
});
export type FirmwareRun = z.infer<typeof firmwareRun>;

/** `GET /api/v1/firmware` */
export const firmwareInfo = z.object({
  images: z.array(firmwareImage).describe('Newest version first'),
  keys: z.array(z.string()).describe('SHA-256 of the keys images must be signed with; none: not checked'),
  targets: z
    .array(z.object({ source: z.string(), name: z.string(), device: text }))
    .describe('Sensors, and where each is looked after; null where nobody said (`sensors[].device`)'),
  runs: z.array(firmwareRun).describe('Newest first; the first may be running'),
});
export type FirmwareInfo = z.infer<typeof firmwareInfo>;

/** `POST /api/v1/firmware/images`: the query; the body is the file. */
export const firmwareUploadQuery = z.strictObject({
  name: z.string().min(1).max(IMAGE_NAME_LENGTH_MAX).optional().describe('Name of the file'),
});

export const firmwareImageParameters = z.strictObject({ hash });

/** `POST /api/v1/firmware/update` */
export const firmwareUpdateBody = z.strictObject({
  image: hash.describe('Hash of the image'),
  sensors: z
    .array(z.string())
    .min(1)
    .max(1_000)
    .describe('Sources, in turn: the first is tried before all others; the first failure ends it'),
});
export type FirmwareUpdateBody = z.infer<typeof firmwareUpdateBody>;
