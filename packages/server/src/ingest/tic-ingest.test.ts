import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type MeterInfo, meterInfo } from '@kilowink/api';
import { readFrame, type TicFrame, TicParser, type TicReading } from '@kilowink/core/tic';
import { constantLoad, steppedLoad } from '@kilowink/sim/load';
import { createTicLine, createTicMeter, type TicMeterOptions } from '@kilowink/sim/tic';
import { openSqliteStore, type Store } from '@kilowink/store';
import fc from 'fast-check';
import { TicIngest } from './tic-ingest.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-tic-'));
after(() => rmSync(folder, { recursive: true }));

const START = Date.UTC(2026, 10, 20, 12);
const ALWAYS = [0, 4e12] as const;

function openStore(at = mkdtempSync(join(folder, 'data-'))) {
  const clock = { wallMs: () => START, monotonicMs: () => 0 };
  return { at, store: openSqliteStore({ folder: at, clock, groupMs: 0 }) };
}

interface Heard {
  readonly reading: TicReading;
  readonly atMs: number;
}

/** Frames of a simulated meter, with when each ended. */
function hear(options: Partial<TicMeterOptions>, forMs: number): Heard[] {
  const meter = createTicMeter({
    ...{ startMs: START, contract: 'base', mode: 'standard', load: constantLoad(2_000), phases: 1, seed: 1 },
    ...options,
  });
  const line = createTicLine(meter, { seed: 1 });
  const parser = new TicParser();
  const heard: Heard[] = [];
  while (line.nextMs < START + forMs) {
    const { received, endMs } = line.take();
    parser.feed(received, {
      frame: (frame: TicFrame) => heard.push({ reading: readFrame(frame), atMs: Math.ceil(endMs) }),
    });
  }
  return heard;
}

function totals(store: Store): Record<string, number> {
  return Object.fromEntries(
    store
      .listSeries()
      .filter(({ unit }) => unit === 'Wh')
      .map(({ id, source, quantity }) => [`${source} ${quantity}`, store.readTotal(id, ...ALWAYS).sum]),
  );
}

function find(store: Store, source: string, quantity: string): number {
  const found = store.listSeries().find((each) => each.source === source && each.quantity === quantity);
  return found?.id ?? assert.fail(`${source} ${quantity}`);
}

function events(store: Store, kind?: string) {
  const all = store.readEvents({ fromMs: 0, toMs: 4e12, limit: 1_000 });
  return all.filter((event) => kind === undefined || event.kind === kind).reverse();
}

const first = (heard: readonly Heard[]) => heard[0]?.reading ?? assert.fail('a frame');
const last = (heard: readonly Heard[]) => heard.at(-1)?.reading ?? assert.fail('a frame');

for (const mode of ['historique', 'standard'] as const) {
  test(`${mode}: energy by register and in all is the difference of the indexes`, () => {
    const { store } = openStore();
    const ingest = new TicIngest({ store });
    const heard = hear({ mode, contract: 'offPeak', startIndexesWh: [5_000, 7_000] }, 3_600_000);
    for (const { reading, atMs } of heard) {
      ingest.take({ meter: 'main', reading, receivedMs: atMs, way: 'serial' });
    }
    ingest.settle();
    const total = (last(heard).totalIndexWh ?? 0) - (first(heard).totalIndexWh ?? 0);
    assert.ok(total > 1_900, `${total} Wh`);
    const found = totals(store);
    assert.equal(found['tic/main energy'], total);
    for (const { label, indexWh } of last(heard).registers) {
      const before = first(heard).registers.find((each) => each.label === label)?.indexWh ?? 0;
      assert.equal(found[`tic/main/${label} energy`], indexWh - before, label);
    }
    const energy = find(store, 'tic/main', 'energy');
    const spanMs = (heard.at(-1)?.atMs ?? 0) - (heard[0]?.atMs ?? 0);
    const { validMs, recoveredSum } = store.readTotal(energy, ...ALWAYS);
    assert.equal(recoveredSum, 0);
    assert.ok(Math.abs(validMs - spanMs) < 5_000, `${validMs} of ${spanMs} ms`);
    const powers = [...store.readPoints(find(store, 'tic/main', 'apparentPower'), ...ALWAYS)];
    assert.ok(powers.flatMap(({ values }) => [...values]).every((va) => va > 1_900 && va < 2_400));
    const readings = store.readReadings(energy, ...ALWAYS);
    assert.equal(readings[0]?.indexWh, first(heard).totalIndexWh);
    store.close();
  });
}

