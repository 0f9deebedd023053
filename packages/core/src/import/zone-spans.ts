import { type EpochMs, HOUR_MS, toZoned } from '../time/index.ts';

/**
 * A stretch of naive local time (milliseconds as if the clock's reading were UTC) that one rule turns into instants.
 *
 * ```
 * autumn   01:00        02:00        03:00        spring   01:00        02:00        03:00
 *   plain ──┼─────────────┤             ├── plain    plain ──┼─────────────┤             ├── plain
 *                         ├── twice ────┤                                  ├── never ────┤
 * ```
 */
export interface ZoneSpan {
  readonly fromLocalMs: number;
  readonly toLocalMs: number;
  /**
   * `twice`: the clock showed these readings twice. `never`: it jumped over them; they come from subtracting seconds
   * across the change, so they mean an instant before it.
   */
  readonly kind: 'plain' | 'twice' | 'never';
  /** Subtract from the reading to get UTC; of the first pass where there are two. */
  readonly offsetMs: number;
  /** The same of the second pass; equal to `offsetMs` where there is one. */
  readonly laterOffsetMs: number;
  /** When the clock changed; NaN in a plain span. */
  readonly changeMs: EpochMs;
}

/** No zone is further than this from UTC. */
const REACH_MS = 26 * HOUR_MS;

/** Finds spans of one zone. Each change is asked of `Temporal` once; the rest is arithmetic. */
export interface ZoneSpans {
  /** The span that holds a reading of the clock. Asked span by span in a file's order, it costs next to nothing. */
  find(localMs: number): ZoneSpan;
}

export function createZoneSpans(zone: string): ZoneSpans {
  const known: ZoneSpan[] = [];
  return {
    find(localMs) {
      const span = known.find((each) => localMs >= each.fromLocalMs && localMs < each.toLocalMs);
      if (span !== undefined) return span;
      const made = findSpan(localMs, spansAround(localMs, zone));
      known.push(made);
      return made;
    },
  };
}

function findSpan(localMs: number, spans: readonly ZoneSpan[]): ZoneSpan {
  // Spans of special readings come before plain ones, for they overlap in a zone that changes twice within a day.
  const special = spans.find(
    (each) => each.kind !== 'plain' && localMs >= each.fromLocalMs && localMs < each.toLocalMs,
  );
  const plain = spans.find((each) => localMs >= each.fromLocalMs && localMs < each.toLocalMs);
  return special ?? plain ?? onlyThis(localMs, spans);
}

/** A reading that no span holds lies between two changes closer together than their jumps: it gets the last offset. */
function onlyThis(localMs: number, spans: readonly ZoneSpan[]): ZoneSpan {
  const offsetMs = spans.findLast((each) => each.fromLocalMs <= localMs)?.laterOffsetMs ?? 0;
  return plainSpan(localMs, localMs + 1, offsetMs);
}

interface Change {
  readonly atMs: EpochMs;
  readonly beforeMs: number;
  readonly afterMs: number;
}

function spansAround(localMs: number, zone: string): ZoneSpan[] {
  const spans: ZoneSpan[] = [];
  const first = toZoned(localMs - REACH_MS, zone);
  let offsetMs = first.offsetNanoseconds / 1e6;
  // What changes at that very instant has changed.
  const previous = first.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  let fromLocalMs = previous === null ? -Infinity : afterChange(changeAt(previous));
  for (const change of changesBetween(first, localMs + REACH_MS)) {
    spans.push(plainSpan(fromLocalMs, change.atMs + Math.min(change.beforeMs, change.afterMs), offsetMs));
    if (change.beforeMs !== change.afterMs) spans.push(specialSpan(change));
    fromLocalMs = afterChange(change);
    offsetMs = change.afterMs;
  }
  return spans;
}

function plainSpan(fromLocalMs: number, toLocalMs: number, offsetMs: number): ZoneSpan {
  return { fromLocalMs, toLocalMs, kind: 'plain', offsetMs, laterOffsetMs: offsetMs, changeMs: Number.NaN };
}

function specialSpan({ atMs, beforeMs, afterMs }: Change): ZoneSpan {
  const back = afterMs < beforeMs;
  return {
    fromLocalMs: atMs + Math.min(beforeMs, afterMs),
    toLocalMs: atMs + Math.max(beforeMs, afterMs),
    kind: back ? 'twice' : 'never',
    offsetMs: back ? beforeMs : afterMs,
    laterOffsetMs: afterMs,
    changeMs: atMs,
  };
}

function afterChange(change: Change): number {
  return change.atMs + Math.max(change.beforeMs, change.afterMs);
}

function changeAt(moment: Temporal.ZonedDateTime): Change {
  const atMs = moment.epochMilliseconds;
  const before = moment.subtract({ nanoseconds: 1 });
  return {
    atMs,
    beforeMs: before.offsetNanoseconds / 1e6,
    afterMs: moment.offsetNanoseconds / 1e6,
  };
}

/** The changes after `first`, up to the first one beyond `toMs`; a change at infinity closes a zone without more. */
function changesBetween(first: Temporal.ZonedDateTime, toMs: EpochMs): Change[] {
  const changes: Change[] = [];
  let moment = first.getTimeZoneTransition('next');
  while (moment !== null) {
    const change = changeAt(moment);
    changes.push(change);
    if (change.atMs > toMs) return changes;
    moment = moment.getTimeZoneTransition('next');
  }
  const offsetMs = toZoned(toMs, first.timeZoneId).offsetNanoseconds / 1e6;
  changes.push({ atMs: Infinity, beforeMs: offsetMs, afterMs: offsetMs });
  return changes;
}
