// The short form of `npm run bench -- crash`: a few kills of each kind, and a few that must be seen.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildFaults } from '../lib/crash-faults.ts';
import { addSensors, QUICK_GROUPS } from '../lib/crash-ingest.ts';
import { KINDS, runCrashes } from '../lib/crash-run.ts';
import { Site, Tally } from '../lib/crash-site.ts';

const KILLS = 18;

test(`after ${KILLS} kills in ${KINDS.length} situations nothing is lost or doubled, and every store opens`, async (context) => {
  const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);
  context.diagnostic(`CRASH_SEED=${seed}`);
  const tallies = await runCrashes({ kills: KILLS, seed, kinds: KINDS });
  for (const [name, tally] of tallies) assert.ok(tally.isGood, `${name}: ${tally.findings.join('\n')}`);
});

test('what an acknowledged window costs is seen when it is not there, is there twice, or is another', async () => {
  const root = mkdtempSync(join(tmpdir(), 'kilowink-crash-'));
  const tally = new Tally();
  const site = new Site({ root, library: buildFaults(root), cache: join(root, 'cache'), seed: 5, tally });
  try {
    const [sensor] = addSensors(site, [60_000]);
    assert.ok(sensor !== undefined);
    const life = site.serve(QUICK_GROUPS);
    const port = await life.listening();
    assert.ok(port !== null, life.output);
    sensor.pass(100);
    assert.ok(await sensor.drain(port));
    await life.kill();
    site.lookAt([sensor]);
    assert.ok(tally.isGood, tally.findings.join('\n'));
    // Another history than the one that was stored.
    rmSync(join(site.dataDir, 'kilowink.db'));
    for (const name of readdirSync(site.dataDir))
      if (name.startsWith('kilowink.db')) rmSync(join(site.dataDir, name));
    const empty = site.serve(QUICK_GROUPS);
    assert.ok((await empty.listening()) !== null);
    await empty.kill();
    site.lookAt([sensor]);
    assert.equal(tally.lost, 100);
    const { lost, doubled, wrong } = sensor.compare([
      [Date.now(), 3],
      [Date.now(), 3],
    ]);
    assert.deepEqual([lost, doubled, wrong], [100, 1, 1]);
  } finally {
    site.remove();
  }
});
