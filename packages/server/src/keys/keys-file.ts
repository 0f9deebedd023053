import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { KEY_BYTES } from '@kilowink/core/report';
import { z } from 'zod';
import { serverError } from '../errors.ts';

/** The sensors' keys, in the data folder, for its owner alone. */
export const KEYS_FILE = 'sensors.json';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));

const storedKey = z.strictObject({
  id: hex(8),
  name: z.string().min(1).optional(),
  key: hex(KEY_BYTES),
  addedMs: z.number(),
});

const storedBindKey = z.strictObject({
  address: z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
  name: z.string().min(1).optional(),
  key: hex(KEY_BYTES),
  addedMs: z.number(),
});

const keysFile = z.strictObject({
  version: z.literal(1),
  sensors: z.array(storedKey),
  bindKeys: z.array(storedBindKey).default([]),
});
type KeysFile = z.infer<typeof keysFile>;

/** A sensor with its key, as the file has it. */
export type StoredKey = z.infer<typeof storedKey>;

/** The bind key of a BTHome sensor, which its maker or its owner chose. */
export type StoredBindKey = z.infer<typeof storedBindKey>;

/** Whether a text is a sensor's identity: 16 lower-case hex digits. */
export function isSensorId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

/** The sensors that have a key; none where there is no file. Throws `keys/unreadable`. */
export function listKeys(folder: string): StoredKey[] {
  return readKeys(folder).sensors;
}

/** The BTHome sensors whose bind key is known; none where there is no file. Throws `keys/unreadable`. */
export function listBindKeys(folder: string): StoredBindKey[] {
  return readKeys(folder).bindKeys;
}

/** Keeps the bind key (32 hex digits) of a BTHome sensor, in place of the one before. */
export function setBindKey(
  folder: string,
  sensor: { address: string; key: string; name?: string | undefined },
  nowMs: number,
): void {
  const known = readKeys(folder);
  const { address, key, name } = sensor;
  const others = known.bindKeys.filter((each) => each.address !== address);
  const added = { address, ...(name === undefined ? {} : { name }), key, addedMs: nowMs };
  writeKeys(folder, { ...known, bindKeys: [...others, added] });
}

function readKeys(folder: string): KeysFile {
  const path = join(folder, KEYS_FILE);
  try {
    return keysFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return { version: 1, sensors: [], bindKeys: [] };
    throw serverError('keys/unreadable', { path, reason: reasonOf(cause) }, cause);
  }
}

/** A sensor that is to get a key. */
export interface NewSensor {
  readonly id: string;
  readonly name?: string | undefined;
}

/** Makes a key for a sensor and returns it. Throws `keys/known` when it has one already. */
export function addKey(folder: string, sensor: NewSensor, nowMs: number): string {
  return addKeys(folder, [sensor], nowMs)[0]?.key ?? '';
}

/**
 * Makes keys for many sensors, all of them or none, with one write of the file. Throws `keys/known` for the first that has
 * one already, or comes twice.
 */
export function addKeys(folder: string, sensors: readonly NewSensor[], nowMs: number): StoredKey[] {
  const known = readKeys(folder);
  const taken = new Set(known.sensors.map(({ id }) => id));
  const added = sensors.map(({ id, name }) => {
    if (taken.has(id)) throw serverError('keys/known', { id });
    taken.add(id);
    return { id, ...(name === undefined ? {} : { name }), key: makeKey(), addedMs: nowMs };
  });
  writeKeys(folder, { ...known, sensors: [...known.sensors, ...added] });
  return added;
}

/** Forgets the key of a sensor; false where it had none. A server refuses its signed reports from then on. */
export function removeKey(folder: string, id: string): boolean {
  const known = readKeys(folder);
  const sensors = known.sensors.filter((each) => each.id !== id);
  if (sensors.length === known.sensors.length) return false;
  writeKeys(folder, { ...known, sensors });
  return true;
}

/** Makes a new key in place of a sensor's and returns it. Throws `keys/none` when it has none. */
export function rotateKey(folder: string, id: string, nowMs: number): string {
  const known = readKeys(folder);
  if (!known.sensors.some((each) => each.id === id)) throw serverError('keys/none', { id });
  const key = makeKey();
  const sensors = known.sensors.map((each) => (each.id === id ? { ...each, key, addedMs: nowMs } : each));
  writeKeys(folder, { ...known, sensors });
  return key;
}

function makeKey(): string {
  return randomBytes(KEY_BYTES).toString('hex');
}

/** A new file takes the old one's place whole, so that whoever reads meanwhile has one or the other. */
function writeKeys(folder: string, { bindKeys, ...keys }: KeysFile): void {
  const path = join(folder, KEYS_FILE);
  const made = `${path}.${process.pid}.new`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = openSync(made, 'w', 0o600);
    const content = bindKeys.length === 0 ? keys : { ...keys, bindKeys };
    writeSync(file, `${JSON.stringify(content, null, 2)}\n`);
    fsyncSync(file);
    closeSync(file);
    renameSync(made, path);
  } catch (cause) {
    throw serverError('keys/unwritable', { path, reason: reasonOf(cause) }, cause);
  }
}

/** Never the content: a message ends in a log. */
function reasonOf(cause: unknown): string {
  if (cause instanceof z.ZodError) return z.prettifyError(cause).split('\n').join('; ');
  if (cause instanceof SyntaxError) return 'not JSON';
  return cause instanceof Error ? cause.message : String(cause);
}
