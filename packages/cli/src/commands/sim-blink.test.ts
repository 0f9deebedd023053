import { equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { startServer, systemClock } from '@kilowink/server/app';
import { loadConfig } from '@kilowink/server/config';
import { openSqliteStore } from '@kilowink/store';
import { Workplace } from '../testing.ts';

/** A real server on a free port of this machine, with a store of its own. */
async function serve(place: Workplace) {
  const { config } = loadConfig({
    env: {},
    options: {
      port: { flag: 'test', value: 0 },
      host: { flag: 'test', value: '127.0.0.1' },
      dataDir: { flag: 'test', value: place.data },
    },
    file: undefined,
  });
  const store = openSqliteStore({ folder: place.data, clock: systemClock });
  const server = await startServer({ config, store, version: 'test' });
  return { store, to: `http://127.0.0.1:${server.port}`, close: () => server.close() };
}

describe('kilowink sim blink', () => {
  it('is taken for a sensor by the server, each window once, from the address it is told', async () => {
    using place = new Workplace();
    const server = await serve(place);
    const faults = ['--duplicate', '0.3', '--reorder', '0.2', '--delay', '50'];
    const fast = ['--to', server.to, '--speed', '40', '--watts', '7200', '--duration', '200', '--seed', '3'];
    const { exitCode, stdout, stderr } = await place.run(
      'sim',
      'blink',
      ...fast,
      ...faults,
      '--from',
      '127.0.0.5',
    );
    equal(exitCode, 0, stderr);
    match(stdout, / 7 200 W {2}\d+ windows {2}\d+ reports {2}\d+ answers .*last: ok/);
    const [series] = server.store.listSeries();
    equal(series?.source, 'optical/127.0.0.5/00');
    const windows = Number(/(\d+) windows {2}\d+ reports {2}\d+ answers .*\n$/.exec(stdout)?.[1]);
    const total = server.store.readTotal(series?.id ?? 0, 0, Date.UTC(2100, 0));
    ok(total.sum > 0 && total.sum <= windows * 10, `${total.sum} Wh from ${windows} windows of 10`);
    equal(total.sum % 10, 0);
    await server.close();
  });

  it('ends when it is interrupted, also while nobody answers', async () => {
    using place = new Workplace();
    const child = place.start([
      'sim',
      'blink',
      '--to',
      'http://127.0.0.1:1',
      '--watts',
      '100',
      '--speed',
      '20',
    ]);
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [exitCode] = await closed;
    equal(exitCode, 0);
  });
});
