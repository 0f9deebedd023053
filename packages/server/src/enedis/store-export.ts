import type { EnedisExport, RegisterReading } from '@kilowink/core/enedis';
import type { Points } from '@kilowink/core/series';
import type { Reading, Store } from '@kilowink/store';

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
      readings: sum((part) => part.readings),
    };
  });
}

function storePoints(store: Store, of: EnedisExport, target: ExportTarget): StoredExport {
  const id = seriesFor(store, of, target, null);
  const { added, repeated } = store.addPoints(id, of.points);
  return { added, repeated, readings: 0 };
}

function storeIndexes(store: Store, of: EnedisExport, target: ExportTarget): StoredExport {
  const total = { added: 0, repeated: 0, readings: 0 };
  for (const [register, readings] of Map.groupBy(of.readings, (each) => each.register)) {
    const id = seriesFor(store, of, target, TOTALS.has(register) ? null : register);
    const { added, repeated } = store.addPoints(id, pointsBetween(readings));
    total.added += added;
    total.repeated += repeated;
    total.readings += store.putReadings(id, readings.map(toReading));
  }
  return total;
}

function seriesFor(store: Store, of: EnedisExport, target: ExportTarget, register: string | null): number {
  const injected = of.direction === 'injected';
  const parts = [target.source, ...(injected ? ['injected'] : []), ...(register === null ? [] : [register])];
  const suffix = [injected ? 'injected' : '', register ?? ''].filter(Boolean).join(', ');
  return store.ensureSeries({
    source: parts.join('/'),
    name: suffix === '' ? target.name : `${target.name} (${suffix})`,
    quantity: injected ? 'injectedEnergy' : 'energy',
    unit: 'mWh',
  });
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
