// For tests, and for making the stores that they read.
import { createHash } from 'node:crypto';
import type { Points } from '@kilowink/core/series';
import type { RunInfo, SeriesInfo, StoreReader } from '../../store.ts';

/** A reader as programs before this one had it: what came later may be missing. */
export type AnyReader = Pick<
  StoreReader,
  'listSeries' | 'listRuns' | 'readWindows' | 'sourceState' | 'readPoints' | 'readTotal' | 'readBuckets'
> &
  Partial<StoreReader>;

/** Where kept stores begin, and how many hours they hold. */
export const KEPT_START_MS = Date.UTC(2026, 2, 1);
export const KEPT_HOURS = 75;

/** Long before and after everything that they hold. */
const FROM_MS = Date.UTC(2020, 0, 1);
const TO_MS = Date.UTC(2030, 0, 1);
const NUMBERS = [-10_000, 100_000] as const;

/** Everything that a store says of what it holds, as JSON has it; long columns as their digest. */
export function readContents(store: AnyReader): Record<string, unknown> {
  const series = store.listSeries();
  return {
    series: series.map((each) => seriesContents(store, each)),
    states: ['optical/a', 'tic/c', 'none'].map((source) => store.sourceState(source)),
    events: store.readEvents?.({ fromMs: FROM_MS, toMs: TO_MS, limit: 1_000 }) ?? [],
  };
}

function seriesContents(store: AnyReader, series: SeriesInfo): Record<string, unknown> {
  const edges = Float64Array.from(
    { length: KEPT_HOURS + 1 },
    (_, index) => KEPT_START_MS + index * 3_600_000,
  );
  const { sums, validMs, recoveredSums } = store.readBuckets(series.id, edges);
  const total = store.readTotal(series.id, FROM_MS, TO_MS);
  return {
    series,
    points: pointsDigest(store.readPoints(series.id, FROM_MS, TO_MS)),
    total: { sum: total.sum, validMs: total.validMs, recoveredSum: total.recoveredSum ?? 0 },
    hourSums: [...sums].map((sum) => (Number.isNaN(sum) ? null : sum)),
    // Stores of earlier programs said so of an hour at most.
    hourValidMs: [...validMs].map((ms) => Math.min(ms, 3_600_000)),
    hourRecoveredSums: [...(recoveredSums ?? new Float64Array(KEPT_HOURS))],
    runs: store.listRuns(series.id, 100).map((run) => runContents(store, run)),
    recoveredSpans: store.readRecoveredSpans?.(series.id, FROM_MS, TO_MS) ?? [],
    readings: store.readReadings?.(series.id, FROM_MS, TO_MS) ?? [],
    corrections: store.listCorrections?.(series.id) ?? [],
  };
}

function runContents(store: AnyReader, run: RunInfo): Record<string, unknown> {
  const windows = store.readWindows(run.id, ...NUMBERS);
  const isSealed = (window: (typeof windows)[number]) => window.value === null;
  return {
    run,
    sealedCount: windows.filter(isSealed).length,
    windows: digest(
      windows.map((window) => [
        window.number,
        window.value,
        window.reports,
        window.disagreements,
        window.lastFlashMs ?? null,
      ]),
    ),
    recovered: store.readRecovered?.(run.id, ...NUMBERS) ?? [],
  };
}

function pointsDigest(parts: Iterable<Points>): { count: number; digest: string } {
  const rows: (number | null)[][] = [];
  for (const points of parts) {
    for (const [index, startMs] of points.starts.entries()) {
      const { durationsMs, values, reports, disagreements, lastFlashes } = points;
      const counts = [reports?.[index] ?? null, disagreements?.[index] ?? null];
      rows.push([
        startMs,
        durationsMs[index] ?? null,
        values[index] ?? null,
        ...counts,
        lastFlashes?.[index] ?? 0,
      ]);
    }
  }
  return digest(rows);
}

function digest(rows: readonly (readonly (number | null)[])[]): { count: number; digest: string } {
  return { count: rows.length, digest: createHash('sha256').update(JSON.stringify(rows)).digest('hex') };
}
