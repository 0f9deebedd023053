import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { McubootImage } from '@kilowink/core/image';
import { checkSignature, keyIdentity } from '@kilowink/link/firmware';
import { serverError } from '../errors.ts';

/** Where keys are looked for beside those of the configuration, in the data folder. */
export const FIRMWARE_KEYS = 'firmware/keys/*.pem';

/** A key that images are signed with. */
export interface SigningKey {
  readonly pem: string;
  /** SHA-256 of its public part as the boot loader has it, in hex. */
  readonly identity: string;
}

/**
 * The keys of the configuration and of the data folder, as they are at the moment. Throws `firmware/keys` when one can not be
 * read: what can not be checked must not be taken for right.
 */
export function readSigningKeys(folder: string, configured: readonly string[]): SigningKey[] {
  const found = globSync(FIRMWARE_KEYS, { cwd: folder }).map((path) => join(folder, path));
  const keys = [...configured, ...found.sort()].map((path): SigningKey => {
    try {
      const pem = readFileSync(path, 'utf8');
      return { pem, identity: keyIdentity(pem) };
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw serverError('firmware/keys', { path, reason }, cause);
    }
  });
  return keys.filter(({ identity }, at) => keys.findIndex((key) => key.identity === identity) === at);
}

const REASONS = {
  wrong: 'its signature is wrong, it was changed after it was signed',
  'other-key': 'it is signed with another key',
  none: 'it is not signed',
} as const;

/** Refuses an image that is not signed with one of the keys; any passes where there is none. Throws `firmware/signature`. */
export function assertSigned(name: string, image: McubootImage, keys: readonly SigningKey[]): void {
  if (keys.length === 0) return;
  const verdicts = keys.map(({ pem }) => checkSignature(image, pem));
  if (verdicts.includes('right')) return;
  const worst = (['wrong', 'none', 'other-key'] as const).find((verdict) => verdicts.includes(verdict));
  throw serverError('firmware/signature', {
    ...{ name, reason: REASONS[worst ?? 'other-key'] },
    keys: keys.map(({ identity }) => `${identity.slice(0, 16)}…`).join(', '),
  });
}
