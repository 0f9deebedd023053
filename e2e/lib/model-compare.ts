// Everything the outside can see of a house, beside what the model says.
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { edgesOf } from './model-calendar.ts';
import { type ModelHouse, near } from './model-house.ts';
import { joinedBuckets, joinedPieces } from './model-joined.ts';
import { bucketsOf, type Ledger, leftOf, type ModelBucket, totalOf } from './model-ledger.ts';
import { compareReadings } from './model-readings.ts';
import { assertStandingLoads } from './model-standing.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Measurements of several sensors have ids from here on. */
const JOINED_ID_MIN = 1_000_000;
/** A thousandth is what buckets are told to; what one loses by that is due to the next, so that their sum is as exact. */
const ROUNDED = 0.001_01;
const ROUNDED_SUM = 0.000_51;
const PATIENCE_MS = 5_000;
/** So many are answered at once. */
const BUCKETS_MAX = 10_000;
const STEPS_OF_ALL = ['30min', '1h', '3h', '6h', '1d', '1w', '1mo', '1y'];
const STEPS_OF_SOME = ['5s', '10s', '30s', '1min', '5min', '15min'];

export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Columns {
  readonly start: readonly number[];
  readonly energyWh: readonly (number | null)[];
  readonly powerMeanW: readonly (number | null)[];
  readonly powerMinW: readonly (number | null)[];
  readonly powerMaxW: readonly (number | null)[];
  readonly coverage: readonly number[];
  readonly recoveredWh?: readonly number[];
  readonly powerW?: readonly (number | null)[];
}

/** One series as the outside sees it, and what the model says of it. */
interface Seen {
  readonly id: number;
  readonly range: Range;
  readonly of: (isRaw: boolean) => {
    buckets(edges: readonly number[]): ModelBucket[];
    total(range: Range): { energyWh: number; recoveredWh: number; measuredMs: number };
    /** What was measured, by start. */
    pieces(): Ledger['pieces'];
  };
}

/** All answers of all series, raw and corrected. */
export async function compareHouse(house: ModelHouse, cuts: readonly (readonly [number, number])[]) {
  await comparePage(house);
  await house.work();
  for (const seen of await allSeen(house)) {
    const ranges = cuts.map(([one, other]) => cutOf(seen.range, one, other));
    for (const isRaw of [true, false]) await compareReads(house, seen, { ranges, isRaw });
    await compareWindows(house, seen);
    if (seen.id < JOINED_ID_MIN) await assertStandingLoads(house, seen.id, seen.range);
  }
  await compareLists(house);
  await compareReadings(house);
}

async function compareReads(
  house: ModelHouse,
  seen: Seen,
  { ranges, isRaw }: { ranges: readonly Range[]; isRaw: boolean },
) {
  for (const range of [seen.range, ...ranges]) await compareTotal(house, seen, { range, isRaw });
  for (const step of STEPS_OF_ALL) await compareBuckets(house, seen, { range: seen.range, step, isRaw });
  for (const [at, step] of STEPS_OF_SOME.entries()) {
    const { fromMs, toMs } = ranges[at % ranges.length] ?? seen.range;
    const range = { fromMs, toMs: Math.min(toMs, fromMs + 6 * HOUR_MS) };
    if (fromMs < toMs) await compareBuckets(house, seen, { range, step, isRaw });
  }
}

/** Raw answers of all series, byte for byte. */
export async function rawAnswers(house: ModelHouse): Promise<string[]> {
  return Promise.all((await allSeen(house)).flatMap((seen) => textsOf(house, seen, 'raw=true')));
}

/** The same through corrections. */
export async function correctedAnswers(house: ModelHouse): Promise<string[]> {
  return Promise.all((await allSeen(house)).flatMap((seen) => textsOf(house, seen, 'raw=false')));
}

/** What is exported of each series: in short steps more than an export reads at once, and no more than the API answers. */
const EXPORTS = [
  { step: '1h', isRaw: false, lastMs: Number.POSITIVE_INFINITY },
  { step: '1d', isRaw: true, lastMs: Number.POSITIVE_INFINITY },
  { step: '1d', isRaw: false, lastMs: Number.POSITIVE_INFINITY },
  { step: '15min', isRaw: false, lastMs: 9_900 * 900_000 },
  { step: '5s', isRaw: false, lastMs: 9_900 * 5_000 },
];

