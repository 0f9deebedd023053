import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createLight, SCENES } from '@kilowink/sim/light';
import { Workplace } from '../testing.ts';

/** Twelve seconds of the scene "night" from a seed, with the times of its flashes. */
function night(): { samplesMv: Int16Array; middlesS: number[] } {
  const light = SCENES.find((scene) => scene.name === 'night')?.light;
  ok(light !== undefined);
  const source = createLight({ ...light, meter: { ...light.meter, powerW: [4_000, 5_000] } }, 3);
  const samplesMv = new Int16Array(12_000);
  source.read(samplesMv);
  return { samplesMv, middlesS: source.takeFlashes().map((flash) => (flash.fromS + flash.toS) / 2) };
}

function toText(samplesMv: Int16Array): string {
  return `${samplesMv.join('\n')}\n`;
}

describe('kilowink detect', () => {
  it('tells flashes, their times and the windows', async () => {
    using place = new Workplace();
    const { samplesMv, middlesS } = night();
    writeFileSync(place.path('trace.txt'), toText(samplesMv));
    const { stdout, stderr, exitCode } = await place.run('detect', 'trace.txt', '--times');
    equal(stderr, '');
    equal(exitCode, 0);
    const told = JSON.parse(stdout);
    equal(told.samples, 12_000);
    equal(told.durationS, 12);
    equal(told.windows.length, 2);
    equal(told.windows[1].state, 'good');
    const seen = middlesS.filter((timeS) => timeS > 1 && timeS < 11.9);
    const times: number[] = told.flashTimesS.filter((timeS: number) => timeS > 1 && timeS < 11.9);
    equal(times.length, seen.length);
    for (const [index, timeS] of times.entries()) ok(Math.abs(timeS - (seen[index] ?? 0)) < 0.005);
  });

  it('reads 16-bit integers and the standard input as it reads text', async () => {
    using place = new Workplace();
    const { samplesMv } = night();
    writeFileSync(place.path('trace.txt'), toText(samplesMv).replaceAll('\n', '\r\n'));
    writeFileSync(place.path('trace.s16'), samplesMv);
    const text = await place.run('detect', 'trace.txt');
    const binary = await place.run('detect', 'trace.s16', '--format', 's16');
    equal(binary.stdout, text.stdout);
    const args = [join(import.meta.dirname, '../main.ts'), 'detect', '-', '--format', 's16'];
    const piped = spawnSync(process.execPath, args, { input: Buffer.from(samplesMv.buffer) });
    equal(String(piped.stdout), text.stdout);
  });

  it('what was not measured is null, not 0', async () => {
    using place = new Workplace();
    const samplesMv = new Int16Array(12_000).fill(3_300);
    writeFileSync(place.path('noon.txt'), toText(samplesMv));
    const told = JSON.parse((await place.run('detect', 'noon.txt')).stdout);
    equal(told.flashes, 0);
    deepEqual(
      told.windows.map((window: { state: string; count: null }) => [window.state, window.count]),
      [
        ['saturated', null],
        ['saturated', null],
      ],
    );
  });

  it('draws light, base, threshold and a mark for each flash', async () => {
    using place = new Workplace();
    const { samplesMv } = night();
    writeFileSync(place.path('a<b.txt'), toText(samplesMv));
    const { stdout } = await place.run('detect', 'a<b.txt', '--plot', 'out.svg');
    const svg = readFileSync(place.path('out.svg'), 'utf8');
    match(svg, /^<svg xmlns=/);
    match(svg, />a&lt;b\.txt: \d+ flashes in 12 s at 1000 Hz</);
    const marks = svg.match(/v-8/g) ?? [];
    equal(marks.length, JSON.parse(stdout).flashes);
    ok(!svg.includes('NaN') && !svg.includes('Infinity'));
  });

  it('an empty trace has no windows, and can be drawn', async () => {
    using place = new Workplace();
    writeFileSync(place.path('empty'), '');
    const { stdout, exitCode } = await place.run('detect', 'empty', '--plot', 'out.svg');
    equal(exitCode, 0);
    deepEqual(JSON.parse(stdout).windows, []);
    ok(!readFileSync(place.path('out.svg'), 'utf8').includes('NaN'));
  });

  it('what is wrong is one clear line', async () => {
    using place = new Workplace();
    writeFileSync(place.path('bad.txt'), '100\n101\n10x\n');
    writeFileSync(place.path('gap.txt'), '100\n\n101\n');
    writeFileSync(place.path('big.txt'), '100\n40000\n');
    writeFileSync(place.path('float.txt'), '100.5\n');
    writeFileSync(place.path('odd.s16'), 'abc');
    writeFileSync(place.path('line.txt'), '7'.repeat(5_000));
    for (const [args, told] of [
      [
        ['bad.txt'],
        /^kilowink: bad\.txt, line 3: expected a whole number of mV from -32768 to 32767, "10x" came$/m,
      ],
      [['gap.txt'], /gap\.txt, line 2: expected .*, "" came/],
      [['big.txt'], /big\.txt, line 2: expected .*, "40000" came/],
      [['float.txt'], /float\.txt, line 1: expected .*, "100\.5" came/],
      [['line.txt'], /line\.txt, line 1: expected .*, "7+…" came/],
      [['odd.s16', '--format', 's16'], /odd\.s16: expected 2 bytes a sample, one byte came after sample 1/],
      [['none.txt'], /^kilowink: can not read none\.txt: ENOENT/],
      [['bad.txt', '--rate', '5'], /Expected a whole number from 20 to 8000/],
      [['gap.txt', '--format', 'mp3'], /Allowed choices are text, s16/],
    ] as const) {
      const { stderr, stdout, exitCode } = await place.run('detect', ...args);
      match(stderr, told);
      equal(stdout, '');
      ok(exitCode === 1 || exitCode === 2);
    }
    writeFileSync(place.path('good.txt'), '100\n');
    const unwritable = await place.run('detect', 'good.txt', '--plot', 'no/such/folder.svg');
    match(unwritable.stderr, /^kilowink: can not write no\/such\/folder\.svg: /);
  });
});
