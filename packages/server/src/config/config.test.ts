import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { describeConfig } from './describe.ts';
import { type ConfigSources, loadConfig } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-config-'));
after(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const file = join(folder, `${Math.abs(hash(text))}.yaml`);
  writeFileSync(file, text);
  return file;
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => Math.imul(31, sum) + letter.charCodeAt(0), 7);
}

function load(sources: Partial<ConfigSources>) {
  return loadConfig({ env: { XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }, options: {}, ...sources });
}

function faultsOf(sources: Partial<ConfigSources>): string {
  try {
    load(sources);
  } catch (error) {
    return String(error);
  }
  return '';
}

test('without anything given, the defaults are in force', () => {
  const { config, origins } = load({});
  assert.equal(config.port, 8_087);
  assert.equal(config.dataDir, join(folder, 'kilowink'));
  assert.deepEqual(config.site.offPeak, [{ from: '22:30', to: '06:30' }]);
  assert.equal(origins.get('port'), 'default');
});

test('option beats variable beats file beats default, and each says where it came from', () => {
  const file = fileOf('port: 1001\nhost: 127.0.0.1\nsite: { zone: Europe/Lisbon }\n');
  const env = { KILOWINK_PORT: '1002', KILOWINK_SITE_NAME: 'Home' };
  const loaded = load({ file, env, options: { port: { value: 1_003, flag: '-p' } } });
  const lines = new Map(
    describeConfig(loaded).map((line) => [line.path, `${line.value} from ${line.origin}`]),
  );
  assert.equal(lines.get('port'), '1003 from option -p');
  assert.equal(lines.get('site.name'), 'Home from variable KILOWINK_SITE_NAME');
  assert.equal(lines.get('site.zone'), `Europe/Lisbon from file ${file}`);
  assert.equal(lines.get('store.groupMs'), '420000 from default');
});

test('an unknown key is refused with the nearest known one', () => {
  assert.match(faultsOf({ file: fileOf('prot: 1\n') }), /prot: unknown key; did you mean port\?/);
  const nested = fileOf('site: { offpeak: [] }\n');
  assert.match(faultsOf({ file: nested }), /site\.offpeak: unknown key; did you mean offPeak\?/);
  const listed = fileOf('sensors: [{ id: a, adress: 10.0.0.1 }]\n');
  assert.match(faultsOf({ file: listed }), /sensors\.0\.adress: unknown key; did you mean address\?/);
  assert.match(faultsOf({ env: { KILOWINK_PROT: '1' } }), /KILOWINK_PROT: .*did you mean KILOWINK_PORT\?/);
});

test('all faults are reported at once, with path and origin', () => {
  const file = fileOf('port: 99999\nsite: { zone: Paris, offPeak: [{ from: "25:00", to: "06:30" }] }\n');
  const faults = faultsOf({ file, env: { KILOWINK_STORE_GROUP_MS: 'soon' } });
  assert.match(faults, /port: .*65535.*file/);
  assert.match(faults, /site\.zone: expected an IANA time zone/);
  assert.match(faults, /site\.offPeak\.0\.from: expected HH:MM/);
  assert.match(faults, /store\.groupMs: .*variable KILOWINK_STORE_GROUP_MS/);
});

test('a list can be given in a variable', () => {
  const env = { KILOWINK_SITE_OFF_PEAK: '[{from: "02:00", to: "07:00"}, {from: "13:00", to: "15:00"}]' };
  assert.equal(load({ env }).config.site.offPeak.length, 2);
});

test('a file that is asked for must be there and be YAML', () => {
  assert.match(faultsOf({ file: join(folder, 'none.yaml') }), /none\.yaml can not be read/);
  assert.match(faultsOf({ file: fileOf('port: [1\n') }), /can not be read/);
  assert.match(faultsOf({ file: fileOf('- a\n- b\n') }), /expected keys with values/);
});
