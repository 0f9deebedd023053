import type { Unit } from '@kilowink/core/series';
import { formatBytes } from '../backup/backup-text.ts';
import {
  alignColumns,
  alignLabels,
  formatCount,
  formatDuration,
  formatEnergy,
  formatLocal,
  type Style,
} from '../term/index.ts';
import type { Gap } from './find-gaps.ts';
import type { Findings, Notice, SeriesState } from './report.ts';

/** How what was found is shown. */
export interface Show {
  readonly zone: string;
  readonly style: Style;
}

/** Findings for people: the store, the disk, the server, each series, and last what to look at. */
export function doctorLines(found: Findings, notices: readonly Notice[], show: Show): string[] {
  const heading = (text: string) => show.style.strong(text);
  return [
    heading('Store'),
    ...alignLabels(storeRows(found)),
    heading('Disk'),
    ...alignLabels(diskRows(found)),
    ...seriesLines(found, show),
    ...damageLines(found, show),
    '',
    ...verdictLines(notices, show.style),
  ];
}

type Row = readonly [label: string, text: string];

function storeRows(found: Findings): Row[] {
  const { space, faults, schema, knownSchema, isThorough } = found;
  const looked = isThorough
    ? 'every page, index, block and sum was looked at'
    : 'every page and checksum was looked at; --thorough opens every block';
  return [
    ['file', `${found.path}, ${formatBytes(found.fileBytes)}`],
    ['log', `${formatBytes(found.logBytes)} beside it, not yet taken into the file`],
    ['schema', schema === knownSchema ? `${schema}` : `${schema}; this program has ${knownSchema}`],
    ['soundness', faults.length === 0 ? `sound: ${looked}` : (faults[0] ?? '')],
    ...faults.slice(1).map((fault): Row => ['', fault]),
    ...spaceRows(space),
  ];
}

function spaceRows(space: Findings['space']): Row[] {
  if (space === null) return [['levels', 'not known']];
  const { raw, minutes, hours, pending, setAside, freeBytes } = space;
  const rows: Row[] = [
    ['measurements', `${formatBytes(raw.bytes)} in ${formatCount(raw.count)} days of blocks`],
    ['minutes', `${formatBytes(minutes.bytes)} in ${formatCount(minutes.count)} days`],
    ['hours', `${formatBytes(hours.bytes)} in ${formatCount(hours.count)} months`],
    [
      'pending',
      `${formatBytes(pending.bytes)}, ${formatCount(pending.rows)} times a measurement was written or dated anew, of days not sealed`,
    ],
    ['free', `${formatBytes(freeBytes)} in the file, for what comes next`],
  ];
  if (setAside.count > 0) {
    rows.push([
      'set aside',
      `${formatBytes(setAside.bytes)} in ${formatCount(setAside.count)} damaged blocks`,
    ]);
  }
  return rows;
}

function diskRows({ growth, disk, writing, server }: Findings): Row[] {
  const perDay = (bytes: number | null | undefined) =>
    bytes === null || bytes === undefined ? 'not known yet' : `${formatBytes(Math.round(bytes))} a day`;
  const year = growth?.yearBytes ?? null;
  return [
    [
      'growth',
      `${perDay(growth?.weekBytesPerDay)} over the last week, ${perDay(growth?.monthBytesPerDay)} over the last month`,
    ],
    ['in a year', year === null ? 'not known yet' : `${formatBytes(Math.round(year))} more`],
    ['written', writtenText(writing, server.state === 'running')],
    [
      'free',
      `${formatBytes(disk.freeBytes)} of ${formatBytes(disk.totalBytes)}${disk.daysLeft === null ? '' : `, ${daysText(disk.daysLeft)} at this growth`}`,
    ],
  ];
}

function writtenText(writing: Findings['writing'], isRunning: boolean): string {
  if (writing === null) {
    return isRunning ? 'not known: the server does not tell' : 'not known: only a running server can tell';
  }
  const total = `${formatBytes(writing.writtenBytes)} by the server since ${new Date(writing.sinceMs).toISOString().slice(0, 16)}Z`;
  const { bytesPerDay } = writing;
  return bytesPerDay === null ? total : `${formatBytes(Math.round(bytesPerDay))} a day: ${total}`;
}