/** `kilowink export` beside the API; the server was started anew, so that everything is in the file. */
export async function compareExports(house: ModelHouse): Promise<void> {
  for (const { id, range } of await allSeen(house)) {
    for (const { step, isRaw, lastMs } of EXPORTS) {
      const fromMs = Math.max(range.fromMs, range.toMs - lastMs);
      await compareExport(house, id, { step, isRaw, range: { fromMs, toMs: range.toMs } });
    }
    const lines = await house.site.export(id, ['--step', 'raw']);
    const { columns } = (await house.site.get(`/series/${id}/windows`)) as { columns: Columns };
    assert.deepEqual(
      lines
        .map((line) => line.split(','))
        .map(([start = '', , , energy]) => [Date.parse(start), Number(energy)]),
      columns.start.map((start, at) => [start, columns.energyWh[at]]),
    );
  }
}

async function compareExport(
  house: ModelHouse,
  id: number,
  { step, isRaw, range: { fromMs, toMs } }: { step: string; isRaw: boolean; range: Range },
) {
  const where = `export --step ${step} of series ${id}`;
  const { columns } = (await house.site.get(
    `/series/${id}/buckets?step=${step}&from=${fromMs}&to=${toMs}&raw=${isRaw}`,
  )) as { columns: Columns };
  const lines = await house.site.export(id, [
    ...['--step', step, '--from', String(fromMs), '--to', String(toMs)],
    ...(isRaw ? ['--uncorrected'] : []),
  ]);
  const told = lines.map((line) => line.split(','));
  assert.deepEqual(
    told.map(([start = '', , , energy = '', , , , coverage]) => [
      ...[Date.parse(start), energy, Number(coverage)],
    ]),
    columns.start.map((start, at) => [start, String(columns.energyWh[at] ?? ''), columns.coverage[at]]),
    where,
  );
  const powers = [columns.powerMeanW, columns.powerMinW, columns.powerMaxW];
  for (const [at, [, , , , ...texts]] of told.entries()) {
    for (const [of, column] of powers.entries()) {
      const powerW = texts[of] === '' ? null : Number(texts[of]);
      same(powerW, column[at] ?? null, { where, slack: 0.051 });
    }
  }
}

async function allSeen(house: ModelHouse): Promise<Seen[]> {
  const stored = await house.series();
  const single = stored.map(({ id, source, firstMs, lastMs }): Seen => {
    const [raw, left] = [house.raw(source), house.corrected(source, id)];
    return {
      ...{ id, range: { fromMs: firstMs, toMs: lastMs } },
      of: (isRaw) => {
        const ledger = isRaw ? raw : left;
        return {
          buckets: (edges) => bucketsOf(ledger, edges),
          total: (range) => totalOf(ledger, range),
          pieces: () => ledger.pieces,
        };
      },
    };
  });
  return [...single, ...(await joined(house, stored))];
}

async function joined(house: ModelHouse, stored: { id: number; source: string }[]): Promise<Seen[]> {
  const { series } = (await house.site.get('/series')) as {
    series: { id: number; members?: number[]; firstMs: number; lastMs: number }[];
  };
  return series.flatMap(({ id, members, firstMs, lastMs }): Seen[] => {
    if (members === undefined || firstMs === null) return [];
    const of = (isRaw: boolean) => {
      const ledgers = members.flatMap((member) => {
        const known = stored.find((each) => each.id === member);
        if (known === undefined) return [];
        return [isRaw ? house.raw(known.source) : house.corrected(known.source, member)];
      });
      return {
        buckets: (edges: readonly number[]) => joinedBuckets(ledgers, edges),
        total: (range: Range) => {
          const [only] = joinedBuckets(ledgers, [range.fromMs, range.toMs], Number.POSITIVE_INFINITY);
          return {
            ...{ energyWh: only?.energyWh ?? 0, recoveredWh: only?.recoveredWh ?? 0 },
            measuredMs: only?.measuredMs ?? 0,
          };
        },
        pieces: () => joinedPieces(ledgers),
      };
    };
    return [{ id, range: { fromMs: firstMs, toMs: lastMs }, of }];
  });
}

async function compareTotal(
  house: ModelHouse,
  seen: Seen,
  { range, isRaw }: { range: Range; isRaw: boolean },
) {
  const { fromMs, toMs } = range;
  if (fromMs >= toMs) return;
  const path = `/series/${seen.id}/total?from=${fromMs}&to=${toMs}&raw=${isRaw}`;
  const { energyWh, recoveredWh, coverage } = (await house.site.get(path)) as {
    energyWh: number;
    recoveredWh?: number;
    coverage: number;
  };
  const wanted = seen.of(isRaw).total(range);
  near(energyWh, wanted.energyWh, path);
  near(recoveredWh ?? 0, wanted.recoveredWh, `${path}, recovered`);
  near(coverage, Math.min(1, wanted.measuredMs / (toMs - fromMs)), `${path}, coverage`);
}

