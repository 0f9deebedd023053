import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { Workplace } from '../testing.ts';

describe('kilowink sim tic', () => {
  it('writes frames to a file and tells the truth about its indexes', async () => {
    using place = new Workplace();
    const path = place.path('day.tic');
    const meter = ['--contract', 'offPeak', '--watts', '3600', '--index', '1000,2000'];
    const when = ['--start', '2026-01-12T09:00:00Z', '--duration', '3600'];
    const { exitCode, stderr } = await place.run('sim', 'tic', '--to', path, ...meter, ...when);
    equal(exitCode, 0, stderr);
    const text = readFileSync(path, 'latin1');
    const indexes = [...text.matchAll(/\nHCHP (\d{9}) .\r/g)].map((found) => Number(found[1]));
    equal(indexes[0], 2_000);
    deepEqual(
      indexes,
      indexes.toSorted((a, b) => a - b),
    );
    const last = indexes.at(-1) ?? 0;
    ok(last >= 5_597 && last <= 5_600, String(last));
    match(stderr, new RegExp(`HCHC 1000, HCHP ${last}, total ${last + 1_000}`));
  });

  it('is a serial port to whoever opens its pseudo terminal', { timeout: 60_000 }, async () => {
    using place = new Workplace();
    const child = place.start(['sim', 'tic', '--watts', '1150', '--speed', '20', '--mode', 'standard']);
    try {
      const [path] = (await once(createInterface(child.stdout), 'line')) as [string];
      const port = createReadStream(path, { encoding: 'latin1' });
      let text = '';
      for await (const piece of port) {
        text += piece;
        if (text.indexOf('\x03', text.indexOf('\x02')) > text.indexOf('\x02')) break;
      }
      match(text, /\nSINSTS\t01198\t.\r/);
    } finally {
      child.kill();
      await once(child, 'close');
    }
  });
});
