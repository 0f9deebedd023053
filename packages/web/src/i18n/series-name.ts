import type { SeriesInfo } from '@kilowink/api';
import { fill } from './format.ts';
import type { Strings } from './strings.ts';

/** `Linky: phase 1 voltage`, `Linky: energy drawn, BASE` */
const METER_SERIES =
  /^(?<meter>.*): (?:phase (?<phase>\d+) )?(?<what>[a-z ]+(?:, estimated)?)(?<register>, \S+)?$/;

/** The series by names in the reader's words: the server calls those of a meter in English, unless somebody named them. */
export function nameSeries(list: readonly SeriesInfo[], strings: Strings): SeriesInfo[] {
  return list.map((series) => ({ ...series, name: nameOf(series, strings) }));
}

function nameOf({ name, source }: SeriesInfo, { meter: words }: Strings): string {
  const found = source.startsWith('tic/') ? METER_SERIES.exec(name)?.groups : undefined;
  const what = words.seriesWords[found?.['what'] ?? ''];
  if (found === undefined || what === undefined) return name;
  const { meter = '', phase, register = '' } = found;
  return phase === undefined
    ? fill(words.seriesName, { meter, what }) + register
    : fill(words.phaseSeriesName, { meter, phase, what });
}
