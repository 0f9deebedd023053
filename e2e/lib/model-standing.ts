// The standing load is stated of days in which an hour was measured without a gap, and of no other; it is that hour's.
import assert from 'node:assert/strict';
import { edgesOf } from './model-calendar.ts';
import type { ModelHouse } from './model-house.ts';
import type { Piece } from './model-ledger.ts';

const HOUR_MS = 3_600_000;
/** No more days are answered at once than some sixty. */
const RANGE_MS_MAX = 1_400 * HOUR_MS;

export async function assertStandingLoads(
  house: ModelHouse,
  id: number,
  whole: { readonly fromMs: number; readonly toMs: number },
): Promise<void> {
  const range = { fromMs: Math.max(whole.fromMs, whole.toMs - RANGE_MS_MAX), toMs: whole.toMs };
  const path = `/series/${id}/standing-load?from=${range.fromMs}&to=${range.toMs}`;
  const { days } = (await house.site.get(path)) as {
    days: {
      fromMs: number;
      toMs: number;
      powerW: number | null;
      quietestMs: number | null;
      uncertaintyW: number;
    }[];
  };
  const edges = edgesOf('1d', range, house.site.zone);
  assert.deepEqual([...days.map(({ fromMs }) => fromMs), days.at(-1)?.toMs ?? edges.at(-1)], edges, path);
  const { source } = (await house.series()).find((each) => each.id === id) ?? assert.fail(path);
  const gone = house.inForce(id).filter(({ kind }) => kind !== 'scale');
  const pieces = house.raw(source).pieces.filter(({ startMs, durationMs }) => {
    const midMs = startMs + durationMs / 2;
    return gone.every(({ fromMs, toMs }) => midMs < fromMs || midMs >= toMs);
  });
  for (const { fromMs, toMs, powerW, quietestMs } of days) {
    const where = `${path}: ${new Date(fromMs).toISOString()}`;
    const inside = pieces.filter(({ startMs }) => startMs >= fromMs && startMs < toMs);
    const stretches = stretchesOf(inside);
    // In longer measurements no hour is told apart.
    const isFine = inside.every(({ durationMs }) => durationMs <= HOUR_MS / 2);
    const hasHour = isFine && stretches.some((each) => each.toMs - each.fromMs >= 1.1 * HOUR_MS);
    if (powerW === null) {
      assert.ok(!hasHour, `${where}: an hour was measured, and there is no standing load`);
      continue;
    }
    const atMs = quietestMs ?? Number.NaN;
    const isCovered = stretches.some((each) => each.fromMs <= atMs + 1 && each.toMs >= atMs + HOUR_MS - 1);
    assert.ok(isCovered, `${where}: the hour from ${new Date(atMs).toISOString()} was not measured`);
    assert.ok(powerW >= 0, where);
  }
}

/** Stretches without a gap. */
function stretchesOf(pieces: readonly Piece[]): { fromMs: number; toMs: number }[] {
  const made: { fromMs: number; toMs: number }[] = [];
  for (const { startMs, durationMs } of pieces.toSorted((one, other) => one.startMs - other.startMs)) {
    const last = made.at(-1);
    if (last !== undefined && startMs - last.toMs <= durationMs / 2) last.toMs = startMs + durationMs;
    else made.push({ fromMs: startMs, toMs: startMs + durationMs });
  }
  return made;
}
