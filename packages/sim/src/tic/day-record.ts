import { DAY_MS } from '@kilowink/core/time';
import type { LocalTime } from './local-clock.ts';
import type { CurvePoint, DayPeaks, Peak, PhaseState } from './snapshot.ts';

const HALF_HOUR_MS = 1_800_000;
const TEN_MINUTES_MS = 600_000;

/** A stretch of constant powers. */
export interface Piece {
  readonly local: LocalTime;
  readonly durationMs: number;
  readonly phases: readonly PhaseState[];
  /** Signed sums. */
  readonly netMw: number;
  readonly apparentVa: number;
}

/** What the meter remembers of today and yesterday besides its indexes: peaks, load curve, mean voltages. */
export class DayRecord {
  #day = Number.NaN;
  #today: DayPeaks = { drawn: [], injected: noPeak(0) };
  #yesterday: DayPeaks = { drawn: [], injected: noPeak(0) };
  #curve: CurvePoint[] = [];
  #drawnMwMs = 0;
  #injectedMwMs = 0;
  #voltMs: number[] = [];
  #tenMinutesMs = 0;
  #meanVoltages: { voltagesV: readonly number[]; at: LocalTime } | null = null;

  get today(): DayPeaks {
    return this.#today;
  }

  get yesterday(): DayPeaks {
    return this.#yesterday;
  }

  /** Newest first, two at most. */
  get curve(): readonly CurvePoint[] {
    return this.#curve;
  }

  get meanVoltages(): { voltagesV: readonly number[]; at: LocalTime } | null {
    return this.#meanVoltages;
  }

  /** Takes a piece in that does not go over a local multiple of ten minutes. `end` is the clock at its end. */
  add(piece: Piece, end: LocalTime): void {
    if (piece.local.day !== this.#day) this.#beginDay(piece);
    const drawn = [
      Math.max(0, piece.apparentVa),
      ...piece.phases.map((phase) => Math.max(0, phase.apparentVa)),
    ];
    this.#today = {
      drawn: this.#today.drawn.map((peak, i) => higher(peak, drawn[i] ?? 0, piece.local)),
      injected: higher(this.#today.injected, Math.max(0, -piece.apparentVa), piece.local),
    };
    this.#drawnMwMs += Math.max(0, piece.netMw) * piece.durationMs;
    this.#injectedMwMs += Math.max(0, -piece.netMw) * piece.durationMs;
    this.#voltMs = piece.phases.map((phase, i) => (this.#voltMs[i] ?? 0) + phase.voltageV * piece.durationMs);
    this.#tenMinutesMs += piece.durationMs;
    if (end.localMs % TEN_MINUTES_MS === 0) this.#endTenMinutes(end);
    if (end.localMs % HALF_HOUR_MS === 0) this.#endHalfHour(end);
  }

  #beginDay(piece: Piece): void {
    const { day } = piece.local;
    this.#yesterday = day === this.#day + 1 ? this.#today : noPeaks(day - 1, piece.phases.length);
    this.#today = noPeaks(day, piece.phases.length);
    this.#day = day;
  }

  #endTenMinutes(end: LocalTime): void {
    this.#meanVoltages = { voltagesV: this.#voltMs.map((sum) => sum / this.#tenMinutesMs), at: end };
    this.#voltMs = [];
    this.#tenMinutesMs = 0;
  }

  #endHalfHour(end: LocalTime): void {
    const point = {
      drawnW: this.#drawnMwMs / HALF_HOUR_MS / 1_000,
      injectedW: this.#injectedMwMs / HALF_HOUR_MS / 1_000,
      at: end,
    };
    this.#curve = [point, ...this.#curve.slice(0, 1)];
    this.#drawnMwMs = 0;
    this.#injectedMwMs = 0;
  }
}

function higher(peak: Peak, powerVa: number, at: LocalTime): Peak {
  return powerVa > peak.powerVa ? { powerVa, at } : peak;
}

function noPeak(day: number): Peak {
  return { powerVa: 0, at: { localMs: day * DAY_MS, day, minute: 0, isSummer: false } };
}

function noPeaks(day: number, phases: number): DayPeaks {
  return { drawn: Array.from({ length: phases + 1 }, () => noPeak(day)), injected: noPeak(day) };
}
