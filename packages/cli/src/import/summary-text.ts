import type { ChangeNight, ImportSummary } from '@kilowink/core/import';
import { UNITS_PER_WH } from '@kilowink/core/series';
import { HOUR_MS, toZoned } from '@kilowink/core/time';
import {
  alignLabels,
  formatCount,
  formatDuration,
  formatEnergy,
  formatLocal,
  formatUtc,
} from '../term/format.ts';
import type { Style } from '../term/style.ts';
import { describeSeries } from './find-series.ts';
import type { Overlap } from './stored-overlap.ts';
import type { ImportTarget } from './target.ts';

export interface SummaryText {
  readonly path: string;
  readonly zone: string;
  readonly summary: ImportSummary;
  readonly target: ImportTarget;
  readonly overlap: Overlap;
}

/** What a file holds and what importing it would do, line by line. */
export function summaryLines(told: SummaryText, style: Style): string[] {
  const { summary, path } = told;
  return [
    `${style.strong(path)}  ${style.faint(summary.format.title)}`,
    ...alignLabels([
      ...rowLines(told, style),
      ...timeLines(told),
      ...gapLines(told),
      ...nightLines(told),
      ['series', targetText(told.target)],
      ...overlapLines(told, style),
    ]),
  ];
}

type Line = readonly [label: string, text: string];

function rowLines({ summary }: SummaryText, style: Style): Line[] {
  const lines: Line[] = [['rows', formatCount(summary.points)]];
  if (summary.gapRows > 0)
    lines.push(['', `${formatCount(summary.gapRows)} more say that nothing was measured`]);
  if (summary.badLines > 0)
    lines.push(['bad lines', style.warning(`${formatCount(summary.badLines)}, left out`)]);
  if (summary.repeated > 0) {
    const text = `${formatCount(summary.repeated)} with the time of the row before; only the first of each counts`;
    lines.push(['repeated', style.warning(text)]);
  }
  return lines;
}

function timeLines({ summary, zone }: SummaryText): Line[] {
  const { firstMs, lastMs } = summary;
  if (firstMs === null || lastMs === null) return [];
  const energyWh = summary.sum / UNITS_PER_WH[summary.format.unit];
  return [
    ['time', `${formatLocal(firstMs, zone)}  to  ${formatLocal(lastMs, zone)}  ${zone}`],
    ['', `${formatUtc(firstMs)}        to  ${formatUtc(lastMs)}        UTC`],
    ['energy', formatEnergy(energyWh)],
  ];
}

function gapLines({ summary, zone }: SummaryText): Line[] {
  if (summary.longestGapAtMs === null) return [['gaps', 'none']];
  const longest = `the longest ${formatDuration(summary.longestGapMs)} from ${formatLocal(summary.longestGapAtMs, zone)}`;
  return [['gaps', `${formatCount(summary.gaps)}, together ${formatDuration(summary.gapsMs)}; ${longest}`]];
}

function nightLines({ summary, zone }: SummaryText): Line[] {
  const lines = summary.nights.map((night, i): Line => {
    const date = toZoned(night.changeMs, zone).toPlainDate().toString();
    return [i === 0 ? 'clock' : '', `${date}  ${nightText(night)}`];
  });
  const neverMs =
    summary.format.intervalMs * Math.max(0, ...summary.nights.filter(isNever).map((each) => each.rows));
  // A clock that changed leaves a minute at most in the hour that it skips.
  if (neverMs >= HOUR_MS / 4) {
    lines.push([
      '',
      'If the clock that dated this file does not change in summer, give its offset: --zone +01:00',
    ]);
  }
  return lines;
}

function isNever(night: ChangeNight): boolean {
  return night.kind === 'never';
}

function nightText(night: ChangeNight): string {
  const rows = night.rows === 1 ? '1 row' : `${formatCount(night.rows)} rows`;
  if (isNever(night)) return `${rows} in the hour that the clock left out: taken as just before the change`;
  const firstRows = night.rows - night.secondRows;
  const passes = `${formatCount(firstRows)} of the first pass, ${formatCount(night.secondRows)} of the second`;
  return `${rows} in the hour that came twice: ${passes}${night.interleaved ? ', found interleaved' : ''}`;
}

function targetText(target: ImportTarget): string {
  return target.existing === null
    ? `new: "${target.name}" (${target.source})`
    : describeSeries(target.existing);
}

function overlapLines({ overlap, target, summary }: SummaryText, style: Style): Line[] {
  if (target.existing === null) return [];
  const fresh = summary.points - summary.repeated - overlap.stored;
  const lines: Line[] = [
    ['stored', `${formatCount(overlap.stored)} of the rows already; ${formatCount(fresh)} are new`],
  ];
  if (overlap.others > 0 && fresh > 0) {
    const text = `the series has ${formatCount(overlap.others)} other measurements in this time: energy there would count twice`;
    lines.push(['overlap', style.warning(text)]);
  }
  return lines;
}
