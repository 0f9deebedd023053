import type { ComparedPeriod } from '@kilowink/api';
import { alignColumns, formatEnergy, formatLocal } from '../term/format.ts';

const VERDICTS = {
  agrees: 'agrees',
  gaps: 'explained by gaps',
  missed: 'flashes missed',
  invented: 'flashes invented',
} as const;

/** What a comparison says of its drift. */
export function driftText({ driftWh, driftShare, verdict }: ComparedPeriod): string {
  const share = driftShare === null ? '' : ` (${signed(Math.round(driftShare * 1_000) / 10)} %)`;
  return `${signed(Math.round(driftWh))} Wh${share}: ${VERDICTS[verdict]}`;
}

/** Periods in columns. */
export function comparisonLines(periods: readonly ComparedPeriod[], zone: string): string[] {
  const rows = periods.map((period) => [
    formatLocal(period.fromMs, zone),
    formatLocal(period.toMs, zone),
    formatEnergy(period.referenceWh),
    formatEnergy(period.measuredWh),
    `${Math.round(period.coverage * 1_000) / 10} %`,
    driftText(period),
  ]);
  return alignColumns([['from', 'to', 'meter', 'here', 'measured', 'drift'], ...rows]);
}

/** The command that makes the drift nothing; null where there is nothing to do. */
export function offeredCommand({ offered }: ComparedPeriod, series: string): string | null {
  if (offered === null) return null;
  const at = (value: number | string) => new Date(value).toISOString();
  const range = `--series ${series} --from ${at(offered.from)} --to ${at(offered.to)}`;
  if (offered.kind === 'scale')
    return `kilowink correct add ${range} --scale ${Number(offered.factor?.toPrecision(9))}`;
  if (offered.kind === 'bad') return `kilowink correct add ${range} --bad`;
  return `kilowink correct add ${range} --total ${(offered.energyWh ?? 0) / 1_000} --into ${offered.into}`;
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
