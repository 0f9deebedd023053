import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { constantLoad, type Load, steppedLoad } from '../load/index.ts';
import { CONTRACT_NAMES } from './contract.ts';
import {
  createSpecialDays,
  createTicLine,
  createTicMeter,
  type SpecialDays,
  type TicMeterOptions,
} from './index.ts';
import type { LineFrame } from './line.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A Monday in winter, 10:00 in Paris. */
const START_MS = Date.UTC(2026, 0, 12, 9);

function meterOf(change: Partial<TicMeterOptions>) {
  return createTicMeter({
    load: constantLoad(1_000),
    phases: 1,
    contract: 'base',
    mode: 'historique',
    startMs: START_MS,
    seed: 7,
    ...change,
  });
}

function frameOf(change: Partial<TicMeterOptions>): LineFrame {
  return createTicLine(meterOf(change), { seed: 1 }).take();
}

/** Groups of a frame as label and data, by the rules of both modes; asserts every checksum. */
function readGroups(bytes: Uint8Array, isStandard: boolean): Map<string, string> {
  const text = String.fromCharCode(...bytes);
  assert.equal(text[0], '\x02');
  const groups = new Map<string, string>();
  for (const group of text.slice(1, -1).split('\r').slice(0, -1)) {
    assert.equal(group[0], '\n');
    const body = group.slice(1, isStandard ? -1 : -2);
    const sum = [...body].reduce((total, character) => total + character.charCodeAt(0), 0);
    assert.equal(group.at(-1), String.fromCharCode((sum & 0x3f) + 0x20), `checksum of ${body}`);
    const fields = body.split(isStandard ? '\t' : ' ');
    groups.set(fields[0] ?? '', fields[isStandard ? fields.length - 2 : 1] ?? '');
  }
  return groups;
}

describe('frames are as long as captured ones', () => {
  const captured: readonly [string, Partial<TicMeterOptions>, number][] = [
    ['historique mono base', {}, 152],
    ['historique mono off-peak', { contract: 'offPeak' }, 170],
    ['historique mono tempo', { contract: 'tempo' }, 275],
    ['historique tri base', { phases: 3 }, 233],
    ['historique tri off-peak', { phases: 3, contract: 'offPeak' }, 251],
    ['historique tri tempo', { phases: 3, contract: 'tempo' }, 356],
    ['standard mono base', { mode: 'standard' }, 865],
    ['standard mono tempo', { mode: 'standard', contract: 'tempo' }, 865],
    // 1033 captured, without the two points of the injected load curve.
    ['standard mono producer', { mode: 'standard', isProducer: true }, 1_033 + 60],
    [
      'standard tri tempo producer',
      { mode: 'standard', phases: 3, contract: 'tempo', isProducer: true },
      1_442,
    ],
  ];
  for (const [name, change, bytes] of captured) {
    test(name, () => {
      const special: SpecialDays = { tempoColour: () => 'blue', isEjpDay: () => false };
      const { sent, kind } = frameOf({ subscribedKva: 9, special, ...change });
      assert.equal(kind, 'long');
      assert.equal(sent.length, bytes);
      assert.equal(sent.at(-1), 0x03);
    });
  }
});

test('every contract in every form has right checksums', () => {
  for (const contract of CONTRACT_NAMES) {
    for (const phases of [1, 3] as const) {
      for (const mode of ['historique', 'standard'] as const) {
        const { sent } = frameOf({ contract, phases, mode, isProducer: true });
        assert.ok(readGroups(sent, mode === 'standard').size >= 10);
      }
    }
  }
});

test('the captured frame of a base contract comes out again', () => {
  const meter = meterOf({
    load: constantLoad(230.4),
    mode: 'standard',
    subscribedKva: 4,
    serial: '064468004217',
    prm: '09876543210987',
    startIndexesWh: [11_887_649],
    startMs: Date.UTC(2023, 2, 1, 8, 18, 34),
  });
  const groups = readGroups(createTicLine(meter, { seed: 1 }).take().sent, true);
  assert.equal(groups.get('STGE'), '003A0001');
  assert.equal(groups.get('EASF01'), '011887649');
  assert.equal(groups.get('SINSTS'), '00240');
  assert.equal(groups.get('PJOURF+1'), `00008001${' NONUTILE'.repeat(10)}`);
});

