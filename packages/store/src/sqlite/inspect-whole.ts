import { statSync } from 'node:fs';
import { AppError } from '@kilowink/core/error';
import { type Clock, DAY_MS } from '@kilowink/core/time';
import { storeError } from '../errors.ts';
import { SCHEMA_VERSION } from '../migrations/index.ts';
import type { StoreReader } from '../store.ts';
import { Connection, isDamage } from './connection.ts';
import { inspectContent } from './inspect.ts';
import { makeParts, SqliteReader } from './reader.ts';
import { APPLICATION_ID } from './schema.ts';

/** What a series holds, to compare a copy by. */
export interface SeriesTotal {
  readonly source: string;
  readonly quantity: string;
  readonly unit: string;
  readonly sum: number;
  readonly recoveredSum: number;
  readonly validMs: number;
}

/** What a look at every byte of a store found. */
export interface StoreInspection {
  readonly schema: number;
  /** What was expected and what was found, a line each; none where the store is sound. */
  readonly faults: readonly string[];
  /** Null for a store of an older schema, or one that is too damaged to be read. */
  readonly totals: readonly SeriesTotal[] | null;
}

/** Everything a store can hold is before this. */
const END_MS = 200 * 365.25 * DAY_MS;

/** What each series of a store holds. */
export function totalsOf(reader: StoreReader): SeriesTotal[] {
  return reader.listSeries().map(({ id, source, quantity, unit }) => ({
    ...{ source, quantity, unit },
    ...reader.readTotal(id, -END_MS, END_MS),
  }));
}

/**
 * Looks at every page, every block's and every group's checksum, and at the totals of a store's file, on one snapshot and
 * beside whoever writes. Nothing is changed. Throws `store/missing`, `store/newer` and `store/foreign`.
 */
export function inspectStore(path: string, clock: Clock): StoreInspection {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) throw storeError('store/missing', { path });
  const connection = new Connection(path, { readOnly: true });
  try {
    return connection.read(() => inspectWith(connection, clock));
  } catch (error) {
    if (!isDamage(error)) throw error;
    const reason = error instanceof AppError ? String(error.details['reason']) : String(error);
    return { schema: 0, faults: [reason], totals: null };
  } finally {
    connection.close();
  }
}

function inspectWith(connection: Connection, clock: Clock): StoreInspection {
  const schema = connection.row<[number]>('PRAGMA user_version')?.[0] ?? 0;
  if (schema > SCHEMA_VERSION) {
    throw storeError('store/newer', { path: connection.path, found: schema, known: SCHEMA_VERSION });
  }
  const fault = inspectContent(connection);
  if (fault !== null) return { schema, faults: [fault], totals: null };
  // Also tells another program's database from one of ours.
  const found = connection.row<[number]>('PRAGMA application_id')?.[0] ?? 0;
  if (found !== APPLICATION_ID) throw storeError('store/foreign', { path: connection.path, found });
  if (schema < SCHEMA_VERSION) return { schema, faults: [], totals: null };
  const parts = makeParts(connection);
  parts.blocks.verify();
  for (const _ of parts.journal.after(0)) {
    // Opening a group is what checks it.
  }
  const faults = [
    ...parts.blocks.bad.map(
      ({ series, level, period, reason }) =>
        `block of series ${series}, level ${level}, period ${period}: ${reason}`,
    ),
    ...parts.journal.bad.map(({ id, reason }) => `group ${id} of the journal: ${reason}`),
  ];
  const reader = new SqliteReader(parts, { readOnly: true, isServing: false, clock });
  return { schema, faults, totals: totalsOf(reader) };
}
