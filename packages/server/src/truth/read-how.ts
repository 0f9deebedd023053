import type { EpochMs } from '@kilowink/core/time';

/** A stretch of time, its end not included. */
export interface Range {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** How to read: as it was measured, or as corrections leave it. */
export interface ReadHow {
  readonly isRaw: boolean;
  /** How long the buckets are that those asked for are parts of; left out where they are none. */
  readonly stepMs?: number | undefined;
}
