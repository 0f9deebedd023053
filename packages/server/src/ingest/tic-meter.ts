import type { MeterInfo } from '@kilowink/api';
import type { GatewayPast, GatewayVitals } from '@kilowink/core/gateway';
import { BreakerFilter, type IndexStep, TicPlausibility, type TicReading } from '@kilowink/core/tic';
import { type EpochMs, MINUTE_MS, SECOND_MS } from '@kilowink/core/time';
import { TicChanges } from './tic-events.ts';
import { GaugeTrack } from './tic-gauge.ts';
import { GatewayIdentity } from './tic-identity.ts';
import { type IndexState, IndexTrack } from './tic-index.ts';
import { describeMeter, type MeterLatest } from './tic-latest.ts';
import { pastMinutes } from './tic-past.ts';
import type { TicPort, TicSeries } from './tic-port.ts';
import { type MeterGauge, MeterSeries, type NamedMeter } from './tic-series.ts';
import { type TicState, ticSourceOf } from './tic-state.ts';
import { CLOCK_TOLERANCE_MS, FrameTimes } from './tic-time.ts';

/** A frame that came in. */
export interface TicInput {
  readonly reading: TicReading;
  /** By our clock. */
  readonly receivedMs: EpochMs;
  readonly way: MeterInfo['way'];
  /** What its gateway knows it by; null where nobody numbers frames. */
  readonly identity?: { readonly boot: number; readonly sequence: number } | null;
  /** How old it was when it was sent. */
  readonly ageMs?: number;
  readonly gatewayMs?: EpochMs | null;
  readonly vitals?: GatewayVitals | null;
  readonly past?: GatewayPast | null;
}

/** `new` was stored; a `repeated` or `late` one changed nothing but the count. */
export type TicTaken = 'new' | 'repeated' | 'late';

/** After a restart, and when a clock was set back, what may have been drawn is judged as over such a time. */
const RESUME_MS = 10 * MINUTE_MS;

/** One meter: its series, its events, what is known of it. Frames in, points out; the port keeps them. */
export class TicMeter {
  readonly counters = { frames: 0, repeated: 0, late: 0, held: 0 };
  readonly #meter: NamedMeter;
  readonly #series: MeterSeries;
  readonly #port: TicPort;
  readonly #times: FrameTimes;
  readonly #identity: GatewayIdentity;
  readonly #changes: TicChanges;
  readonly #indexes: Map<string, IndexTrack>;
  readonly #gauges = new Map<string, GaugeTrack>();
  #plausibility = new TicPlausibility();
  #state: TicState;
  #latest: MeterLatest | null = null;
  #breaker: BreakerFilter | null = null;
  #told: { readonly reading: TicReading; readonly gauges: readonly MeterGauge[] } | null = null;

