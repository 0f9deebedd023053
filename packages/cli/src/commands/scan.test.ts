import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toHex } from '@kilowink/core/bytes';
import { addKey } from '@kilowink/server/keys';
import { Broadcaster, extendedReportPackets, legacyReportPacket } from '@kilowink/sim/advert';
import { constantLoad } from '@kilowink/sim/load';
import { Workplace } from '../testing.ts';

const SENSOR = '00112233aabbccdd';
const BTHOME = '54:48:e6:8f:80:a5';
/** The example of the BTHome encryption page. */
const ENCRYPTED = '0201061216d2fc41a47266c95f730011223378237214';
const BIND_KEY = '231d39c1d7cc1ab1aee224cd096db932';

function advertOf(form: 'version1' | 'version2' | 'short', address: string, key?: Uint8Array) {
  const from = new Broadcaster({
    ...{ form, address, startMs: 0, seed: 3, intervalMs: 1_000, sensorId: SENSOR },
    load: constantLoad(3_600),
    ...(key === undefined ? {} : { key }),
  });
  let { advert } = from.take();
  while (from.nextMs < 120_000) advert = from.take().advert;
  return advert;
}

/** What was captured: HCI packets, and a line of a gateway. */
function capture(place: Workplace): string {
  const key = Buffer.from(addKey(place.data, { id: SENSOR }, 0), 'hex');
  const path = place.path('captured.txt');
  const lines = [
    '# captured with a dongle',
    toHex(legacyReportPacket(advertOf('short', 'c0:de:00:00:00:01', key))),
    ...extendedReportPackets(advertOf('version2', 'c0:de:00:00:00:02', key)).map(toHex),
    toHex(legacyReportPacket(advertOf('short', 'c0:de:00:00:00:03'))),
    ...extendedReportPackets(advertOf('version1', 'c0:de:00:00:00:04')).map(toHex),
    '',
    `${BTHOME.toUpperCase()} -80 ${ENCRYPTED}`,
    'aa:bb:cc:dd:ee:ff - 0201060303aafe',
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

test('scan tells what was heard, whether it is authentic, and how to add it', async () => {
  using place = new Workplace();
  const { exitCode, stdout, stderr } = await place.run(
    'scan',
    '--from',
    capture(place),
    '--json',
    '-d',
    place.data,
  );
  assert.equal(exitCode, 0, stderr);
  const found: Record<string, unknown>[] = JSON.parse(stdout);
  const shown = found.map(({ address, kind, proof, isAdded }) => [address, kind, proof, isAdded]);
  assert.deepEqual(
    shown.sort(),
    [
      ['c0:de:00:00:00:01', 'version 2 short', 'authentic', true],
      ['c0:de:00:00:00:02', 'version 2', 'authentic', true],
      ['c0:de:00:00:00:03', 'version 2 short', 'refused', true],
      ['c0:de:00:00:00:04', 'version 1', 'unproven', false],
      [BTHOME, 'BTHome', 'unproven', false],
    ].sort(),
  );
  const one = found.find(({ address }) => address === 'c0:de:00:00:00:01');
  assert.deepEqual(one?.['windows'], [5, 5, 5, 5, 5, 5, 5, 5]);
  const bthome = found.find(({ address }) => address === BTHOME);
  assert.equal(bthome?.['says'], 'encrypted');
  assert.match(String(bthome?.['toAdd']), /sensor add --address 54:48:e6:8f:80:a5/);
});

test('scan shows a table for people, and other devices on demand', async () => {
  using place = new Workplace();
  const path = capture(place);
  const plain = await place.run('scan', '--from', path, '-d', place.data);
  assert.match(plain.stdout, /^ADDRESS +NAME +KIND/);
  assert.match(
    plain.stdout,
    /c0:de:00:00:00:01 +version 2 short +-70 dBm +\d+ s +5 5 5 5 5 5 5 5 +authentic/,
  );
  assert.match(plain.stdout, /Not added, so not stored:\n(.*\n)*.*c0:de:00:00:00:04.*sensors: \{ id: NAME/);
  assert.doesNotMatch(plain.stdout, /aa:bb:cc/);
  const all = await place.run('scan', '--from', path, '-d', place.data, '--all');
  assert.match(all.stdout, /aa:bb:cc:dd:ee:ff +other/);
});

test('a line that is none is refused with its number', async () => {
  using place = new Workplace();
  const path = place.path('bad.txt');
  writeFileSync(path, '# one\nc0:de:00:00:00:01 -60 0x\n');
  const { exitCode, stderr } = await place.run('scan', '--from', path);
  assert.notEqual(exitCode, 0);
  assert.match(stderr, /bad\.txt, line 2: expected an HCI packet/);
});

test('without an adapter scan says why, and what to do', async () => {
  using place = new Workplace();
  const { exitCode, stderr } = await place.run('scan', '--adapter', join(place.folder, 'ttyACM9'), '--json');
  assert.notEqual(exitCode, 0);
  assert.match(stderr, /There is no serial device .*ttyACM9\. Plug/);
});

test('a bind key is kept for its owner alone, opens its sensor, and is never printed', async () => {
  using place = new Workplace();
  const path = capture(place);
  const args = ['sensor', 'add', '--address', BTHOME.toUpperCase(), '--name', 'Boiler', '-d', place.data];
  const added = await place.runWithInput(`${BIND_KEY}\n`, ...args);
  assert.equal(added.exitCode, 0, added.stderr);
  const file = join(place.data, 'sensors.json');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(readFileSync(file, 'utf8').includes(BIND_KEY));
  const list = await place.run('sensor', 'list', '-d', place.data);
  assert.match(list.stdout, /54:48:e6:8f:80:a5 +bind key of .* Boiler/);
  const scanned = await place.run('scan', '--from', path, '--json', '-d', place.data);
  const [bthome] = (JSON.parse(scanned.stdout) as { kind: string; says: string }[]).filter(
    ({ kind }) => kind === 'BTHome',
  );
  assert.equal(bthome?.says, '');
  for (const { stdout, stderr } of [added, list, scanned])
    assert.ok(!`${stdout}${stderr}`.includes(BIND_KEY));
});

test('a bind key that is none is refused without repeating it', async () => {
  using place = new Workplace();
  const { stderr } = await place.runWithInput(
    'deadbeef',
    'sensor',
    'add',
    '--address',
    BTHOME,
    '-d',
    place.data,
  );
  assert.match(stderr, /expected 32 hex digits/);
  assert.doesNotMatch(stderr, /deadbeef/);
});
