import type { MeterInfo } from '@kilowink/api';
import { UNITS_PER_WH } from '@kilowink/core/series';
import { type Clock, type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import type { SeriesInfo } from '@kilowink/store';
import type { LoadedConfig } from '../config/index.ts';
import { HomeAssistant, meterDevice, opticalDevice } from '../home-assistant/index.ts';
import type { Publish, TopicHandler } from '../mqtt/index.ts';
import type { EnergyReader } from '../truth/index.ts';

export interface HomeSideOptions {
  readonly config: LoadedConfig['config'];
  /** What is told of optical sensors is as corrections leave it. */
  readonly reader: EnergyReader;
  readonly clock: Clock;
  readonly publish: Publish;
  readonly version: string;
  readonly log: (line: string) => void;
}

/** How often it is looked whether optical sensors brought anything, or were corrected. */
const LOOK_MS = 2_000;
/** Where more than this came since the last look, each series is looked at. */
const CHANGES_MAX = 10_000;
const OPTICAL = 'optical/';

/** What Home Assistant is told: meters with each frame, optical sensors as they report. */
export class HomeSide {
  readonly #options: HomeSideOptions;
  readonly #home: HomeAssistant;
  /** What was there of each series when it was told of last. */
  readonly #told = new Map<number, string>();
  #timer: ReturnType<typeof setInterval> | null = null;
  /** Up to where the changes of the store were looked at; null before the first look. */
  #cursor: string | null = null;

  constructor(options: HomeSideOptions) {
    this.#options = options;
    const { config, publish, clock, version, log } = options;
    this.#home = new HomeAssistant({
      ...{ config: config.homeAssistant, base: config.mqtt.topic, folder: config.dataDir },
      ...{ publish, clock, version, log },
    });
    if (config.homeAssistant.enabled) this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Home Assistant says on a topic of its own that it has started. */
  get handlers(): readonly TopicHandler[] {
    if (!this.#options.config.homeAssistant.enabled) return [];
    const take: TopicHandler['take'] = ({ payload }) => {
      if (Buffer.from(payload).toString() === 'online') this.refresh();
      return 'done';
    };
    return [{ filter: this.#home.birthTopic, take }];
  }

  /** A broker stands: everything is told again, and what is no more is cleared. */
  refresh(): void {
    const { config, reader } = this.#options;
    const local = new Set(config.tic.map(({ id }) => id));
    const kept = new Set(
      reader.store.listEntries().map(({ source }) => source.split('/').slice(1).join('_')),
    );
    this.#home.refresh((device) => !local.has(device) && ![...kept].some((name) => name.startsWith(device)));
  }

  show(meter: MeterInfo): void {
    const { deadBandVa } = this.#options.config.homeAssistant;
    this.#home.show(meterDevice(meter, deadBandVa));
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #look(): void {
    const { reader, clock } = this.#options;
    for (const series of this.#changed()) {
      if (series.quantity !== 'energy' || !series.source.startsWith(OPTICAL)) continue;
      if (series.lastMs === null) continue;
      const corrections = reader.store.listCorrections(series.id);
      const there = [series.lastMs, ...corrections.map(({ id, undoneMs }) => `${id}${undoneMs ?? ''}`)].join(
        ' ',
      );
      if (this.#told.get(series.id) === there) continue;
      this.#told.set(series.id, there);
      // One that was not heard for an hour is not shown as if it were there.
      if (clock.wallMs() - series.lastMs < HOUR_MS) this.#showOptical(series, series.lastMs);
    }
  }

  /** The series of which anything changed since the last look; at first all of them: a list of thousands takes its time. */
  #changed(): SeriesInfo[] {
    const { store } = this.#options.reader;
    const changes = this.#cursor === null ? null : store.readChanges(this.#cursor, CHANGES_MAX);
    if (changes === null || changes.items.length === CHANGES_MAX) {
      this.#cursor = store.cursor();
      return store.listSeries();
    }
    this.#cursor = changes.cursor;
    const ids = new Set(changes.items.flatMap((item) => (item.kind === 'event' ? [] : [item.series])));
    return [...ids].map((id) => store.findSeries(id)).filter((series) => series !== null);
  }

  #showOptical(series: SeriesInfo, lastMs: EpochMs): void {
    const { reader, config } = this.#options;
    const { name, source, unit } = series;
    const perWh = UNITS_PER_WH[unit];
    const total = (fromMs: EpochMs, toMs: EpochMs) =>
      reader.total(series, { fromMs, toMs }, { isRaw: false });
    const all = total(0, lastMs + MINUTE_MS);
    const minute = total(lastMs - MINUTE_MS, lastMs);
    const measured = minute.sum - minute.recoveredSum;
    const powerW = minute.validMs === 0 ? null : (measured / perWh) * (HOUR_MS / minute.validMs);
    const device = opticalDevice(
      {
        ...{ id: source.slice(OPTICAL.length), name, energyWh: Math.floor(all.sum / perWh) },
        powerW: powerW === null ? null : Math.round(powerW),
      },
      config.homeAssistant.deadBandVa,
    );
    this.#home.show(device);
  }
}