test('indexes are exact, however time is cut up', () => {
  const load = steppedLoad({
    startMs: START_MS,
    stepMs: 60_000,
    powersMw: Float64Array.from({ length: 777 }, (_, i) => 50_000 + ((i * 7_919_137) % 8_000_000)),
  });
  const whole = meterOf({ load, contract: 'tempo' });
  const cut = meterOf({ load, contract: 'tempo' });
  const endMs = START_MS + 9 * DAY_MS + 12_345;
  whole.advance(endMs);
  for (let atMs = START_MS; atMs < endMs; atMs += 3_141) cut.advance(Math.min(endMs, atMs + 3_141));
  assert.deepEqual(cut.snapshot().suppliedWh, whole.snapshot().suppliedWh);
  let mwMs = 0;
  for (let atMs = START_MS; atMs < endMs; ) {
    const { powerMw, untilMs } = load.stretchAt(atMs);
    mwMs += powerMw * (Math.min(untilMs, endMs) - atMs);
    atMs = untilMs;
  }
  assert.ok(Math.abs(whole.snapshot().drawnWh - mwMs / 3.6e9) <= 1);
});

test('Tempo counts each hour in its colour, days from six to six', () => {
  const special: SpecialDays = {
    tempoColour: (day: number) => (day * DAY_MS === Date.UTC(2026, 0, 13) ? 'red' : 'blue'),
    isEjpDay: () => false,
  };
  const meter = meterOf({ contract: 'tempo', special, startMs: Date.UTC(2026, 0, 12, 5) });
  meter.advance(Date.UTC(2026, 0, 14, 5));
  assert.deepEqual(meter.snapshot().suppliedWh.slice(0, 6), [8_000, 16_000, 0, 0, 8_000, 16_000]);
});

test('Tempo tells tomorrow in the evening, in both modes', () => {
  const special: SpecialDays = {
    tempoColour: (day: number) => (day * DAY_MS === Date.UTC(2026, 0, 13) ? 'red' : 'blue'),
    isEjpDay: () => false,
  };
  const historic = meterOf({ contract: 'tempo', special });
  const standard = meterOf({ contract: 'tempo', special, mode: 'standard' });
  const read = (meter: typeof historic, isStandard: boolean) =>
    readGroups(createTicLine(meter, { seed: 1 }).take().sent, isStandard);
  assert.equal(read(historic, false).get('DEMAIN'), '----');
  assert.equal(read(standard, true).get('STGE')?.slice(0, 2), '01');
  for (const meter of [historic, standard]) meter.advance(Date.UTC(2026, 0, 12, 19, 30));
  assert.equal(read(historic, false).get('DEMAIN'), 'ROUG');
  assert.equal(read(standard, true).get('STGE')?.slice(0, 2), '2D');
  assert.equal(read(standard, true).get('DPM2'), '00');
  for (const meter of [historic, standard]) meter.advance(Date.UTC(2026, 0, 13, 6));
  assert.equal(read(historic, false).get('PTEC'), 'HPJR');
  assert.equal(read(standard, true).get('STGE')?.slice(0, 2), '83');
  assert.equal(read(standard, true).has('PPOINTE'), false);
});

