import type { CorrectionAnswer, CorrectionInfo } from '@kilowink/api';
import { alignColumns, alignLabels, formatDuration, formatEnergy, formatLocal } from '../term/format.ts';

type Effect = Pick<CorrectionAnswer, 'fromMs' | 'toMs' | 'before' | 'after'>;

/** What a correction would do, as lines. */
export function effectLines(what: string, { fromMs, toMs, before, after }: Effect, zone: string): string[] {
  return alignLabels([
    ['what', what],
    ['from', formatLocal(fromMs, zone)],
    ['to', `${formatLocal(toMs, zone)}, ${formatDuration(toMs - fromMs)} later`],
    ['now', heldText(before)],
    ['then', heldText(after)],
  ]);
}

/** Corrections in columns, those taken back marked. */
export function correctionLines(corrections: readonly CorrectionInfo[], zone: string): string[] {
  const rows = corrections.map((each) => [
    String(each.id),
    formatLocal(each.fromMs, zone),
    formatDuration(each.toMs - each.fromMs),
    kindText(each),
    each.origin === 'bound' ? 'by itself' : '',
    each.undoneMs === null ? '' : `taken back ${formatLocal(each.undoneMs, zone)}`,
    each.note,
  ]);
  return alignColumns([['no.', 'from', 'for', 'what', 'who', '', 'note'], ...rows]);
}

/** What a correction says. */
export function kindText({
  kind,
  factor,
  energyWh,
  into,
}: Pick<CorrectionInfo, 'kind' | 'factor' | 'energyWh' | 'into'>): string {
  if (kind === 'bad') return 'bad: counts as not measured';
  if (kind === 'scale') return `times ${Number(factor?.toPrecision(6))}`;
  return `${formatEnergy(energyWh ?? 0)} into ${into}`;
}

function heldText({ energyWh, recoveredWh, coverage }: CorrectionAnswer['before']): string {
  const recovered = recoveredWh > 0 ? `, ${formatEnergy(recoveredWh)} of it recovered` : '';
  return `${formatEnergy(energyWh)}${recovered}, ${Math.round(coverage * 1_000) / 10} % measured`;
}
