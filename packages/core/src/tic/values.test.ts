import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { BreakerFilter } from './breaker.ts';
import { decodeHorodate } from './horodate.ts';
import { estimateInjectedVa } from './injection.ts';
import { findLabel, LABELS } from './labels.ts';
import { decodeProfile } from './profile.ts';
import { readFrame } from './read-frame.ts';
import { decodeSerialNumber } from './serial-number.ts';
import { decodeStatus } from './status.ts';
import {
  contractOfName,
  decodeDemain,
  decodeOptarif,
  decodePtec,
  decodeTempoProgramme,
  periodOfName,
} from './tariff.ts';
import { hear, historique, standard } from './testing.ts';
import { groupValue } from './values.ts';

const utc = (text: string) => {
  const { atMs, isDegraded } = decodeHorodate(text);
  return `${atMs === null ? null : new Date(atMs).toISOString()}${isDegraded ? ' degraded' : ''}`;
};

test('horodates: the letter tells the offset, also of the hour that comes twice', () => {
  equal(utc('H081225223518'), '2008-12-25T21:35:18.000Z');
  equal(utc('E090714074553'), '2009-07-14T05:45:53.000Z');
  equal(utc('E251026023000'), '2025-10-26T00:30:00.000Z');
  equal(utc('H251026023000'), '2025-10-26T01:30:00.000Z');
  equal(utc('e251026023000'), '2025-10-26T00:30:00.000Z degraded');
  equal(utc('h251026023000'), '2025-10-26T01:30:00.000Z degraded');
  equal(utc('H000000000000'), 'null');
});

test('horodates without season: civil time of France', () => {
  equal(utc(' 240330060000'), '2024-03-30T05:00:00.000Z');
  equal(utc(' 240331015959'), '2024-03-31T00:59:59.000Z');
  equal(utc(' 240331030000'), '2024-03-31T01:00:00.000Z');
  equal(utc(' 241027023000'), '2024-10-27T00:30:00.000Z');
  equal(utc(' 241027030000'), '2024-10-27T02:00:00.000Z');
});

test('the status register of real meters', () => {
  const of = (hex: string) => decodeStatus(Number.parseInt(hex, 16));
  const base = of('003A0001');
  deepEqual(
    [base.isContactOpen, base.isStandardMode, base.euridis, base.plc],
    [true, true, 'secured', 'newLock'],
  );
  const injecting = of('002A0301');
  deepEqual([injecting.isProducer, injecting.isInjecting, injecting.plc], [true, true, 'newLock']);
  const peak = of('463A0800');
  deepEqual(
    [peak.tempoToday, peak.tempoTomorrow, peak.peakRunning, peak.peakNotice, peak.supplierIndex],
    ['white', 'blue', 1, 0, 3],
  );
  const notice = of('2D3A8000');
  deepEqual(
    [notice.tempoToday, notice.tempoTomorrow, notice.peakNotice, notice.distributorIndex],
    ['blue', 'red', 2, 3],
  );
  deepEqual(
    [of('000A4411').isCoverOpen, of('00DA0401').plc, of('00DA0401').isPlcSynchronised],
    [true, 'registered', true],
  );
  deepEqual(
    [of('0000000E').breaker, of('FFFFFFFF').peakRunning, of('000000C0').isOverPower],
    ['reserved', 3, true],
  );
});

test('profiles: decimal, hexadecimal, told apart by any block, or as set', () => {
  const profile = (...blocks: string[]) =>
    [...blocks, ...Array(11 - blocks.length).fill('NONUTILE')].join(' ');
  const starts = (text: string, times?: 'decimal' | 'hexadecimal') =>
    decodeProfile(text, times)?.map(({ startMin }) => startMin);
  deepEqual(starts(profile('06004002', '22004001')), [360, 1_320]);
  deepEqual(starts(profile('00004003', '061E8002', '0C1EC001')), [0, 390, 750]);
  deepEqual(starts(profile('0C1EC001', '16004001')), [750, 1_320]);
  deepEqual(starts(profile('06004002', '16004001')), [360, 960]);
  deepEqual(starts(profile('06004002', '16004001'), 'hexadecimal'), [360, 1_320]);
  equal(decodeProfile(profile('0C1EC001'), 'decimal'), null);
  deepEqual(decodeProfile(profile('0600C7F2')), [
    { startMin: 360, contact: 'close', virtualContacts: [1, 2, 3, 4, 5, 6, 7], index: 2 },
  ]);
  deepEqual(decodeProfile(profile('2200801F'))?.[0], {
    startMin: 1_320,
    contact: 'open',
    virtualContacts: [1],
    index: null,
  });
  equal(decodeProfile('NONUTILE'), null);
});