test('whatever is lost, repeated, late, or restarted in between, the sum is exact and nothing is there twice', () => {
  const heard = hear({ mode: 'historique' }, 1_800_000).filter((_, at) => at % 10 === 0);
  const step = fc.record({
    skip: fc.integer({ min: 0, max: 12 }),
    repeats: fc.integer({ min: 0, max: 2 }),
    back: fc.integer({ min: 0, max: 4 }),
    restarts: fc.boolean(),
    jitterMs: fc.integer({ min: -1_500, max: 1_500 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 3, maxLength: 25 }), (steps) => {
      const { store } = openStore();
      let ingest = new TicIngest({ store });
      let at = 0;
      const taken: Heard[] = [];
      const tell = (which: number, lateMs: number) => {
        const frame = heard[which];
        if (frame === undefined) return;
        if (which >= at) taken.push(frame);
        const identity = { boot: 1, sequence: which };
        const receivedMs = frame.atMs + lateMs;
        ingest.take({ meter: 'main', reading: frame.reading, receivedMs, way: 'mqtt', identity });
      };
      for (const { skip, repeats, back, restarts, jitterMs } of steps) {
        tell(at, jitterMs);
        for (let again = 0; again < repeats; again += 1) tell(at, jitterMs + 3_000);
        if (back > 0 && at >= back) tell(at - back, jitterMs + 5_000);
        if (restarts) ingest = new TicIngest({ store });
        at += 1 + skip;
      }
      const pointsOf = (id: number) =>
        [...store.readPoints(id, ...ALWAYS)].flatMap(({ starts }) => [...starts]);
      ingest.take({
        meter: 'main',
        reading: last(taken),
        receivedMs: 4e12 - 1,
        way: 'mqtt',
        identity: { boot: 1, sequence: 1e6 },
      });
      ingest.settle();
      const energy = find(store, 'tic/main', 'energy');
      const wanted = (last(taken).totalIndexWh ?? 0) - (first(taken).totalIndexWh ?? 0);
      assert.equal(store.readTotal(energy, 0, 4.1e12).sum, wanted);
      const starts = pointsOf(energy);
      assert.equal(new Set(starts).size, starts.length);
      store.close();
    }),
    { numRuns: 25 },
  );
});

test('what was drawn in a gap is known in all, and not as measured', () => {
  const { store } = openStore();
  const ingest = new TicIngest({ store });
  const heard = hear({}, 3_600_000).filter(({ atMs }) => atMs < START + 600_000 || atMs > START + 3_000_000);
  for (const { reading, atMs } of heard)
    ingest.take({ meter: 'main', reading, receivedMs: atMs, way: 'serial' });
  ingest.settle();
  const energy = find(store, 'tic/main', 'energy');
  const { sum, recoveredSum, validMs } = store.readTotal(energy, ...ALWAYS);
  assert.equal(sum, (last(heard).totalIndexWh ?? 0) - (first(heard).totalIndexWh ?? 0));
  assert.ok(Math.abs(recoveredSum - 2_000 * (2_400 / 3_600)) <= 3, `${recoveredSum} Wh`);
  assert.ok(Math.abs(validMs - 1_200_000) < 10_000);
  assert.equal(store.readReadings(energy, START + 599_000 - 60_000, START + 3_010_000).length >= 2, true);
  store.close();
});

