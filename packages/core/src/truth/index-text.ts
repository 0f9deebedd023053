import { type Fault, fault, ok, type Result } from '../error/index.ts';

/** The index of a meter as its display shows it. */
export interface ShownIndex {
  readonly indexWh: number;
  /** What one step of the last digit is worth. */
  readonly resolutionWh: number;
}

const UNIT_WH = { kWh: 1_000, Wh: 1 } as const;

/** The unit in which a display counts. */
export type IndexUnit = keyof typeof UNIT_WH;

/** A display has at most nine digits of kWh. */
const INDEX_WH_MAX = 1e12;

/**
 * Reads an index as a person types it from a display: `12345`, `012 345,6`; in kWh unless said otherwise. The digits
 * tell how coarse the display is. A meter with a register for each tariff shows several, which `+` adds up: each is cut
 * by itself, so that the sum is as coarse as all of them together.
 */
export function parseIndex(text: string, unit: IndexUnit = 'kWh'): Result<ShownIndex, Fault> {
  let [indexWh, resolutionWh] = [0, 0];
  for (const part of text.split('+')) {
    const shown = parseRegister(part, unit);
    if (!shown.ok) return shown;
    indexWh += shown.value.indexWh;
    resolutionWh += shown.value.resolutionWh;
  }
  return ok({ indexWh, resolutionWh });
}

function parseRegister(text: string, unit: IndexUnit): Result<ShownIndex, Fault> {
  const plain = text.trim().replaceAll(/[\s\u00a0\u202f_']/g, '');
  const match = /^(\d+)(?:[.,](\d+))?$/.exec(plain);
  if (match === null)
    return refused(text, 'digits such as 12345 or 12345,6 (several registers as 12345 + 6789)');
  const decimals = match[2]?.length ?? 0;
  const resolutionWh = UNIT_WH[unit] / 10 ** decimals;
  if (resolutionWh < 1) return refused(text, 'nothing finer than a Wh');
  const indexWh = Math.round(Number(`${match[1]}.${match[2] ?? 0}`) * UNIT_WH[unit]);
  if (indexWh > INDEX_WH_MAX) return refused(text, 'at most nine digits of kWh');
  return ok({ indexWh, resolutionWh });
}

function refused(text: string, expected: string): Result<ShownIndex, Fault> {
  return fault({ code: 'index/text', message: `index: expected ${expected}, "${text}" came` });
}
