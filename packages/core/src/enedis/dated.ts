import type { EpochMs } from '../time/index.ts';

/** A row at the instant of its stamp. */
export interface Dated {
  readonly atMs: EpochMs;
  /** What the clock showed then, as if it were UTC: intervals are whole by it. */
  readonly wallMs: number;
  /** Null where nothing was measured: the row still tells where its neighbours end. */
  readonly value: number | null;
  /** How long its interval is, where the row says it. */
  readonly stepMs: number | null;
  /** Where its interval ends, where the row says it; `atMs` is where it begins then. */
  readonly endMs: EpochMs | null;
  /** Whether its value is none that can be: its time may be none either, and tells of no interval. */
  readonly isRubbish: boolean;
}
