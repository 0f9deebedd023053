import { COUNT_V2_MAX } from '../report/index.ts';

/**
 * Windows of a run that never came, with the cumulative counts around them, so that their energy is known though they
 * are not:
 *
 *   … known │ fromNumber … toNumber − 1 │ known …
 *           └ before                    └ after         energy = after − before
 *
 * No window inside is known. What comes later cuts the gap at its own ends, whose cumulative counts it brings along.
 */
export interface Gap {
  readonly fromNumber: number;
  /** Not included. */
  readonly toNumber: number;
  /** The cumulative count before the first and with the last of them. */
  readonly before: number;
  readonly after: number;
}

/** Windows that came, all from `first` to `last` (none where that is one less), with the cumulative counts before the first and with the last. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

/** Flashes in the windows of a gap. */
export function gapEnergy(gap: Gap): number {
  return gap.after - gap.before;
}

/** What is left of a gap once a stretch has come: none, one or two gaps. */
export function cutGap(gap: Gap, came: Stretch): Gap[] {
  if (came.last < gap.fromNumber || came.first >= gap.toNumber) return [gap];
  const left: Gap = { ...gap, toNumber: came.first, after: came.before };
  const right: Gap = { ...gap, fromNumber: came.last + 1, before: came.after };
  return [left, right].filter((part) => part.fromNumber < part.toNumber);
}

/** Whether windows can hold what a gap's cumulative counts say. */
export function isPossible(gap: Gap): boolean {
  const energy = gapEnergy(gap);
  return energy >= 0 && energy <= COUNT_V2_MAX * (gap.toNumber - gap.fromNumber);
}

/** Energy known of windows that never came. */
export interface RecoveredEnergy {
  readonly fromNumber: number;
  /** Not included. */
  readonly toNumber: number;
  /** Flashes (Wh). */
  readonly value: number;
}

/**
 * What is left of recovered energy whose cumulative counts are not remembered any more, once a stretch of it came: the
 * flashes that came are taken off, the rest is shared by the number of windows.
 */
export function cutRecovered(
  recovered: RecoveredEnergy,
  came: { first: number; last: number; value: number },
): RecoveredEnergy[] {
  const { fromNumber, toNumber, value } = recovered;
  const left = Math.max(0, Math.min(came.first, toNumber) - fromNumber);
  const right = Math.max(0, toNumber - Math.max(came.last + 1, fromNumber));
  if (left + right === 0) return [];
  const rest = Math.max(0, value - came.value);
  const leftValue = Math.round((rest * left) / (left + right));
  return [
    { fromNumber, toNumber: fromNumber + left, value: leftValue },
    { fromNumber: toNumber - right, toNumber, value: rest - leftValue },
  ].filter((part) => part.fromNumber < part.toNumber);
}
