import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ProfileTimesLearner } from './profile-times.ts';
import { hear, standard } from './testing.ts';

/** At 16:00 in decimal, at 22:00 in hexadecimal. */
const AMBIGUOUS = ['06004002', '16004001', ...Array(9).fill('NONUTILE')].join(' ');

/** A learner that was shown frames with such a time and index. */
function learn(...frames: readonly (readonly [time: string, index: string])[]): ProfileTimesLearner {
  const learner = new ProfileTimesLearner();
  for (const [time, index] of frames) {
    const line =
      standard('DATE', `H${time}`, '') + standard('NTARF', index) + standard('PJOURF+1', AMBIGUOUS);
    for (const frame of hear(`\x02${line}\x03`).frames) learner.take(frame);
  }
  return learner;
}

const MIDNIGHT = [
  ['250110235959', '01'],
  ['250111000001', '01'],
  ['250111120000', '02'],
] as const;

test('an index that changes at the decimal time', () => {
  equal(learn(...MIDNIGHT, ['250111155959', '02'], ['250111160001', '01']).times, 'decimal');
});

test('an index that changes at the hexadecimal time', () => {
  equal(learn(...MIDNIGHT, ['250111215959', '02'], ['250111220001', '01']).times, 'hexadecimal');
});

test('a change that no profile tells of teaches nothing', () => {
  equal(learn(...MIDNIGHT, ['250111135959', '02'], ['250111140001', '01']).times, 'auto');
});

test('nor does one that was not watched, or whose day’s profile is not known', () => {
  equal(learn(...MIDNIGHT, ['250111213000', '02'], ['250111220001', '01']).times, 'auto');
  equal(learn(['250111215959', '02'], ['250111220001', '01']).times, 'auto');
  equal(learn(['250109235959', '02'], ['250111215959', '02'], ['250111220001', '01']).times, 'auto');
});
