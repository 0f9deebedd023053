import { assert } from '@kilowink/core/error';
import { type LocalTime, weekday } from './local-clock.ts';
import type { SpecialDays, TempoColour } from './special-days.ts';

/** `weekend` is one of the "new offers", which the historique mode can not express. */
export const CONTRACT_NAMES = ['base', 'offPeak', 'ejp', 'tempo', 'weekend'] as const;
export type ContractName = (typeof CONTRACT_NAMES)[number];

/** One supplier index with all its names. */
export interface TariffPeriod {
  /** Label of its index in historique; null where only the total is sent. */
  readonly historicLabel: string | null;
  readonly ptec: string;
  /** Name in standard mode, 16 characters. */
  readonly ltarf: string;
  /** Whether the dry contact is closed in it. */
  readonly isOffPeak: boolean;
}

/** A supplier's contract as the meter is programmed with it. */
export interface Contract {
  readonly name: ContractName;
  readonly optarif: string;
  /** Name in standard mode, 16 characters. */
  readonly ngtf: string;
  /** In the order of EASF01 on. */
  readonly periods: readonly TariffPeriod[];
  /** Minutes of the local day at which the period may change; the first is 0. */
  readonly changeMinutes: readonly number[];
  /** Index into `periods` at a local time. */
  periodAt(local: LocalTime): number;
  /** From which minute on which period of a civil day's profile holds, as PJOURF+1 says it, mobile peaks left out. */
  dayProfile(day: number): readonly { minute: number; period: number }[];
}

/** From when to when off-peak hours last, in minutes of the local day; it may go over midnight. */
export interface OffPeakHours {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const SIX = 6 * 60;
const TEN_PM = 22 * 60;
const COLOURS: readonly TempoColour[] = ['blue', 'white', 'red'];

/** The contract of this name. Off-peak hours are of `offPeak` and `weekend` only; Tempo's are fixed. */
export function createContract(
  name: ContractName,
  special: SpecialDays,
  offPeak: OffPeakHours = { fromMinute: 22 * 60 + 30, toMinute: SIX + 30 },
): Contract {
  switch (name) {
    case 'base':
      return baseContract();
    case 'offPeak':
      return offPeakContract(offPeak);
    case 'ejp':
      return ejpContract(special);
    case 'tempo':
      return tempoContract(special);
    case 'weekend':
      return weekendContract(offPeak);
  }
}

function isWithin({ fromMinute, toMinute }: OffPeakHours, minute: number): boolean {
  return fromMinute <= toMinute
    ? minute >= fromMinute && minute < toMinute
    : minute >= fromMinute || minute < toMinute;
}

function period(historicLabel: string | null, ptec: string, ltarf: string, isOffPeak = false): TariffPeriod {
  assert(ltarf.length === 16, `a period's name has 16 characters, "${ltarf}" has not`);
  return { historicLabel, ptec, ltarf, isOffPeak };
}

function baseContract(): Contract {
  return {
    name: 'base',
    optarif: 'BASE',
    ngtf: '      BASE      ',
    periods: [period('BASE', 'TH..', '      BASE      ')],
    changeMinutes: [0],
    periodAt: () => 0,
    dayProfile: () => [{ minute: 0, period: 0 }],
  };
}

/** Minute 0 and the two edges, each once, rising. */
function edgeMinutes(hours: OffPeakHours): readonly number[] {
  return [...new Set([0, hours.fromMinute, hours.toMinute])].sort((a, b) => a - b);
}

function offPeakContract(hours: OffPeakHours): Contract {
  const periodOf = (minute: number) => (isWithin(hours, minute) ? 0 : 1);
  const changeMinutes = edgeMinutes(hours);
  return {
    name: 'offPeak',
    optarif: 'HC..',
    ngtf: 'H PLEINE/CREUSE ',
    periods: [period('HCHC', 'HC..', ' HEURE  CREUSE  ', true), period('HCHP', 'HP..', ' HEURE  PLEINE  ')],
    changeMinutes,
    periodAt: ({ minute }) => periodOf(minute),
    dayProfile: () => changeMinutes.map((minute) => ({ minute, period: periodOf(minute) })),
  };
}

/** Mobile peak: from 07:00 of its day to 01:00 of the next. */
export const EJP_START_MINUTE = 7 * 60;
export const EJP_END_MINUTE = 60;

function ejpContract(special: SpecialDays): Contract {
  return {
    name: 'ejp',
    optarif: 'EJP.',
    ngtf: '      EJP       ',
    periods: [period('EJPHN', 'HN..', ' HEURES NORMALES'), period('EJPHPM', 'PM..', ' POINTE MOBILE  ')],
    changeMinutes: [0, EJP_END_MINUTE, EJP_START_MINUTE],
    periodAt({ day, minute }) {
      if (minute >= EJP_START_MINUTE) return special.isEjpDay(day) ? 1 : 0;
      return minute < EJP_END_MINUTE && special.isEjpDay(day - 1) ? 1 : 0;
    },
    dayProfile: () => [{ minute: 0, period: 0 }],
  };
}

/** The civil day on whose morning the Tempo day of a local time began. */
export function tempoDay({ day, minute }: LocalTime): number {
  return minute < SIX ? day - 1 : day;
}

const TEMPO_PERIODS: readonly TariffPeriod[] = [
  period('BBRHCJB', 'HCJB', '    HC  BLEU    ', true),
  period('BBRHPJB', 'HPJB', '    HP  BLEU    '),
  period('BBRHCJW', 'HCJW', '   HC  BLANC    ', true),
  period('BBRHPJW', 'HPJW', '   HP  BLANC    '),
  period('BBRHCJR', 'HCJR', '    HC  ROUGE   ', true),
  period('BBRHPJR', 'HPJR', '    HP  ROUGE   '),
];

function tempoContract(special: SpecialDays): Contract {
  return {
    name: 'tempo',
    optarif: 'BBR(',
    ngtf: '     TEMPO      ',
    periods: TEMPO_PERIODS,
    changeMinutes: [0, SIX, TEN_PM],
    periodAt(local) {
      const isPeak = local.minute >= SIX && local.minute < TEN_PM;
      return 2 * COLOURS.indexOf(special.tempoColour(tempoDay(local))) + (isPeak ? 1 : 0);
    },
    dayProfile: () => [
      { minute: 0, period: 0 },
      { minute: SIX, period: 1 },
      { minute: TEN_PM, period: 0 },
    ],
  };
}

function weekendContract(hours: OffPeakHours): Contract {
  const changeMinutes = edgeMinutes(hours);
  const periodOf = (day: number, minute: number) => {
    if (weekday(day) === 0 || weekday(day) === 6) return 2;
    return isWithin(hours, minute) ? 0 : 1;
  };
  return {
    name: 'weekend',
    optarif: 'BASE',
    ngtf: ' HC et Week-End ',
    periods: [
      period(null, 'TH..', ' HEURE  CREUSE  ', true),
      period(null, 'TH..', ' HEURE  PLEINE  '),
      period(null, 'TH..', '    WEEK-END    '),
    ],
    changeMinutes,
    periodAt: ({ day, minute }) => periodOf(day, minute),
    dayProfile: (day) => changeMinutes.map((minute) => ({ minute, period: periodOf(day, minute) })),
  };
}
