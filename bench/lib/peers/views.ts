import type { TimeRange } from '@kilowink/core/tariff';
import { DAY_MS } from '@kilowink/core/time';
import { stepFor, tilesFor } from '../../../packages/web/src/data/tiles.ts';
import type { Question } from './peer.ts';

/** What the page asks for on a window 1,440 pixels wide. */
const ROWS = 1_750;
const SPAN_MS_MIN = 600_000;

/**
 * What someone looks at who zooms and pans through the extent at random, from the same seed each time: for each view the
 * tiles that the page asks for. The page keeps tiles and asks for most of them once; here all are asked for.
 */
export function zoomViews(
  extent: TimeRange,
  count: number,
  sensorOf: (view: number) => number,
): Question[][] {
  const random = randomFrom(7);
  const extentMs = extent.toMs - extent.fromMs;
  let spanMs = extentMs;
  let middleMs = extent.fromMs + extentMs / 2;
  const views: Question[][] = [];
  while (views.length < count) {
    const kind = random();
    if (kind < 0.5) spanMs = Math.max(SPAN_MS_MIN, spanMs / (1.5 + 3 * random()));
    else if (kind < 0.75) spanMs = Math.min(extentMs, spanMs * (1.5 + 6 * random()));
    if (kind < 0.9) middleMs += (random() - 0.5) * spanMs;
    else middleMs = extent.fromMs + random() * extentMs;
    middleMs = Math.min(extent.toMs - spanMs / 2, Math.max(extent.fromMs + spanMs / 2, middleMs));
    const range = { fromMs: middleMs - spanMs / 2, toMs: middleMs + spanMs / 2 };
    const step = stepFor(spanMs, ROWS);
    const sensor = sensorOf(views.length);
    views.push(tilesFor(step, range, extent).map(({ fromMs, toMs }) => ({ sensor, fromMs, toMs, step })));
  }
  return views;
}

/** The last whole day but one hundred, or but a third of what there is, so that it is in no program's newest files alone. */
export function someDay(extent: TimeRange): TimeRange {
  const days = Math.min(100, Math.floor((extent.toMs - extent.fromMs) / DAY_MS / 3));
  const toMs = Math.floor(extent.toMs / DAY_MS) * DAY_MS - days * DAY_MS;
  return { fromMs: toMs - DAY_MS, toMs };
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
