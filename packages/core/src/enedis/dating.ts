import { createZoneSpans, type ZoneSpan } from '../import/index.ts';
import type { EpochMs } from '../time/index.ts';
import type { Stamp } from './stamps.ts';

const HOUR_MS = 3_600_000;
/** How many rows on each side of an hour that came twice tell whether rows are written twice. */
const BESIDE = 6;

/**
 * The instants of stamps, in their order; null for a reading that no clock showed and whose instant another row has.
 *
 * A stamp with an offset says all. Readings of a clock come twice on an autumn night: rows that stand together are of the
 * first pass until the clock steps back (as the file runs, forward or backward), then of the second; a reading that stands
 * there more often than its neighbours do is of both. On a spring night the readings of the hour that never was are what
 * somebody reckons who does not know of it: an hour later by the new time.
 */
export function dateInOrder(stamps: readonly Stamp[], zone: string): (EpochMs | null)[] {
  const spans = createZoneSpans(zone);
  const twice = new Map<number, { span: ZoneSpan; rows: number[] }>();
  const never: { row: number; span: ZoneSpan }[] = [];
  const instants = stamps.map(({ wallMs, offsetMs }, row): EpochMs | null => {
    if (offsetMs !== null) return wallMs - offsetMs;
    const span = spans.find(wallMs);
    if (span.kind === 'never') never.push({ row, span });
    if (span.kind === 'twice') {
      const known = twice.get(span.changeMs);
      if (known === undefined) twice.set(span.changeMs, { span, rows: [row] });
      else known.rows.push(row);
    }
    return span.kind === 'never' ? null : wallMs - span.offsetMs;
  });
  if (twice.size > 0) {
    const isBackward = runsBackward(stamps);
    for (const { span, rows } of twice.values()) new TwiceHour(stamps, span, isBackward).date(rows, instants);
  }
  if (never.length > 0) dateNever(stamps, never, instants);
  return instants;
}

/** The instants that a reading of the zone's clock may mean, the earlier first. */
export function instantsIn(zone: string): (wallMs: number) => readonly EpochMs[] {
  const spans = createZoneSpans(zone);
  return (wallMs) => {
    const span = spans.find(wallMs);
    if (span.kind === 'twice') return [wallMs - span.offsetMs, wallMs - span.laterOffsetMs];
    return [span.kind === 'never' ? neverMs(wallMs, span) : wallMs - span.offsetMs];
  };
}

/** One hour that a clock showed twice. */
class TwiceHour {
  readonly #stamps: readonly Stamp[];
  readonly #span: ZoneSpan;
  readonly #isBackward: boolean;

  constructor(stamps: readonly Stamp[], span: ZoneSpan, isBackward: boolean) {
    this.#stamps = stamps;
    this.#span = span;
    this.#isBackward = isBackward;
  }

  date(rows: readonly number[], instants: (EpochMs | null)[]): void {
    const second = new Set<number>();
    for (const run of runsOf(rows)) for (const row of this.#secondOf(run)) second.add(row);
    this.#partLone(rows, second);
    for (const row of second) instants[row] = this.#wall(row) - this.#span.laterOffsetMs;
  }

  /** The rows of the second pass among rows that stand together. */
  #secondOf(run: readonly number[]): number[] {
    const ordered = this.#isBackward ? run.toReversed() : run;
    const usual = this.#timesWritten(run);
    const groups = Map.groupBy(ordered, (row) => this.#wall(row));
    const back = ordered.findIndex(
      (row, at) => at > 0 && this.#wall(row) < this.#wall(ordered[at - 1] as number),
    );
    const stepsBack = new Set(back < 0 ? [] : ordered.slice(back));
    return [...groups.values()].flatMap((same) =>
      same.length > usual ? same.slice(Math.ceil(same.length / 2)) : same.filter((row) => stepsBack.has(row)),
    );
  }

  /** How often each reading stands in the rows beside a run. */
  #timesWritten(run: readonly number[]): number {
    const [first, last] = [run[0] as number, run.at(-1) as number];
    const beside = [
      ...this.#stamps.slice(Math.max(0, first - BESIDE), first),
      ...this.#stamps.slice(last + 1, last + 1 + BESIDE),
    ].map(({ wallMs }) => wallMs);
    return beside.length === 0 ? 1 : Math.round(beside.length / new Set(beside).size);
  }

  /** Where rows do not stand together, a reading that is there twice is of both passes, unless every reading is. */
  #partLone(rows: readonly number[], second: Set<number>): void {
    const { fromLocalMs, toLocalMs } = this.#span;
    const near = this.#stamps
      .map(({ wallMs }) => wallMs)
      .filter(
        (ms) =>
          (ms >= fromLocalMs - 2 * HOUR_MS && ms < fromLocalMs) ||
          (ms >= toLocalMs && ms < toLocalMs + 2 * HOUR_MS),
      );
    if (near.length > 1.5 * new Set(near).size) return;
    for (const same of Map.groupBy(rows, (row) => this.#wall(row)).values()) {
      if (same.length < 2 || same.some((row) => second.has(row))) continue;
      for (const row of this.#isBackward ? same.slice(0, -1) : same.slice(1)) second.add(row);
    }
  }

  #wall(row: number): number {
    return (this.#stamps[row] as Stamp).wallMs;
  }
}

/** Rows in runs without any between them. */
function runsOf(rows: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === row - 1) run.push(row);
    else runs.push([row]);
  }
  return runs;
}

function dateNever(
  stamps: readonly Stamp[],
  never: readonly { readonly row: number; readonly span: ZoneSpan }[],
  instants: (EpochMs | null)[],
): void {
  const taken = new Set(instants);
  for (const { row, span } of never) {
    const atMs = neverMs((stamps[row] as Stamp).wallMs, span);
    if (!taken.has(atMs)) instants[row] = atMs;
  }
}

/** A reading of the hour that never was, as a clock shows it that was not set forward. */
function neverMs(wallMs: number, { offsetMs, fromLocalMs, toLocalMs }: ZoneSpan): EpochMs {
  return wallMs - (offsetMs - (toLocalMs - fromLocalMs));
}

function runsBackward(stamps: readonly Stamp[]): boolean {
  let falls = 0;
  for (let index = 1; index < stamps.length; index += 1) {
    const [one, other] = [stamps[index - 1] as Stamp, stamps[index] as Stamp];
    falls += Math.sign(other.wallMs - one.wallMs);
  }
  return falls < 0;
}
