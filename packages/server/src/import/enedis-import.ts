import type { EnedisExport, EnedisRead } from '@kilowink/core/enedis';
import { type Fault, ok, type Result } from '@kilowink/core/error';
import type { Store } from '@kilowink/store';
import {
  type ExportTarget,
  readEnedisFile,
  type StoredExport,
  storeExports,
  type Targeted,
  targetOf,
  targetsOf,
} from '../enedis/index.ts';
import { type NamedFile, unpackFile } from './unpack-file.ts';

/** A file of Enedis or a supplier, read and not stored yet. */
export interface EnedisImport {
  readonly zone: string;
  readonly exports: readonly EnedisExport[];
  readonly skipped: EnedisRead['skipped'];
  readonly isOpen: boolean;
  /** Where each export goes. */
  readonly targets: readonly ExportTarget[];
  /** What the series are called. */
  readonly name: string;
}

/** How to read a file. */
export interface EnedisChoices {
  /** Of the clock that dated rows without offset. */
  readonly zone: string;
  /** Whether stamps of a curve begin or end their interval; found out where it is not given. */
  readonly stamps: 'start' | 'end' | undefined;
  /** What to call series that are made; as the file where it is not given. */
  readonly name: string | undefined;
}

/**
 * Reads a file. Fault `file/unpacked` or `file/damaged` for what can not be unpacked, and those of `readEnedisFile` for what is
 * none of these.
 */
export async function readEnedisImport(
  file: NamedFile,
  { zone, stamps, name }: EnedisChoices,
): Promise<Result<EnedisImport, Fault>> {
  const unpacked = unpackFile(file);
  if (!unpacked.ok) return unpacked;
  const result = await readEnedisFile(unpacked.value, { zone, ...(stamps === undefined ? {} : { stamps }) });
  if (!result.ok) return result;
  const { exports, skipped, isOpen } = result.value;
  const target = targetOf(file.name);
  const whole = { ...target, name: name ?? target.name };
  return ok({ zone, exports, skipped, isOpen, targets: targetsOf(exports, whole), name: whole.name });
}

/** The exports with where each goes. */
export function targetedOf({ exports, targets }: EnedisImport): Targeted[] {
  return exports.map((of, index) => ({ of, target: targets[index] as ExportTarget }));
}

/** Stores all of it, durably. Throws `file/unit`, and what the store throws. */
export function storeEnedisImport(store: Store, found: EnedisImport): StoredExport {
  const stored = storeExports(store, targetedOf(found));
  store.flush();
  return stored;
}
