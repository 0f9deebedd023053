import type { CorrectionInfo, MeterInfo, SeriesInfo, SiteInfo } from '@kilowink/api';
import { offPeakBands, type TimeRange } from '@kilowink/core/tariff';
import { DAY_MS, type EpochMs, MINUTE_MS, type Step } from '@kilowink/core/time';
import { createDataset, type Dataset, FLASH_WINDOW_MS } from '../chart/dataset.ts';
import { api } from '../data/api.ts';
import { truth } from '../data/change.ts';
import {
  energyPoints,
  gaugePoints,
  mergeWindows,
  NO_WINDOWS,
  type Windows,
  windowsOf,
} from '../data/columns.ts';
import { type PowerNow, powerAtFrame, powerNow } from '../data/power-now.ts';
import { DataSource, type SourceHost } from '../data/source.ts';
import { stepFor, widen } from '../data/tiles.ts';
import { type Format, inUnit } from '../i18n/format.ts';
import { createSignal, type Signal } from './signal.ts';
import { defaultView, type View, type ViewContext } from './view.ts';
import { type ViewHistory, ViewModel } from './view-model.ts';

/** The figures at the head of the page. */
export interface Heading {
  readonly power: PowerNow | null;
  /** Null until the server has said. */
  readonly todayWh: number | null;
  readonly lastReportMs: EpochMs | null;
  readonly lastMs: EpochMs | null;
}

/** What the curve shows once it has come to rest, for those who explain it. */
export interface Shown {
  readonly range: TimeRange;
  readonly dataset: Dataset | null;
}

/** The connection's side of a room. */
export interface RoomHost {
  nowMs(): EpochMs;
  onFailure(error: unknown): void;
  onSuccess(): void;
}

type LivePoint = readonly [startMs: number, durationMs: number, energyWh: number];

/** A series that has been silent for this long, and whose source the server does not hear, is an archive. */
const ARCHIVE_MS = 30 * DAY_MS;
/** A report every 15 s, three of them missed. */
const STALE_MS = 45_000;
/** A gateway on the meter's socket sleeps up to two minutes. */
const METER_STALE_MS = 150_000;
/** A sensor that had measured until so long before the server started is expected to go on. */
const AWAITED_MS = 5 * MINUTE_MS;
const RECENT_MS = 10 * MINUTE_MS;
/** An index that stands still is stored once in a quarter of an hour. */
const RECENT_METER_MS = 20 * MINUTE_MS;
/** Live points come one window at a time; the power behind them is asked for once they have settled. */
const RECENT_DELAY_MS = 500;
const TODAY_INTERVAL_MS = 5_000;
/** Zooming in stops at six of a sensor's windows. */
const SPAN_MS_MIN = 6 * FLASH_WINDOW_MS;
/** The minimap is read in this many rows at most: two a pixel on a wide screen. */
const OVERVIEW_ROWS = 4_000;

/** Everything the page holds of one series: its figures, its data, and what is on show of it. */
export class Room {
  readonly site: SiteInfo;
  readonly series: SeriesInfo;
  readonly format: Format;
  readonly model: ViewModel;
  readonly source: DataSource;
  readonly firstView: View;
  readonly heading: Signal<Heading>;
  readonly overview = createSignal<Dataset | null>(null);
  readonly shown: Signal<Shown>;
  readonly hasCumulative: Signal<boolean>;
  /** Those taken back included. */
  readonly corrections = createSignal<readonly CorrectionInfo[]>([]);
  /** Counts up with each arrival of data for the curve. */
  readonly arrivals = createSignal(0);
  /** Counts up as the present moves on. */
  readonly ticks = createSignal(0);
  readonly #host: RoomHost;
  readonly #overviewSource: DataSource;
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #recent: Windows = NO_WINDOWS;
  #recentTimer: ReturnType<typeof setTimeout> | undefined;
  #lastMs: EpochMs;
  #lastReportMs: EpochMs | null;
  /** Of the latest frame of the meter that feeds it; null where none does. */
  #meterMs: EpochMs | null = null;
  #todayAtMs = Number.NEGATIVE_INFINITY;
  #offPeak: { readonly range: TimeRange; readonly bands: readonly TimeRange[] } | null = null;

