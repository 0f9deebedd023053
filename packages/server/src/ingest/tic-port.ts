import type { Quantity, Unit } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';

/** What identifies a series of a meter. */
export interface TicSeries {
  /** `tic/<meter>`, `tic/<meter>/<LABEL>`, `tic/<meter>/phase1` … */
  readonly source: string;
  readonly quantity: Quantity;
  readonly unit: Unit;
  /** For people. */
  readonly name: string;
}

/** A value over a stretch of time. */
export interface TicSpan {
  readonly startMs: EpochMs;
  /** Not included; later than the start. */
  readonly endMs: EpochMs;
  /** A whole number ≥ 0 in the series' unit. */
  readonly value: number;
}

/** Kinds of events of a meter and its gateway. */
export type TicEventKind =
  | 'overload'
  | 'overloadEnd'
  | 'tariffPeriod'
  | 'tempoToday'
  | 'tempoTomorrow'
  | 'contractChange'
  | 'meterChange'
  | 'breaker'
  | 'clockDegraded'
  | 'sensorBoot'
  | 'firmwareUpdate';

export interface TicEvent {
  readonly source: string;
  readonly atMs: EpochMs;
  readonly kind: TicEventKind;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Where what a meter says is kept. */
export interface TicPort {
  /** False when a point with that start is there already, and nothing was kept. */
  addPoint(series: TicSeries, span: TicSpan): boolean;
  /** Energy known of a stretch in which nothing was measured; the value is above 0. */
  addRecovered(series: TicSeries, span: TicSpan): void;
  /** What an index showed. */
  addReading(series: TicSeries, reading: { readonly atMs: EpochMs; readonly indexWh: number }): void;
  addEvent(event: TicEvent): void;
}
