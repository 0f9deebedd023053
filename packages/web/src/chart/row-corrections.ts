import type { CorrectionInfo } from '@kilowink/api';
import type { TimeRange } from '@kilowink/core/tariff';
import { type Format, fill } from '../i18n/format.ts';

type Line = readonly [name: string, value: string];

/** What corrections say of a row, in the reader's words. */
export interface RowCorrections {
  readonly lines: readonly Line[];
  /** Whether one of them leaves the whole row out: then it was measured, and does not count. */
  readonly isLeftOut: boolean;
}

/** Says of [`fromMs`, `toMs`) what the corrections in force do to it: which part is left out and why, and whether any is corrected. */
export function describeCorrections(
  { fromMs, toMs }: TimeRange,
  corrections: readonly CorrectionInfo[],
  format: Format,
): RowCorrections {
  const met = corrections.filter(
    (each) => each.undoneMs === null && each.fromMs < toMs && each.toMs > fromMs,
  );
  const bad = met.filter(({ kind }) => kind === 'bad');
  const isWhole = bad.some((each) => each.fromMs <= fromMs && each.toMs >= toMs);
  const { tooltip, truth } = format.strings;
  const lines: Line[] = [];
  const [first] = bad;
  if (first !== undefined) {
    const part = bad.length > 1 ? fill(tooltip.stretches, { count: bad.length }) : format.fromTo(first);
    lines.push(isWhole ? ['', tooltip.leftOut] : [tooltip.leftOut, part]);
    const reasons = new Set(bad.map(({ origin, note }) => (origin === 'bound' ? truth.byBound : note)));
    const [reason] = reasons;
    if (reasons.size === 1 && reason) lines.push(['', shortened(reason)]);
  }
  if (met.length > bad.length) lines.push(['', truth.corrected]);
  return { lines, isLeftOut: isWhole };
}

/** The box that follows the pointer is one line a fact. */
const NOTE_LENGTH_MAX = 60;

function shortened(note: string): string {
  return note.length <= NOTE_LENGTH_MAX ? note : `${note.slice(0, NOTE_LENGTH_MAX - 1)}…`;
}