test('a server clock that is set back and forth loses no energy', () => {
  const { store } = openStore();
  const ingest = new TicIngest({ store });
  const heard = hear({ mode: 'historique' }, 1_200_000);
  for (const [at, { reading, atMs }] of heard.entries()) {
    const offMs = at < heard.length / 3 ? 0 : at < heard.length / 2 ? 7_200_000 : -600_000;
    ingest.take({ meter: 'main', reading, receivedMs: atMs + offMs, way: 'serial' });
  }
  ingest.settle();
  const wanted = (last(heard).totalIndexWh ?? 0) - (first(heard).totalIndexWh ?? 0);
  assert.equal(totals(store)['tic/main energy'], wanted);
  store.close();
});

test('an overload begins and ends once, and says when the breaker opens', () => {
  for (const mode of ['historique', 'standard'] as const) {
    const { store } = openStore();
    const shown: MeterInfo[] = [];
    const ingest = new TicIngest({ store, onFrame: (meter) => shown.push(meterInfo.parse(meter)) });
    // 10 s each: a minute quiet, a minute and a half over 6 kVA, then quiet.
    const powersMw = Array.from({ length: 60 }, (_, at) => (at < 6 || at >= 15 ? 1_000_000 : 9_500_000));
    const heard = hear(
      { mode, load: steppedLoad({ startMs: START, stepMs: 10_000, powersMw: Float64Array.from(powersMw) }) },
      400_000,
    );
    for (const { reading, atMs } of heard)
      ingest.take({ meter: 'main', reading, receivedMs: atMs, way: 'serial' });
    assert.deepEqual(
      events(store)
        .map(({ kind }) => kind)
        .filter((kind) => kind.startsWith('overload')),
      ['overload', 'overloadEnd'],
      mode,
    );
    const over = shown.filter(({ overload }) => overload !== null);
    assert.ok(
      over.length > 20 && over.every(({ overload }) => overload?.sinceMs === over[0]?.overload?.sinceMs),
    );
    const seconds = over
      .map(({ secondsUntilOpen }) => secondsUntilOpen ?? Number.NaN)
      .filter(Number.isFinite);
    assert.ok(seconds.length > 10 && (seconds[0] ?? 0) > (seconds.at(-1) ?? 0), `${seconds}`);
    assert.equal(shown.at(-1)?.overload, null);
    store.close();
  }
});

test('a register that begins to count between two frames has all of its energy', () => {
  const { store } = openStore();
  const ingest = new TicIngest({ store });
  const offPeak = { fromMinute: 13 * 60 + 10, toMinute: 15 * 60 };
  const heard = hear({ contract: 'offPeak', offPeak, startIndexesWh: [0, 7_000] }, 1_800_000);
  const rare = heard.filter(({ atMs }, at) => atMs - START > 60_000 && at % 20 === 0);
  for (const { reading, atMs } of rare)
    ingest.take({ meter: 'main', reading, receivedMs: atMs, way: 'mqtt' });
  ingest.settle();
  const { 'tic/main energy': all = 0, ...registers } = totals(store);
  assert.equal(all, (last(rare).totalIndexWh ?? 0) - (first(rare).totalIndexWh ?? 0));
  const [, offPeakWh = 0] = Object.values(registers);
  assert.ok(offPeakWh > 300);
  assert.equal(
    Object.values(registers).reduce((sum, each) => sum + each, 0),
    all,
  );
});

test('a crash after any frame, and all frames again: each Wh is there once', () => {
  const heard = hear({ mode: 'historique', contract: 'tempo' }, 300_000).filter((_, at) => at % 6 === 0);
  const inputs = heard.map(({ reading, atMs }, sequence) => {
    const identity = { boot: 1, sequence };
    return { meter: 'main', reading, receivedMs: atMs, way: 'mqtt' as const, identity };
  });
  // New series are written at once, all else waits for a group that does not come.
  const clock = { wallMs: () => START, monotonicMs: () => 0 };
  const at = mkdtempSync(join(folder, 'data-'));
  const store = openSqliteStore({ folder: at, clock, groupMs: 3_600_000 });
  const ingest = new TicIngest({ store });
  for (const [done, input] of inputs.entries()) {
    ingest.take(input);
    const crashed = mkdtempSync(join(folder, 'data-'));
    cpSync(at, crashed, { recursive: true });
    const after = openStore(crashed).store;
    const again = new TicIngest({ store: after });
    for (const each of inputs) again.take(each);
    again.settle();
    const rose = (last(heard).totalIndexWh ?? 0) - (first(heard).totalIndexWh ?? 0);
    assert.equal(totals(after)['tic/main energy'], rose, `after frame ${done}`);
    after.close();
  }
  store.close();
});

