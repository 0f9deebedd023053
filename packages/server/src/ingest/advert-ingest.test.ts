import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AD_TYPE, type Advertisement, encodeAdStructures } from '@kilowink/core/advert';
import { parseHex } from '@kilowink/core/bytes';
import { Broadcaster, type BroadcastForm } from '@kilowink/sim/advert';
import { constantLoad } from '@kilowink/sim/load';
import { createRandom } from '@kilowink/sim/random';
import { openSqliteStore, type Store } from '@kilowink/store';
import { type Config, configSchema } from '../config/index.ts';
import { addKey, KeyRing, setBindKey } from '../keys/index.ts';
import { AdvertIngest } from './advert-ingest.ts';
import { Ingest } from './ingest.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-advert-'));
after(() => rmSync(folder, { recursive: true }));

const START = Date.UTC(2026, 10, 20, 12);
const ALWAYS = [0, 4e12] as const;
const ADDRESS = 'c0:de:00:00:00:01';
const SENSOR = '00112233aabbccdd';
const BTHOME = '54:48:e6:8f:80:a5';
const BIND_KEY = '231d39c1d7cc1ab1aee224cd096db932';

function open(
  sensors: Config['sensors'] = [],
  more: { at?: string; acceptUnknown?: boolean; requireKeys?: boolean } = {},
) {
  const at = more.at ?? mkdtempSync(join(folder, 'data-'));
  const now = { ms: START };
  const clock = { wallMs: () => Math.floor(now.ms), monotonicMs: () => Math.floor(now.ms - START) };
  const store = openSqliteStore({ folder: at, clock, groupMs: 0 });
  const keys = new KeyRing(at, assert.fail);
  const mappings = configSchema.parse({ sensors }).sensors;
  const { requireKeys = false, acceptUnknown = false } = more;
  const ingest = new Ingest({ store, clock, mappings, keys, requireKeys });
  const adverts = new AdvertIngest({ store, ingest, clock, mappings, keys, acceptUnknown });
  return { at, now, store, ingest, adverts };
}

function broadcaster(form: BroadcastForm, key?: string): Broadcaster {
  return new Broadcaster({
    ...{ form, startMs: START, seed: 5, intervalMs: 1_000, address: ADDRESS, sensorId: SENSOR },
    load: constantLoad(2_400),
    ...(key === undefined ? {} : { key: parseHex(key) ?? assert.fail('a key') }),
  });
}

function sumOf(store: Store, source: string, quantity = 'energy'): number {
  const found = store.listSeries().find((each) => each.source === source && each.quantity === quantity);
  return found === undefined ? -1 : store.readTotal(found.id, ...ALWAYS).sum;
}

function bthome(hex: string): Advertisement {
  const data = encodeAdStructures([
    { type: AD_TYPE.serviceData16, data: Uint8Array.of(0xd2, 0xfc, ...(parseHex(hex) ?? [])) },
  ]);
  return { address: BTHOME, addressType: 'public', rssiDbm: -60, phy: '1M', data };
}

