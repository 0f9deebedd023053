import { AppError } from '@kilowink/core/error';
import { type Format, fill, toText } from './format.ts';

/** What went wrong with something that somebody asked for, in the reader's words and the site's time. */
export function tellProblem(error: unknown, format: Format): string {
  if (!(error instanceof AppError)) return String(error);
  const { code, why, detail, ...values } = error.details;
  const cause = error.code === 'web/refused' ? `${code}/${why}` : error.code;
  const sentence = format.strings.refusals[cause];
  return sentence === undefined ? String(detail ?? error.message) : fill(sentence, told(values, format));
}

/** Energies and instants as the page writes them, under their names without the unit. */
function told(values: AppError['details'], format: Format): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (name.endsWith('Wh')) return [name.slice(0, -2), inKwh(Number(value), format)];
      if (name.endsWith('Ms')) return [`${name.slice(0, -2)}At`, format.instant(Number(value))];
      return [name, String(value)];
    }),
  );
}

/** As a display shows it, every digit: what is refused is a digit, often enough. */
function inKwh(energyWh: number, { locale }: Format): string {
  const value = (energyWh / 1_000).toLocaleString(locale, { maximumFractionDigits: 3, useGrouping: false });
  return toText({ value, unit: 'kWh' });
}
