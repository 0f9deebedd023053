import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { serverError } from '../errors.ts';

/**
 * Puts a file in its place whole, for its owner alone, so that whoever reads meanwhile has the old one or the new. Throws
 * `mqtt/unwritable`.
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const made = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(made, 'w', 0o600);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(made, path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw serverError('mqtt/unwritable', { path, reason }, cause);
  }
}
