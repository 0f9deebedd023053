// The plain model of what a series holds: a list of measurements, a list of what is recovered, and corrections that rewrite both
// lists one after the other. Slow, and with nothing in it but the rules as docs/design/truth.md and store.md write them.

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Up to this long a measurement is whole in the minute of its midpoint, up to an hour in the hour. */
const IN_MINUTE_MS_MAX = 15 * SECOND_MS;

/** A measurement, in Wh, or the part of it from `fromMs` to `toMs`; one that a correction left nothing of is not in the list. */
export interface Piece {
  readonly startMs: number;
  readonly durationMs: number;
  /** Of the whole, were it all as this part is. */
  readonly energyWh: number;
  readonly fromMs?: number;
  readonly toMs?: number;
}

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Energy known of a stretch only as a whole: it is shared evenly by time. */
export interface Known {
  readonly fromMs: number;
  readonly toMs: number;
  readonly energyWh: number;
}

/** What a series holds. */
export interface Ledger {
  readonly pieces: readonly Piece[];
  readonly known: readonly Known[];
}

/** A correction in force; energies in Wh. */
export interface ModelCorrection {
  readonly id: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: 'bad' | 'scale' | 'total';
  readonly factor?: number | undefined;
  readonly energyWh?: number | undefined;
  readonly into?: 'shape' | 'gaps' | 'flat' | undefined;
}

/** One bucket of an answer. */
export interface ModelBucket {
  readonly fromMs: number;
  readonly toMs: number;
  /** Measured and recovered; null where nothing is known. */
  readonly energyWh: number | null;
  readonly recoveredWh: number;
  /** How long its measurements lasted: in short buckets in it, else all the time of those that it holds. */
  readonly measuredMs: number;
  /** What was measured in that time: over it, the mean. */
  readonly timedWh: number;
  readonly minW: number | null;
  readonly maxW: number | null;
}

/** The buckets between ascending edges; `stepMs`: how long those are that these are parts of. */
export function bucketsOf(
  { pieces, known }: Ledger,
  edges: readonly number[],
  stepMs = shortestOf(edges),
): ModelBucket[] {
  const made = edges.slice(0, -1).map((fromMs, at) => ({
    ...{ fromMs, toMs: edges[at + 1] ?? fromMs, measuredWh: 0, recoveredWh: 0, measuredMs: 0, timedWh: 0 },
    ...{ minW: Number.POSITIVE_INFINITY, maxW: Number.NEGATIVE_INFINITY },
  }));
  for (const piece of pieces) addPiece(made, piece, { edges, stepMs });
  for (const each of known) {
    const last = placeOf(edges, each.toMs);
    for (let at = Math.max(0, placeOf(edges, each.fromMs)); at <= last; at += 1) {
      const bucket = made[at];
      if (bucket === undefined) continue;
      bucket.recoveredWh += (each.energyWh * overlapMs(each, bucket)) / (each.toMs - each.fromMs);
    }
  }
  return made.map(({ measuredWh, ...bucket }) => {
    const isMeasured = bucket.measuredMs > 0;
    return {
      ...bucket,
      energyWh: isMeasured || bucket.recoveredWh > 0 ? measuredWh + bucket.recoveredWh : null,
      minW: isMeasured ? bucket.minW : null,
      maxW: isMeasured ? bucket.maxW : null,
    };
  });
}

/** A bucket that is being filled. */
interface Filling extends Range {
  measuredWh: number;
  measuredMs: number;
  timedWh: number;
  minW: number;
  maxW: number;
}

function addPiece(
  made: readonly Filling[],
  piece: Piece,
  { edges, stepMs }: { edges: readonly number[]; stepMs: number },
): void {
  const { startMs, durationMs, energyWh } = piece;
  const rateW = (energyWh * HOUR_MS) / durationMs;
  const last = placeOf(edges, startMs + durationMs);
  for (const bucket of made.slice(Math.max(0, placeOf(edges, startMs)), last + 1)) {
    const held = heldShare(piece, bucket);
    const measuredMs = stepMs < holdsMs(durationMs) ? lastedMs(piece, bucket) : durationMs * held;
    if (measuredMs <= 0) continue;
    bucket.measuredWh += energyWh * held;
    bucket.measuredMs += measuredMs;
    bucket.timedWh += (energyWh * measuredMs) / durationMs;
    bucket.minW = Math.min(bucket.minW, rateW);
    bucket.maxW = Math.max(bucket.maxW, rateW);
  }
}

