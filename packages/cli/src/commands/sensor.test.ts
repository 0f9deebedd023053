import { equal, match, notEqual, ok } from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Workplace } from '../testing.ts';

const ID = '00112233aabbccdd';

describe('kilowink sensor', () => {
  it('makes a key, shows it once, and makes another when told', async () => {
    using place = new Workplace();
    const data = ['-d', place.data];
    const added = await place.run('sensor', 'add', '--id', ID.toUpperCase(), '--name', 'Cellar', ...data);
    equal(added.exitCode, 0, added.stderr);
    match(added.stdout, /^[0-9a-f]{32}\n$/);
    const file = join(place.data, 'sensors.json');
    equal(statSync(file).mode & 0o777, 0o600);
    ok(readFileSync(file, 'utf8').includes(added.stdout.trim()));
    const listed = await place.run('sensor', 'list', ...data);
    match(listed.stdout, new RegExp(`^${ID} {2}key of .* Cellar\n$`));
    const json = await place.run('sensor', 'list', '--json', ...data);
    for (const text of [listed.stdout, json.stdout]) ok(!text.includes(added.stdout.trim()));
    const again = await place.run('sensor', 'add', '--id', ID, ...data);
    equal(again.exitCode, 1);
    match(again.stderr, /^kilowink: Sensor 00112233aabbccdd has a key already/);
    const rotated = await place.run('sensor', 'key', ID, '--rotate', ...data);
    match(rotated.stdout, /^[0-9a-f]{32}\n$/);
    notEqual(rotated.stdout, added.stdout);
    ok(!readFileSync(file, 'utf8').includes(added.stdout.trim()));
  });

  it('what is wrong is one clear line', async () => {
    using place = new Workplace();
    const data = ['-d', place.data];
    for (const [args, exitCode, message] of [
      [['add', '--id', '12'], 2, /16 hex digits, "12" came/],
      [['key', ID], 2, /shown once.*--rotate/],
      [['key', ID, '--rotate'], 1, /has no key/],
      [['list'], 0, /No sensor has a key/],
    ] as const) {
      const ran = await place.run('sensor', ...args, ...data);
      equal(ran.exitCode, exitCode, ran.stderr);
      match(ran.stderr, message);
      equal(ran.stderr.trim().split('\n').length, 1);
    }
  });
});