test('EJP gives half an hour of notice and peaks from 07:00 to 01:00', () => {
  const special: SpecialDays = {
    tempoColour: () => 'blue',
    isEjpDay: (day: number) => day * DAY_MS === Date.UTC(2026, 0, 13),
  };
  const meter = meterOf({ contract: 'ejp', special, startMs: Date.UTC(2026, 0, 13, 5, 29) });
  const read = () => readGroups(createTicLine(meter, { seed: 1 }).take().sent, false);
  assert.equal(read().has('PEJP'), false);
  meter.advance(Date.UTC(2026, 0, 13, 5, 31));
  assert.deepEqual([read().get('PEJP'), read().get('PTEC')], ['30', 'HN..']);
  meter.advance(Date.UTC(2026, 0, 13, 6));
  assert.deepEqual([read().get('PEJP'), read().get('PTEC')], ['30', 'PM..']);
  meter.advance(Date.UTC(2026, 0, 14, 0));
  assert.deepEqual([read().has('PEJP'), read().get('PTEC')], [false, 'HN..']);
  assert.deepEqual(meter.snapshot().suppliedWh.slice(0, 2).at(1), 18_000);
});

test('a new offer is BASE with the total in historique and three indexes in standard', () => {
  const meter = meterOf({ contract: 'weekend', startIndexesWh: [1_000, 2_000, 4_000] });
  const historic = readGroups(createTicLine(meter, { seed: 1 }).take().sent, false);
  assert.deepEqual(
    [historic.get('OPTARIF'), historic.get('BASE'), historic.get('PTEC')],
    ['BASE', '000007000', 'TH..'],
  );
  meter.advance(Date.UTC(2026, 0, 17, 11));
  meter.setMode('standard');
  const standard = readGroups(createTicLine(meter, { seed: 1 }).take().sent, true);
  assert.equal(standard.get('LTARF'), '    WEEK-END    ');
  assert.equal(standard.get('NTARF'), '03');
});

test('the letter of the season tells the two half past two apart', () => {
  const meter = meterOf({ mode: 'standard', startMs: Date.UTC(2026, 9, 25, 0, 30) });
  const date = () => {
    const text = String.fromCharCode(...createTicLine(meter, { seed: 1 }).take().sent);
    return /DATE\t(\w{13})\t\t/.exec(text)?.[1];
  };
  assert.equal(date(), 'E261025023000');
  meter.advance(Date.UTC(2026, 9, 25, 1, 30));
  assert.equal(date(), 'H261025023000');
  const degraded = meterOf({ mode: 'standard', isClockGood: false });
  const text = String.fromCharCode(...createTicLine(degraded, { seed: 1 }).take().sent);
  assert.match(text, /DATE\th260112100000\t\t/);
});

test('a mono overload is ADPS, and bit 7 of the status in standard', () => {
  const over = { load: constantLoad(8_000), subscribedKva: 6 };
  const historic = readGroups(frameOf(over).sent, false);
  assert.equal(historic.get('ADPS'), historic.get('IINST'));
  const standard = readGroups(frameOf({ ...over, mode: 'standard' }).sent, true);
  assert.equal(Number.parseInt(standard.get('STGE') ?? '', 16) & 0x80, 0x80);
  assert.equal(readGroups(frameOf({}).sent, false).has('ADPS'), false);
});

/** A load that is high for two minutes from `atMs` on. */
function peakAt(atMs: number, watts: number): Load {
  return {
    stretchAt: (now) => {
      if (now < atMs) return { powerMw: 900_000, untilMs: atMs };
      if (now < atMs + 120_000) return { powerMw: watts * 1_000, untilMs: atMs + 120_000 };
      return { powerMw: 900_000, untilMs: Infinity };
    },
  };
}

test('a three-phase overload cuts the long frame, then twenty short ones come for each long', () => {
  const load = peakAt(START_MS + 1_000, 9_000);
  const line = createTicLine(meterOf({ load, phases: 3, subscribedKva: 9 }), { seed: 1 });
  const frames = Array.from({ length: 400 }, () => line.take());
  const kinds = frames.map((frame) => frame.kind);
  assert.equal(kinds[0], 'interrupted');
  assert.equal(frames[0]?.sent.at(-1), 0x04);
  assert.deepEqual(kinds.slice(1, 43), [
    ...Array(20).fill('short'),
    'long',
    ...Array(20).fill('short'),
    'long',
  ]);
  const first = readGroups(frames[1]?.sent ?? new Uint8Array(), false);
  assert.deepEqual([...first.keys()], ['ADIR1', 'ADCO', 'IINST1', 'IINST2', 'IINST3']);
  const lastShort = frames[kinds.lastIndexOf('short')];
  assert.ok(lastShort !== undefined);
  const sinceEndMs = lastShort.startMs - (START_MS + 121_000);
  assert.ok(sinceEndMs > 55_000 && sinceEndMs < 62_000, `${sinceEndMs} ms`);
  assert.equal(readGroups(lastShort.sent, false).has('ADIR1'), false);
});

