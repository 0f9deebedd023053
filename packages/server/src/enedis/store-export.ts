import type { EnedisExport, RegisterReading } from '@kilowink/core/enedis';
import { concatPoints, type Points, type SeriesDefinition } from '@kilowink/core/series';
import { type EpochMs, HOUR_MS } from '@kilowink/core/time';
import type { Reading, SeriesId, SeriesInfo, Store, StoreReader } from '@kilowink/store';
import { serverError } from '../errors.ts';
import { type FreshPoints, freshPoints } from './fresh-points.ts';

/** Where an export goes: its source, and what to call what is made. */
export interface ExportTarget {
  /** `import/<name>`; registers and injection go below it. */
  readonly source: string;
  readonly name: string;
}

/** What came of it. */
export interface StoredExport {
  readonly added: number;
  readonly repeated: number;
  /** Rows that overlap what was there from another start on: left out, for they would count twice. */
  readonly overlapping: number;
  /** Index readings that were new. */
  readonly readings: number;
}

/** The total register, whose series is the file's own. */
const TOTALS = new Set(['EAST', 'EAIT']);

/** An export, and where it goes. */
export interface Targeted {
  readonly of: EnedisExport;
  readonly target: ExportTarget;
}

/**
 * Puts exports into the store; again, they add only what is new. Throws `file/unit` where a series of that source counts in
 * another unit, before anything is written.
 */
export function storeExports(store: Store, all: readonly Targeted[]): StoredExport {
  const whole = all.flatMap(partsOf);
  for (const { definition } of whole) existingOf(store, definition);
  return store.together(() => {
    const parts = whole.map((part) => storePart(store, part));
    const sum = (pick: (part: StoredExport) => number) =>
      parts.reduce((total, part) => total + pick(part), 0);
    return {
      added: sum((part) => part.added),
      repeated: sum((part) => part.repeated),
      overlapping: sum((part) => part.overlapping),
      readings: sum((part) => part.readings),
    };
  });
}

function storePart(store: Store, part: Part): StoredExport {
  const { definition, readings } = part;
  const id = store.ensureSeries(definition);
  const { fresh, stored, overlapping } = shareOf(store, id, part);
  const { added, repeated } = store.addPoints(id, fresh);
  return {
    ...{ added, repeated: repeated + stored, overlapping },
    readings: readings.length === 0 ? 0 : store.putReadings(id, readings.map(toReading)),
  };
}

/** What storing an export would do to one series. */
export interface PlannedSeries {
  readonly definition: SeriesDefinition;
  /** Null where the series has still to be made. */
  readonly existing: SeriesInfo | null;
  /** Of measurements, and of the energy between readings. */
  readonly share: FreshPoints;
  /** Index readings that are new. */
  readonly readings: number;
}

/**
 * What storing an export would do, series by series; nothing is written. `reader` is null where there is no store yet. Throws
 * `file/unit`.
 */
export function plannedSeries(reader: StoreReader | null, targeted: Targeted): PlannedSeries[] {
  return partsOf(targeted).map((part) => {
    const { definition, points, readings } = part;
    const existing = reader === null ? null : existingOf(reader, definition);
    const isNew = reader === null || existing === null;
    return {
      ...{ definition, existing },
      share: isNew ? { fresh: points, stored: 0, overlapping: 0 } : shareOf(reader, existing.id, part),
      readings: newReadings(reader, existing, readings),
    };
  });
}

/** What of an export goes into one series. */
interface Part {
  readonly definition: SeriesDefinition;
  readonly points: Points;
  readonly readings: readonly RegisterReading[];
}

function partsOf({ of, target }: Targeted): Part[] {
  if (of.kind !== 'index')
    return [{ definition: definitionOf(of, target, null), points: of.points, readings: [] }];
  return [...Map.groupBy(of.readings, (each) => each.register)].map(([register, readings]) => ({
    definition: definitionOf(of, target, TOTALS.has(register) ? null : register),
    ...{ points: pointsBetween(readings), readings },
  }));
}

/** A day of autumn. What lies further from a file than that, or than its readings are apart, may come with another one. */
const JOINED_MS = 25 * HOUR_MS;

