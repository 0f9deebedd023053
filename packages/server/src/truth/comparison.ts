import type { CompareAnswer, ComparedPeriod, Disagreement } from '@kilowink/api';
import { PERIODS_MAX } from '@kilowink/api';
import { UNITS_PER_WH } from '@kilowink/core/series';
import { bucketEdges, DAY_MS, type EpochMs, findStep, toZoned } from '@kilowink/core/time';
import {
  compare,
  periodsBetween,
  type ReferencePeriod,
  SUBSCRIBED_VA_MAX,
  steadyLimitW,
} from '@kilowink/core/truth';
import type { Reading, SeriesInfo } from '@kilowink/store';
import { serverError } from '../errors.ts';
import { coarsenessWh } from './coarseness.ts';
import type { EnergyReader } from './energy-reader.ts';
import type { Range, ReadHow } from './read-how.ts';
import { readingsOf, shownOf } from './readings.ts';

/** What to compare with what. */
export interface AskedComparison extends Range, ReadHow {
  readonly by: CompareAnswer['by'];
  /** The series that is the reference; null for the readings of the meter. */
  readonly reference: SeriesInfo | null;
}

/** What of the site a comparison needs. */
export interface ComparisonSite {
  readonly zone: string;
  readonly subscribedVa: number | null;
}

/** Another series may be off by its rounding, and by this share of itself: two meters never agree to the Wh. */
const OTHER_TOLERANCE_WH = 2;
const OTHER_TOLERANCE_SHARE = 0.002;

/** A period of another series counts when nearly all of it is there. */
const OTHER_COVERAGE_MIN = 0.99;

/** Two sensors of one meter differ when a day differs by more than this. */
const DISAGREEMENT_WH = 20;
const DISAGREEMENT_SHARE = 0.01;
const DISAGREEMENT_COVERAGE_MIN = 0.95;

/** Factors beyond this are no calibration. */
const FACTOR_MAX = 10;

/** Compares a series with the readings of its meter, or with another series. Throws `compare/too-many`. */
export function compareSeries(
  reader: EnergyReader,
  series: SeriesInfo,
  { asked, site }: { asked: AskedComparison; site: ComparisonSite },
): CompareAnswer {
  const powerMaxW = steadyLimitW(site.subscribedVa ?? SUBSCRIBED_VA_MAX);
  const periods = (
    asked.reference === null
      ? periodsOfReadings(reader, series, { asked, zone: site.zone })
      : periodsOfSeries(reader, asked.reference, { asked, zone: site.zone })
  ).filter(({ fromMs, toMs }) => fromMs >= asked.fromMs && toMs <= asked.toMs);
  if (periods.length > PERIODS_MAX) {
    throw serverError('compare/too-many', { count: periods.length, max: PERIODS_MAX });
  }
  const compared = periods.map((period) => comparePeriod(reader, series, { period, powerMaxW, how: asked }));
  return {
    series: series.id,
    with: asked.reference?.id ?? null,
    by: asked.by,
    powerMaxW: Math.round(powerMaxW),
    periods: compared,
    whole: wholeOf(compared, powerMaxW),
    disagreements: disagreementsOf(reader, series, { range: asked, zone: site.zone }),
  };
}

/** Periods whose drifts are as alike as this are one fault: a sensor that was moved, or sees too little. */
const ALIKE_SHARE = 0.02;

/**
 * The stretches to correct, each with what is offered for it: neighbouring periods of one fault together, so that those that
 * agree stay as they are; the whole, where it takes all periods to see that something is wrong.
 */
export function faultStretches({ periods, whole, powerMaxW }: CompareAnswer): ComparedPeriod[] {
  const stretches: ComparedPeriod[] = [];
  for (const period of periods.filter(({ offered }) => offered !== null)) {
    const last = stretches.at(-1);
    const joined = last === undefined ? null : joinedWith(last, period, powerMaxW);
    if (joined === null) stretches.push(period);
    else stretches[stretches.length - 1] = joined;
  }
  if (stretches.length > 0) return stretches;
  return whole === null || whole.offered === null ? [] : [whole];
}

function joinedWith(one: ComparedPeriod, next: ComparedPeriod, powerMaxW: number): ComparedPeriod | null {
  const isOneFault =
    one.toMs === next.fromMs &&
    one.verdict === next.verdict &&
    one.verdict !== 'gaps' &&
    Math.abs((one.driftShare ?? 0) - (next.driftShare ?? 0)) <= ALIKE_SHARE;
  const joined = isOneFault ? wholeOf([one, next], powerMaxW) : null;
  return joined?.verdict === one.verdict ? joined : null;
}

/** What was measured between two readings; null where the second is of another meter. */
export function compareReadings(
  reader: EnergyReader,
  series: SeriesInfo,
  { readings, subscribedVa }: { readings: readonly [Reading, Reading]; subscribedVa: number | null },
): ComparedPeriod | null {
  const [period] = periodsBetween(shownOf(readings));
  if (period === undefined) return null;
  const powerMaxW = steadyLimitW(subscribedVa ?? SUBSCRIBED_VA_MAX);
  return comparePeriod(reader, series, { period, powerMaxW, how: { isRaw: false } });
}