test('contracts and periods by code', () => {
  deepEqual(['BASE', 'HC..', 'EJP.', 'EJP ', 'BBR(', 'BBR8', 'ABCD'].map(decodeOptarif), [
    'base',
    'offPeak',
    'ejp',
    'ejp',
    'tempo',
    'tempo',
    'other',
  ]);
  deepEqual(['TH..', 'HP..', 'HCJB', 'PM..', 'XX..'].map(decodePtec), ['TH', 'HP', 'HCJB', 'PM', null]);
  deepEqual(['BLEU', 'BLAN', 'ROUG', '----', '____'].map(decodeDemain), ['blue', 'white', 'red', null, null]);
  deepEqual(decodeTempoProgramme('BBR('), { circuit1: 1, circuit2: 0 });
  equal(decodeTempoProgramme('BASE'), null);
});

test('contracts and periods by the names that suppliers give', () => {
  const names = [
    '      BASE      ',
    '     TEMPO      ',
    'H PLEINE/CREUSE ',
    '   PRODUCTEUR   ',
    ' HC et Week-End ',
  ];
  deepEqual(names.map(contractOfName), ['base', 'tempo', 'offPeak', 'other', 'other']);
  const periods = [
    '      BASE      ',
    '    HP  BLEU    ',
    '   HC  BLANC    ',
    '    HP  ROUGE   ',
    'BLEU HC         ',
  ];
  deepEqual(periods.map(periodOfName), ['TH', 'HPJB', 'HCJW', 'HPJR', 'HCJB']);
  const others = [' HEURE  CREUSE  ', 'INDEX INACTIF 2 ', 'INDEX NON CONSO ', 'HP HC'];
  deepEqual(others.map(periodOfName), ['HC', null, null, null]);
});

test('a period whose name tells nothing is that of its index', () => {
  const read = (contract: string, name: string, index: string) => {
    const groups = standard('NGTF', contract) + standard('LTARF', name) + standard('NTARF', index);
    return hear(`\x02${groups}\x03`).frames.map((frame) => readFrame(frame).tariffPeriod)[0];
  };
  equal(read('H PLEINE/CREUSE ', 'INDEX INACTIF 2 ', '02'), 'HP');
  equal(read('     TEMPO      ', 'INDEX NON CONSO ', '05'), 'HCJR');
  equal(read('   PRODUCTEUR   ', 'INDEX NON CONSO ', '01'), null);
  equal(read('     TEMPO      ', '    HP  BLEU    ', '05'), 'HPJB');
});

test('serial numbers', () => {
  const serial = decodeSerialNumber('021861348497');
  deepEqual(serial, { maker: 2, year: 18, type: 61, family: 'linky', number: 348_497 });
  deepEqual(
    ['60', '92', '22'].map((type) => decodeSerialNumber(`0218${type}000001`)?.family),
    ['linkySei', 'abroad', null],
  );
  equal(decodeSerialNumber('0218'), null);
});

test('the breaker: 1.4 times is borne 250 s, 2.5 times 40 s, 1.1 times for ever', () => {
  const at = (factor: number) => new BreakerFilter(9_000).secondsUntilOpen(9_000 * factor);
  deepEqual([at(1.1), at(1.3), at(1.4), at(2.5)], [null, null, 247, 40]);
  for (const factor of [1.4, 2, 2.5]) {
    const filter = new BreakerFilter(9_000);
    const left = filter.secondsUntilOpen(9_000 * factor) ?? 0;
    filter.add(9_000 * factor, left - 1);
    equal(filter.secondsUntilOpen(9_000 * factor), 1);
    filter.add(9_000 * factor, 1);
    equal(filter.secondsUntilOpen(9_000 * factor), 0);
  }
});