test('events are told once each, over restarts too', () => {
  const { store } = openStore();
  let ingest = new TicIngest({ store });
  const [frame] = hear({ contract: 'tempo' }, 5_000);
  const reading = frame?.reading ?? assert.fail('a frame');
  const say = (changes: Partial<TicReading>, atS: number, boot = 1) =>
    ingest.take({
      ...{ meter: 'main', reading: { ...reading, atMs: null, ...changes }, receivedMs: START + atS * 1_000 },
      ...{
        way: 'mqtt' as const,
        identity: { boot, sequence: atS },
        vitals: { firmware: boot === 1 ? '1.0.0' : '1.1.0' },
      },
    });
  say({ tempoToday: 'blue', tempoTomorrow: null }, 0);
  say({ tempoToday: 'blue', tempoTomorrow: 'red', clockDegraded: true }, 10);
  ingest = new TicIngest({ store });
  say({ tempoToday: 'blue', tempoTomorrow: 'red', clockDegraded: true }, 20);
  say({ tempoToday: 'red', tempoTomorrow: null }, 30, 2);
  const terms = { contract: 'base', contractName: 'BASE', subscribedVa: 9_000 } as const;
  say({ ...terms, tempoToday: 'red', tempoTomorrow: null }, 40, 2);
  say({ ...terms, tempoToday: 'red', tempoTomorrow: null }, 50, 2);
  const kinds = events(store).map(({ kind, data }) => `${kind} ${data['colour'] ?? ''}`.trim());
  assert.deepEqual(
    kinds.filter((kind) => kind.startsWith('tempo')),
    ['tempoToday blue', 'tempoTomorrow red', 'tempoToday red'],
  );
  const counted = Object.groupBy(events(store), ({ kind }) => kind);
  assert.equal(counted.sensorBoot?.length, 2);
  assert.equal(counted.clockDegraded?.length, 2);
  assert.equal(counted.tariffPeriod?.length, 1);
  assert.equal(counted.contractChange?.length, 1);
  assert.equal(counted.firmwareUpdate?.length, 1);
  store.close();
});

test('another meter on the same line is a change, no spike', () => {
  const { store } = openStore();
  const ingest = new TicIngest({ store });
  const old = hear({ serial: '061964123456', startIndexesWh: [10_000_000] }, 300_000);
  const made = hear(
    { serial: '061964999999', startMs: START, startIndexesWh: [12] } as never,
    600_000,
  ).filter(({ atMs }) => atMs > START + 330_000);
  for (const { reading, atMs } of [...old, ...made]) {
    ingest.take({ meter: 'main', reading, receivedMs: atMs, way: 'serial' });
  }
  ingest.settle();
  assert.equal(events(store, 'meterChange').length, 1);
  const drawn = (heard: readonly Heard[]) =>
    (last(heard).totalIndexWh ?? 0) - (first(heard).totalIndexWh ?? 0);
  const measured = totals(store)['tic/main energy'] ?? 0;
  // The first frame of the new meter is held until the second confirms it.
  assert.ok(Math.abs(measured - drawn(old) - drawn(made)) <= 1, `${measured} Wh`);
  store.close();
});

