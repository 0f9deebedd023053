import { assert } from '@kilowink/core/error';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import { MW_MS_PER_WH } from '../load/load.ts';
import {
  type Contract,
  type ContractName,
  createContract,
  EJP_END_MINUTE,
  EJP_START_MINUTE,
  type OffPeakHours,
  tempoDay,
} from './contract.ts';
import { DayRecord } from './day-record.ts';
import { createGrid, type Grid, type GridOptions, POWER_FACTOR } from './grid.ts';
import type { TicMode } from './group.ts';
import { createLocalClock, type LocalTime } from './local-clock.ts';
import type { MobilePeak, TicSnapshot } from './snapshot.ts';
import { createSpecialDays, type SpecialDays, type TempoColour } from './special-days.ts';

export interface TicMeterOptions extends GridOptions {
  readonly startMs: EpochMs;
  readonly contract: ContractName;
  readonly mode: TicMode;
  /** Subscribed (reference) power; 6 kVA, or 12 with three phases, by default. */
  readonly subscribedKva?: number;
  /** Whether the distributor has put it into producer mode; without, it keeps silent about what is injected. */
  readonly isProducer?: boolean;
  readonly offPeak?: OffPeakHours;
  readonly special?: SpecialDays;
  /** Twelve digits. */
  readonly serial?: string;
  /** Fourteen digits. */
  readonly prm?: string;
  /** Wh of the supplier indexes at `startMs`; the total drawn is their sum. Zero by default. */
  readonly startIndexesWh?: readonly number[];
  readonly injectedStartWh?: number;
  readonly isClockGood?: boolean;
}

/** A French meter with a customer output, on virtual time, and every count in it exact. */
export interface TicMeter {
  readonly atMs: EpochMs;
  readonly grid: Grid;
  /** Lets time pass until `toMs`, a whole number not before where it is. However time is cut up, the indexes are the same. */
  advance(toMs: EpochMs): void;
  /** Everything it would say now. */
  snapshot(): TicSnapshot;
  /** The distributor changes the output's mode. */
  setMode(mode: TicMode): void;
  /** A message of up to 16 characters, sent once (MSG2, standard mode). */
  showMessage(text: string): void;
  /** Tells it that a frame has gone out, so that what is sent once is not sent twice. */
  sent(): void;
}

/** How long it has been on the wall at its start, so that yesterday's peaks and the load curve are there. */
const LIVED_MS = 36 * HOUR_MS;
const TEMPO_TOLD_MINUTE = 20 * 60;
const EJP_NOTICE_MINUTES = 30;

export function createTicMeter(options: TicMeterOptions): TicMeter {
  return new Meter(options);
}

class Meter implements TicMeter {
  readonly grid: Grid;
  readonly #options: TicMeterOptions;
  readonly #clock = createLocalClock();
  readonly #special: SpecialDays;
  readonly #contract: Contract;
  readonly #tangent: number;
  #record = new DayRecord();
  #mode: TicMode;
  #atMs: EpochMs;
  #suppliedWh: number[] = Array.from({ length: 10 }, () => 0);
  #distributedWh = [0, 0, 0, 0];
  #injectedWh = 0;
  #drawnRest = 0;
  #injectedRest = 0;
  #reactive = [0, 0];
  #message: string | null = null;

  constructor(options: TicMeterOptions) {
    this.#options = options;
    this.grid = createGrid(options);
    this.#special = options.special ?? createSpecialDays(options.seed);
    this.#contract = createContract(options.contract, this.#special, options.offPeak);
    const powerFactor = options.powerFactor ?? POWER_FACTOR;
    this.#tangent = Math.sqrt(1 - powerFactor ** 2) / powerFactor;
    this.#mode = options.mode;
    this.#atMs = Math.floor((options.startMs - LIVED_MS) / HOUR_MS) * HOUR_MS;
    this.advance(options.startMs);
    this.#setIndexes(options.startIndexesWh ?? []);
  }

  get atMs(): EpochMs {
    return this.#atMs;
  }

  setMode(mode: TicMode): void {
    this.#mode = mode;
  }

  showMessage(text: string): void {
    this.#message = text.slice(0, 16).padEnd(16);
  }

  sent(): void {
    this.#message = null;
  }