/** The days within the range on which the sources of a measurement differ; none of any other series. */
export function disagreementsOf(
  reader: EnergyReader,
  series: SeriesInfo,
  { range, zone }: { range: Range; zone: string },
): Disagreement[] {
  const measurement = reader.measurementOf(series.id);
  const edges = measurement === null ? null : calendarEdges(range, 'day', zone);
  if (measurement === null || edges === null || measurement.members.length < 2) return [];
  const days = measurement.members.map((member) => ({
    member,
    buckets: reader.buckets(member, edges, { isRaw: false }),
    perWh: UNITS_PER_WH[member.unit],
  }));
  return Array.from({ length: edges.length - 1 }, (_, day): Disagreement => {
    const of = days.map(({ member, buckets, perWh }) => ({
      series: member.id,
      energyWh: (buckets.sums[day] || 0) / perWh,
      coverage: Math.min(1, (buckets.validMs[day] ?? 0) / (buckets.lengthsMs[day] ?? 1)),
    }));
    // The best of those that are compared: one that measured an hour of the day is no measure of it.
    const best = of.find(isWholeDay);
    const toleranceWh = Math.max(DISAGREEMENT_WH, (best?.energyWh ?? 0) * DISAGREEMENT_SHARE);
    return { fromMs: edges[day] ?? 0, toMs: edges[day + 1] ?? 0, toleranceWh, of };
  }).filter(({ of, toleranceWh }) => {
    const whole = of.filter(isWholeDay);
    const energies = whole.map(({ energyWh }) => energyWh);
    return whole.length > 1 && Math.max(...energies) - Math.min(...energies) > toleranceWh;
  });
}

function isWholeDay({ coverage }: Disagreement['of'][number]): boolean {
  return coverage >= DISAGREEMENT_COVERAGE_MIN;
}

/** More than that nobody looks through one by one, as a meter that tells its own index every hour makes. */
const READINGS_MAX = 100;
const DAYS_READABLE_MS = 45 * DAY_MS;
const WEEKS_READABLE_MS = 400 * DAY_MS;

/** By what readings are compared where nobody says it: each by itself, or where there are many by what makes a page of periods. */
export function usualPeriod(reader: EnergyReader, series: SeriesInfo, range: Range): CompareAnswer['by'] {
  const readings = readingsOf(reader, series, { fromMs: range.fromMs, toMs: range.toMs + 1 });
  if (readings.length <= READINGS_MAX) return 'reading';
  const spanMs = (readings.at(-1)?.atMs ?? 0) - (readings[0]?.atMs ?? 0);
  if (spanMs <= DAYS_READABLE_MS) return 'day';
  return spanMs <= WEEKS_READABLE_MS ? 'week' : 'month';
}

function periodsOfReadings(
  reader: EnergyReader,
  series: SeriesInfo,
  { asked, zone }: { asked: AskedComparison; zone: string },
): ReferencePeriod[] {
  const readings = shownOf(readingsOf(reader, series));
  const { by } = asked;
  if (by === 'reading') return periodsBetween(readings);
  // The first reading of each day or month stands for its beginning; the latest one closes the last period.
  const firsts = [...Map.groupBy(readings, ({ atMs }) => periodName(atMs, by, zone)).values()].flatMap(
    ([first]) => first ?? [],
  );
  const last = readings.at(-1);
  return periodsBetween(last === undefined || firsts.at(-1) === last ? firsts : [...firsts, last]);
}

function periodsOfSeries(
  reader: EnergyReader,
  reference: SeriesInfo,
  { asked, zone }: { asked: AskedComparison; zone: string },
): ReferencePeriod[] {
  const extent = { fromMs: reference.firstMs ?? 0, toMs: reference.lastMs ?? 0 };
  const range = { fromMs: Math.max(asked.fromMs, extent.fromMs), toMs: Math.min(asked.toMs, extent.toMs) };
  const edges = calendarEdges(range, asked.by === 'reading' ? 'day' : asked.by, zone);
  if (edges === null) return [];
  const { sums, validMs, lengthsMs } = reader.buckets(reference, edges, { isRaw: false });
  const ownWh = OTHER_TOLERANCE_WH + coarsenessWh(reader, reference, range);
  return Array.from(sums, (sum, at): ReferencePeriod & { coverage: number } => {
    const energyWh = sum / UNITS_PER_WH[reference.unit];
    return {
      ...{ fromMs: edges[at] ?? 0, toMs: edges[at + 1] ?? 0, energyWh },
      toleranceWh: ownWh + energyWh * OTHER_TOLERANCE_SHARE,
      coverage: Math.min(1, (validMs[at] ?? 0) / (lengthsMs[at] ?? 1)),
    };
  })
    .filter(({ coverage }) => coverage >= OTHER_COVERAGE_MIN)
    .map(({ coverage: _, ...period }) => period);
}