test('0 VA while injecting is not measured, the estimate is a series of its own', () => {
  const { store } = openStore();
  const shown: MeterInfo[] = [];
  const ingest = new TicIngest({ store, onFrame: (meter) => shown.push(meter) });
  const [frame] = hear({}, 5_000);
  const reading = frame?.reading ?? assert.fail('a frame');
  for (let at = 0; at < 60; at += 1) {
    const injecting = at >= 30;
    ingest.take({
      meter: 'main',
      reading: injecting
        ? { ...reading, atMs: null, apparentPowerVa: 0, injectedEstimateVa: 690.4 }
        : { ...reading, atMs: null },
      ...{ receivedMs: START + at * 1_000, way: 'serial' as const },
    });
  }
  ingest.settle();
  const drawn = [...store.readPoints(find(store, 'tic/main', 'apparentPower'), ...ALWAYS)];
  assert.ok(drawn.flatMap(({ values }) => [...values]).every((va) => va > 0));
  const estimate = store.readTotal(find(store, 'tic/main/estimate', 'injectedApparentPower'), ...ALWAYS);
  assert.ok(estimate.validMs >= 29_000);
  assert.equal(shown.at(-1)?.apparentPowerVa, null);
  assert.equal(shown.at(-1)?.injectedEstimateVa, 690.4);
  store.close();
});

test('minutes of an outage are stored once, with their extremes and their mean', () => {
  const { store } = openStore();
  const ingest = new TicIngest({ store });
  const [frame] = hear({ mode: 'historique' }, 10_000);
  const reading = frame?.reading ?? assert.fail('a frame');
  const past = {
    newest: 7,
    ageMs: 5_000,
    min: [100, null, 300],
    mean: [200, null, 300],
    max: [1_000, null, 300],
  };
  for (const sequence of [4, 4, 5]) {
    const identity = { boot: 9, sequence };
    ingest.take({
      meter: 'main',
      reading,
      receivedMs: START + 600_000 + sequence * 100,
      way: 'mqtt',
      identity,
      past,
    });
  }
  const power = find(store, 'tic/main', 'apparentPower');
  const minute = (back: number) => START + 600_400 - 5_000 - back * 60_000;
  const edges = Float64Array.of(minute(3), minute(2), minute(1), minute(0));
  const { means, rateMin, rateMax, validMs } = store.readBuckets(power, edges);
  assert.deepEqual([...(rateMin ?? [])], [100, Number.NaN, 300]);
  assert.deepEqual([...(rateMax ?? [])], [1_000, Number.NaN, 300]);
  assert.ok(Math.abs((means?.[0] ?? 0) - 200) < 0.5);
  assert.deepEqual([...validMs], [60_000, 0, 60_000]);
  store.close();
});

test('a meter clock that is wrong is shown, and not used', () => {
  const { store } = openStore();
  const shown: MeterInfo[] = [];
  const ingest = new TicIngest({ store, onFrame: (meter) => shown.push(meter) });
  const offMs = 12_600_000;
  for (const { reading, atMs } of hear({}, 120_000)) {
    const meterMs = reading.atMs === null ? null : reading.atMs - offMs;
    ingest.take({ meter: 'main', reading: { ...reading, atMs: meterMs }, receivedMs: atMs, way: 'serial' });
  }
  assert.ok(Math.abs((shown.at(-1)?.clockOffsetMs ?? 0) + offMs) < 5_000);
  assert.ok((shown.at(-1)?.frameMs ?? 0) >= START);
  store.close();
});

test('a backlog without times that comes all at once keeps its energy', () => {
  const { store } = openStore();
  const ingest = new TicIngest({ store });
  const heard = hear({ mode: 'historique' }, 1_800_000).filter((_, at) => at % 40 === 0);
  for (const [sequence, { reading, atMs }] of heard.entries()) {
    const receivedMs = sequence < 5 ? atMs : START + 1_800_000 + sequence;
    ingest.take({ meter: 'main', reading, receivedMs, way: 'mqtt', identity: { boot: 1, sequence } });
  }
  const identity = { boot: 1, sequence: 1_000 };
  ingest.take({ meter: 'main', reading: last(heard), receivedMs: START + 1_801_000, way: 'mqtt', identity });
  ingest.settle();
  const wanted = (last(heard).totalIndexWh ?? 0) - (first(heard).totalIndexWh ?? 0);
  assert.ok(wanted > 900);
  assert.equal(totals(store)['tic/main energy'], wanted);
  store.close();
});
