import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { serverError } from '../errors.ts';
import { writeWhole } from '../files/write-whole.ts';

/** The broker's users, in the data folder, for its owner alone. */
export const MQTT_USERS_FILE = 'mqtt-users.json';

/** scrypt with Node's defaults: N 16 384, r 8, p 1; some 50 ms and 16 MB for each try. */
const HASH_BYTES = 32;
const SALT_BYTES = 16;
const PASSWORD_BYTES = 18;
const hashPassword = promisify(scrypt) as (password: string, salt: Buffer, size: number) => Promise<Buffer>;

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));

const storedUser = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/),
  /** `sensor`: its own topics only. `all`: every topic. */
  rights: z.enum(['sensor', 'all']),
  /** Further topics a sensor may publish to, wildcards allowed. */
  topics: z.array(z.string().min(1)).default([]),
  salt: hex(SALT_BYTES),
  hash: hex(HASH_BYTES),
  addedMs: z.number(),
});
const usersFile = z.strictObject({ version: z.literal(1), users: z.array(storedUser) });

/** A user as the file has it. */
export type MqttUser = z.infer<typeof storedUser>;

/** Whether a user may be called so: it is a topic's level too. */
export function isUserName(text: string): boolean {
  return storedUser.shape.name.safeParse(text).success;
}

/** The users; none where there is no file. Throws `mqtt/users-unreadable`. */
export function listMqttUsers(folder: string): MqttUser[] {
  const path = join(folder, MQTT_USERS_FILE);
  try {
    return usersFile.parse(JSON.parse(readFileSync(path, 'utf8'))).users;
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return [];
    throw serverError('mqtt/users-unreadable', { path, reason: reasonOf(cause) }, cause);
  }
}

export interface NewMqttUser {
  readonly name: string;
  readonly rights: MqttUser['rights'];
  readonly topics?: readonly string[];
  /** Made when left out. */
  readonly password?: string | undefined;
  readonly nowMs: number;
}

/** Adds a user and returns the password. Throws `mqtt/user-known`, and when the file can not be written. */
export async function addMqttUser(folder: string, user: NewMqttUser): Promise<string> {
  const known = listMqttUsers(folder);
  const { name, rights, topics = [], nowMs } = user;
  if (known.some((each) => each.name === name)) throw serverError('mqtt/user-known', { name });
  const password = user.password ?? randomBytes(PASSWORD_BYTES).toString('base64url');
  const salt = randomBytes(SALT_BYTES);
  const hash = await hashPassword(password, salt, HASH_BYTES);
  const made = { name, rights, topics: [...topics], addedMs: nowMs };
  writeUsers(folder, [...known, { ...made, salt: salt.toString('hex'), hash: hash.toString('hex') }]);
  return password;
}

/** Removes a user. Throws `mqtt/user-none`. */
export function removeMqttUser(folder: string, name: string): void {
  const known = listMqttUsers(folder);
  if (!known.some((each) => each.name === name)) throw serverError('mqtt/user-none', { name });
  writeUsers(
    folder,
    known.filter((each) => each.name !== name),
  );
}

/** Whether the password is the user's. */
export async function isPassword(user: MqttUser, password: string): Promise<boolean> {
  const hash = await hashPassword(password, Buffer.from(user.salt, 'hex'), HASH_BYTES);
  return timingSafeEqual(hash, Buffer.from(user.hash, 'hex'));
}

/** Changes whenever the file does; an empty text where there is none. */
export function usersStamp(folder: string): string {
  const found = statSync(join(folder, MQTT_USERS_FILE), { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.ino}/${found.mtimeMs}/${found.size}`;
}

function writeUsers(folder: string, users: readonly MqttUser[]): void {
  writeWhole(join(folder, MQTT_USERS_FILE), `${JSON.stringify({ version: 1, users }, null, 2)}\n`);
}

/** Never the content: a message ends in a log. */
function reasonOf(cause: unknown): string {
  if (cause instanceof z.ZodError) return z.prettifyError(cause).split('\n').join('; ');
  if (cause instanceof SyntaxError) return 'not JSON';
  return cause instanceof Error ? cause.message : String(cause);
}