/** How long the stretch is, from whole to whole, that holds such a measurement whole; 0 where it is shared by time. */
function holdsMs(durationMs: number): number {
  if (durationMs > HOUR_MS) return 0;
  return durationMs > IN_MINUTE_MS_MAX ? HOUR_MS : MINUTE_MS;
}

/** When what a measurement held counts: while it lasted, within the minute, or the hour, of its midpoint. */
function heldMsOf({ startMs, durationMs }: Piece): Range {
  const own = { fromMs: startMs, toMs: startMs + durationMs };
  const lengthMs = holdsMs(durationMs);
  if (lengthMs === 0) return own;
  const fromMs = Math.floor((startMs + durationMs / 2) / lengthMs) * lengthMs;
  return within(own, { fromMs, toMs: fromMs + lengthMs });
}

/** The share of a whole measurement that a part of it has in a range. */
function heldShare(piece: Piece, range: Range): number {
  const held = heldMsOf(piece);
  return overlapMs(within(held, boundsOf(piece)), range) / (held.toMs - held.fromMs);
}

function lastedMs(piece: Piece, range: Range): number {
  const { startMs, durationMs } = piece;
  return overlapMs(within({ fromMs: startMs, toMs: startMs + durationMs }, boundsOf(piece)), range);
}

function boundsOf({ fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY }: Piece): Range {
  return { fromMs, toMs };
}

const ALWAYS: Range = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/** What is left of each measurement, by start; one that nothing is left of is not there. */
export function leftOf(pieces: readonly Piece[]): Map<number, number> {
  const left = new Map<number, number>();
  for (const piece of pieces) {
    const share = heldShare(piece, ALWAYS);
    if (share > 0) left.set(piece.startMs, (left.get(piece.startMs) ?? 0) + piece.energyWh * share);
  }
  return left;
}

/** The energy of a range: that of its one bucket. */
export function totalOf(
  ledger: Ledger,
  { fromMs, toMs }: Range,
): { energyWh: number; recoveredWh: number; measuredMs: number } {
  const [only] = bucketsOf(ledger, [fromMs, toMs], Number.POSITIVE_INFINITY);
  if (only === undefined || fromMs >= toMs) return { energyWh: 0, recoveredWh: 0, measuredMs: 0 };
  return { energyWh: only.energyWh ?? 0, recoveredWh: only.recoveredWh, measuredMs: only.measuredMs };
}

/** What corrections leave, each over what those before it left. */
export function corrected(raw: Ledger, corrections: readonly ModelCorrection[]): Ledger {
  return corrections.reduce((ledger, each, at) => apply(ledger, each, corrections.slice(0, at)), raw);
}

function apply(ledger: Ledger, correction: ModelCorrection, earlier: readonly ModelCorrection[]): Ledger {
  const { inside, outside } = cut(ledger, correction);
  const { kind, factor = 1 } = correction;
  if (kind === 'bad') return outside;
  const made = kind === 'scale' ? scaled(inside, factor) : asTotal(inside, correction, earlier);
  return { pieces: [...outside.pieces, ...made.pieces], known: [...outside.known, ...made.known] };
}

function asTotal(inside: Ledger, correction: ModelCorrection, earlier: readonly ModelCorrection[]): Ledger {
  const { fromMs, toMs, energyWh = 0, into } = correction;
  const sum = measuredOf(inside.pieces) + sumOf(inside.known);
  const rest = energyWh - sum;
  if (into === 'gaps') {
    const recovered = sumOf(inside.known);
    const missing = gapsOf(inside, correction, earlier);
    const missingMs = missing.reduce((total, gap) => total + gap.missingMs, 0);
    if (rest < 0 && recovered + rest >= 0) {
      const { known } = scaled(inside, (recovered + rest) / recovered);
      return { pieces: inside.pieces, known };
    }
    if (rest >= 0 && missingMs > 0) {
      const added = missing.map((gap) => ({ ...gap, energyWh: (rest * gap.missingMs) / missingMs }));
      return { pieces: inside.pieces, known: [...inside.known, ...added] };
    }
  }
  if (into !== 'flat' && sum > 0) return scaled(inside, energyWh / sum);
  return { pieces: [], known: [{ fromMs, toMs, energyWh }] };
}

