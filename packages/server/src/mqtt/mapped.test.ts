import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameOfGroups, labelOf } from '@kilowink/core/tic';
import { MappedTopics } from './mapped.ts';
import { restoredGroup } from './restored-group.ts';
import { captureLevels, toTopicLevel } from './topic-filter.ts';

const bytes = (payload: unknown) =>
  Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));

function read(mapping: ConstructorParameters<typeof MappedTopics>[0], topic: string, payload: unknown) {
  const mapped = new MappedTopics(mapping);
  const levels = captureLevels(topic, mapping.topic) ?? assert.fail('the filter fits');
  return mapped.read({ topic, payload: bytes(payload), levels, receivedMs: 0 });
}

test('filters take MQTT’s wildcards', () => {
  const cases: readonly [string, string, string[] | null][] = [
    ['a/b/c', 'a/+/c', ['b']],
    ['a/b/c', 'a/#', ['b/c']],
    ['a/b/c', '#', ['a/b/c']],
    ['a/b/c', '+/+', null],
    ['a/b', 'a/b/c', null],
    ['a/b/c', 'a/b', null],
    ['a', 'a/#', ['']],
  ];
  for (const [topic, filter, found] of cases)
    assert.deepEqual(captureLevels(topic, filter), found, `${topic} ${filter}`);
});

test('a label never brings a wildcard into a topic, and is known again', () => {
  assert.equal(toTopicLevel('PJOURF+1'), 'PJOURF_1');
  assert.equal(labelOf('PJOURF_1')?.name, 'PJOURF+1');
  assert.equal(labelOf('SMAXSN_1')?.name, 'SMAXSN-1');
  assert.equal(labelOf('PAPP')?.name, 'PAPP');
  assert.equal(labelOf('NONE'), undefined);
});

test('teleinfo2mqtt: a JSON of labels with raw and value', () => {
  const payload = {
    ADCO: { raw: '012345678901', value: '012345678901' },
    OPTARIF: { raw: 'HC..', value: 'HC' },
    HCHC: { raw: '001000000', value: 1_000_000 },
    HCHP: { raw: '002000000', value: 2_000_000 },
    PTEC: { raw: 'HP..', value: 'HP' },
    IINST: { raw: '002', value: 2 },
    PAPP: { raw: '00450', value: 450 },
  };
  const found = read({ kind: 'json', topic: 'teleinfo/+' }, 'teleinfo/012345678901', payload);
  assert.equal(found?.meter, '012345678901');
  const { totalIndexWh, apparentPowerVa, tariffPeriod, contract, registers } =
    found?.reading ?? assert.fail();
  assert.deepEqual(
    [totalIndexWh, apparentPowerVa, tariffPeriod, contract],
    [3_000_000, 450, 'HP', 'offPeak'],
  );
  assert.equal(registers.length, 2);
  assert.equal(read({ kind: 'json', topic: 'teleinfo/+' }, 'teleinfo/status', 'up'), null);
  assert.equal(read({ kind: 'json', topic: 'teleinfo/+' }, 'teleinfo/tempo', { today: 'BLUE' }), null);
});

test('numbers that lost their zeros have them back; flat keys in small letters are labels too', () => {
  const payload = { iinst: 4, papp: 920, vcap: 4.1, indexes: { base: 1_234_567 }, adco: '012345678901' };
  const found = read({ kind: 'json', topic: 'linkey/state', meter: 'linkey' }, 'linkey/state', payload);
  assert.equal(found?.meter, 'linkey');
  assert.equal(found.reading.totalIndexWh, 1_234_567);
  assert.equal(found.reading.phases[0]?.currentA, 4);
});

test('Tasmota: the TIC section by label, or METER by phase', () => {
  const mapping = { kind: 'tasmota', topic: 'tele/+/SENSOR' } as const;
  const tic = {
    Time: '2026-11-21T10:00:00',
    TIC: { ADSC: '012345678901', EAST: '1234', SINSTS: '00600', PREF: '6' },
  };
  const found = read(mapping, 'tele/linky/SENSOR', tic);
  assert.deepEqual(
    [found?.meter, found?.reading.mode, found?.reading.totalIndexWh],
    ['linky', 'standard', 1_234],
  );
  const sections = { METER: { PH: 3, PSUB: 9_000, P: 1_500, P1: 500, P2: 400, P3: 600, I1: 2.2, U1: 231 } };
  const { reading } = read(mapping, 'tele/linky/SENSOR', sections) ?? assert.fail('a meter');
  assert.deepEqual([reading.apparentPowerVa, reading.subscribedVa, reading.phases.length], [1_500, 9_000, 3]);
  assert.deepEqual(reading.phases[0], { currentA: 2, voltageV: 231, apparentPowerVa: 500 });
  assert.equal(read(mapping, 'tele/plug/SENSOR', { ENERGY: { Power: 12 } }), null);
});

test('labels that come one by one are taken together while they are fresh, PAPP alone too', () => {
  const mapped = new MappedTopics({ kind: 'labels', topic: '+/data/+' });
  const say = (label: string, text: string, receivedMs: number) => {
    const topic = `teleinfokit-a1b2c3/data/${label}`;
    const levels = ['teleinfokit-a1b2c3', label];
    return mapped.read({ topic, levels, payload: bytes(text), receivedMs });
  };
  assert.equal(say('PAPP', '450', 0)?.reading.apparentPowerVa, 450);
  say('HCHC', '1000', 10);
  const both = say('HCHP', '2000', 20);
  assert.deepEqual([both?.meter, both?.reading.totalIndexWh], ['teleinfokit-a1b2c3', 3_000]);
  assert.notEqual(say('ADPS', '32', 30)?.reading.overload, null);
  assert.equal(say('PAPP', '500', 9_000)?.reading.overload, null);
  assert.equal(say('rssi', '-70', 9_010), null);
});

test('a group from a network is checked as one from the line', () => {
  const group = (label: string, raw: string, horodate: string | null = null) => ({ label, raw, horodate });
  assert.equal(frameOfGroups([group('PAPP', '0045x')], 'complete'), null);
  assert.equal(frameOfGroups([group('PAPP', '00450\r\nIINST 999')], 'complete'), null);
  assert.equal(frameOfGroups([group('PAPP', '00450'), group('IINST', '12')], 'complete')?.complete, false);
  assert.equal(frameOfGroups([group('PAPP', '00450'), group('IINST', '012')], 'complete')?.complete, true);
  assert.equal(
    frameOfGroups([group('DATE', '', 'H261121030405'), group('EAST', '000000001')], 'complete')?.groups
      .length,
    2,
  );
  assert.equal(frameOfGroups([group('EAST', '000000001')], 'interrupted')?.state, 'interrupted');
  assert.equal(frameOfGroups([], 'complete'), null);
  assert.equal(restoredGroup('PAPP', { deep: 1 }), null);
  assert.equal(restoredGroup('SMAXSN', '1200'), null, 'a dated label without its time');
});
