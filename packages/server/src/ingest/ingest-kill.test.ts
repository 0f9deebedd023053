import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Machine, reportOf } from './kill-testing.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-kill-'));
after(() => rmSync(root, { recursive: true }));

const ADDRESS = '192.168.1.20';
const GROUP_MS = 420_000;
const up = { address: ADDRESS, bytes: null };

/** A sensor that boots twice and sends a report after every third window; the first of the second boot is late. */
function bootTwice(machine: Machine, lateMs: number): number[][] {
  const boots = [0, 1].map((boot) => Array.from({ length: 12 }, (_, index) => (index * 5 + boot * 3) % 11));
  for (const values of boots) {
    machine.nowMs += 120_000;
    const bootMs = machine.nowMs;
    assert.equal(machine.send(up), 'ok');
    for (let newest = 2; newest < values.length; newest += 3) {
      machine.nowMs = Math.max(machine.nowMs, bootMs + (newest + 1) * 5_000 + (newest === 2 ? lateMs : 0));
      const bytes = reportOf(values, { newest, phaseS: 0 });
      assert.equal(machine.send({ address: ADDRESS, bytes }), 'ok');
    }
  }
  return boots;
}

for (const [name, rate, lateMs] of [
  ['the first report of a boot was late', 1, 9_000],
  ['the clock is far slower than the sensor', 1 / 200, 0],
] as const) {
  test(`what is in the file is not taken again after a kill, though ${name}`, () => {
    const machine = new Machine(root, { rate, steps: [] }, GROUP_MS);
    machine.start();
    const boots = bootTwice(machine, lateMs);
    // The group is written, and the reports are still kept when the kill comes.
    machine.flush();
    machine.kill();
    machine.start();
    assert.deepEqual(machine.end(ADDRESS), boots);
    machine.close();
  });
}
