import type { CorrectionAnswer, CorrectionInfo } from '@kilowink/api';
import type { ErrorDetails } from '@kilowink/core/error';
import { kindOf, UNITS_PER_WH } from '@kilowink/core/series';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import { type CorrectionKind, correctedTotal, SUBSCRIBED_VA_MAX, steadyLimitW } from '@kilowink/core/truth';
import type { NewCorrection, SeriesInfo, StoredCorrection } from '@kilowink/store';
import { serverError } from '../errors.ts';
import { activeCorrections, type EnergyReader, readMeasured } from './energy-reader.ts';
import type { Range } from './read-how.ts';

/** A correction as somebody asks for it; energies in Wh. */
export interface AskedCorrection extends Range {
  readonly kind: CorrectionInfo['kind'];
  readonly factor?: number | undefined;
  readonly energyWh?: number | undefined;
  readonly into?: 'shape' | 'gaps' | 'flat' | undefined;
  readonly note?: string | undefined;
}

/** What a check needs to know besides. */
export interface CorrectionSite {
  readonly nowMs: EpochMs;
  /** Subscribed power; null where it is not known. */
  readonly subscribedVa: number | null;
}

/** A sensor that sees less than a tenth, or ten times, of what there is has no factor: it is broken. */
const FACTOR_MAX = 10;

/** How far back a measurement may reach that an end falls into: files have long ones, sensors do not. */
const REACH_MS = 2 * HOUR_MS;
const REACH_OF_FILES_MS = 32 * DAY_MS;

/**
 * A correction as it can be kept: checked, and with its ends moved to the nearest end of a measurement. Throws
 * `correction/refused`, which says what would be right, and `correction/measurement`.
 */
export function checkedCorrection(
  reader: EnergyReader,
  series: SeriesInfo,
  { asked, site }: { asked: AskedCorrection; site: CorrectionSite },
): NewCorrection {
  assertCorrectable(reader, series);
  if (!(asked.fromMs < asked.toMs)) refuse('order', 'from is not before to');
  if (asked.toMs > site.nowMs + MINUTE_MS)
    refuse('future', 'it ends in the future: a correction is of what was measured');
  const fromMs = nearestEnd(reader, series, asked.fromMs);
  const toMs = nearestEnd(reader, series, asked.toMs);
  if (fromMs >= toMs) refuse('short', 'it is shorter than a measurement of this series');
  const range = { fromMs, toMs };
  const kind = kindOfAsked(series, { asked, range, site });
  if (kind.kind === 'total') assertFits(reader, series, { kind, range });
  const made: NewCorrection = {
    ...{ series: series.id, ...range, kind, origin: 'person', note: asked.note?.trim() ?? '' },
    madeMs: site.nowMs,
  };
  const isSame = (each: StoredCorrection) =>
    each.fromMs === fromMs && each.toMs === toMs && JSON.stringify(each.kind) === JSON.stringify(kind);
  if (reader.corrections(series, range).some(isSame))
    refuse('same', 'the very same correction holds already');
  return made;
}

/** What the stretch of a correction holds without and with it. */
export function correctionEffect(
  reader: EnergyReader,
  series: SeriesInfo,
  made: NewCorrection,
): Pick<CorrectionAnswer, 'before' | 'after' | 'fromMs' | 'toMs'> {
  const { fromMs, toMs } = made;
  const range = { fromMs, toMs };
  const read = readMeasured(reader.store, series.id);
  const inForce = activeCorrections(reader.store.listCorrections(series.id));
  const perWh = UNITS_PER_WH[series.unit];
  const held = (corrections: typeof inForce) => {
    const { sum, recoveredSum, validMs } = correctedTotal(read, corrections, range);
    return {
      energyWh: sum / perWh,
      recoveredWh: recoveredSum / perWh,
      coverage: Math.min(1, validMs / (toMs - fromMs)),
    };
  };
  return { fromMs, toMs, before: held(inForce), after: held([...inForce, { ...made.kind, fromMs, toMs }]) };
}

/** A correction as the API tells of it. */
export function describeCorrection(stored: StoredCorrection, series: SeriesInfo): CorrectionInfo {
  const { kind, ...rest } = stored;
  const perWh = UNITS_PER_WH[series.unit];
  return {
    ...rest,
    kind: kind.kind,
    ...(kind.kind === 'scale' ? { factor: kind.factor } : {}),
    ...(kind.kind === 'total' ? { energyWh: kind.energy / perWh, into: kind.into } : {}),
  };
}

