import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { MeterInfo } from '@kilowink/api';
import { configSchema } from '../config/index.ts';
import { meterDevice, opticalDevice } from './entities.ts';
import { HomeAssistant } from './home-assistant.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-ha-'));
after(() => rmSync(root, { recursive: true }));

/** What Home Assistant's documentation allows beside the energy, power and current classes used here. */
const UNITS: Readonly<Record<string, readonly string[]>> = {
  apparent_power: ['mVA', 'VA', 'kVA'],
  energy: ['Wh', 'kWh', 'MWh'],
  power: ['mW', 'W', 'kW'],
  current: ['mA', 'A'],
  voltage: ['mV', 'V'],
  signal_strength: ['dB', 'dBm'],
};

function start(given: { folder?: string; enabled?: boolean; prefix?: string } = {}) {
  const folder = given.folder ?? mkdtempSync(join(root, 'data-'));
  const { homeAssistant } = configSchema.parse({});
  const config = {
    ...homeAssistant,
    enabled: given.enabled ?? true,
    prefix: given.prefix ?? 'homeassistant',
  };
  const published: { topic: string; payload: string; retain?: boolean }[] = [];
  const clock = { now: 1_000_000_000, wallMs: () => clock.now, monotonicMs: () => clock.now };
  const home = new HomeAssistant({
    ...{ config, base: 'kilowink', folder, clock, version: '1.0.0', log: assert.fail },
    publish: (message) => published.push(message),
  });
  const take = () => published.splice(0);
  return { home, take, clock, folder };
}

function meter(changes: Partial<MeterInfo> = {}): MeterInfo {
  return {
    ...{ id: 'main', name: 'Main meter', way: 'mqtt', mode: 'standard', frameMs: 0, receivedMs: 0 },
    ...{ serialEnd: '3456', contract: 'tempo', contractName: 'TEMPO', subscribedVa: 6_000, cutOffVa: 6_000 },
    ...{
      tariffPeriod: 'HPJB',
      tariffName: 'HP BLEU',
      tariffIndex: 2,
      tempoToday: 'blue',
      tempoTomorrow: null,
    },
    ...{ apparentPowerVa: 900, injectedVa: null, injectedEstimateVa: null },
    phases: [{ currentA: 4, voltageV: 231, apparentPowerVa: null }],
    indexes: [
      { label: 'EASF01', indexWh: 100 },
      { label: 'EASF02', indexWh: 50 },
    ],
    ...{
      totalIndexWh: 150,
      injectedIndexWh: null,
      overload: null,
      breaker: 'closed',
      secondsUntilOpen: null,
    },
    ...{ clockOffsetMs: 0, clockDegraded: false, vitals: { rssiDbm: -60, capacitorMinMv: 4_000 } },
    ...{ frames: 1, repeated: 0, held: 0, ...changes },
  } as MeterInfo;
}

const topicOf = (name: string) => `homeassistant/device/kilowink_${name}/config`;

test('the discovery of a device is one kept message, with classes and units that belong together', () => {
  const { home, take } = start();
  home.show(meterDevice(meter(), 20));
  const [discovery, ...states] = take();
  assert.deepEqual([discovery?.topic, discovery?.retain], [topicOf('main'), true]);
  const told = JSON.parse(discovery?.payload ?? '');
  assert.deepEqual([told.dev.ids, told.o.name], [['kilowink_main'], 'Kilowink']);
  const ids = new Set<string>();
  for (const [key, component] of Object.entries<Record<string, unknown>>(told.cmps)) {
    assert.ok(['sensor', 'binary_sensor'].includes(String(component['p'])), key);
    ids.add(String(component['unique_id']));
    assert.equal(component['expire_after'], 180);
    const kind = String(component['device_class'] ?? '');
    if (kind in UNITS) assert.ok(UNITS[kind]?.includes(String(component['unit_of_measurement'])), key);
    if (kind === 'energy') assert.equal(component['state_class'], 'total_increasing');
    assert.ok(
      states.some(({ topic }) => topic === component['state_topic']),
      key,
    );
  }
  assert.equal(ids.size, Object.keys(told.cmps).length);
  assert.equal(states.find(({ topic }) => topic === 'kilowink/main/state/energy')?.payload, '150');
  assert.ok(states.every(({ topic }) => !/[+#]/.test(topic)));
});

test('values come on change, not too often, and not too seldom', () => {
  const { home, take, clock } = start();
  const powers = (va: number, afterMs: number, more: Partial<MeterInfo> = {}) => {
    clock.now += afterMs;
    home.show(meterDevice(meter({ apparentPowerVa: va, ...more }), 20));
    return take()
      .filter(({ topic }) => topic.endsWith('/power') || topic.endsWith('/overload'))
      .map(({ payload }) => payload);
  };
  assert.deepEqual(powers(900, 0), ['OFF', '900']);
  assert.deepEqual(powers(910, 5_000), [], 'within the dead band');
  assert.deepEqual(powers(950, 5_000), ['950']);
  assert.deepEqual(powers(2_000, 500), [], 'too soon');
  const overload = { sinceMs: 0, phases: null, overCurrentA: null };
  assert.deepEqual(powers(2_000, 100, { overload }), ['ON'], 'an overload at once');
  assert.deepEqual(powers(2_000, 5_000, { overload }), ['2000']);
  assert.deepEqual(powers(2_000, 61_000, { overload }), ['ON', '2000']);
});

test('what is no more is cleared: a component, a device, another prefix, all of it when it is turned off', () => {
  const first = start();
  first.home.show(meterDevice(meter({ id: 'old' }), 20));
  first.home.show(meterDevice(meter(), 20));
  first.home.show(opticalDevice({ id: 'roof', name: 'Roof', energyWh: 12, powerW: 30 }, 20));
  first.take();
  first.home.show(meterDevice(meter({ indexes: [] }), 20));
  assert.deepEqual(
    first.take().filter(({ retain }) => retain),
    [],
    'what one frame leaves out stays told of',
  );
  const next = start({ folder: first.folder });
  next.home.show(meterDevice(meter({ indexes: [] }), 20));
  const [removing, now] = next.take().filter(({ retain }) => retain);
  assert.deepEqual(JSON.parse(removing?.payload ?? '').cmps.energy_easf01, { p: 'sensor' });
  assert.equal(JSON.parse(now?.payload ?? '').cmps.energy_easf01, undefined);
  const second = start({ folder: first.folder });
  second.home.refresh((device) => device === 'old');
  assert.deepEqual(second.take(), [{ topic: topicOf('old'), payload: '', retain: true }]);
  const renamed = start({ folder: first.folder, prefix: 'ha' });
  renamed.home.refresh();
  const cleared = renamed.take().map(({ topic, payload }) => `${topic} ${payload}`);
  assert.deepEqual(cleared.sort(), [`${topicOf('main')} `, `${topicOf('roof')} `]);
  const off = start({ folder: first.folder, enabled: false });
  off.home.show(meterDevice(meter(), 20));
  assert.deepEqual(off.take(), []);
});

test('after a restart of Home Assistant everything is said again', () => {
  const { home, take } = start();
  home.show(meterDevice(meter(), 20));
  const before = take();
  home.refresh();
  assert.deepEqual(take(), before);
});
