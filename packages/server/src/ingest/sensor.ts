import type { EpochMs } from '@kilowink/core/time';
import { type Reception, type Taken, type UnnumberedReport, UnnumberedSource } from '@kilowink/core/window';
import type { SeriesId, Store } from '@kilowink/store';
import type { MachineTime } from './machine-clock.ts';
import type { SensorKey } from './source-key.ts';
import { StoreRuns } from './store-runs.ts';

/** What a sensor did since the server started, for the health page. */
export interface SensorCounters {
  lastReportMs: EpochMs | null;
  /** When it started, by its latest report; null where that does not tell. */
  bootedMs: EpochMs | null;
  reports: number;
  windowsNew: number;
  windowsRepeated: number;
  windowsMissed: number;
  disagreements: number;
  boots: number;
  clockSteps: number;
}

export function noCounters(): SensorCounters {
  return {
    lastReportMs: null,
    bootedMs: null,
    reports: 0,
    windowsNew: 0,
    windowsRepeated: 0,
    windowsMissed: 0,
    disagreements: 0,
    boots: 0,
    clockSteps: 0,
  };
}

/** One optical sensor that speaks version 1: its series, its boots, its counters. */
export class Sensor {
  readonly source: string;
  readonly series: SeriesId;
  readonly counters: SensorCounters = noCounters();
  readonly #windows: UnnumberedSource;

  constructor(store: Store, key: SensorKey, of: { windowMs: number; machine: MachineTime }) {
    this.source = key.source;
    const { source, name } = key;
    this.series = store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name });
    const runs = new StoreRuns(store, { series: this.series, source, machine: of.machine });
    this.#windows = new UnnumberedSource(runs, of.windowMs, runs.restore());
  }

  up(at: Reception): void {
    this.#windows.up(at);
  }

  report(report: UnnumberedReport, at: Reception): Taken {
    const taken = this.#windows.report(report, at);
    const { counters } = this;
    counters.lastReportMs = at.wallMs;
    counters.bootedMs = at.wallMs - report.uptimeS * 1_000;
    counters.reports += 1;
    counters.windowsNew += taken.added;
    counters.windowsRepeated += taken.repeated;
    counters.windowsMissed += taken.missed;
    counters.disagreements += taken.disagreed;
    if (taken.newRun) counters.boots += 1;
    if (taken.clockStepMs !== 0) counters.clockSteps += 1;
    return taken;
  }
}
