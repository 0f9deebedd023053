// Writes vectors/winky: lines and answers of the gateway's schedule and minutes. A released vector is not changed: this
// only makes those that are not there yet. node tools/make-winky-vectors.ts
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askWinkyTs } from '../packages/sim/src/winky/testing.ts';

const OPTIONS = 'options 3450 4950 100 30 600';

const schedule: Readonly<Record<string, readonly string[]>> = {
  'first guesses': [
    OPTIONS,
    'decide 3549',
    'decide 3550',
    'decide 3999',
    'decide 4000',
    'seconds 3999',
    'seconds 3000',
  ],
  'no measured voltage': [
    OPTIONS,
    'decide 0',
    'decide 499',
    'seconds 0',
    'sleep 0 4000 30',
    'decide 500',
    'seconds 500',
  ],
  'a greater cost counts at once, a smaller one by an eighth': [
    OPTIONS,
    ...['cycle 4900 4000', 'cycle 4900 4800', 'cycle 4900 4901', 'cycle 4900 4899', 'decide 4200'],
  ],
  'a cost below eight stays': [OPTIONS, ...Array.from({ length: 60 }, () => 'cycle 4900 4900')],
  'sleeps teach how fast they charge': [
    OPTIONS,
    ...[
      'sleep 4000 4600 30',
      'sleep 4000 4600 30',
      'sleep 4000 3990 30',
      'sleep 4000 4600 4',
      'seconds 3900',
    ],
  ],
  'full capacitors tell a lower bound': [
    OPTIONS,
    'sleep 4900 5000 60',
    'sleep 3950 4950 10',
    'sleep 4940 4949 60',
  ],
  'nothing comes in': [
    OPTIONS,
    ...Array.from({ length: 40 }, () => 'sleep 4000 4000 30'),
    'seconds 3999',
    'seconds 4950',
  ],
  'a cost that full capacitors do not hold': [
    OPTIONS,
    'cycle 4950 2950',
    'decide 4949',
    'decide 4950',
    'seconds 4000',
  ],
  'the longest sleep': [OPTIONS, ...Array.from({ length: 40 }, () => 'sleep 4000 4001 100'), 'seconds 3000'],
};

const minutes: Readonly<Record<string, readonly string[]>> = {
  'lowest, mean and highest': ['minutes', 'add 0 100', 'add 30 301', 'add 59 200', 'read 0', 'read 1'],
  'means are rounded': ['minutes', 'add 0 1', 'add 1 2', 'read 0', 'add 2 2', 'read 0', 'add 3 0', 'read 0'],
  'minutes without a frame': ['minutes', 'add 0 5', 'add 180 7', 'read 0', 'read 1', 'read 2', 'read 3'],
  'more than fits': ['minutes', 'add 10 65534', 'add 20 65535', 'add 30 4294967295', 'read 0'],
  'the oldest is forgotten': [
    'minutes',
    'add 0 1',
    'add 3540 2',
    'read 0',
    'add 3600 3',
    'read 0',
    'read 59',
    'read 60',
  ],
  'a long gap forgets all': [
    'minutes',
    'add 0 1',
    'add 60 2',
    'add 36000 3',
    'read 540',
    'read 541',
    'read 600',
  ],
  'time that runs back counts in the minute it was in': [
    'minutes',
    'add 120 10',
    'add 60 20',
    'read 1',
    'read 2',
  ],
};

for (const [name, cases] of Object.entries({ schedule, minutes })) {
  const file = join(import.meta.dirname, `../vectors/winky/${name}.jsonl`);
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const names = new Set(kept.map((line): string => JSON.parse(line).name));
  const made = Object.entries(cases)
    .filter(([each]) => !names.has(each))
    .map(([each, lines]) =>
      JSON.stringify({ name: each, source: 'made', lines, answers: askWinkyTs(lines) }),
    );
  writeFileSync(file, `${[...kept, ...made].join('\n')}\n`);
}
