import type { ComparedPeriod } from '@kilowink/api';
import { assert } from '@kilowink/core/error';
import type { NewCorrection, SeriesInfo } from '@kilowink/store';
import { type AskedComparison, compareSeries, faultStretches } from '../truth/comparison.ts';
import { type CorrectionSite, checkedCorrection } from '../truth/corrections.ts';
import type { EnergyReader } from '../truth/energy-reader.ts';

/** A stretch that does not agree, and the correction that makes it agree. */
export interface CalibratedStretch {
  readonly period: ComparedPeriod;
  readonly made: NewCorrection;
}

/** What is asked of a calibration. */
export interface AskedCalibration {
  readonly comparison: AskedComparison;
  /** Each period by itself; otherwise neighbours of one fault together. */
  readonly isEach: boolean;
  readonly note: string;
}

/**
 * The corrections that make a comparison agree, not kept yet; none where all agrees. Throws what `compareSeries` and
 * `checkedCorrection` do.
 */
export function calibrate(
  reader: EnergyReader,
  series: SeriesInfo,
  { asked, site }: { asked: AskedCalibration; site: CorrectionSite & { readonly zone: string } },
): CalibratedStretch[] {
  const { comparison, isEach, note } = asked;
  const answer = compareSeries(reader, series, { asked: comparison, site });
  const wrong = isEach ? answer.periods.filter(({ offered }) => offered !== null) : faultStretches(answer);
  return wrong.map((period) => {
    const correction = { ...askedOf(period), note };
    return { period, made: checkedCorrection(reader, series, { asked: correction, site }) };
  });
}

/** What a comparison offers, as somebody asks for it. */
function askedOf({ offered }: ComparedPeriod) {
  assert(offered !== null, 'a stretch at fault has a correction');
  const { from, to, ...rest } = offered;
  return { ...rest, fromMs: Number(from), toMs: Number(to) };
}