test('while injecting, historique shows nothing and a producer counts what goes out', () => {
  const options = { production: constantLoad(3_000), contract: 'base' } as const;
  const historic = readGroups(frameOf(options).sent, false);
  assert.equal(historic.get('PAPP'), '00000');
  assert.notEqual(historic.get('IINST'), '000');
  const meter = meterOf({ ...options, mode: 'standard', isProducer: true });
  meter.advance(START_MS + 2 * HOUR_MS);
  const standard = readGroups(createTicLine(meter, { seed: 1 }).take().sent, true);
  assert.equal(standard.get('EAIT'), '000004000');
  assert.equal(standard.get('EAST'), '000000000');
  assert.equal(standard.get('SINSTI'), '02083');
  assert.equal(Number.parseInt(standard.get('STGE') ?? '', 16) & 0x300, 0x300);
});

test('frames take the time that their bytes take', () => {
  const line = createTicLine(meterOf({}), { seed: 1 });
  const [first, second] = [line.take(), line.take()];
  assert.ok(Math.abs(first.endMs - first.startMs - (first.sent.length * 10_000) / 1_200) < 0.01);
  const gapMs = second.startMs - first.endMs;
  assert.ok(gapMs >= 16.7 && gapMs <= 34.4, `${gapMs} ms`);
});

test('the mode changes while the line runs', () => {
  const meter = meterOf({});
  const line = createTicLine(meter, { seed: 1 });
  assert.equal(line.take().mode, 'historique');
  meter.setMode('standard');
  assert.equal(readGroups(line.take().sent, true).get('VTIC'), '02');
});

test('a short message is sent once', () => {
  const meter = meterOf({ mode: 'standard' });
  const line = createTicLine(meter, { seed: 1 });
  meter.showMessage('COUPURE 14H');
  assert.equal(readGroups(line.take().sent, true).get('MSG2'), 'COUPURE 14H     ');
  assert.equal(readGroups(line.take().sent, true).has('MSG2'), false);
});

test('noise damages what is received and never what was sent', () => {
  const noise = { flip: 0.01, lostHead: 0.5, cutGroup: 0.05 };
  const line = createTicLine(meterOf({}), { seed: 3, noise });
  const frames = Array.from({ length: 200 }, () => line.take());
  for (const frame of frames) readGroups(frame.sent, false);
  const damaged = frames.filter((frame) => !Buffer.from(frame.sent).equals(frame.received));
  assert.ok(damaged.length > 100);
  const shorter = frames.filter((frame) => frame.received.length < frame.sent.length);
  assert.ok(shorter.length > 50);
});

test('a season has 22 red days, 43 white days and 22 EJP days', () => {
  const days = createSpecialDays(4);
  const first = Date.UTC(2025, 8, 1) / DAY_MS;
  const season = Array.from({ length: 365 }, (_, i) => first + i);
  const colours = season.map((day) => days.tempoColour(day));
  assert.equal(colours.filter((colour) => colour === 'red').length, 22);
  assert.equal(colours.filter((colour) => colour === 'white').length, 43);
  assert.equal(season.filter((day) => days.isEjpDay(day)).length, 22);
  for (const day of season.filter((each) => days.tempoColour(each) === 'red')) {
    const date = new Date(day * DAY_MS);
    assert.ok(![0, 6].includes(date.getUTCDay()) && ![3, 4, 5, 6, 7, 8, 9].includes(date.getUTCMonth()));
  }
});