  /** The series must not be empty. */
  constructor(start: {
    site: SiteInfo;
    series: SeriesInfo;
    format: Format;
    view: View | null;
    history: ViewHistory;
    host: RoomHost;
  }) {
    this.site = start.site;
    this.series = start.series;
    this.format = inUnit(start.format, start.series);
    this.#host = start.host;
    this.#lastMs = start.series.lastMs ?? 0;
    this.#lastReportMs = start.series.lastReportMs;
    this.hasCumulative = createSignal(!this.isGauge);
    const context = this.#context();
    this.firstView = defaultView(context.extent);
    this.model = new ViewModel({
      view: start.view ?? this.firstView,
      context,
      spanMsMin: SPAN_MS_MIN,
      history: start.history,
    });
    this.shown = createSignal<Shown>({ range: this.model.range.get(), dataset: null });
    this.heading = createSignal<Heading>({
      power: null,
      todayWh: null,
      lastReportMs: start.series.lastReportMs,
      lastMs: start.series.lastMs,
    });
    const arrive = (): void => this.arrivals.set(this.arrivals.get() + 1);
    this.source = new DataSource(this.series.id, this.#sourceHost(arrive));
    this.#overviewSource = new DataSource(
      this.series.id,
      this.#sourceHost(() => this.#readOverview()),
    );
    this.#timers.push(setInterval(() => this.#advance(), FLASH_WINDOW_MS));
    this.#timers.push(setInterval(() => this.#readToday(), MINUTE_MS));
    this.#overviewSource.want(this.extent, this.#overviewStep);
    this.#readRecent();
    this.#readToday();
    this.readCorrections();
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#recentTimer);
    this.source.close();
    this.#overviewSource.close();
  }

  /** From the first measurement to the present; of an archive, to its last. */
  get extent(): TimeRange {
    const fromMs = this.series.firstMs ?? 0;
    const toMs = this.#isArchive ? this.#lastMs : Math.max(this.#lastMs, this.#host.nowMs());
    return { fromMs, toMs: Math.max(toMs, fromMs + MINUTE_MS) };
  }

  /** Where a missing measurement is a gap: up to the last one, and up to the present once the sensor is silent. */
  get measurable(): TimeRange {
    const nowMs = this.#host.nowMs();
    const knownMs = Math.max(this.#lastMs, this.#meterMs ?? 0);
    const isSilent = !this.#isArchive && nowMs - knownMs > this.staleMs;
    return { fromMs: this.series.firstMs ?? 0, toMs: isSilent ? nowMs : this.#measuredMs };
  }

  /** Whether it is a quantity that is held, as a voltage is, and no energy. */
  get isGauge(): boolean {
    return this.series.kind === 'mean';
  }

  nowMs(): EpochMs {
    return this.#host.nowMs();
  }

  createDataset(columns: Parameters<typeof createDataset>[0], step: Step): Dataset {
    const { kind, source, firstMs } = this.series;
    const isFlashes = kind === 'sum' && !source.startsWith('tic/');
    return createDataset(columns, step.ms, {
      ...{ kind, isFlashes },
      extent: { fromMs: firstMs ?? 0, toMs: this.#lastMs },
    });
  }

  /** The off-peak stretches that touch the range, kept for as long as the view stays near. */
  offPeakIn(range: TimeRange): readonly TimeRange[] {
    const held = this.#offPeak;
    const isHeld = held !== null && held.range.fromMs <= range.fromMs && range.toMs <= held.range.toMs;
    const isWasteful =
      held !== null && held.range.toMs - held.range.fromMs > 20 * (range.toMs - range.fromMs);
    if (isHeld && !isWasteful) return held.bands;
    const wide = widen(range, 2);
    const bands = offPeakBands(this.site.offPeak, wide, this.format.zone.offsetAt);
    this.#offPeak = { range: wide, bands };
    return bands;
  }

  addLive(points: readonly LivePoint[]): void {
    const last = points[points.length - 1];
    if (last === undefined) return;
    this.#lastMs = Math.max(this.#lastMs, last[0] + last[1]);
    const added = this.isGauge ? gaugePoints(points) : energyPoints(points);
    this.#addRecent(added);
    if (!this.isGauge) this.#readRecentSoon();
    this.source.addLive(added);
    this.#overviewSource.addLive(added);
    this.#advance();
    if (performance.now() - this.#todayAtMs > TODAY_INTERVAL_MS) this.#readToday();
  }

  /** Reads what is corrected of the series, for the curve's marks and the list. */
  readCorrections(): void {
    if (this.isGauge) return;
    truth.corrections(this.series.id).then(
      (corrections) => this.corrections.set(corrections),
      (error: unknown) => this.#host.onFailure(error),
    );
  }

  heard(atMs: EpochMs): void {
    this.#lastReportMs = atMs;
    this.heading.set({ ...this.heading.get(), lastReportMs: atMs });
  }

  /** What a meter's series hold is stored once it changes: until then nothing is missing. */
  heardMeter({ frameMs, receivedMs }: Pick<MeterInfo, 'frameMs' | 'receivedMs'>): void {
    this.#meterMs = frameMs;
    this.heading.set({ ...this.heading.get(), power: this.#power });
    this.heard(receivedMs);
  }

  /** A source that was not heard for longer is silent. */
  get staleMs(): number {
    return this.#meterMs === null ? STALE_MS : METER_STALE_MS;
  }

  /** Something in the range, or anywhere, is not what it was. */
  invalidate(range: TimeRange = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }): void {
    this.source.invalidate(range);
    this.#overviewSource.invalidate(range);
    // What was taken for the power of the moment may count no more.
    this.#recent = NO_WINDOWS;
    this.#readRecent();
    this.#readToday();
    this.readCorrections();
  }

  /** Whether the server has not heard the source yet since it started, as it may soon: silent would be too much said. */
  get isAwaited(): boolean {
    return this.#lastReportMs === null && this.#host.nowMs() - this.#lastMs < AWAITED_MS;
  }

  get #isArchive(): boolean {
    return this.#lastReportMs === null && this.#host.nowMs() - this.#lastMs > ARCHIVE_MS;
  }

  /** End of the last measurement: of several sensors' that of the one that is chosen now, which others may be ahead of. */
  get #measuredMs(): EpochMs {
    const { starts, durationsMs } = this.#recent;
    const [startMs, durationMs] = [starts.at(-1), durationsMs.at(-1)];
    return startMs === undefined || durationMs === undefined ? this.#lastMs : startMs + durationMs;
  }

  get #recentFromMs(): EpochMs {
    return this.#lastMs - (this.series.source.startsWith('optical/') ? RECENT_MS : RECENT_METER_MS);
  }

  get #power(): PowerNow | null {
    const power = powerNow(this.#recent);
    const isIndex = !this.isGauge && this.series.source.startsWith('tic/');
    return isIndex && this.#meterMs !== null ? powerAtFrame(power, this.#meterMs) : power;
  }

  get #overviewStep(): Step {
    const { fromMs, toMs } = this.extent;
    return stepFor(toMs - fromMs, OVERVIEW_ROWS);
  }

  #context(): ViewContext {
    const nowMs = this.#isArchive ? this.#lastMs : this.#host.nowMs();
    return { nowMs, zone: this.format.zone, extent: this.extent };
  }

