// Meters on a line and at two brokers, minutes of theirs in seconds, while brokers and server are killed.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isExact, runShow } from '../lib/tic-show.ts';

const GATEWAYS = 5;

test('whatever is killed, every index of every meter is exact to the Wh', {
  timeout: 300_000,
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-show-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const log = (line: string) => context.diagnostic(line);
  const shown = await runShow({ folder, gateways: GATEWAYS, speed: 25, minutes: 8, log });
  assert.equal(new Set(shown.indexes.map(({ meter }) => meter)).size, 2 * GATEWAYS + 1);
  assert.equal(shown.kills, 4);
  assert.ok(shown.failed > 0, 'a broker was away when a gateway wanted it');
  assert.ok(shown.indexes.some(({ label, lastWh, firstWh }) => label === 'injected' && lastWh > firstWh));
  assert.deepEqual(
    shown.indexes.filter((index) => !isExact(index)),
    [],
  );
});
