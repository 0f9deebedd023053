// The plain model of what a series holds: a list of measurements, a list of what is recovered, and corrections that rewrite both
// lists one after the other. Slow, and with nothing in it but the rules as docs/design/truth.md and store.md write them.

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** A measurement, in Wh; one that a correction left nothing of is not in the list. */
export interface Piece {
  readonly startMs: number;
  readonly durationMs: number;
  readonly energyWh: number;
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
  /** How long its measurements lasted: one over an edge is in one bucket whole. */
  readonly measuredMs: number;
  readonly minW: number | null;
  readonly maxW: number | null;
}

/** The buckets between ascending edges. */
export function bucketsOf({ pieces, known }: Ledger, edges: readonly number[]): ModelBucket[] {
  const made = edges.slice(0, -1).map((fromMs, at) => ({
    ...{ fromMs, toMs: edges[at + 1] ?? fromMs, measuredWh: 0, recoveredWh: 0, measuredMs: 0 },
    ...{ minW: Number.POSITIVE_INFINITY, maxW: Number.NEGATIVE_INFINITY },
  }));
  for (const piece of pieces) {
    const rateW = (piece.energyWh * HOUR_MS) / piece.durationMs;
    for (const [at, share] of placesOf(piece, edges)) {
      const bucket = made[at];
      if (bucket === undefined) continue;
      bucket.measuredWh += piece.energyWh * share;
      bucket.measuredMs += piece.durationMs * share;
      bucket.minW = Math.min(bucket.minW, rateW);
      bucket.maxW = Math.max(bucket.maxW, rateW);
    }
  }
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

/** The energy of a range: measurements of up to a minute by their midpoint, longer ones and what is recovered by time. */
export function totalOf(
  { pieces, known }: Ledger,
  range: { readonly fromMs: number; readonly toMs: number },
): { energyWh: number; recoveredWh: number; measuredMs: number } {
  let [measuredWh, recoveredWh, measuredMs] = [0, 0, 0];
  for (const { startMs, durationMs, energyWh } of pieces) {
    const midMs = startMs + durationMs / 2;
    const isInside = midMs >= range.fromMs && midMs < range.toMs;
    const ownMs = { fromMs: startMs, toMs: startMs + durationMs };
    const share = durationMs > MINUTE_MS ? overlapMs(ownMs, range) / durationMs : Number(isInside);
    measuredWh += energyWh * share;
    measuredMs += durationMs * share;
  }
  for (const each of known)
    recoveredWh += (each.energyWh * overlapMs(each, range)) / (each.toMs - each.fromMs);
  return { energyWh: measuredWh + recoveredWh, recoveredWh, measuredMs };
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
  const sum = sumOf(inside.pieces) + sumOf(inside.known);
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
  return bucketsOf({ pieces: inside.pieces, known: [] }, edges).flatMap((cell) => {
    const lengthMs = cell.toMs - cell.fromMs;
    const missingMs = lengthMs - cell.measuredMs;
    // Less than a tenth is the edge of a window and no gap.
    if (missingMs < 0.1 * lengthMs) return [];
    return [{ fromMs: cell.fromMs, toMs: cell.toMs, energyWh: 0, missingMs }];
  });
}

/** What is in a range and what is not: measurements whole by their midpoint, what is recovered cut at both ends. */
function cut(ledger: Ledger, range: { readonly fromMs: number; readonly toMs: number }) {
  const { fromMs, toMs } = range;
  const isInside = ({ startMs, durationMs }: Piece) =>
    startMs + durationMs / 2 >= fromMs && startMs + durationMs / 2 < toMs;
  const parts = (from: number, to: number) =>
    ledger.known.flatMap((each) => {
      const part = { fromMs: Math.max(each.fromMs, from), toMs: Math.min(each.toMs, to) };
      if (part.fromMs >= part.toMs) return [];
      const share = (part.toMs - part.fromMs) / (each.toMs - each.fromMs);
      return [{ ...part, energyWh: each.energyWh * share }];
    });
  return {
    inside: { pieces: ledger.pieces.filter(isInside), known: parts(fromMs, toMs) },
    outside: {
      pieces: ledger.pieces.filter((piece) => !isInside(piece)),
      known: [...parts(Number.NEGATIVE_INFINITY, fromMs), ...parts(toMs, Number.POSITIVE_INFINITY)],
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

/** Which share of a measurement is in which bucket: all of it in that of its midpoint, if that is as long as it. */
function placesOf({ startMs, durationMs }: Piece, edges: readonly number[]): [at: number, share: number][] {
  const midMs = startMs + durationMs / 2;
  const holding = Math.min(Math.max(placeOf(edges, midMs), 0), edges.length - 2);
  const [fromMs, toMs] = [edges[holding] ?? 0, edges[holding + 1] ?? 0];
  if (durationMs <= toMs - fromMs) return midMs >= fromMs && midMs < toMs ? [[holding, 1]] : [];
  const own = { fromMs: startMs, toMs: startMs + durationMs };
  const places: [number, number][] = [];
  const last = placeOf(edges, own.toMs);
  for (let at = Math.max(0, placeOf(edges, startMs)); at <= last && at + 1 < edges.length; at += 1) {
    const sharedMs = overlapMs(own, { fromMs: edges[at] ?? 0, toMs: edges[at + 1] ?? 0 });
    if (sharedMs > 0) places.push([at, sharedMs / durationMs]);
  }
  return places;
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

function overlapMs(
  one: { readonly fromMs: number; readonly toMs: number },
  other: { readonly fromMs: number; readonly toMs: number },
): number {
  return Math.max(0, Math.min(one.toMs, other.toMs) - Math.max(one.fromMs, other.fromMs));
}
