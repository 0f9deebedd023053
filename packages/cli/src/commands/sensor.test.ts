import { equal, match, notEqual, ok } from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
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

  it('makes keys for all sensors of a file, or for none', async () => {
    using place = new Workplace();
    const data = ['-d', place.data];
    const file = place.path('homes.csv');
    const idOf = (at: number) => at.toString(16).padStart(16, '0');
    const lines = Array.from({ length: 3_000 }, (_, at) => `${idOf(at)},Home ${at}`);
    writeFileSync(
      file,
      ['id,name', ...lines, `${idOf(3_000).toUpperCase()};"Rue ""Haute"", 3"`, ''].join('\n'),
    );
    const added = await place.run('sensor', 'add', '--from', file, ...data);
    equal(added.exitCode, 0, added.stderr);
    const told = added.stdout.trim().split('\n');
    equal(told.length, 3_002);
    equal(told[0], 'id,name,key');
    match(told[1] ?? '', /^0{16},Home 0,[0-9a-f]{32}$/);
    match(told[3_001] ?? '', /^0{13}bb8,"Rue ""Haute"", 3",[0-9a-f]{32}$/);
    equal(new Set(told.map((line) => line.slice(-32))).size, 3_002);
    const kept = readFileSync(join(place.data, 'sensors.json'), 'utf8');
    ok(told.slice(1).every((line) => kept.includes(line.slice(-32))));

    writeFileSync(file, `${idOf(9_000)},New\n${idOf(7)},Known\n${idOf(8)},Known\n`);
    const known = await place.run('sensor', 'add', '--from', file, ...data);
    equal(known.exitCode, 1);
    match(
      known.stderr,
      /line 2: 0{15}7 has a key already; line 3: 0{15}8 has a key already\. Nothing was written/,
    );
    writeFileSync(file, `${idOf(9_000)},New\nnonsense\n${idOf(9_000)},Twice\n`);
    const wrong = await place.run('sensor', 'add', '--from', file, ...data);
    equal(wrong.exitCode, 1);
    match(
      wrong.stderr,
      /line 2: expected 16 hex digits, "nonsense" came; line 3: 0+2328 stands on line 1 already/,
    );
    equal(readFileSync(join(place.data, 'sensors.json'), 'utf8'), kept);
  });
});
