import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { serverError } from '../errors.ts';
import { writeWhole } from '../files/write-whole.ts';

/** The administrator's password, hashed, in the data folder, for its owner alone. */
export const ADMIN_FILE = 'admin.json';

/** Shorter ones are guessed over a network. */
export const PASSWORD_LENGTH_MIN = 10;

/** scrypt with Node's defaults: N 16 384, r 8, p 1; some 50 ms and 16 MB for each try. */
const HASH_BYTES = 32;
const SALT_BYTES = 16;
const MADE_BYTES = 15;
const hashPassword = promisify(scrypt) as (password: string, salt: Buffer, size: number) => Promise<Buffer>;

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const adminFile = z.strictObject({
  version: z.literal(1),
  salt: hex(SALT_BYTES),
  hash: hex(HASH_BYTES),
  setMs: z.number(),
});

/** Sets the password, or makes one when none is given, and returns it. Throws `admin/weak-password`. */
export async function setAdminPassword(
  folder: string,
  {
    password = randomBytes(MADE_BYTES).toString('base64url'),
    nowMs,
  }: { password?: string | undefined; nowMs: number },
): Promise<string> {
  if (password.length < PASSWORD_LENGTH_MIN)
    throw serverError('admin/weak-password', { min: PASSWORD_LENGTH_MIN });
  const salt = randomBytes(SALT_BYTES);
  const hash = await hashPassword(password, salt, HASH_BYTES);
  const content = { version: 1, salt: salt.toString('hex'), hash: hash.toString('hex'), setMs: nowMs };
  writeWhole(join(folder, ADMIN_FILE), `${JSON.stringify(content, null, 2)}\n`);
  return password;
}

/** Takes the password away: nobody can administer over the network then. */
export function removeAdminPassword(folder: string): void {
  rmSync(join(folder, ADMIN_FILE), { force: true });
}

/** Whether there is one, and since when. Throws `admin/unreadable`. */
export function adminPasswordSetMs(folder: string): number | null {
  return readFile(folder)?.setMs ?? null;
}

/** Whether it is the administrator's; never where none is set. Throws `admin/unreadable`. */
export async function isAdminPassword(folder: string, password: string): Promise<boolean> {
  const stored = readFile(folder);
  if (stored === null) return false;
  const hash = await hashPassword(password, Buffer.from(stored.salt, 'hex'), HASH_BYTES);
  return timingSafeEqual(hash, Buffer.from(stored.hash, 'hex'));
}

function readFile(folder: string): z.infer<typeof adminFile> | null {
  const path = join(folder, ADMIN_FILE);
  try {
    return adminFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return null;
    const reason =
      cause instanceof z.ZodError || cause instanceof SyntaxError ? 'not what was written' : String(cause);
    throw serverError('admin/unreadable', { path, reason }, cause);
  }
}
