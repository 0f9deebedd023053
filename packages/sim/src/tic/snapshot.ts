import type { EpochMs } from '@kilowink/core/time';
import type { Contract } from './contract.ts';
import type { TicMode } from './group.ts';
import type { LocalTime } from './local-clock.ts';
import type { TempoColour } from './special-days.ts';

/** What one wire carries now. Apparent powers are positive when drawn, negative when injected. */
export interface PhaseState {
  readonly voltageV: number;
  readonly currentA: number;
  readonly apparentVa: number;
}

/** A highest value and when it was. */
export interface Peak {
  readonly powerVa: number;
  readonly at: LocalTime;
}

/** Highest values of a day: the total first, then the phases. */
export interface DayPeaks {
  readonly drawn: readonly Peak[];
  readonly injected: Peak;
}

/** A point of the load curve: mean active powers of a half-hour, and when it ended. */
export interface CurvePoint {
  readonly drawnW: number;
  readonly injectedW: number;
  readonly at: LocalTime;
}

/** A mobile peak that is announced or runs. */
export interface MobilePeak {
  /** 1 to 3. */
  readonly number: number;
  readonly isRunning: boolean;
  readonly start: { readonly day: number; readonly minute: number };
  readonly end: { readonly day: number; readonly minute: number };
  /** Its profile as PPOINTE says it. */
  readonly profile: readonly { readonly minute: number; readonly period: number }[];
}

/** Everything a frame says, as it is at one instant. */
export interface TicSnapshot {
  readonly atMs: EpochMs;
  readonly local: LocalTime;
  readonly isClockGood: boolean;
  readonly mode: TicMode;
  readonly serial: string;
  readonly prm: string;
  readonly contract: Contract;
  /** Index into the contract's periods. */
  readonly period: number;
  readonly isProducer: boolean;
  readonly subscribedKva: number;
  readonly cutOffKva: number;
  /** Wh of each of the ten supplier indexes. */
  readonly suppliedWh: readonly number[];
  /** Wh of each of the four distributor indexes. */
  readonly distributedWh: readonly number[];
  readonly drawnWh: number;
  readonly injectedWh: number;
  /** VArh of the four quadrants. */
  readonly reactiveVarh: readonly number[];
  /** One or three. */
  readonly phases: readonly PhaseState[];
  /** Signed sum of the phases. */
  readonly apparentVa: number;
  readonly today: DayPeaks;
  readonly yesterday: DayPeaks;
  readonly curve: readonly CurvePoint[];
  readonly meanVoltages: { readonly voltagesV: readonly number[]; readonly at: LocalTime } | null;
  readonly tempoToday: TempoColour | null;
  readonly tempoTomorrow: TempoColour | null;
  readonly mobilePeak: MobilePeak | null;
  readonly shortMessage: string | null;
}

/** Current above which a phase is over: the reference power at 200 V, shared by the phases. */
export function overCurrentA(subscribedKva: number, phases: number): number {
  return (subscribedKva * 1_000) / 200 / phases;
}
