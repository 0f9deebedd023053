import { wordMatcher } from '@kilowink/api';

/** What is found among many things by their names, and how many more there are. */
export interface FoundNames<T> {
  readonly shown: readonly T[];
  readonly moreCount: number;
}

/**
 * Those of which a text holds every word of `wanted`, whatever the case and accents, in their order, at most `limit`. Those for
 * which `isFirst` holds come first.
 */
export function findNames<T>(
  all: readonly T[],
  wanted: string,
  of: { textOf: (each: T) => string; limit: number; isFirst?: (each: T) => boolean },
): FoundNames<T> {
  const matches = wordMatcher(wanted);
  const found = all.filter((each) => matches(of.textOf(each)));
  const { isFirst } = of;
  const sorted =
    isFirst === undefined
      ? found
      : [...found.filter((each) => isFirst(each)), ...found.filter((each) => !isFirst(each))];
  return { shown: sorted.slice(0, of.limit), moreCount: Math.max(0, sorted.length - of.limit) };
}
