import type { Fault, Result } from '@kilowink/core/error';
import type { ReportV2, ShortReportV2 } from '@kilowink/core/report';
import type { EpochMs } from '@kilowink/core/time';
import { NumberedSource, type Reception, type TakenNumbered } from '@kilowink/core/window';
import type { SeriesId, Store } from '@kilowink/store';
import { noCounters, type SensorCounters } from './sensor.ts';
import type { SensorKey } from './source-key.ts';
import { StoreBoots } from './store-boots.ts';

/** A report that brings so many new windows fills a backlog: it is written at once, so that it is acknowledged. */
const BACKLOG_WINDOWS = 24;

/** What a sensor said of itself last, for the health page. */
export interface SensorSelf extends Pick<ReportV2, 'sensorId'>, Partial<SelfTold> {
  readonly authenticated: boolean;
}

/** What only a full report says. */
export type SelfTold = Pick<ReportV2, 'firmware' | 'light' | 'batteryMv'>;

interface Acknowledged {
  readonly bootId: number;
  readonly number: number | null;
  /** The store's group that holds everything up to it. */
  readonly group: number;
}

/** One sensor that speaks version 2: its series, its boots, what is acknowledged to it. */
export class NumberedSensor {
  readonly source: string;
  readonly series: SeriesId;
  readonly counters: SensorCounters = noCounters();
  /** Null until its first report since the server started. */
  self: SensorSelf | null = null;
  readonly #store: Store;
  readonly #windows: NumberedSource;
  #waiting: Acknowledged | null = null;
  #durable: Acknowledged | null = null;

  constructor(store: Store, key: SensorKey) {
    const { source, name } = key;
    this.source = source;
    this.#store = store;
    this.series = store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name });
    const boots = new StoreBoots(store, { series: this.series, source });
    this.#windows = new NumberedSource(boots, boots.restore(), boots.isKnown());
  }

  /** Windows known to be missing that may still come, or are lost. */
  get missing(): number {
    return this.#windows.missing;
  }

  /** Takes a report in; what is acknowledged is in the file. Faults are those of `NumberedSource`. */
  report(report: ReportV2, at: Reception): Result<TakenNumbered, Fault> {
    const store = this.#store;
    let group = 0;
    const taken = store.together(() => {
      const outcome = this.#windows.report(report, at);
      group = store.currentGroup;
      return outcome;
    });
    if (!taken.ok) return taken;
    this.#count(taken.value, at);
    this.counters.bootedMs = at.wallMs - report.ageMs - (report.newestNumber + 1) * report.windowMs;
    if (taken.value.added >= BACKLOG_WINDOWS) store.flush();
    const { bootId } = report;
    this.#settle();
    this.#waiting = { bootId, number: taken.value.acknowledged, group };
    this.#settle();
    const acknowledged = this.#durable?.bootId === bootId ? this.#durable.number : null;
    return { ok: true, value: { ...taken.value, acknowledged } };
  }

  /** Takes a report of the short form in, which is answered by nobody. Faults are those of `NumberedSource`. */
  shortReport(report: ShortReportV2, at: Reception): Result<TakenNumbered, Fault> {
    const taken = this.#store.together(() => this.#windows.shortReport(report, at));
    if (taken.ok) this.#count(taken.value, at);
    return taken;
  }

  /** Remembers what was counted by windows from before `beforeMs`. */
  saveBefore(beforeMs: EpochMs): void {
    this.#windows.saveBefore(beforeMs);
  }

  #settle(): void {
    if (this.#waiting !== null && this.#store.writtenGroups >= this.#waiting.group) {
      this.#durable = this.#waiting;
    }
  }

  #count(taken: TakenNumbered, at: Reception): void {
    const { counters } = this;
    counters.lastReportMs = at.wallMs;
    counters.reports += 1;
    counters.windowsNew += taken.added;
    counters.windowsRepeated += taken.repeated;
    counters.windowsMissed = this.missing;
    counters.disagreements += taken.disagreed;
    if (taken.newRun) {
      counters.boots += 1;
      counters.bootedMs = null;
    }
    if (taken.clockStepMs !== 0) counters.clockSteps += 1;
  }
}
