import type { TariffPeriod, TicContract } from './reading.ts';
import type { TempoColour } from './tempo.ts';
import { collapseSpaces } from './values.ts';

const PERIODS: ReadonlySet<string> = new Set<TariffPeriod>([
  'TH',
  'HC',
  'HP',
  'HN',
  'PM',
  'HCJB',
  'HPJB',
  'HCJW',
  'HPJW',
  'HCJR',
  'HPJR',
]);

const COLOUR_OF_LETTER: Readonly<Record<string, TempoColour>> = { B: 'blue', W: 'white', R: 'red' };
const COLOUR_OF_DEMAIN: Readonly<Record<string, TempoColour>> = { BLEU: 'blue', BLAN: 'white', ROUG: 'red' };
const LETTER_OF_WORD: Readonly<Record<string, string>> = { BLEU: 'B', BLANC: 'W', ROUGE: 'R' };

/** PTEC, for example `HP..` or `HCJB`; null when it is no known period. */
export function decodePtec(raw: string): TariffPeriod | null {
  return toPeriod(raw.replace(/\.+$/, ''));
}

/** The colour of the day in the fourth letter of a Tempo period. */
export function colourOfPeriod(period: TariffPeriod | null): TempoColour | null {
  return COLOUR_OF_LETTER[period?.[3] ?? ''] ?? null;
}

/** DEMAIN: null while tomorrow's colour is not known (dashes, on some meters underscores). */
export function decodeDemain(raw: string): TempoColour | null {
  return COLOUR_OF_DEMAIN[raw] ?? null;
}

/** OPTARIF: of Tempo only `BBR` is compared, because its fourth character holds the programmes of two circuits. */
export function decodeOptarif(raw: string): TicContract {
  if (raw === 'BASE') return 'base';
  if (raw.startsWith('HC')) return 'offPeak';
  if (raw.startsWith('EJP')) return 'ejp';
  return raw.startsWith('BBR') ? 'tempo' : 'other';
}

/** The programmes of the two circuits in the fourth character of a Tempo option: 1 to 3 (A to C), and 0 to 7; else null. */
export function decodeTempoProgramme(raw: string): { circuit1: number; circuit2: number } | null {
  const bits = raw.charCodeAt(3);
  const isProgramme = raw.startsWith('BBR') && (bits & 0x60) === 0x20 && (bits & 0x18) !== 0;
  return isProgramme ? { circuit1: (bits >> 3) & 3, circuit2: bits & 7 } : null;
}

/** The supplier's free name of a contract in standard mode (NGTF), by its words. */
export function contractOfName(name: string): TicContract {
  const words = new Set(collapseSpaces(name).toUpperCase().split(/[ /]/));
  if (words.has('TEMPO')) return 'tempo';
  if (words.has('EJP')) return 'ejp';
  if (words.has('BASE')) return 'base';
  // A week-end contract has hours of its own beside the off-peak ones.
  if (words.has('WEEK-END') || words.has('WEEKEND') || words.has('WE')) return 'other';
  const hasHours = words.has('HC') || words.has('CREUSE') || words.has('CREUSES') || words.has('HP/HC');
  return hasHours ? 'offPeak' : 'other';
}

/** The supplier's free name of a tariff period (LTARF), by its words; null when they tell no period for certain. */
export function periodOfName(name: string): TariffPeriod | null {
  const words = collapseSpaces(name).toUpperCase().split(/[ /]/);
  // Names such as INDEX INACTIF 2 or INDEX NON CONSO tell of no period.
  if (words.includes('INDEX')) return null;
  if (words.includes('BASE') || (words.includes('TOUTES') && words.includes('HEURES'))) return 'TH';
  const hours = hoursOf(words);
  if (hours === null) return null;
  const colours = words.flatMap((word) => LETTER_OF_WORD[word] ?? []);
  if (colours.length > 1) return null;
  return toPeriod(colours.length === 1 ? `${hours}J${colours[0]}` : hours);
}

/** Which period each of the supplier's indexes is, in the order in which a Linky is set up for these contracts. */
const PERIODS_BY_INDEX: Readonly<Record<TicContract, readonly TariffPeriod[]>> = {
  base: ['TH'],
  offPeak: ['HC', 'HP'],
  tempo: ['HCJB', 'HPJB', 'HCJW', 'HPJW', 'HCJR', 'HPJR'],
  ejp: [],
  other: [],
};

/** The period of an index in force, 1 to 10, where its name tells none; null where the contract does not say. */
export function periodOfIndex(contract: TicContract, index: number): TariffPeriod | null {
  return PERIODS_BY_INDEX[contract][index - 1] ?? null;
}

function hoursOf(words: readonly string[]): string | null {
  const isOffPeak = words.some((word) => word === 'HC' || word.startsWith('CREUSE'));
  const isPeak = words.some((word) => word === 'HP' || word.startsWith('PLEINE'));
  if (isOffPeak !== isPeak) return isOffPeak ? 'HC' : 'HP';
  if (isOffPeak) return null;
  if (words.some((word) => word === 'HN' || word.startsWith('NORMALE'))) return 'HN';
  return words.some((word) => word === 'PM' || word.startsWith('POINTE')) ? 'PM' : null;
}

function toPeriod(text: string): TariffPeriod | null {
  return PERIODS.has(text) ? (text as TariffPeriod) : null;
}