function assertCorrectable(reader: EnergyReader, series: SeriesInfo): void {
  const { id, quantity } = series;
  if (kindOf(quantity) === 'mean')
    refuse('no-energy', `series ${id} is a gauge (${quantity}); only energy is corrected`);
  const measurement = reader.measurementOf(id);
  if (measurement === null) return;
  const members = measurement.members.map((member) => `${member.id} "${member.name}"`).join(', ');
  throw serverError('correction/measurement', { id, members });
}

function kindOfAsked(
  series: SeriesInfo,
  { asked, range, site }: { asked: AskedCorrection; range: Range; site: CorrectionSite },
): CorrectionKind {
  const { kind, factor, energyWh, into } = asked;
  if (kind !== 'scale' && factor !== undefined) refuse('odd', `factor belongs to scale, not to ${kind}`);
  if (kind !== 'total' && (energyWh ?? into) !== undefined)
    refuse('odd', `energyWh and into belong to total, not to ${kind}`);
  if (kind === 'bad') return { kind };
  if (kind === 'scale') return { kind, factor: checkedFactor(factor) };
  const energy = checkedEnergyWh(energyWh, range, site) * UNITS_PER_WH[series.unit];
  return { kind, energy, into: into ?? 'shape' };
}

function checkedFactor(factor: number | undefined): number {
  if (factor !== undefined && factor >= 1 / FACTOR_MAX && factor <= FACTOR_MAX && factor !== 1) return factor;
  return refuse('factor', `factor: expected 0.1 to 10 and not 1, ${factor ?? 'nothing'} came`);
}

function checkedEnergyWh(energyWh: number | undefined, range: Range, site: CorrectionSite): number {
  const limitW = steadyLimitW(site.subscribedVa ?? SUBSCRIBED_VA_MAX);
  const mostWh = Math.round((limitW * (range.toMs - range.fromMs)) / HOUR_MS);
  if (energyWh !== undefined && energyWh >= 0 && energyWh <= mostWh) return energyWh;
  const limit = `which ${Math.round(limitW)} W all the time would be`;
  return refuse('energy', `energyWh: expected 0 to ${mostWh}, ${limit}, ${energyWh ?? 'nothing'} came`, {
    mostWh,
  });
}

/** Whether there is a shape to scale, or a gap to fill. */
function assertFits(
  reader: EnergyReader,
  series: SeriesInfo,
  { kind, range }: { kind: Extract<CorrectionKind, { kind: 'total' }>; range: Range },
): void {
  const { sum, recoveredSum, validMs } = reader.total(series, range, { isRaw: false });
  if (kind.into === 'shape' && sum <= 0) {
    refuse('no-shape', 'nothing was measured there, so there is no shape: put it into flat');
  }
  if (kind.into !== 'gaps') return;
  if (validMs >= range.toMs - range.fromMs)
    refuse('no-gap', 'all of it was measured, there is no gap: put it into shape');
  const measuredWh = (sum - recoveredSum) / UNITS_PER_WH[series.unit];
  const energyWh = kind.energy / UNITS_PER_WH[series.unit];
  if (energyWh < measuredWh) {
    const reason = `energyWh: ${energyWh} is less than the ${measuredWh} Wh that were measured: put it into shape`;
    refuse('less', reason, { energyWh, measuredWh });
  }
}

/** The end of a measurement that is nearest; the instant itself where nothing is measured. */
function nearestEnd(reader: EnergyReader, series: SeriesInfo, atMs: EpochMs): EpochMs {
  const reachMs = series.source.startsWith('import/') ? REACH_OF_FILES_MS : REACH_MS;
  for (const { starts, durationsMs } of reader.store.readPoints(series.id, atMs - reachMs, atMs)) {
    for (let index = 0; index < starts.length; index += 1) {
      const startMs = starts[index] as number;
      const endMs = startMs + (durationsMs[index] as number);
      if (startMs < atMs && endMs > atMs) return atMs - startMs < endMs - atMs ? startMs : endMs;
    }
  }
  return Math.round(atMs);
}

function refuse(why: string, reason: string, values: ErrorDetails = {}): never {
  throw serverError('correction/refused', { reason, why, ...values });
}
