import type { EnedisExport, StampsBy } from '@kilowink/core/enedis';
import type { FreshPoints } from '@kilowink/server/enedis';
import { formatCount, formatEnergy, formatLocal } from '../term/format.ts';
import type { Style } from '../term/style.ts';

export type Line = readonly [label: string, text: string];

/** What kind of measurements an export holds, in words. */
export function titleOf({ kind, direction }: EnedisExport): string {
  const what = { curve: 'load curve', daily: 'energy by day', index: 'index by day' }[kind];
  return direction === 'injected' ? `${what}, injected` : what;
}

/** What was understood of an export, line by line. */
export function contentLines(each: EnedisExport, zone: string): Line[] {
  const meter: Line[] =
    each.meter === null ? [] : [['delivery point', `…${each.meter} (the rest of its number is not kept)`]];
  return [...meter, ...(each.kind === 'index' ? indexLines(each, zone) : energyLines(each, zone))];
}

function indexLines({ readings, stamped }: EnedisExport, zone: string): Line[] {
  const registers = [...new Set(readings.map(({ register }) => register))];
  const times = readings.map(({ atMs }) => atMs).sort((a, b) => a - b);
  const [first, last] = [times[0] as number, times.at(-1) as number];
  return [
    ['readings', `${formatCount(readings.length)} of ${registers.join(', ')}`],
    ['stamps', clockText(stamped, zone)],
    ['time', `${formatLocal(first, zone)}  to  ${formatLocal(last, zone)}  ${zone}`],
  ];
}

function energyLines(each: EnedisExport, zone: string): Line[] {
  const { points, kind, unit, stamped } = each;
  const last = points.starts.length - 1;
  const endMs = (points.starts[last] as number) + (points.durationsMs[last] as number);
  const sum = points.values.reduce((total, value) => total + value, 0);
  const meant = unit === 'W' || unit === 'kW' ? 'mean power of the interval' : 'energy of the interval';
  return [
    ['values', kind === 'daily' ? `${unit}, energy of the day` : `${unit}, ${meant}`],
    ...(each.addedUp.length === 0 ? [] : [['added up', each.addedUp.join(' + ')] as const]),
    ['interval', kind === 'daily' ? 'civil days, 23 to 25 h' : `${intervalText(each)}; ${sideText(each)}`],
    ['stamps', clockText(stamped, zone)],
    ['rows', formatCount(points.starts.length)],
    ['time', `${formatLocal(points.starts[0] as number, zone)}  to  ${formatLocal(endMs, zone)}  ${zone}`],
    ['energy', formatEnergy(sum / 1_000)],
  ];
}

/** Enough to see that a step changed. */
const STEPS_SHOWN = 4;

function intervalText({ steps, stepMs }: EnedisExport): string {
  const minutes = (ms: number) => `${ms / 60_000} min`;
  if (steps.length < 2) return minutes(stepMs);
  const shown = steps
    .slice(0, STEPS_SHOWN)
    .map((each) => `${minutes(each.stepMs)} (${formatCount(each.rows)} rows)`);
  return [...shown, ...(steps.length > STEPS_SHOWN ? ['…'] : [])].join(', ');
}

const WHY: Readonly<Record<StampsBy, string>> = {
  header: 'as the header says',
  asked: 'as you say',
  extent: 'for then the file begins and ends at a midnight',
  usual: 'as in most exports: --stamps start, if they do not',
};

function sideText({ stampsEnd, stampsBy }: EnedisExport): string {
  return `its stamps ${stampsEnd ? 'end' : 'begin'} it, ${WHY[stampsBy]}`;
}

function clockText(stamped: EnedisExport['stamped'], zone: string): string {
  return stamped === 'offset' ? 'with their offset from UTC' : `of a clock in ${zone}`;
}

/** What is in doubt. */
export function doubtLines(each: EnedisExport, style: Style): Line[] {
  const { bad, emptyRows, repeatedRows, contradictingRows } = each;
  const lines: Line[] = [];
  if (emptyRows > 0) lines.push(['', `${formatCount(emptyRows)} rows say that nothing was measured`]);
  if (repeatedRows > 0) {
    const other =
      contradictingRows === 0 ? '' : `, ${formatCount(contradictingRows)} of them with another value`;
    lines.push(['repeated', style.warning(`${formatCount(repeatedRows)} rows${other}; the first counts`)]);
  }
  if (bad.length > 0) lines.push(['bad rows', style.warning(`${formatCount(bad.length)}, left out`)]);
  return lines;
}

/** What of an export is there already; nothing where its series is new. */
export function storedLines(of: FreshPoints | null, style: Style): Line[] {
  if (of === null) return [];
  const { stored, overlapping, fresh } = of;
  const known: Line = [
    'stored',
    `${formatCount(stored)} of the rows already; ${formatCount(fresh.starts.length)} are new`,
  ];
  if (overlapping === 0) return [known];
  const text = `${formatCount(overlapping)} rows lie over others of the series and are left out, for they would count twice`;
  return [known, ['overlap', style.warning(text)]];
}