function comparePeriod(
  reader: EnergyReader,
  series: SeriesInfo,
  { period, powerMaxW, how }: { period: ReferencePeriod; powerMaxW: number; how: ReadHow },
): ComparedPeriod {
  const { sum, recoveredSum, validMs } = reader.total(series, period, how);
  const perWh = UNITS_PER_WH[series.unit];
  // A factor leaves crumbs far below a Wh.
  const measured = {
    energyWh: roundedWh(sum / perWh),
    recoveredWh: roundedWh(recoveredSum / perWh),
    validMs,
  };
  return describe(period, measured, { powerMaxW, measuredMs: validMs });
}

/**
 * All periods together; their tolerances do not add where they meet, so the greatest one stands. Where time between them is compared
 * with nothing, no total of it is known, and a factor alone is offered.
 */
function wholeOf(periods: readonly ComparedPeriod[], powerMaxW: number): ComparedPeriod | null {
  const [first] = periods;
  if (first === undefined) return null;
  const sumOf = (pick: (period: ComparedPeriod) => number) =>
    periods.reduce((sum, each) => sum + pick(each), 0);
  const validMs = sumOf(({ coverage, fromMs, toMs }) => coverage * (toMs - fromMs));
  const lengthMs = sumOf(({ fromMs, toMs }) => toMs - fromMs);
  const toMs = periods.at(-1)?.toMs ?? first.toMs;
  const period: ReferencePeriod = {
    ...{ fromMs: first.fromMs, toMs },
    energyWh: sumOf(({ referenceWh }) => referenceWh),
    toleranceWh: Math.max(...periods.map(({ toleranceWh }) => toleranceWh)),
  };
  const measured = {
    energyWh: sumOf(({ measuredWh }) => measuredWh),
    recoveredWh: sumOf(({ recoveredWh }) => recoveredWh),
    // Time between periods is compared with nothing: it is no gap.
    validMs: validMs + (toMs - first.fromMs - lengthMs),
  };
  const whole = describe(period, measured, { powerMaxW, measuredMs: measured.validMs });
  const isParted = toMs - first.fromMs > lengthMs;
  return isParted && whole.offered?.kind !== 'scale' ? { ...whole, offered: null } : whole;
}

function describe(
  period: ReferencePeriod,
  measured: { energyWh: number; recoveredWh: number; validMs: number },
  { powerMaxW, measuredMs }: { powerMaxW: number; measuredMs: number },
): ComparedPeriod {
  const { driftWh, driftShare, verdict, gapPowerW } = compare(period, measured, powerMaxW);
  const { fromMs, toMs, energyWh: referenceWh, toleranceWh } = period;
  return {
    ...{ fromMs, toMs, referenceWh, toleranceWh, driftWh, driftShare, verdict, gapPowerW },
    measuredWh: measured.energyWh,
    recoveredWh: measured.recoveredWh,
    coverage: Math.min(1, measuredMs / (toMs - fromMs)),
    offered: offeredFor({ period, measuredWh: measured.energyWh, verdict }),
  };
}

/** The correction that makes the drift 0: the rest into the gaps, or a factor where flashes were missed or invented. */
function offeredFor({
  period,
  measuredWh,
  verdict,
}: {
  period: ReferencePeriod;
  measuredWh: number;
  verdict: ComparedPeriod['verdict'];
}): ComparedPeriod['offered'] {
  const { fromMs: from, toMs: to, energyWh } = period;
  if (verdict === 'agrees') return null;
  if (verdict === 'gaps') return { from, to, kind: 'total', energyWh, into: 'gaps' };
  const factor = energyWh / measuredWh;
  const isUsable = Number.isFinite(factor) && factor >= 1 / FACTOR_MAX && factor <= FACTOR_MAX;
  if (isUsable) return { from, to, kind: 'scale', factor };
  return energyWh > 0 ? { from, to, kind: 'total', energyWh, into: 'flat' } : { from, to, kind: 'bad' };
}

function roundedWh(energyWh: number): number {
  return Math.round(energyWh * 1_000) / 1_000;
}

function periodName(atMs: EpochMs, by: CalendarPeriod, zone: string): string {
  const date = toZoned(atMs, zone).toPlainDate();
  if (by === 'week') return `${date.yearOfWeek}-${date.weekOfYear}`;
  return by === 'day' ? date.toString() : date.toPlainYearMonth().toString();
}

type CalendarPeriod = Exclude<CompareAnswer['by'], 'reading'>;

const STEPS: Readonly<Record<CalendarPeriod, string>> = { day: '1d', week: '1w', month: '1mo' };

/** The whole days, weeks or months within the range; null where there is none. */
function calendarEdges({ fromMs, toMs }: Range, by: CalendarPeriod, zone: string): Float64Array | null {
  const step = findStep(STEPS[by]);
  if (step === undefined || fromMs >= toMs) return null;
  const edges = bucketEdges({ fromMs, toMs }, step, zone).filter((edge) => edge >= fromMs && edge <= toMs);
  return edges.length < 2 ? null : edges;
}
