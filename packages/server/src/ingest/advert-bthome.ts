import type { Bthome, BthomeValue } from '@kilowink/core/advert';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import { type GaugeState, GaugeTrack } from './tic-gauge.ts';
import { type IndexState, IndexTrack } from './tic-index.ts';
import type { TicPort, TicSeries } from './tic-port.ts';

/** No home draws more: a counter that would have to has begun anew. */
const POWER_W_MAX = 100_000;
/** A packet this far behind the newest, of 256, is an old one. */
const PACKETS_BEHIND_MAX = 128;
/** After such a silence a packet id or counter that fell is a new battery's, and not an old message. */
const SILENCE_MS = 10 * MINUTE_MS;

/** The gauges of a BTHome sensor, and the quantity of each. */
const GAUGES = {
  powerW: { quantity: 'activePower', unit: 'W' },
  voltageV: { quantity: 'voltage', unit: 'V' },
  currentA: { quantity: 'current', unit: 'A' },
} as const;
type Gauge = keyof typeof GAUGES;

/** What is remembered of a BTHome sensor, across restarts too. */
export interface BthomeState {
  packetId: number | null;
  /** Of encrypted messages. */
  counter: number | null;
  lastMs: EpochMs;
  /** What its counter showed last: energy (Wh), or counts; null before the first. */
  shown: number | null;
  /** What it rose by since it was first heard, in the same unit. */
  total: number;
  index: IndexState | null;
  gauges: Partial<Record<Gauge, GaugeState | null>>;
}

/** What became of a message. */
export type BthomeTaken = 'new' | 'repeated' | 'replay';

/** A BTHome sensor that was never heard. */
export function newBthomeState(): BthomeState {
  const nothing = { packetId: null, counter: null, shown: null, index: null };
  return { ...nothing, lastMs: 0, total: 0, gauges: {} };
}

/** One BTHome sensor: its counter becomes energy, its power, voltage and current become gauges. */
export class BthomeSensor {
  readonly source: string;
  readonly #name: string;
  readonly #whPerCount: number | undefined;
  readonly #index: IndexTrack;
  readonly #gauges: Readonly<Record<Gauge, GaugeTrack>>;
  readonly #state: BthomeState;
  batteryPercent: number | null = null;

  constructor(
    port: TicPort,
    of: { source: string; name: string; whPerCount: number | undefined; state: BthomeState },
  ) {
    this.source = of.source;
    this.#name = of.name;
    this.#whPerCount = of.whPerCount;
    this.#state = of.state;
    this.#index = new IndexTrack(port, this.#seriesOf('energy', 'Wh'), of.state.index);
    const track = (gauge: Gauge) => {
      const { quantity, unit } = GAUGES[gauge];
      return new GaugeTrack(port, this.#seriesOf(quantity, unit), of.state.gauges[gauge] ?? null);
    };
    this.#gauges = { powerW: track('powerW'), voltageV: track('voltageV'), currentA: track('currentA') };
  }

  /** What has to be remembered. */
  get state(): BthomeState {
    const gauges = Object.fromEntries(
      Object.entries(this.#gauges).map(([name, track]) => [name, track.state]),
    );
    return { ...this.#state, index: this.#index.state, gauges };
  }

  /** Takes a message that was received at `atMs` in. Of several values of one kind the first counts. */
  take(message: Bthome, atMs: EpochMs): BthomeTaken {
    const verdict = this.#verdict(message, atMs);
    if (verdict !== 'new') return verdict;
    const state = this.#state;
    const sinceMs = atMs - state.lastMs;
    state.packetId = message.packetId;
    state.counter = message.counter;
    const first = (property: BthomeValue['property']) =>
      message.values.find((value) => value.property === property);
    const counted = first('energyWh') ?? (this.#whPerCount === undefined ? undefined : first('count'));
    if (counted !== undefined && counted.value >= 0) this.#count(counted, atMs, sinceMs);
    for (const gauge of Object.keys(GAUGES) as Gauge[]) {
      const value = first(gauge)?.value;
      // What is fed back is no consumption, and gauges are whole numbers from 0 on.
      if (value !== undefined && atMs > state.lastMs) {
        this.#gauges[gauge].take(value < 0 ? null : Math.round(value), atMs);
      }
    }
    this.batteryPercent = first('batteryPercent')?.value ?? this.batteryPercent;
    state.lastMs = Math.max(state.lastMs, atMs);
    return 'new';
  }

  /** Stores what is pending: the server stops. */
  settle(): void {
    this.#index.settle();
    for (const gauge of Object.values(this.#gauges)) gauge.settle();
  }

  #verdict({ packetId, counter }: Bthome, atMs: EpochMs): BthomeTaken {
    const { packetId: lastId, counter: lastCounter, lastMs } = this.#state;
    if (atMs - lastMs > SILENCE_MS) return 'new';
    if (counter !== null && lastCounter !== null) {
      if (counter === lastCounter) return 'repeated';
      if (counter < lastCounter) return 'replay';
    }
    if (packetId === null || lastId === null || counter !== null) return 'new';
    const behind = (lastId - packetId + 256) % 256;
    return behind < PACKETS_BEHIND_MAX && behind > 0 ? 'repeated' : 'new';
  }

  #count({ property, value, max }: BthomeValue, atMs: EpochMs, sinceMs: number): void {
    const state = this.#state;
    const before = state.shown;
    state.shown = value;
    if (this.#index.state !== null && atMs <= this.#index.state.seenMs) {
      state.shown = before;
      return;
    }
    const whPerStep = property === 'energyWh' ? 1 : (this.#whPerCount ?? 1);
    const added = before === null ? null : rise({ before, value, max, whPerStep, sinceMs });
    const indexBefore = Math.floor(state.total * whPerStep);
    state.total += added ?? 0;
    const indexWh = Math.floor(state.total * whPerStep);
    const addedWh = added === null ? null : indexWh - indexBefore;
    const shownWh = property === 'energyWh' ? value : indexWh;
    this.#index.take({ indexWh: shownWh, addedWh, step: before === null ? 'first' : 'grew' }, atMs);
  }

  #seriesOf(quantity: TicSeries['quantity'], unit: TicSeries['unit']): TicSeries {
    return { source: this.source, quantity, unit, name: this.#name };
  }
}

/** By how much a counter rose; null where it began anew. One that fell may have gone past its end. */
function rise(of: {
  before: number;
  value: number;
  max: number;
  whPerStep: number;
  sinceMs: number;
}): number | null {
  const { before, value, max, whPerStep, sinceMs } = of;
  const most = Math.max(1, (POWER_W_MAX * Math.max(sinceMs, MINUTE_MS)) / HOUR_MS / whPerStep);
  const risen = value >= before ? value - before : value + max + 1 - before;
  return risen <= most ? risen : null;
}
