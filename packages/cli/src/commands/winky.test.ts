import { equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Workplace } from '../testing.ts';

function secondsOf(stdout: string, name: string): number {
  const found = new RegExp(`^${name} +(?:on for )?([\\d.]+) (s|min|h)$`, 'm').exec(stdout);
  ok(found !== null, stdout);
  return Number(found[1]) * ({ s: 1, min: 60, h: 3_600 }[found[2] ?? ''] ?? Number.NaN);
}

describe('kilowink winky plan', () => {
  it('answers for our circuit, and draws its life', async () => {
    using place = new Workplace();
    const path = place.path('plan.svg');
    const { exitCode, stdout, stderr } = await place.run('winky', 'plan', '--plot', path);
    equal(exitCode, 0, stderr);
    const firstStartS = secondsOf(stdout, 'first start');
    ok(firstStartS > 100 && firstStartS < 150, stdout);
    ok(secondsOf(stdout, 'shortest period') < secondsOf(stdout, 'its own period'));
    const svg = readFileSync(path, 'utf8');
    match(svg, /<title>1 F on the meter’s socket<\/title>/);
    for (const name of ['first start', 'life', 'outage', 'return', 'start', 'stop'])
      match(svg, new RegExp(`>${name}<`));
  });

  it('smaller capacitors start sooner, a slower network takes longer, and too much is said to be', async () => {
    using place = new Workplace();
    const usual = await place.run('winky', 'plan');
    const small = await place.run('winky', 'plan', '--capacitance', '0.22', '--join', '20');
    ok(secondsOf(small.stdout, 'first start') < secondsOf(usual.stdout, 'first start') / 3);
    ok(secondsOf(small.stdout, 'shortest period') > 5 * secondsOf(usual.stdout, 'shortest period'));
    match(small.stdout, /A cycle takes more than the capacitors hold/);
    const weak = await place.run('winky', 'plan', '--ohms', '9999');
    match(weak.stdout, /shortest period +(never|[\d.]+ (min|h))/);
  });

  it('refuses a supervisor that cuts above where it starts', async () => {
    using place = new Workplace();
    const { exitCode, stderr } = await place.run('winky', 'plan', '--start', '3.5', '--stop', '3.6');
    equal(exitCode, 2, stderr);
    match(stderr, /--stop has to be below --start/);
  });
});