const YEARS_TOLD_MAX = 100;

function daysText(days: number): string {
  if (days > YEARS_TOLD_MAX * 365) return `more than ${YEARS_TOLD_MAX} years`;
  return days > 2 * 365 ? `${Math.floor(days / 365)} years` : `${formatCount(days)} days`;
}

/** More series than these are told in a line each. */
const SERIES_TOLD_MAX = 8;

function seriesLines(found: Findings, show: Show): string[] {
  const { series } = found;
  const { style, zone } = show;
  if (series.length <= SERIES_TOLD_MAX) {
    return series.flatMap((each) => [
      style.strong(`Series ${each.id}, ${each.name} (${each.source}, ${each.quantity})`),
      ...alignLabels(seriesRows(each, found, show)),
    ]);
  }
  const when = (atMs: number | null | undefined) =>
    atMs === null || atMs === undefined ? '-' : formatLocal(atMs, zone);
  const rows = series.map(({ id, source, quantity, lastMs, wholeness }) => {
    const largest = wholeness?.largestGap ?? null;
    return [
      `  ${id}`,
      ...[source, quantity, when(lastMs)],
      wholeness === null ? '-' : percent(wholeness.coverage),
      when(wholeness?.oldestGap?.fromMs),
      largest === null ? '-' : `${when(largest.fromMs)}, ${formatDuration(largest.toMs - largest.fromMs)}`,
    ];
  });
  const head = ['  #', 'source', 'quantity', 'last', 'measured', 'oldest gap', 'largest gap'];
  return [style.strong(`Series, ${series.length}`), ...alignColumns([head, ...rows])];
}

function seriesRows(series: SeriesState, { nowMs }: Findings, { zone }: Show): Row[] {
  const { firstMs, lastMs, wholeness, unit } = series;
  if (firstMs === null || lastMs === null) return [['last', 'no measurement yet']];
  const ago = lastMs <= nowMs ? `${formatDuration(nowMs - lastMs)} ago` : 'ahead of this clock';
  const rows: Row[] = [
    ['from', formatLocal(firstMs, zone)],
    ['last', `${formatLocal(lastMs, zone)}, ${ago}`],
  ];
  if (wholeness === null) return [...rows, ['measured', 'not known']];
  const { coverage, oldestGap, largestGap } = wholeness;
  rows.push(['measured', `${percent(coverage)} of that time`]);
  if (oldestGap === null) return [...rows, ['gaps', 'none of a minute or longer']];
  rows.push(['oldest gap', gapText(oldestGap, unit, zone)]);
  if (largestGap !== null) rows.push(['largest gap', gapText(largestGap, unit, zone)]);
  return rows;
}

function gapText({ fromMs, toMs, recovered }: Gap, unit: Unit, zone: string): string {
  const text = `${formatLocal(fromMs, zone)}, ${formatDuration(toMs - fromMs)}`;
  if (recovered === 0) return text;
  return `${text}, ${formatEnergy(unit === 'mWh' ? recovered / 1_000 : recovered)} of it recovered`;
}

/** Rounded down, so that only what is whole is called whole. */
function percent(share: number): string {
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}

function damageLines({ damages }: Findings, { zone, style }: Show): string[] {
  if (damages.length === 0) return [];
  const rows = damages.map(
    ({ foundAtMs, message, keptAt }): Row => [formatLocal(foundAtMs, zone), `${message}; kept in ${keptAt}`],
  );
  return [style.strong('Damage that was set aside'), ...alignLabels(rows)];
}

function verdictLines(notices: readonly Notice[], style: Style): string[] {
  const grave = notices.filter(({ level }) => level === 'attention');
  const verdict =
    grave.length === 0 ? style.good('Fine.') : style.warning(`${formatCount(grave.length)} to look at:`);
  const lines = notices.map(({ level, text }) =>
    level === 'attention' ? `  ${style.warning('!')} ${text}` : `    ${text}`,
  );
  return grave.length === 0 ? [...lines, verdict] : [verdict, ...lines];
}