  #advance(): void {
    this.model.advance(this.#context());
    this.ticks.set(this.ticks.get() + 1);
  }

  #addRecent(added: Windows): void {
    const merged = mergeWindows(this.#recent, added);
    const first = merged.starts.findIndex((startMs) => startMs >= this.#recentFromMs);
    this.#recent = {
      ...NO_WINDOWS,
      starts: merged.starts.slice(first),
      durationsMs: merged.durationsMs.slice(first),
      energyWh: merged.energyWh.slice(first),
      powerW: merged.powerW.slice(first),
    };
    this.heading.set({ ...this.heading.get(), power: this.#power, lastMs: this.#lastMs });
  }

  #sourceHost(onData: () => void): SourceHost {
    return {
      extent: () => this.extent,
      onData,
      onFailure: (error) => this.#host.onFailure(error),
      onSuccess: () => this.#host.onSuccess(),
    };
  }

  #readOverview(): void {
    const step = this.#overviewStep;
    const assembled = this.#overviewSource.assemble(this.extent, step);
    if (assembled !== null) this.overview.set(this.createDataset(assembled.columns, step));
  }

  /** New counts change what the ones before them tell of the power. */
  #readRecentSoon(): void {
    this.#recentTimer ??= setTimeout(() => {
      this.#recentTimer = undefined;
      this.#readRecent();
    }, RECENT_DELAY_MS);
  }

  #readRecent(): void {
    const question = { series: this.series.id, fromMs: this.#recentFromMs, toMs: this.#lastMs + 1 };
    api.windows({ ...question, limit: 1_000 }).then(
      (recent) => {
        this.#host.onSuccess();
        if (recent.columns.start.length > 0) this.#addRecent(windowsOf(recent));
      },
      (error: unknown) => this.#host.onFailure(error),
    );
  }

  #readToday(): void {
    if (this.isGauge) return;
    this.#todayAtMs = performance.now();
    const nowMs = this.#host.nowMs();
    const question = { series: this.series.id, fromMs: this.format.zone.dayStart(nowMs), toMs: nowMs };
    api.total(question).then(
      (total) => {
        this.#host.onSuccess();
        this.heading.set({ ...this.heading.get(), todayWh: total.energyWh });
      },
      (error: unknown) => this.#host.onFailure(error),
    );
  }
}
