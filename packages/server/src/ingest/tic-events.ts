import type { TempoColour, TicChange, TicReading } from '@kilowink/core/tic';
import { type EpochMs, MINUTE_MS } from '@kilowink/core/time';
import type { TicEvent, TicEventKind } from './tic-port.ts';

/** Where frames do not tell that an overload is over, it is when nothing was heard of it for so long. */
const OVERLOAD_FADES_MS = MINUTE_MS;

/** What is remembered of what a meter said last, across restarts too. */
export interface SaidState {
  overloadMs: EpochMs | null;
  overloadSeenMs: EpochMs | null;
  period: string | null;
  today: TempoColour | null;
  tomorrow: TempoColour | null;
  breaker: string | null;
  isClockDegraded: boolean | null;
  firmware: string | null;
}

/** A meter that has said nothing. */
export function nothingSaid(): SaidState {
  return {
    ...{ overloadMs: null, overloadSeenMs: null, period: null, today: null, tomorrow: null },
    ...{ breaker: null, isClockDegraded: null, firmware: null },
  };
}

/** Events are what differs from what was said before: each change is told once. */
export class TicChanges {
  readonly #source: string;
  readonly state: SaidState;

  constructor(source: string, state: SaidState) {
    this.#source = source;
    this.state = state;
  }

  /** What a reading says that is new. */
  take(reading: TicReading, atMs: EpochMs): TicEvent[] {
    return [
      ...this.#overload(reading, atMs),
      ...this.#tariff(reading, atMs),
      ...this.#clock(reading, atMs),
      ...this.#breaker(reading, atMs),
    ];
  }

  /** A change that the plausibility check found; null for that of one index, which is none of the meter. */
  change(change: TicChange, atMs: EpochMs): TicEvent | null {
    if (change.kind === 'indexChange') return null;
    return this.#event(change.kind, atMs, { from: change.from, to: change.to });
  }

  /** The gateway started. */
  boot(boot: { boot: number; reason: string | undefined }, atMs: EpochMs): TicEvent {
    return this.#event('sensorBoot', atMs, { boot: boot.boot, reason: boot.reason ?? null });
  }

  /** The gateway says what firmware it runs. */
  firmware(version: string, atMs: EpochMs): TicEvent[] {
    const { firmware: from } = this.state;
    this.state.firmware = version;
    if (from === null || from === version) return [];
    return [this.#event('firmwareUpdate', atMs, { from, to: version })];
  }

  #overload(reading: TicReading, atMs: EpochMs): TicEvent[] {
    const { state } = this;
    const { overload, complete, isShort, apparentPowerVa } = reading;
    if (overload !== null) {
      state.overloadSeenMs = atMs;
      if (state.overloadMs !== null) return [];
      state.overloadMs = atMs;
      return [this.#event('overload', atMs, { ...overload, apparentPowerVa })];
    }
    if (state.overloadMs === null) return [];
    const isFaded = atMs - (state.overloadSeenMs ?? state.overloadMs) > OVERLOAD_FADES_MS;
    if (!complete && !isShort && !isFaded) return [];
    const fromMs = state.overloadMs;
    state.overloadMs = null;
    state.overloadSeenMs = null;
    return [this.#event('overloadEnd', atMs, { fromMs })];
  }

  #tariff(reading: TicReading, atMs: EpochMs): TicEvent[] {
    const { state } = this;
    const { tariffPeriod, tariffName, tariffIndex, tempoToday, tempoTomorrow, complete } = reading;
    const events: TicEvent[] = [];
    const period = tariffPeriod ?? tariffName;
    if (period !== null && period !== state.period) {
      state.period = period;
      events.push(
        this.#event('tariffPeriod', atMs, { period: tariffPeriod, name: tariffName, index: tariffIndex }),
      );
    }
    if (tempoToday !== null && tempoToday !== state.today) {
      events.push(this.#event('tempoToday', atMs, { colour: tempoToday }));
    }
    if (tempoTomorrow !== null && tempoTomorrow !== state.tomorrow) {
      events.push(this.#event('tempoTomorrow', atMs, { colour: tempoTomorrow }));
    }
    // Two days of one colour are two events: between them the meter says for a while that it does not know.
    if (tempoToday !== null || complete) state.today = tempoToday;
    if (tempoTomorrow !== null || complete) state.tomorrow = tempoTomorrow;
    return events;
  }

  #clock(reading: TicReading, atMs: EpochMs): TicEvent[] {
    const { isClockDegraded } = this.state;
    const { clockDegraded, atMs: meterMs, status } = reading;
    if (meterMs === null && status === null) return [];
    this.state.isClockDegraded = clockDegraded;
    if (clockDegraded === (isClockDegraded ?? false)) return [];
    return [this.#event('clockDegraded', atMs, { isDegraded: clockDegraded })];
  }

  #breaker({ status }: TicReading, atMs: EpochMs): TicEvent[] {
    if (status === null || status.breaker === this.state.breaker) return [];
    const isFirst = this.state.breaker === null;
    this.state.breaker = status.breaker;
    if (isFirst && status.breaker === 'closed') return [];
    return [this.#event('breaker', atMs, { state: status.breaker })];
  }

  #event(kind: TicEventKind, atMs: EpochMs, data: Readonly<Record<string, unknown>>): TicEvent {
    return { source: this.#source, atMs, kind, data };
  }
}
