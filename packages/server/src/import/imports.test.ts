import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { curveFile, house, WEEK } from '../enedis/testing.ts';
import { Imports } from './imports.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-imports-'));
after(() => rmSync(folder, { recursive: true }));

const job = (content: string) => ({
  ...{ folder, zone: 'Europe/Paris', stamps: undefined, seriesName: undefined, isWritten: false },
  file: { name: 'curve.csv', bytes: Buffer.from(content) },
});

test('a file that takes more memory than it may is refused, and the next one is read', async () => {
  const imports = new Imports(24);
  const large = job(curveFile(house('2022-01-01T00:00', '2026-01-01T00:00')));
  await assert.rejects(
    imports.run(large, () => true),
    { code: 'file/memory' },
  );
  const { parts } = await imports.run(job(curveFile(WEEK)), () => true);
  assert.equal(parts[0]?.rows.right, WEEK.length);
});

test('a file that nobody waits for is not begun, and too many at once are refused', async () => {
  const imports = new Imports();
  const all = Array.from({ length: 6 }, (_, index) =>
    imports
      .run(job(curveFile(WEEK)), () => index === 0)
      .then(
        () => 'read',
        (error: { code: string }) => error.code,
      ),
  );
  assert.deepEqual(await Promise.all(all), [
    'read',
    'file/stopped',
    'file/stopped',
    'file/stopped',
    'file/busy',
    'file/busy',
  ]);
});

test('what is read when all ends is ended', async () => {
  const imports = new Imports();
  const turn = imports.run(job(curveFile(WEEK)), () => true);
  const ended = assert.rejects(turn, { code: 'file/stopped' });
  await new Promise((resolve) => setImmediate(resolve));
  await imports.close();
  await ended;
});
