import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Workplace } from '../testing.ts';

/** The program as a device, once it said how it is reached. */
async function simulate(place: Workplace, ...words: string[]) {
  const child = place.start(['sim', 'smp', ...words]);
  let said = '';
  child.stdout.setEncoding('utf8');
  while (!said.includes('\n')) said += (await once(child.stdout, 'data'))[0];
  const target = /device at (\S+), runs 1\.0\.0/.exec(said)?.[1] ?? '';
  const end = async () => {
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    return (await exited)[0];
  };
  return { target, end };
}

test('a device over UDP, and the program that looks after it', async () => {
  using place = new Workplace();
  const device = await simulate(place, '-p', '0', '--delay', '2', '--loss', '0.05');
  const { stdout, stderr, exitCode } = await place.run('smp', 'echo', device.target, 'there?');
  assert.match(stdout, /^there\? {2}\(/, stderr);
  assert.equal(exitCode, 0);
  assert.equal(await device.end(), 0);
});