async function compareBuckets(
  house: ModelHouse,
  seen: Seen,
  { range, step, isRaw }: { range: Range; step: string; isRaw: boolean },
) {
  const edges = edgesOf(step, range, house.site.zone);
  if (edges.length > BUCKETS_MAX) return;
  const path = `/series/${seen.id}/buckets?step=${step}&from=${range.fromMs}&to=${range.toMs}&raw=${isRaw}`;
  const answer = (await house.site.get(path)) as { columns: Columns; fromMs: number; toMs: number };
  const { columns } = answer;
  assert.deepEqual([...columns.start, answer.toMs], edges, path);
  const wanted = seen.of(isRaw).buckets(edges);
  for (const [at, bucket] of wanted.entries()) compareBucket(columns, at, { bucket, path });
  const sum = columns.energyWh.reduce<number>((total, energyWh) => total + (energyWh ?? 0), 0);
  const wantedSum = wanted.reduce((total, { energyWh }) => total + (energyWh ?? 0), 0);
  near(sum, wantedSum, `${path}, all buckets`, ROUNDED_SUM);
  if (columns.powerW !== undefined && isRaw && seen.id < JOINED_ID_MIN) {
    compareArea(columns, wanted, { path, pieces: seen.of(isRaw).pieces() });
  }
}

function compareBucket(
  columns: Columns,
  at: number,
  { bucket, path }: { bucket: ModelBucket; path: string },
) {
  const where = `${path} at ${new Date(bucket.fromMs).toISOString()}`;
  same(columns.energyWh[at], bucket.energyWh, { where, slack: ROUNDED });
  near(columns.recoveredWh?.[at] ?? 0, bucket.recoveredWh, `${where}, recovered`, ROUNDED);
  const coverage = Math.min(1, bucket.measuredMs / (bucket.toMs - bucket.fromMs));
  near(columns.coverage[at] ?? Number.NaN, coverage, `${where}, coverage`, 0.000_051);
  const meanW = bucket.minW === null ? null : (bucket.timedWh * HOUR_MS) / bucket.measuredMs;
  const [least, mean, most] = [columns.powerMinW[at], columns.powerMeanW[at], columns.powerMaxW[at]];
  same(least, bucket.minW, { where: `${where}, least`, slack: 0.051 });
  same(mean, meanW, { where: `${where}, mean`, slack: 0.051 });
  same(most, bucket.maxW, { where: `${where}, most`, slack: 0.051 });
  const isBetween = (least ?? 0) <= (mean ?? 0) + 0.11 && (mean ?? 0) <= (most ?? 0) + 0.11;
  assert.ok(isBetween, `${where}: ${least} <= ${mean} <= ${most}`);
}

/** Equal but for rounding, or both unknown: missing is not zero. */
function same(
  actual: number | null | undefined,
  expected: number | null,
  { where, slack }: { where: string; slack: number },
): void {
  if (actual == null || expected === null) assert.equal(actual, expected, where);
  else near(actual, expected, where, slack);
}

/**
 * Under the curve, drawn over the very time that was measured, lies what was measured, within 1 Wh for each stretch without a gap.
 * At the ends of stretches, and of the range, the curve has its part of a window, and the bucket that of its midpoint, or by time.
 */
function compareArea(
  { powerW = [] }: Columns,
  wanted: readonly ModelBucket[],
  { path, pieces }: { path: string; pieces: Ledger['pieces'] },
): void {
  let [areaWh, measuredWh, slackWh] = [0, 0, 1];
  for (const [at, bucket] of wanted.entries()) {
    const lengthMs = bucket.toMs - bucket.fromMs;
    const inside = pieces.filter(
      ({ startMs, durationMs }) => startMs < bucket.toMs && startMs + durationMs > bucket.fromMs,
    );
    const drawnMs = inside.reduce((sum, { startMs, durationMs }) => {
      return sum + Math.min(startMs + durationMs, bucket.toMs) - Math.max(startMs, bucket.fromMs);
    }, 0);
    measuredWh += (bucket.energyWh ?? 0) - bucket.recoveredWh;
    areaWh += ((powerW[at] ?? 0) * drawnMs) / HOUR_MS;
    slackWh += (0.05 * lengthMs) / HOUR_MS;
    const isEnd = drawnMs < lengthMs || at === 0 || at === wanted.length - 1;
    if (isEnd) slackWh += 1 + inside.reduce((most, { energyWh }) => Math.max(most, energyWh), 0);
  }
  near(areaWh, measuredWh, `${path}: the area below the curve`, slackWh);
}