/** What of a part its series has; readings of a file that goes on where another ended have the energy between both, too. */
function shareOf(reader: StoreReader, id: SeriesId, { points, readings }: Part): FreshPoints {
  const share = freshPoints(reader, id, points);
  const sorted = readings.toSorted((a, b) => a.atMs - b.atMs);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return share;
  const ways = sorted.slice(1).map(({ atMs }, index) => atMs - (sorted[index]?.atMs ?? atMs));
  const reachMs = ways.reduce((one, other) => Math.max(one, other), JOINED_MS);
  const stored = (fromMs: EpochMs, toMs: EpochMs) =>
    reader.readReadings(id, fromMs, toMs).filter(({ origin }) => origin === 'file');
  const before = stored(first.atMs - reachMs, first.atMs).slice(-1);
  const after = stored(last.atMs + 1, last.atMs + reachMs + 1).slice(0, 1);
  const joined = [
    [...before, first],
    [last, ...after],
  ].map((pair) => freshPoints(reader, id, pointsBetween(pair)).fresh);
  return { ...share, fresh: concatPoints([joined[0] as Points, share.fresh, joined[1] as Points]) };
}

/** The series of that source; null where it has still to be made. One that counts in another unit would be wrong a thousandfold. */
function existingOf(reader: StoreReader, { source, quantity, unit }: SeriesDefinition): SeriesInfo | null {
  const found = reader.listSeries().find((each) => each.source === source && each.quantity === quantity);
  if (found === undefined) return null;
  if (found.unit !== unit) throw serverError('file/unit', { name: found.name, source, unit: found.unit });
  return found;
}

function newReadings(
  reader: StoreReader | null,
  existing: SeriesInfo | null,
  readings: readonly RegisterReading[],
): number {
  const times = new Set(readings.map(({ atMs }) => atMs));
  if (reader === null || existing === null || times.size === 0) return times.size;
  const ascending = [...times].sort((a, b) => a - b);
  const [firstMs, lastMs] = [ascending[0] ?? 0, ascending.at(-1) ?? 0];
  for (const { atMs, origin } of reader.readReadings(existing.id, firstMs, lastMs + 1))
    if (origin === 'file') times.delete(atMs);
  return times.size;
}

/** What of an export is stored already; null where its series is not there, and of indexes. */
export function storedOf(reader: StoreReader, targeted: Targeted): FreshPoints | null {
  if (targeted.of.kind === 'index') return null;
  const [planned] = plannedSeries(reader, targeted);
  return planned === undefined || planned.existing === null ? null : planned.share;
}

function definitionOf(of: EnedisExport, target: ExportTarget, register: string | null): SeriesDefinition {
  const injected = of.direction === 'injected';
  const parts = [target.source, ...(injected ? ['injected'] : []), ...(register === null ? [] : [register])];
  const suffix = [injected ? 'injected' : '', register ?? ''].filter(Boolean).join(', ');
  return {
    source: parts.join('/'),
    name: suffix === '' ? target.name : `${target.name} (${suffix})`,
    quantity: injected ? 'injectedEnergy' : 'energy',
    unit: 'mWh',
  };
}

function toReading({ atMs, indexWh }: RegisterReading): Reading {
  return { atMs, indexWh, origin: 'file' };
}

/** The energy between consecutive readings; none where the index fell, for that is another meter. */
function pointsBetween(readings: readonly Pick<RegisterReading, 'atMs' | 'indexWh'>[]): Points {
  const sorted = readings.toSorted((a, b) => a.atMs - b.atMs);
  const pairs = sorted
    .slice(1)
    .map((later, index) => ({ earlier: sorted[index] as (typeof readings)[number], later }))
    .filter(({ earlier, later }) => later.atMs > earlier.atMs && later.indexWh >= earlier.indexWh);
  return {
    starts: Float64Array.from(pairs, ({ earlier }) => earlier.atMs),
    durationsMs: Float64Array.from(pairs, ({ earlier, later }) => later.atMs - earlier.atMs),
    values: Float64Array.from(pairs, ({ earlier, later }) => (later.indexWh - earlier.indexWh) * 1_000),
    reports: null,
    disagreements: null,
  };
}