function le(value: number, size: number): string {
  const bytes = Array.from({ length: size }, (_, index) => Math.floor(value / 256 ** index) % 256);
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function sealed(plain: string, counter: number): Advertisement {
  const nonce = Buffer.from(`${BTHOME.replaceAll(':', '')}d2fc41${le(counter, 4)}`, 'hex');
  const cipher = createCipheriv('aes-128-ccm', Buffer.from(BIND_KEY, 'hex'), nonce, { authTagLength: 4 });
  const body = Buffer.concat([cipher.update(Buffer.from(plain, 'hex')), cipher.final()]);
  return bthome(`41${body.toString('hex')}${le(counter, 4)}${cipher.getAuthTag().toString('hex')}`);
}

for (const form of ['version1', 'version2', 'short'] as const) {
  test(`${form}: a sensor heard by an adapter and two gateways is one, each window stored once`, () => {
    const { at, now, store, ingest, adverts } = open([{ id: 'meter', address: ADDRESS, sensorId: SENSOR }]);
    const key = form === 'version1' ? undefined : addKey(at, { id: SENSOR }, START);
    const from = broadcaster(form, key);
    const random = createRandom(3);
    const late: { atMs: number; advert: Advertisement }[] = [];
    const ways: readonly [string, number, number][] = [
      ['bluetooth/hci0', 0, -50],
      ['mqtt/cellar', 200, -70],
      ['mqtt/attic', 9_000, -85],
    ];
    while (from.nextMs < START + 1_800_000) {
      const { atMs, advert } = from.take();
      for (const [way, delayMs, rssiDbm] of ways) {
        if (random.chance(0.3)) continue;
        late.push({ atMs: atMs + delayMs, advert: { ...advert, rssiDbm } });
        const due = late.filter((each) => each.atMs <= atMs);
        late.splice(0, late.length, ...late.filter((each) => each.atMs > atMs));
        now.ms = Math.max(now.ms, atMs);
        for (const each of due) adverts.take(each.advert, way);
      }
    }
    for (const each of late) adverts.take(each.advert, 'mqtt/attic');
    assert.deepEqual(
      store.listSeries().map(({ source }) => source),
      ['optical/meter'],
    );
    assert.equal(sumOf(store, 'optical/meter'), from.measured.flashes);
    const [sensor] = ingest.sensors();
    assert.deepEqual(sensor?.ways.map(({ way }) => way).sort(), ways.map(([way]) => way).sort());
    assert.equal(sensor?.counters.disagreements, 0);
    assert.equal(sensor?.self?.authenticated ?? false, form !== 'version1');
    store.close();
  });
}

test('the strongest way heard lately is the first', () => {
  const { now, ingest, adverts, store } = open([{ id: 'meter', address: ADDRESS }]);
  const from = broadcaster('version1');
  const heard = (way: string, rssiDbm: number) => {
    const { atMs, advert } = from.take();
    now.ms = atMs;
    adverts.take({ ...advert, rssiDbm }, way);
  };
  heard('mqtt/near', -40);
  heard('mqtt/far', -90);
  assert.equal(ingest.sensors()[0]?.ways[0]?.way, 'mqtt/near');
  now.ms += 600_000;
  while (from.nextMs < now.ms) from.take();
  heard('mqtt/far', -90);
  assert.equal(ingest.sensors()[0]?.ways[0]?.way, 'mqtt/far');
  store.close();
});

test('what nobody added is listed and not stored; with acceptUnknown it is', () => {
  for (const acceptUnknown of [false, true]) {
    const { now, store, adverts } = open([], { acceptUnknown });
    for (const [index, form] of (['version1', 'version2', 'short'] as const).entries()) {
      const { atMs, advert } = broadcaster(form).take();
      now.ms = Math.max(now.ms, atMs);
      adverts.take({ ...advert, address: `c0:de:00:00:00:0${index}` }, 'bluetooth/hci0');
    }
    adverts.take(bthome('400960'), 'bluetooth/hci0');
    assert.equal(store.listSeries().length > 0, acceptUnknown);
    const kinds = adverts.unknown().map(({ kind }) => kind);
    assert.equal(kinds.includes('report1'), !acceptUnknown);
    assert.ok(kinds.includes('bthome'), 'never stored without a line in the configuration');
    store.close();
  }
});

test('a sensor known by Wi-Fi needs no line to be heard by Bluetooth', () => {
  const { now, store, ingest, adverts } = open();
  const from = broadcaster('version2');
  const { atMs, advert } = from.take();
  now.ms = atMs;
  adverts.take(advert, 'bluetooth/hci0');
  assert.equal(store.listSeries().length, 0);
  ingest.report('192.168.1.20', advert.data.subarray(5));
  while (from.nextMs < START + 60_000) {
    const next = from.take();
    now.ms = next.atMs;
    adverts.take(next.advert, 'bluetooth/hci0');
  }
  assert.equal(sumOf(store, `optical/${SENSOR}`), from.measured.flashes);
  assert.deepEqual(
    ingest
      .sensors()[0]
      ?.ways.map(({ way }) => way)
      .sort(),
    ['bluetooth/hci0', 'wifi'],
  );
  store.close();
});

test('a sensor with a key is refused without the right tag', () => {
  for (const form of ['version2', 'short'] as const) {
    const { at, now, store, ingest, adverts } = open([{ id: 'meter', sensorId: SENSOR }]);
    addKey(at, { id: SENSOR }, START);
    for (const key of [undefined, '00'.repeat(16)]) {
      const { atMs, advert } = broadcaster(form, key).take();
      now.ms = Math.max(now.ms, atMs);
      adverts.take(advert, 'mqtt/neighbour');
    }
    assert.ok(sumOf(store, 'optical/meter') <= 0);
    const refused = ingest.refusals().map(({ code }) => code);
    const listed = adverts.unknown().map(({ kind }) => kind);
    assert.deepEqual(refused, form === 'version2' ? ['report/untagged', 'report/tag'] : ['report/untagged']);
    assert.deepEqual(listed, form === 'version2' ? [] : ['report2Short']);
    store.close();
  }
});

const METER = [{ id: 'boiler', address: BTHOME, whPerCount: 1 }];

/** Lets a counter be told every 30 s. */
function tell(
  of: ReturnType<typeof open>,
  values: readonly (number | null)[],
  message: (value: number, index: number) => Advertisement,
) {
  for (const [index, value] of values.entries()) {
    of.now.ms = START + 30_000 * (index + 1);
    if (value !== null) of.adverts.take(message(value, index), 'bluetooth/hci0');
  }
  of.adverts.settle();
}

test('BTHome: energy that rises becomes energy, power a gauge; what is repeated changes nothing', () => {
  const server = open([{ id: 'boiler', address: BTHOME }]);
  const values = Array.from({ length: 40 }, (_, index) => 1_000_000 + 17 * index);
  tell(server, values, (value, index) => {
    const advert = bthome(`4000${le(index % 256, 1)}0161${`0a${le(value, 3)}`}0b${le(204_000, 3)}`);
    server.adverts.take(advert, 'mqtt/cellar');
    return advert;
  });
  const { store, adverts } = server;
  assert.equal(sumOf(store, 'optical/boiler'), 17 * 39);
  const power = store.listSeries().find(({ quantity }) => quantity === 'activePower');
  const points = power === undefined ? [] : [...store.readPoints(power.id, ...ALWAYS)];
  assert.ok(points.length > 0 && points.every(({ values: watts }) => watts.every((watt) => watt === 2_040)));
  const [sensor] = adverts.bthomeSensors();
  assert.deepEqual([sensor?.messages, sensor?.batteryPercent, sensor?.isEncrypted], [40, 97, false]);
  assert.deepEqual(sensor?.ways.map(({ way }) => way).sort(), ['bluetooth/hci0', 'mqtt/cellar']);
  store.close();
});

test('BTHome: a counter goes past its end, and one that begins anew counts nothing for the step', () => {
  for (const [values, expected] of [
    [[250, 253, 2, 9], 15],
    [[1, 1, 1], 0],
    [[100, 120, null, null, 130], 30],
  ] as const) {
    const server = open(METER);
    tell(server, values, (value) => bthome(`4009${le(value, 1)}`));
    assert.equal(sumOf(server.store, 'optical/boiler'), expected, String(values));
    server.store.close();
  }
  const server = open([{ id: 'boiler', address: BTHOME }]);
  tell(server, [5_000_000, 5_000_040, 12, 20], (value) => bthome(`404d${le(value, 4)}`));
  assert.equal(sumOf(server.store, 'optical/boiler'), 48);
  server.store.close();
});

test('BTHome: counting goes on after a restart, with what came between', () => {
  const first = open(METER);
  tell(first, [10, 20], (value) => bthome(`403e${le(value, 4)}`));
  first.store.close();
  const second = open(METER, { at: first.at });
  second.now.ms = START + 200_000;
  second.adverts.take(bthome(`403e${le(35, 4)}`), 'bluetooth/hci0');
  second.adverts.settle();
  assert.equal(sumOf(second.store, 'optical/boiler'), 25);
  second.store.close();
});

test('BTHome: an old packet of a slow gateway does not turn the counter back', () => {
  const server = open(METER);
  const message = (id: number, count: number) => bthome(`4000${le(id, 1)}3e${le(count, 4)}`);
  for (const [id, count] of [
    [254, 10],
    [255, 20],
    [0, 30],
    [255, 20],
    [1, 40],
  ] as const) {
    server.now.ms += 10_000;
    server.adverts.take(message(id, count), 'mqtt/slow');
  }
  server.adverts.settle();
  assert.equal(sumOf(server.store, 'optical/boiler'), 30);
  server.store.close();
});

test('BTHome: encrypted, only with the key, and never replayed', () => {
  const server = open(METER);
  setBindKey(server.at, { address: BTHOME, key: BIND_KEY }, START);
  const hear = (advert: Advertisement) => {
    server.now.ms += 10_000;
    server.adverts.take(advert, 'bluetooth/hci0');
  };
  const old = sealed(`3e${le(10, 4)}`, 1);
  hear(old);
  hear(sealed(`3e${le(20, 4)}`, 2));
  hear(sealed(`3e${le(30, 4)}`, 3));
  hear(old);
  hear(bthome(`403e${le(90, 4)}`));
  const forged = sealed(`3e${le(80, 4)}`, 9);
  forged.data[10] = (forged.data[10] ?? 0) ^ 1;
  hear(forged);
  server.adverts.settle();
  assert.equal(sumOf(server.store, 'optical/boiler'), 20);
  const codes = server.ingest.refusals().map(({ code }) => code);
  assert.deepEqual(codes.sort(), ['advert/bthome-plain', 'advert/bthome-replay', 'advert/bthome-tag']);
  server.store.close();
});
