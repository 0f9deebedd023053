// The plain model of a measurement of several sensors: each UTC hour is taken from one of them.
import { bucketsOf, type Ledger, type ModelBucket, type Piece, placeOf, shortestOf } from './model-ledger.ts';

const HOUR_MS = 3_600_000;
/** Who measured less by no more than this is as good. */
const AS_GOOD = 0.02;

/** The buckets between edges; the better source first. */
export function joinedBuckets(
  ledgers: readonly Ledger[],
  edges: readonly number[],
  stepMs = shortestOf(edges),
): ModelBucket[] {
  const hours = hoursOf(edges[0] ?? 0, edges.at(-1) ?? 0);
  const chosen = chosenIn(ledgers, hours);
  const cells = [
    ...new Set([...edges, ...hours.filter((atMs) => atMs > (edges[0] ?? 0) && atMs < (edges.at(-1) ?? 0))]),
  ];
  cells.sort((one, other) => one - other);
  const parts = ledgers.map((ledger) => bucketsOf(ledger, cells, stepMs));
  return edges.slice(0, -1).map((fromMs, at) => {
    const toMs = edges[at + 1] ?? fromMs;
    const inside = cells.flatMap((cellMs, cell) => {
      if (cellMs < fromMs || cellMs >= toMs) return [];
      return parts[chosen[placeOf(hours, cellMs)] ?? -1]?.[cell] ?? [];
    });
    const known = inside.filter(({ energyWh }) => energyWh !== null);
    const of = (rates: (number | null)[]) => rates.filter((rate) => rate !== null);
    const [least, most] = [of(known.map(({ minW }) => minW)), of(known.map(({ maxW }) => maxW))];
    return {
      ...{ fromMs, toMs },
      energyWh: known.length === 0 ? null : known.reduce((sum, { energyWh }) => sum + (energyWh ?? 0), 0),
      recoveredWh: known.reduce((sum, { recoveredWh }) => sum + recoveredWh, 0),
      measuredMs: known.reduce((sum, { measuredMs }) => sum + measuredMs, 0),
      timedWh: known.reduce((sum, { timedWh }) => sum + timedWh, 0),
      minW: least.length === 0 ? null : Math.min(...least),
      maxW: most.length === 0 ? null : Math.max(...most),
    };
  });
}

/** The measurements of the sensor that each hour is taken from: in the hour of their midpoint. */
export function joinedPieces(ledgers: readonly Ledger[]): Piece[] {
  const all = ledgers.flatMap(({ pieces }) => pieces);
  if (all.length === 0) return [];
  const firstMs = Math.min(...all.map(({ startMs }) => startMs));
  const hours = hoursOf(firstMs, Math.max(...all.map(({ startMs, durationMs }) => startMs + durationMs)));
  const chosen = chosenIn(ledgers, hours);
  return ledgers.flatMap(({ pieces }, member) =>
    pieces.filter(({ startMs, durationMs }) => chosen[placeOf(hours, startMs + durationMs / 2)] === member),
  );
}

function hoursOf(fromMs: number, toMs: number): number[] {
  const first = Math.floor(fromMs / HOUR_MS);
  const count = Math.ceil(toMs / HOUR_MS) - first;
  return Array.from({ length: count + 1 }, (_, at) => (first + at) * HOUR_MS);
}

/** Which source each hour is taken from; undefined where none has anything. */
function chosenIn(ledgers: readonly Ledger[], hours: readonly number[]): (number | undefined)[] {
  const all = ledgers.map((ledger) => bucketsOf(ledger, hours));
  return hours.slice(0, -1).map((_, hour) => {
    const measuredMs = (each: ModelBucket[]) => Math.min(HOUR_MS, each[hour]?.measuredMs ?? 0);
    const best = Math.max(...all.map(measuredMs));
    const isGood = (each: ModelBucket[]) =>
      best > 0
        ? measuredMs(each) > 0 && measuredMs(each) >= best - AS_GOOD * HOUR_MS
        : each[hour]?.energyWh !== null;
    const found = all.findIndex(isGood);
    return found < 0 ? undefined : found;
  });
}
