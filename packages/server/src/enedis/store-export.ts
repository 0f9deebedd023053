import type { EnedisExport, RegisterReading } from '@kilowink/core/enedis';
import type { Points, SeriesDefinition } from '@kilowink/core/series';
import type { Reading, SeriesId, Store, StoreReader } from '@kilowink/store';
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

/** Puts exports into the store, all of them or nothing; again, they add only what is new. */
export function storeExports(store: Store, all: readonly Targeted[]): StoredExport {
  return store.together(() => {
    const parts = all.map(({ of, target }) =>
      of.kind === 'index' ? storeIndexes(store, of, target) : storePoints(store, of, target),
    );
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

function storePoints(store: Store, of: EnedisExport, target: ExportTarget): StoredExport {
  const id = seriesFor(store, of, target, null);
  return { ...addFresh(store, id, of.points), readings: 0 };
}

function addFresh(store: Store, id: SeriesId, points: Points): Omit<StoredExport, 'readings'> {
  const { fresh, stored, overlapping } = freshPoints(store, id, points);
  const { added, repeated } = store.addPoints(id, fresh);
  return { added, repeated: repeated + stored, overlapping };
}

function storeIndexes(store: Store, of: EnedisExport, target: ExportTarget): StoredExport {
  const total = { added: 0, repeated: 0, overlapping: 0, readings: 0 };
  for (const [register, readings] of Map.groupBy(of.readings, (each) => each.register)) {
    const id = seriesFor(store, of, target, TOTALS.has(register) ? null : register);
    const { added, repeated, overlapping } = addFresh(store, id, pointsBetween(readings));
    total.added += added;
    total.repeated += repeated;
    total.overlapping += overlapping;
    total.readings += store.putReadings(id, readings.map(toReading));
  }
  return total;
}

/** What of an export is stored already; null where its series is not there, and of indexes. */
export function storedOf(reader: StoreReader, { of, target }: Targeted): FreshPoints | null {
  if (of.kind === 'index') return null;
  const { source, quantity } = definitionOf(of, target, null);
  const known = reader.listSeries().find((each) => each.source === source && each.quantity === quantity);
  return known === undefined ? null : freshPoints(reader, known.id, of.points);
}

function seriesFor(store: Store, of: EnedisExport, target: ExportTarget, register: string | null): number {
  return store.ensureSeries(definitionOf(of, target, register));
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
function pointsBetween(readings: readonly RegisterReading[]): Points {
  const sorted = readings.toSorted((a, b) => a.atMs - b.atMs);
  const pairs = sorted
    .slice(1)
    .map((later, index) => ({ earlier: sorted[index] as RegisterReading, later }))
    .filter(({ earlier, later }) => later.atMs > earlier.atMs && later.indexWh >= earlier.indexWh);
  return {
    starts: Float64Array.from(pairs, ({ earlier }) => earlier.atMs),
    durationsMs: Float64Array.from(pairs, ({ earlier, later }) => later.atMs - earlier.atMs),
    values: Float64Array.from(pairs, ({ earlier, later }) => (later.indexWh - earlier.indexWh) * 1_000),
    reports: null,
    disagreements: null,
  };
}
