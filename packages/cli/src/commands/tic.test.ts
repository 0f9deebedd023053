import { deepEqual, equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Workplace } from '../testing.ts';

const frames = join(import.meta.dirname, '../../../../vectors/tic/frames');
const file = (name: string) => join(frames, `${name}.bin`);

interface FrameLine {
  mode: string | null;
  complete: boolean;
  groups: Record<string, { value: unknown; at?: string; raw: string }>;
  discarded: { reason: string; size: number; text: string }[];
  counters: Record<string, number>;
}

async function decode(...args: string[]): Promise<FrameLine[]> {
  using place = new Workplace();
  const { stdout, exitCode } = await place.run('tic', 'decode', ...args);
  equal(exitCode, 0);
  return stdout
    .trim()
    .split('\n')
    .map((line): FrameLine => JSON.parse(line));
}

describe('kilowink tic decode', () => {
  it('prints a line of JSON a frame: values by their label, times in UTC, the data as received', async () => {
    const [frame, ...more] = await decode(file('std-tri-tempo-producer-01'));
    equal(more.length, 0);
    deepEqual(Object.keys(frame ?? {}), ['mode', 'complete', 'groups', 'discarded', 'counters']);
    deepEqual([frame?.mode, frame?.complete, frame?.discarded], ['standard', true, []]);
    deepEqual(frame?.groups['EAST'], { value: 11_604_109, raw: '011604109' });
    deepEqual(frame?.groups['DATE'], { value: '', at: '2021-04-14T06:26:25.000Z', raw: '' });
    deepEqual(frame?.groups['LTARF'], { value: 'HP BLEU', raw: '    HP  BLEU    ' });
    equal(Object.keys(frame?.groups ?? {}).length, 63);
    equal(frame?.counters['groupsOk'], 63);
  });

  it('tells what it threw away with the reason, also after the last frame', async () => {
    const [cut] = await decode(file('bad-hist-cut-head'));
    deepEqual(cut?.discarded, [{ reason: 'checksum', size: 8, text: 'ST 008 _' }]);
    const [nothing] = await decode(file('bad-hist-linkytic-11'));
    deepEqual([nothing?.mode, nothing?.groups, nothing?.discarded.length], [null, {}, 5]);
  });

  it('a stream: the frames of it, counters that grow', async () => {
    const lines = await decode(file('stream-hist-mono-tempo-10frames'));
    equal(lines.length, 10);
    deepEqual(
      lines.map(({ counters }) => counters['bytes']),
      Array.from({ length: 10 }, (_, index) => 275 * (index + 1)),
    );
  });

  it('--frames stops, --profile-times sets how times are read', async () => {
    equal((await decode(file('stream-hist-mono-tempo-10frames'), '--frames', '3')).length, 3);
    const starts = async (form: string) => {
      const [frame] = await decode(file('std-mono-tempo-01'), '--profile-times', form);
      const slots = frame?.groups['PJOURF+1']?.value as { startMin: number }[];
      return slots.map(({ startMin }) => startMin);
    };
    deepEqual(await starts('decimal'), [0, 360, 960]);
    deepEqual(await starts('hexadecimal'), [0, 360, 1_320]);
  });

  it('--raw tells the verdict on each group, --table what the meter says', async () => {
    using place = new Workplace();
    const raw = await place.run('tic', 'decode', '--raw', file('bad-hist-cut-head'));
    match(raw.stdout, /^checksum {4}"ST 008 _"\nok {10}IMAX {7}042\n/);
    const table = await place.run('tic', 'decode', '--table', file('std-tri-tempo-producer-01'));
    match(table.stdout, /^Meter 123456789012, standard\n/);
    match(table.stdout, /phase 2 {2}2 A {2}240 V {2}568 VA\n/);
  });

  it('what can not be read or asked for ends with one line and a code', async () => {
    using place = new Workplace();
    const missing = await place.run('tic', 'decode', 'nothing.bin');
    deepEqual([missing.exitCode, missing.stdout], [1, '']);
    match(missing.stderr, /^kilowink: can not read nothing\.bin: ENOENT.*\n$/);
    const both = await place.run('tic', 'decode', '--raw', '--table', 'x');
    equal(both.exitCode, 2);
    match(both.stderr, /expected one of --json, --raw and --table, --raw and --table came/);
    const speed = await place.run('tic', 'decode', '--baud', 'fast', 'x');
    equal(speed.exitCode, 2);
    match(speed.stderr, /Expected a whole number from 300 to 115200/);
  });

  it('bytes without any group are said to be none, with what was expected', async () => {
    using place = new Workplace();
    const { stderr, exitCode } = await place.run('tic', 'decode', file('bad-hist-linkytic-11'));
    equal(exitCode, 0);
    match(stderr, /80 bytes, and not one group in them: expected LF, label/);
  });
});

describe('kilowink tic send', () => {
  it('plays captures into a file, one after the other', async () => {
    using place = new Workplace();
    const [one, two] = [file('hist-mono-base-02'), file('std-mono-base-01')];
    const { exitCode } = await place.run('tic', 'send', one, two, '--to', 'both.bin');
    equal(exitCode, 0);
    deepEqual(
      readFileSync(place.path('both.bin')),
      Buffer.concat([one, two].map((path) => readFileSync(path))),
    );
  });

  it('plays to a pseudo terminal, on which the decoder finds the meter', async () => {
    using place = new Workplace();
    const sending = place.start(['tic', 'send', file('std-mono-base-01'), '--repeat']);
    try {
      const [path] = (await once(sending.stdout.setEncoding('utf8'), 'data')) as [string];
      const { stdout, stderr, exitCode } = await place.run('tic', 'decode', path.trim(), '--frames', '2');
      equal(exitCode, 0, stderr);
      const last: FrameLine = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      deepEqual([last.mode, last.complete], ['standard', true]);
    } finally {
      const exited = once(sending, 'exit');
      sending.kill('SIGTERM');
      deepEqual((await exited)[0], 0);
    }
  });

  it('a file that is not there, a place that can not be written', async () => {
    using place = new Workplace();
    match(
      (await place.run('tic', 'send', 'nothing.bin', '--to', 'x')).stderr,
      /^kilowink: can not read nothing\.bin: /,
    );
    const unwritable = await place.run('tic', 'send', file('hist-mono-base-02'), '--to', 'no/such/file');
    equal(unwritable.exitCode, 1);
    match(unwritable.stderr, /^kilowink: can not write no\/such\/file: /);
  });
});