/** The time of a range in which nothing was measured, by the minute, or by the hour beyond a week, cut where corrections were made. */
function gapsOf(
  inside: Ledger,
  { fromMs, toMs }: ModelCorrection,
  earlier: readonly ModelCorrection[],
): (Known & { missingMs: number })[] {
  const stepMs = toMs - fromMs <= 7 * 24 * HOUR_MS ? MINUTE_MS : HOUR_MS;
  const inner = earlier.flatMap((each) => [each.fromMs, each.toMs]);
  for (let atMs = Math.floor(fromMs / stepMs) * stepMs + stepMs; atMs < toMs; atMs += stepMs)
    inner.push(atMs);
  const edges = [...new Set([fromMs, ...inner.filter((atMs) => atMs > fromMs && atMs < toMs), toMs])];
  edges.sort((one, other) => one - other);
  return bucketsOf({ pieces: inside.pieces, known: [] }, edges, Number.POSITIVE_INFINITY).flatMap((cell) => {
    const lengthMs = cell.toMs - cell.fromMs;
    const missingMs = lengthMs - cell.measuredMs;
    // Less than a tenth is the edge of a window and no gap.
    if (missingMs < 0.1 * lengthMs) return [];
    return [{ fromMs: cell.fromMs, toMs: cell.toMs, energyWh: 0, missingMs }];
  });
}

/** What is in a range and what is not: all of it is cut at both ends. */
function cut(ledger: Ledger, { fromMs, toMs }: Range) {
  const of = (range: Range): Ledger => ({
    pieces: ledger.pieces.flatMap((piece) => {
      if (lastedMs(piece, range) <= 0) return [];
      return [{ ...piece, ...within(boundsOf(piece), range) }];
    }),
    known: ledger.known.flatMap((each) => {
      const part = within(each, range);
      if (part.fromMs >= part.toMs) return [];
      return [{ ...part, energyWh: (each.energyWh * (part.toMs - part.fromMs)) / (each.toMs - each.fromMs) }];
    }),
  });
  const [before, after] = [of({ ...ALWAYS, toMs: fromMs }), of({ ...ALWAYS, fromMs: toMs })];
  return {
    inside: of({ fromMs, toMs }),
    outside: {
      pieces: [...before.pieces, ...after.pieces],
      known: [...before.known, ...after.known],
    },
  };
}

function scaled({ pieces, known }: Ledger, factor: number): Ledger {
  const times = <T extends { energyWh: number }>(each: T): T => ({
    ...each,
    energyWh: each.energyWh * factor,
  });
  return { pieces: pieces.map(times), known: known.map(times) };
}

/** The bucket that holds a moment: -1 before the first edge, the last edge's place behind the last. */
export function placeOf(edges: readonly number[], atMs: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function sumOf(all: readonly { readonly energyWh: number }[]): number {
  return all.reduce((sum, { energyWh }) => sum + energyWh, 0);
}

function measuredOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.energyWh * heldShare(piece, ALWAYS), 0);
}

/** The length of the shortest bucket between edges. */
export function shortestOf(edges: readonly number[]): number {
  return edges.reduce(
    (least, edge, at) => (at === 0 ? least : Math.min(least, edge - (edges[at - 1] ?? edge))),
    Number.POSITIVE_INFINITY,
  );
}

function within(one: Range, other: Range): Range {
  return { fromMs: Math.max(one.fromMs, other.fromMs), toMs: Math.min(one.toMs, other.toMs) };
}

function overlapMs(one: Range, other: Range): number {
  return Math.max(0, Math.min(one.toMs, other.toMs) - Math.max(one.fromMs, other.fromMs));
}
