import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type ImportFormat, ImportReader } from '@kilowink/core/import';
import { type Points, UNITS_PER_WH } from '@kilowink/core/series';
import { type LocalProfile, powersFromEnergy } from '@kilowink/sim/load';
import { cliError } from '../errors.ts';

/** The measured house that comes with the simulator; packages/sim/data/README.md says whose data it is. */
export const SCEAUX_MINUTE_FILE = dataFile('sceaux-minute.txt.gz');
export const SCEAUX_HOUR_FILE = dataFile('sceaux-hour.csv.gz');

/** Credit that goes wherever the data is shown. */
export const SCEAUX_CREDIT =
  'G. Hébrail and A. Bérard, Individual Household Electric Power Consumption, UCI 2012, CC BY 4.0';

function dataFile(name: string): string {
  return fileURLToPath(new URL(`../../../sim/data/${name}`, import.meta.url));
}

/** Energy in mWh, at the naive local times of the file as if they were UTC. */
export interface LocalEnergy {
  readonly format: ImportFormat;
  readonly points: Points;
}

/** Reads any file that can be imported as what a house did by the clock on its wall. Throws `sim/profile`. */
export function readLocalEnergy(path: string): LocalEnergy {
  const bytes = readWhole(path);
  const reader = new ImportReader({ zone: 'UTC' });
  const pieces = [reader.feed(bytes), ...reader.finish()].filter((piece) => piece !== null);
  const { fault, format } = reader;
  if (fault !== null || format === null)
    throw cliError('sim/profile', { path, reason: fault?.message ?? 'empty' });
  const perUnit = UNITS_PER_WH.mWh / UNITS_PER_WH[format.unit];
  const points: Points = {
    starts: concat(pieces.map((piece) => piece.starts)),
    durationsMs: concat(pieces.map((piece) => piece.durationsMs)),
    values: concat(pieces.map((piece) => piece.values)).map((value) => value * perUnit),
    reports: null,
    disagreements: null,
  };
  if (points.starts.length === 0)
    throw cliError('sim/profile', { path, reason: 'expected rows, found none' });
  return { format, points };
}

/** The same as powers by the file's own interval. */
export function toProfile({ format, points }: LocalEnergy): LocalProfile {
  return {
    startLocalMs: points.starts[0] ?? 0,
    stepMs: format.intervalMs,
    powersMw: powersFromEnergy(points, format.intervalMs),
  };
}

function readWhole(path: string): Uint8Array {
  try {
    const bytes = readFileSync(path);
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw cliError('cli/file', { path, reason }, cause);
  }
}

function concat(columns: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(columns.reduce((total, column) => total + column.length, 0));
  let place = 0;
  for (const column of columns) {
    whole.set(column, place);
    place += column.length;
  }
  return whole;
}