/** Single measurements add up to what was measured, raw and as left. */
async function compareWindows(house: ModelHouse, seen: Seen) {
  const { fromMs, toMs } = seen.range;
  const path = `/series/${seen.id}/windows?from=${fromMs - DAY_MS}&to=${toMs + DAY_MS}`;
  const answer = (await house.site.get(path)) as {
    columns: { start: number[]; energyWh: number[]; correctedWh?: (number | null)[] };
    truncated: boolean;
  };
  assert.equal(answer.truncated, false);
  const { start, energyWh, correctedWh } = answer.columns;
  const told = start.map((startMs, at) => [startMs, energyWh[at] ?? Number.NaN] as const);
  if (seen.id < JOINED_ID_MIN) assertSame(told, seen.of(true).pieces(), path);
  const left = start.flatMap((startMs, at) => {
    const each = correctedWh === undefined ? energyWh[at] : correctedWh[at];
    return each == null ? [] : [[startMs, each] as const];
  });
  assertSame(left, seen.of(false).pieces(), `${path}, as left`);
}

function assertSame(told: readonly (readonly [number, number])[], pieces: Ledger['pieces'], what: string) {
  const wanted = [...leftOf(pieces)].sort(([one], [other]) => one - other);
  assert.equal(told.length, wanted.length, `${what}: measurements`);
  for (const [at, [startMs, energyWh]] of wanted.entries()) {
    const [toldMs, toldWh] = told[at] ?? [0, 0];
    assert.equal(toldMs, startMs, what);
    near(toldWh, energyWh, `${what} at ${new Date(startMs).toISOString()}`);
  }
}

async function compareLists(house: ModelHouse) {
  for (const { id } of await house.series()) {
    const { corrections } = (await house.site.get(`/series/${id}/corrections`)) as {
      corrections: { id: number; fromMs: number; toMs: number; kind: string; undoneMs: number | null }[];
    };
    const plain = (each: {
      id: number;
      fromMs: number;
      toMs: number;
      kind: string;
      undoneMs: number | null;
    }) => [...[each.id, each.fromMs, each.toMs, each.kind, each.undoneMs]];
    assert.deepEqual(corrections.map(plain), house.corrections(id).map(plain));
  }
}

/** A page that was open all the time shows what one shows that is opened now. */
async function comparePage(house: ModelHouse) {
  const read = async (id: number, range: Range | null) => {
    const query = range === null ? '' : `?from=${range.fromMs}&to=${range.toMs}`;
    const { columns } = (await house.site.get(`/series/${id}/windows${query}`)) as {
      columns: { start: number[]; durationMs: number[]; energyWh: number[]; correctedWh?: (number | null)[] };
    };
    return new Map(
      columns.start.flatMap((startMs, at) => {
        const energyWh = columns.correctedWh === undefined ? columns.energyWh[at] : columns.correctedWh[at];
        return energyWh == null
          ? []
          : [[startMs, { durationMs: columns.durationMs[at] ?? 0, energyWh }] as const];
      }),
    );
  };
  const all = (await allSeen(house)).map(({ id }) => id);
  const giveUpMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const shown = await house.site.page.show(all, read);
    const wrong: string[] = [];
    for (const id of all) {
      const difference = differenceOf(shown.get(id) ?? new Map(), await read(id, null));
      if (difference !== null) wrong.push(`series ${id} on an open page: ${difference}`);
    }
    if (wrong.length === 0) return;
    assert.ok(performance.now() < giveUpMs, wrong.join('\n'));
    await wait(20);
  }
}

type Shown = ReadonlyMap<number, { readonly durationMs: number; readonly energyWh: number }>;

function differenceOf(shown: Shown, wanted: Shown): string | null {
  for (const [startMs, { energyWh }] of wanted) {
    const found = shown.get(startMs)?.energyWh;
    const isSame = found !== undefined && Math.abs(found - energyWh) < 1e-6 * (1 + Math.abs(energyWh));
    if (!isSame) return `${found} at ${new Date(startMs).toISOString()}, expected ${energyWh}`;
  }
  const extra = [...shown.keys()].find((startMs) => !wanted.has(startMs));
  return extra === undefined ? null : `something at ${new Date(extra).toISOString()}, expected nothing`;
}

function textsOf(house: ModelHouse, { id, range }: Seen, raw: string): Promise<string>[] {
  const { fromMs, toMs } = range;
  return ['1h', '1d', '1mo'].map((step) =>
    house.site.text(`/series/${id}/buckets?step=${step}&from=${fromMs}&to=${toMs}&${raw}`),
  );
}

function cutOf({ fromMs, toMs }: Range, one: number, other: number): Range {
  const at = (share: number) => Math.round(fromMs - HOUR_MS + share * (toMs - fromMs + 2 * HOUR_MS));
  return { fromMs: Math.min(at(one), at(other)), toMs: Math.max(at(one), at(other)) };
}