test('the breaker: seconds one by one are as many at once', () => {
  const [one, many] = [new BreakerFilter(6_000), new BreakerFilter(6_000)];
  for (let second = 0; second < 90; second++) one.add(8_000, 1);
  many.add(8_000, 90);
  equal(Math.abs(one.filtered - many.filtered) < 1e-9, true);
});

test('what is injected is estimated only while nothing is drawn and current flows', () => {
  const phase = (currentA: number | null, voltageV: number | null) => ({
    currentA,
    voltageV,
    apparentPowerVa: null,
  });
  equal(estimateInjectedVa(0, [phase(5, 240)]), 1_200);
  equal(estimateInjectedVa(0, [phase(5, null)]), 1_150);
  equal(estimateInjectedVa(0, [phase(0, 240)]), null);
  equal(estimateInjectedVa(10, [phase(5, 240)]), null);
  equal(estimateInjectedVa(null, [phase(5, 240)]), null);
});

test('a producer’s frame tells what it injects: nothing is estimated', () => {
  const frame = (more: string) =>
    hear(
      `\x02${standard('IRMS1', '005')}${standard('URMS1', '240')}${standard('SINSTS', '00000')}${more}\x03`,
    );
  const read = (more: string) => frame(more).frames.map((each) => readFrame(each))[0];
  equal(read('')?.injectedEstimateVa, 1_200);
  equal(read(standard('SINSTI', '01200'))?.injectedEstimateVa, null);
  equal(read(standard('SINSTI', '01200'))?.injectedVa, 1_200);
});

test('what was not sent is null, never 0', () => {
  const reading = hear(`\x02${historique('ADCO', '021861000000')}\x03`).frames.map((frame) =>
    readFrame(frame),
  )[0];
  equal(reading?.apparentPowerVa, null);
  equal(reading?.totalIndexWh, null);
  deepEqual(reading?.phases, [{ currentA: null, voltageV: null, apparentPowerVa: null }]);
});

test('the sum of a contract needs all its registers', () => {
  const [low, high] = [historique('HCHC', '000000100'), historique('HCHP', '000000200')];
  const total = (line: string) =>
    hear(`\x02${line}\x03`).frames.map((frame) => readFrame(frame).totalIndexWh)[0];
  equal(total(low + high), 300);
  equal(total(low), null);
});

test('a short frame of an overload: who is over, and nothing else', () => {
  const currents = historique('IINST1', '034') + historique('IINST2', '028') + historique('IINST3', '053');
  const line = `\x02${historique('ADIR1', '034')}${historique('ADIR3', '053')}${historique('ADCO', '021861000000')}${currents}\x03`;
  const reading = hear(line).frames.map((frame) => readFrame(frame))[0];
  equal(reading?.isShort, true);
  deepEqual(reading?.overload, { phases: [true, false, true], overCurrentA: 53 });
  equal(reading?.apparentPowerVa, null);
});

test('a long frame of three phases tells an overload by its currents', () => {
  const currents = historique('IINST1', '030') + historique('IINST2', '031') + historique('IINST3', '000');
  const line = `\x02${historique('ADCO', '021861000000')}${historique('ISOUSC', '30')}${currents}\x03`;
  const reading = hear(line).frames.map((frame) => readFrame(frame))[0];
  deepEqual(reading?.overload, { phases: [false, true, false], overCurrentA: 31 });
});

test('values: numbers, text, status, profiles', () => {
  const value = (line: string) => hear(line).groups.map((group) => groupValue(group))[0];
  equal(value(historique('PAPP', '00750')), 750);
  equal(value(historique('ADCO', '021861000000')), '021861000000');
  equal(value(standard('LTARF', '    HP  BLEU    ')), 'HP BLEU');
  equal((value(standard('STGE', '003A0001')) as { supplierIndex: number }).supplierIndex, 1);
  equal(value(standard('RELAIS', '140')), 140);
});

test('labels: each name once, and in the order of the frame', () => {
  equal(new Set(LABELS.map(({ name }) => name)).size, LABELS.length);
  equal(findLabel('SMAXSN3-1')?.phase, 3);
  equal(findLabel('nothing'), undefined);
});
