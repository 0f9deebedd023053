import type { ComparedPeriod } from '@kilowink/api';
import { type Format, toText } from '../i18n/format.ts';

/** A difference with its sign: `−480 Wh`. */
export function driftText(driftWh: number, format: Format): string {
  const rounded = Math.round(driftWh * 10) / 10;
  return `${signOf(rounded)}${toText(format.energy(Math.abs(rounded)))}`;
}

/** Its share of the reference with its sign, finer where it is small: `−10.0 %`, `+0.25 %`; empty where that is nothing. */
export function shareText({ driftShare }: Pick<ComparedPeriod, 'driftShare'>, format: Format): string {
  if (driftShare === null) return '';
  const percent = driftShare * 100;
  const digits = Math.abs(percent) < 1 ? 2 : 1;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const text = Math.abs(percent).toLocaleString(format.locale, options);
  return `${signOf(Number(percent.toFixed(digits)))}${text}\u202f%`;
}

function signOf(value: number): string {
  if (value === 0) return '';
  return value < 0 ? '−' : '+';
}
