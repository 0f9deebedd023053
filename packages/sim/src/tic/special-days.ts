import { DAY_MS } from '@kilowink/core/time';
import { createRandom } from '../random/index.ts';
import { weekday } from './local-clock.ts';

export type TempoColour = 'blue' | 'white' | 'red';

/** Which days cost what. Days are civil days counted from 1970-01-01. */
export interface SpecialDays {
  /** Colour of the Tempo day that begins on this civil day at 06:00. */
  tempoColour(day: number): TempoColour;
  /** Whether mobile peak begins on this civil day at 07:00 (EJP). */
  isEjpDay(day: number): boolean;
}

const RED_DAYS = 22;
const WHITE_DAYS = 43;
const EJP_DAYS = 22;

/**
 * A calendar by the rules of the contracts, drawn from a seed: in each season (September to August) 22 red days on
 * working days from November to March, 43 white days never on a Sunday, and 22 EJP days from November to March.
 */
export function createSpecialDays(seed: number): SpecialDays {
  const seasons = new Map<number, Season>();
  const seasonOf = (day: number): Season => {
    const year = seasonYear(day);
    const known = seasons.get(year) ?? drawSeason(seed, year);
    seasons.set(year, known);
    return known;
  };
  return {
    tempoColour(day) {
      const season = seasonOf(day);
      if (season.red.has(day)) return 'red';
      return season.white.has(day) ? 'white' : 'blue';
    },
    isEjpDay: (day) => seasonOf(day).ejp.has(day),
  };
}

interface Season {
  readonly red: ReadonlySet<number>;
  readonly white: ReadonlySet<number>;
  readonly ejp: ReadonlySet<number>;
}

function utcDayOf(year: number, month: number): number {
  return Date.UTC(year, month - 1, 1) / DAY_MS;
}

/** The year in which the season of a day began. */
function seasonYear(day: number): number {
  const year = new Date(day * DAY_MS).getUTCFullYear();
  return day >= utcDayOf(year, 9) ? year : year - 1;
}

function drawSeason(seed: number, year: number): Season {
  const random = createRandom(seed * 10_000 + year);
  const draw = (count: number, from: readonly number[]): ReadonlySet<number> => {
    const left = [...from];
    const drawn = new Set<number>();
    while (drawn.size < count && left.length > 0) {
      for (const day of left.splice(Math.floor(random.next() * left.length), 1)) drawn.add(day);
    }
    return drawn;
  };
  const winter = daysBetween(utcDayOf(year, 11), utcDayOf(year + 1, 4));
  const working = winter.filter((day) => weekday(day) !== 0 && weekday(day) !== 6);
  const red = draw(RED_DAYS, working);
  const all = daysBetween(utcDayOf(year, 9), utcDayOf(year + 1, 9));
  const white = draw(
    WHITE_DAYS,
    all.filter((day) => weekday(day) !== 0 && !red.has(day)),
  );
  return { red, white, ejp: draw(EJP_DAYS, winter) };
}

function daysBetween(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
