import type { MeterInfo } from '@kilowink/api';
import { UNITS_PER_WH } from '@kilowink/core/series';
import { type Clock, type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import type { SeriesInfo, Store } from '@kilowink/store';
import type { LoadedConfig } from '../config/index.ts';
import { HomeAssistant, meterDevice, opticalDevice } from '../home-assistant/index.ts';
import type { Publish, TopicHandler } from '../mqtt/index.ts';

export interface HomeSideOptions {
  readonly config: LoadedConfig['config'];
  readonly store: Store;
  readonly clock: Clock;
  readonly publish: Publish;
  readonly version: string;
  readonly log: (line: string) => void;
}

/** How often it is looked whether optical sensors brought anything. */
const LOOK_MS = 5_000;
const OPTICAL = 'optical/';

/** What Home Assistant is told: meters with each frame, optical sensors as they report. */
export class HomeSide {
  readonly #options: HomeSideOptions;
  readonly #home: HomeAssistant;
  readonly #lastMs = new Map<number, EpochMs | null>();
  #timer: ReturnType<typeof setInterval> | null = null;

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
    const { config, store } = this.#options;
    const local = new Set(config.tic.map(({ id }) => id));
    const kept = new Set(store.listSeries().map(({ source }) => source.split('/').slice(1).join('_')));
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
    for (const series of this.#options.store.listSeries()) {
      if (series.quantity !== 'energy' || !series.source.startsWith(OPTICAL)) continue;
      if (series.lastMs === null || this.#lastMs.get(series.id) === series.lastMs) continue;
      // One that was not heard for an hour is not shown as if it were there.
      const isFresh = this.#options.clock.wallMs() - series.lastMs < HOUR_MS;
      this.#lastMs.set(series.id, series.lastMs);
      if (isFresh) this.#showOptical(series, series.lastMs);
    }
  }

  #showOptical({ id, name, source, unit }: SeriesInfo, lastMs: EpochMs): void {
    const { store, config } = this.#options;
    const perWh = UNITS_PER_WH[unit];
    const all = store.readTotal(id, 0, lastMs + MINUTE_MS);
    const minute = store.readTotal(id, lastMs - MINUTE_MS, lastMs);
    const powerW = minute.validMs === 0 ? null : (minute.sum / perWh) * (HOUR_MS / minute.validMs);
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