  constructor(port: TicPort, meter: NamedMeter, state: TicState) {
    this.#port = port;
    this.#meter = meter;
    this.#series = new MeterSeries(meter);
    this.#state = state;
    this.#times = new FrameTimes(state.wasRight);
    this.#identity = new GatewayIdentity(state.boots);
    this.#changes = new TicChanges(ticSourceOf(meter.id), state.said);
    const known = Object.entries(state.indexes);
    this.#indexes = new Map(
      known.map(([label, index]) => [label, new IndexTrack(port, this.#series.index(label), index)]),
    );
    this.#resumePlausibility(0);
  }

  /** What must be kept to go on after a restart. */
  get state(): TicState {
    const indexes = [...this.#indexes].flatMap(([label, { state }]) =>
      state === null ? [] : [[label, state]],
    );
    const unheard = Object.entries(this.#state.gauges).filter(([key]) => !this.#gauges.has(key));
    const gauges = [...this.#gauges].flatMap(([key, { state }]) => (state === null ? [] : [[key, state]]));
    return {
      ...{ ...this.#state, wasRight: this.#times.wasRight, said: this.#changes.state },
      ...{ indexes: Object.fromEntries(indexes), gauges: Object.fromEntries([...unheard, ...gauges]) },
      boots: this.#identity.states,
    };
  }

  /** The latest that is known of it; null before its first frame since the server started. */
  get info(): MeterInfo | null {
    return this.#latest === null ? null : describeMeter(this.#meter, this.#latest, this.counters);
  }

  /** Every series that it may put something of this frame into. */
  seriesOf({ reading, vitals, past }: TicInput): TicSeries[] {
    const all = reading.registers.map(({ label }) => this.#series.index(label));
    if (reading.totalIndexWh !== null) all.push(this.#series.index('total'));
    if (reading.injectedIndexWh !== null) all.push(this.#series.index('injected'));
    for (const { series, value } of this.#gaugesOf(reading)) if (value !== null) all.push(series);
    if (vitals?.capacitorMinMv !== undefined) {
      all.push(this.#series.capacitor(vitals.capacitorMinMv).series);
    }
    if (past != null) all.push(this.#series.power);
    return all;
  }

  /** Asked for twice of each frame. */
  #gaugesOf(reading: TicReading): readonly MeterGauge[] {
    if (this.#told?.reading !== reading) this.#told = { reading, gauges: this.#series.gauges(reading) };
    return this.#told.gauges;
  }

  take(input: TicInput): TicTaken {
    const { reading, receivedMs, ageMs = 0 } = input;
    const taken = this.#takeIdentity(input);
    const arrivedMs = receivedMs - ageMs;
    const { lastMs } = this.#state;
    const meterMs = reading.clockDegraded ? null : reading.atMs;
    const gatewayMs = input.gatewayMs ?? null;
    const atMs = this.#times.choose({ arrivedMs, meterMs, gatewayMs, lastMs });
    if (taken !== 'repeated') this.#takePast(input, atMs + ageMs);
    if (taken !== 'new') {
      this.counters[taken] += 1;
      return taken;
    }
    this.counters.frames += 1;
    this.#watchClock(atMs);
    this.#keepVitals(input, atMs);
    this.#describe(input, atMs);
    if (this.#state.lastMs !== null && atMs <= this.#state.lastMs) return 'new';
    this.#keep(reading, atMs);
    this.#state = { ...this.#state, lastMs: atMs, way: input.way };
    return 'new';
  }

  /** Stores what is not stored yet; the meter is not heard any more. */
  settle(): void {
    for (const index of this.#indexes.values()) index.settle();
    for (const gauge of this.#gauges.values()) gauge.settle();
  }

  #takeIdentity({ identity, receivedMs, vitals }: TicInput): TicTaken {
    if (identity == null) return 'new';
    const before = this.#identity.lastBoot;
    const taken = this.#identity.takeFrame(identity.boot, identity.sequence);
    if (taken === 'new' && this.#identity.lastBoot !== before) {
      const { boot } = identity;
      this.#port.addEvent(this.#changes.boot({ boot, reason: vitals?.bootReason }, receivedMs));
    }
    return taken;
  }

  /** A clock that was set back far: time goes on from there, and with it what is pending. */
  #watchClock(atMs: EpochMs): void {
    const { lastMs } = this.#state;
    if (lastMs === null || lastMs - atMs <= CLOCK_TOLERANCE_MS) return;
    for (const index of this.#indexes.values()) index.moveTo(atMs - SECOND_MS);
    for (const gauge of this.#gauges.values()) gauge.settle();
    this.#state = { ...this.#state, lastMs: atMs - SECOND_MS };
    this.#resumePlausibility(RESUME_MS);
  }

  #keep(reading: TicReading, atMs: EpochMs): void {
    if (this.#state.meterId === null && reading.meterId !== null) {
      this.#state = { ...this.#state, meterId: reading.meterId };
      this.#resumePlausibility(0);
    }
    this.#expectRegisters(reading);
    const judged = this.#plausibility.judge(reading, atMs);
    this.counters.held += judged.held.length;
    for (const change of judged.changes) {
      const event = this.#changes.change(change, atMs);
      if (event !== null) this.#port.addEvent(event);
    }
    for (const { label, ...index } of judged.indexes) this.#takeIndex(label, index, atMs);
    const isOther = judged.held.some(({ reason }) => reason === 'otherMeter');
    if (isOther) return;
    this.#state = { ...this.#state, meterId: reading.meterId ?? this.#state.meterId };
    for (const gauge of this.#gaugesOf(reading)) {
      // What a frame of few groups does not tell goes on as it was; a whole one says by leaving it out that it is not known.
      if (gauge.value !== null || (reading.complete && !reading.isShort)) this.#takeGauge(gauge, atMs);
    }
    for (const event of this.#changes.take(reading, atMs)) this.#port.addEvent(event);
  }

  #takeIndex(
    label: string,
    index: { indexWh: number; addedWh: number | null; step: IndexStep },
    atMs: EpochMs,
  ): void {
    const known = this.#indexes.get(label);
    const track = known ?? new IndexTrack(this.#port, this.#series.index(label), this.#zeroState(index.step));
    if (known === undefined) this.#indexes.set(label, track);
    track.take(index, atMs);
  }

  /**
   * A meter in standard mode tells only of registers that ever counted: one that is new was at zero with the last frame,
   * and what it shows was drawn since. Frames of a gateway are far apart, so that would be lost otherwise.
   */
  #expectRegisters({ mode, registers, meterId }: TicReading): void {
    if (meterId === null || meterId !== this.#state.meterId) return;
    const total = this.#indexes.get('total')?.state ?? null;
    const isFirst = ![...this.#indexes.keys()].some((label) => label.startsWith('EASF'));
    if (mode !== 'standard' || total === null || isFirst) return;
    const unseen = registers.filter(({ label }) => !this.#indexes.has(label));
    if (unseen.length === 0) return;
    this.#plausibility.resume(
      meterId,
      unseen.map(({ label }) => ({ label, indexWh: 0, atMs: total.seenMs })),
    );
  }

  /** Where the energy of an index that was never seen begins: null where nothing says that it was at zero. */
  #zeroState(step: IndexStep): IndexState | null {
    const total = this.#indexes.get('total')?.state ?? null;
    if (step !== 'grew' || total === null) return null;
    const { seenMs } = total;
    return { fromMs: seenMs, pendingWh: 0, seenMs, indexWh: 0, readingMs: seenMs };
  }

  #takeGauge({ key, series, value }: MeterGauge, atMs: EpochMs): void {
    const known = this.#gauges.get(key);
    if (known === undefined && value === null && this.#state.gauges[key] === undefined) return;
    const track = known ?? new GaugeTrack(this.#port, series, this.#state.gauges[key] ?? null);
    if (known === undefined) this.#gauges.set(key, track);
    track.take(value, atMs);
  }

  #takePast({ past, identity }: TicInput, sentMs: EpochMs): void {
    if (past == null || identity == null) return;
    const series = this.#series.power;
    for (const { number, spans } of pastMinutes(past, sentMs)) {
      if (!this.#identity.takeMinute(identity.boot, number)) continue;
      for (const span of spans) this.#port.addPoint(series, span);
    }
  }

  #keepVitals({ vitals }: TicInput, atMs: EpochMs): void {
    if (vitals == null) return;
    if (vitals.firmware !== undefined) {
      for (const event of this.#changes.firmware(vitals.firmware, atMs)) this.#port.addEvent(event);
    }
    const { lastMs } = this.#state;
    const isLater = lastMs === null || atMs > lastMs;
    if (vitals.capacitorMinMv !== undefined && isLater) {
      this.#takeGauge(this.#series.capacitor(Math.max(0, vitals.capacitorMinMv)), atMs);
    }
  }

  #describe(input: TicInput, atMs: EpochMs): void {
    const { reading, receivedMs, ageMs = 0, way } = input;
    const before = this.#latest;
    const cutOffVa = reading.cutOffVa ?? reading.subscribedVa ?? before?.breakerVa ?? null;
    if (cutOffVa !== null && cutOffVa > 0 && cutOffVa !== before?.breakerVa) {
      this.#breaker = new BreakerFilter(cutOffVa, this.#breaker?.filtered);
    }
    const powerVa = reading.apparentPowerVa;
    const elapsedS = before === null ? 0 : Math.max(0, (atMs - before.frameMs) / 1_000);
    const lastVa = before?.reading.apparentPowerVa ?? null;
    if (lastVa !== null) this.#breaker?.add(lastVa, elapsedS);
    const { overload } = reading;
    const sinceMs = overload === null ? null : (this.#changes.state.overloadMs ?? atMs);
    this.#latest = {
      ...{ reading: mergeReading(before?.reading ?? null, reading), way, frameMs: atMs, receivedMs },
      breakerVa: cutOffVa,
      secondsUntilOpen: powerVa === null ? null : (this.#breaker?.secondsUntilOpen(powerVa) ?? null),
      overload: overload === null || sinceMs === null ? null : { sinceMs, ...overload },
      clockOffsetMs: reading.atMs === null ? null : reading.atMs - (receivedMs - ageMs),
      vitals: input.vitals ?? before?.vitals ?? null,
    };
  }

  #resumePlausibility(agoMs: number): void {
    const { meterId } = this.#state;
    this.#plausibility = new TicPlausibility();
    const known = [...this.#indexes].flatMap(([label, { state }]) =>
      state === null ? [] : [{ label, indexWh: state.indexWh, atMs: state.seenMs - agoMs }],
    );
    if (known.length > 0) this.#plausibility.resume(meterId ?? '', known);
  }
}

/** A short frame, or one of few labels, does not take away what the last long one told. */
function mergeReading(before: TicReading | null, reading: TicReading): TicReading {
  if (before === null || (reading.complete && !reading.isShort) || before.mode !== reading.mode)
    return reading;
  const told = Object.entries(reading).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return { ...before, overload: reading.overload, ...Object.fromEntries(told) };
}
