import { meaningOf } from '@kilowink/core/time';
import { serverError } from '../errors.ts';
import { localTimeOf } from '../http/query.ts';

/**
 * Makes sure that a time is one moment: a display read by a clock that showed it twice, or never, was read an hour earlier or later
 * than somebody thinks. Throws `reading/refused`, which names both.
 */
export function assertOneMoment(text: string, zone: string): void {
  const local = localTimeOf(text);
  if (local === null) return;
  const { shown, moments } = meaningOf(local, zone);
  if (shown === 'once') return;
  const [first, second] = moments.map((each) => each.toString({ timeZoneName: 'never' }));
  const reason = `at: expected one moment, "${text}" came, which the clock of ${zone} ${shown === 'twice' ? 'showed twice' : 'never showed'}: give ${first} or ${second}`;
  throw serverError('reading/refused', {
    ...{ reason, why: shown },
    ...{ firstMs: moments[0].epochMilliseconds, secondMs: moments[1].epochMilliseconds },
  });
}
