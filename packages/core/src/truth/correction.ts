import type { EpochMs } from '../time/index.ts';

/**
 * What a person (or a bound that physics sets) says of a stretch of a series. Nothing measured is changed: corrections
 * are a layer above it, in the order in which they were made, and each can be taken back.
 */
export type CorrectionKind =
  /** What was measured there is wrong: nothing was measured. */
  | { readonly kind: 'bad' }
  /** The stretch is multiplied, as a sensor that misses one flash in a hundred asks for 1.0101. */
  | { readonly kind: 'scale'; readonly factor: number }
  /**
   * The stretch holds so much energy, as two readings of the meter say. `shape` keeps the course of what was measured and
   * scales it; `gaps` keeps what was measured and puts the rest evenly where nothing was, as recovered; `flat` spreads
   * all of it evenly.
   */
  | { readonly kind: 'total'; readonly energy: number; readonly into: 'shape' | 'gaps' | 'flat' };

/** A correction of [`fromMs`, `toMs`); energies in the unit of the series. */
export type Correction = CorrectionKind & { readonly fromMs: EpochMs; readonly toMs: EpochMs };
