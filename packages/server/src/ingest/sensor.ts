import type { EpochMs } from '@kilowink/core/time';
import {
  type Reception,
  type RunState,
  type Taken,
  type UnnumberedReport,
  UnnumberedSource,
  type UnnumberedState,
} from '@kilowink/core/window';
import type { SeriesId, Store } from '@kilowink/store';
import type { SensorKey } from './source-key.ts';
import { StoreRuns } from './store-runs.ts';

/** What a sensor did since the server started, for the health page. */
export interface SensorCounters {
  lastReportMs: EpochMs | null;
  reports: number;
  windowsNew: number;
  windowsRepeated: number;
  windowsMissed: number;
  disagreements: number;
  boots: number;
  clockSteps: number;
}

/** One optical sensor: its series, its boots, its counters. */
export class Sensor {
  readonly source: string;
  readonly series: SeriesId;
  readonly counters: SensorCounters = {
    lastReportMs: null,
    reports: 0,
    windowsNew: 0,
    windowsRepeated: 0,
    windowsMissed: 0,
    disagreements: 0,
    boots: 0,
    clockSteps: 0,
  };
  readonly #store: Store;
  readonly #windows: UnnumberedSource;
  #changed = false;

  constructor(store: Store, key: SensorKey, windowMs: number) {
    this.#store = store;
    this.source = key.source;
    const { source, name } = key;
    this.series = store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name });
    const state = restoredState(store, this.source, this.series);
    this.#windows = new UnnumberedSource(new StoreRuns(store, this.series), windowMs, state);
  }

  up(at: Reception): void {
    this.#windows.up(at);
    this.#changed = true;
  }

  report(report: UnnumberedReport, at: Reception): Taken {
    const taken = this.#windows.report(report, at);
    const { counters } = this;
    counters.lastReportMs = at.wallMs;
    counters.reports += 1;
    counters.windowsNew += taken.added;
    counters.windowsRepeated += taken.repeated;
    counters.windowsMissed += taken.missed;
    counters.disagreements += taken.disagreed;
    if (taken.newRun) counters.boots += 1;
    if (taken.clockStepMs !== 0) counters.clockSteps += 1;
    this.#changed = true;
    return taken;
  }

  /** Hands the store what must survive a restart, if it changed. */
  saveState(): void {
    if (!this.#changed) return;
    this.#store.putSourceState(this.source, JSON.stringify(this.#windows.state()));
    this.#changed = false;
  }
}

/**
 * The saved state, brought up to what the store really has: windows may be stored that the state, saved with the next
 * group of writes, did not yet know when the process was killed.
 */
function restoredState(store: Store, source: string, series: SeriesId): UnnumberedState | undefined {
  const text = store.sourceState(source);
  if (text === null) return undefined;
  const saved = JSON.parse(text) as UnnumberedState;
  const stored = new Map(store.listRuns(series, 64).map((run) => [run.id, run]));
  const runs = saved.runs.flatMap((run): RunState[] => {
    const known = stored.get(run.run);
    if (known === undefined) return [];
    const firstNumber = Math.min(run.firstNumber, known.firstNumber ?? run.firstNumber);
    const lastNumber = Math.max(run.lastNumber, known.lastNumber ?? run.lastNumber);
    return [{ ...run, firstNumber, lastNumber, timeline: known.timeline }];
  });
  return { ...saved, runs };
}