  advance(toMs: EpochMs): void {
    assert(
      toMs >= this.#atMs && Number.isInteger(toMs),
      `a meter at ${this.#atMs} cannot advance to ${toMs}`,
    );
    while (this.#atMs < toMs) {
      const local = this.#clock(this.#atMs);
      const { netMw, untilMs } = this.grid.powersAt(this.#atMs);
      const endMs = Math.min(toMs, untilMs, this.#atMs + this.#untilChange(local));
      const durationMs = endMs - this.#atMs;
      const phases = this.grid.phasesAt(this.#atMs, netMw);
      const totalMw = netMw.reduce((sum, powerMw) => sum + powerMw, 0);
      const apparentVa = phases.reduce((sum, phase) => sum + phase.apparentVa, 0);
      this.#count(totalMw, durationMs, this.#contract.periodAt(local));
      // Two clocks agree on where ten minutes end, because offsets are whole hours.
      const end = this.#clock(endMs);
      this.#record.add({ local, durationMs, phases, netMw: totalMw, apparentVa }, end);
      this.#atMs = endMs;
    }
  }

  snapshot(): TicSnapshot {
    const options = this.#options;
    const local = this.#clock(this.#atMs);
    const phases = this.grid.phasesAt(this.#atMs, this.grid.powersAt(this.#atMs).netMw);
    const subscribedKva = options.subscribedKva ?? (options.phases === 1 ? 6 : 12);
    return {
      atMs: this.#atMs,
      local,
      isClockGood: options.isClockGood ?? true,
      mode: this.#mode,
      serial: options.serial ?? (options.phases === 1 ? '041961123456' : '041963123456'),
      prm: options.prm ?? '01234567890123',
      contract: this.#contract,
      period: this.#contract.periodAt(local),
      isProducer: options.isProducer ?? false,
      subscribedKva,
      cutOffKva: subscribedKva,
      suppliedWh: this.#suppliedWh,
      distributedWh: this.#distributedWh,
      drawnWh: this.#suppliedWh.reduce((sum, wh) => sum + wh, 0),
      injectedWh: this.#injectedWh,
      reactiveVarh: [this.#varh(0), 0, this.#varh(1), 0],
      phases,
      apparentVa: phases.reduce((sum, phase) => sum + phase.apparentVa, 0),
      today: this.#record.today,
      yesterday: this.#record.yesterday,
      curve: this.#record.curve,
      meanVoltages: this.#record.meanVoltages,
      ...this.#colours(local),
      mobilePeak: this.#mobilePeak(local),
      shortMessage: this.#message,
    };
  }

  #setIndexes(startWh: readonly number[]): void {
    this.#suppliedWh = this.#suppliedWh.map((_, i) => startWh[i] ?? 0);
    this.#distributedWh = [this.#suppliedWh.reduce((sum, wh) => sum + wh, 0), 0, 0, 0];
    this.#injectedWh = this.#options.injectedStartWh ?? 0;
    this.#drawnRest = 0;
    this.#injectedRest = 0;
    this.#reactive = [0, 0];
  }

  /** Milliseconds until tariff, ten minutes or the offset may change. */
  #untilChange(local: LocalTime): number {
    const tenMinutes = 600_000 - (local.localMs % 600_000);
    const next = this.#contract.changeMinutes.find((minute) => minute > local.minute) ?? 1440;
    return Math.min(tenMinutes, local.day * DAY_MS + next * MINUTE_MS - local.localMs);
  }

  /** A Wh goes whole to the period in which it is completed, so that the indexes always sum to the total. */
  #count(netMw: number, durationMs: number, period: number): void {
    const energy = Math.abs(netMw) * durationMs;
    const reactive = Math.round(Math.abs(netMw) * this.#tangent) * durationMs;
    if (netMw < 0) {
      this.#injectedRest += energy;
      const whole = Math.floor(this.#injectedRest / MW_MS_PER_WH);
      this.#injectedRest -= whole * MW_MS_PER_WH;
      this.#injectedWh += whole;
      this.#reactive[1] = (this.#reactive[1] ?? 0) + reactive / MW_MS_PER_WH;
      return;
    }
    this.#drawnRest += energy;
    const whole = Math.floor(this.#drawnRest / MW_MS_PER_WH);
    this.#drawnRest -= whole * MW_MS_PER_WH;
    this.#suppliedWh[period] = (this.#suppliedWh[period] ?? 0) + whole;
    const distributed = Math.min(period, 3);
    this.#distributedWh[distributed] = (this.#distributedWh[distributed] ?? 0) + whole;
    this.#reactive[0] = (this.#reactive[0] ?? 0) + reactive / MW_MS_PER_WH;
  }

  #varh(place: number): number {
    return Math.floor(this.#reactive[place] ?? 0);
  }

  /** Tomorrow's colour is told in the evening and kept until tomorrow begins, at six. */
  #colours(local: LocalTime): { tempoToday: TempoColour | null; tempoTomorrow: TempoColour | null } {
    if (this.#contract.name !== 'tempo') return { tempoToday: null, tempoTomorrow: null };
    const today = tempoDay(local);
    const isTold = local.minute >= TEMPO_TOLD_MINUTE || local.day > today;
    return {
      tempoToday: this.#special.tempoColour(today),
      tempoTomorrow: isTold ? this.#special.tempoColour(today + 1) : null,
    };
  }

  #mobilePeak(local: LocalTime): MobilePeak | null {
    if (this.#contract.name === 'ejp') return this.#ejpPeak(local);
    if (this.#contract.name !== 'tempo') return null;
    const { tempoToday, tempoTomorrow } = this.#colours(local);
    const isRunning = tempoToday !== 'blue';
    const colour = isRunning ? tempoToday : tempoTomorrow;
    if (colour !== 'white' && colour !== 'red') return null;
    const day = tempoDay(local) + (isRunning ? 0 : 1);
    const first = colour === 'white' ? 2 : 4;
    return {
      number: colour === 'white' ? 1 : 2,
      isRunning,
      start: { day, minute: 360 },
      end: { day: day + 1, minute: 360 },
      profile: [
        { minute: 0, period: first },
        { minute: 360, period: first + 1 },
        { minute: 1320, period: first },
      ],
    };
  }

  #ejpPeak(local: LocalTime): MobilePeak | null {
    const isNight = local.minute < EJP_END_MINUTE;
    const day = isNight ? local.day - 1 : local.day;
    const isNear = isNight || local.minute >= EJP_START_MINUTE - EJP_NOTICE_MINUTES;
    if (!isNear || !this.#special.isEjpDay(day)) return null;
    return {
      number: 1,
      isRunning: isNight || local.minute >= EJP_START_MINUTE,
      start: { day, minute: EJP_START_MINUTE },
      end: { day: day + 1, minute: EJP_END_MINUTE },
      profile: [{ minute: 0, period: 1 }],
    };
  }
}
