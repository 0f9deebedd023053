import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findObstacle } from './obstacle.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-obstacle-'));
after(() => rmSync(folder, { recursive: true }));
const ALL_RIGHTS = '000001ffffffffff';
const NO_RIGHTS = '0000000000000000';
let systems = 0;

/** A system with these adapters, each blocked or not. */
function system(of: { adapters?: readonly string[]; blocked?: 'soft' | 'hard'; rights?: string }) {
  systems += 1;
  const places = {
    sys: join(folder, `${systems}/sys`),
    proc: join(folder, `${systems}/proc`),
    program: '/opt/node',
  };
  for (const adapter of of.adapters ?? []) {
    const rfkill = join(places.sys, 'class/bluetooth', adapter, 'rfkill0');
    mkdirSync(rfkill, { recursive: true });
    for (const kind of ['soft', 'hard'])
      writeFileSync(join(rfkill, kind), of.blocked === kind ? '1\n' : '0\n');
  }
  mkdirSync(join(places.proc, 'self'), { recursive: true });
  writeFileSync(join(places.proc, 'self/status'), `Name:\tnode\nCapEff:\t${of.rights ?? ALL_RIGHTS}\n`);
  return places;
}

test('a system without Bluetooth', () => {
  assert.equal(findObstacle('hci0', system({}))?.code, 'noDriver');
});

test('another adapter is there', () => {
  const found = findObstacle('hci0', system({ adapters: ['hci1'] }));
  assert.equal(found?.code, 'noAdapter');
  assert.match(found?.advice ?? '', /hci1/);
});

test('an adapter that is switched off, by software or by a switch', () => {
  const soft = findObstacle('hci0', system({ adapters: ['hci0'], blocked: 'soft' }));
  assert.equal(soft?.code, 'blocked');
  assert.match(soft?.advice ?? '', /rfkill unblock/);
  const hard = findObstacle('hci0', system({ adapters: ['hci0'], blocked: 'hard' }));
  assert.match(hard?.advice ?? '', /switch/i);
});

test('rights that lack are named with the program that needs them', () => {
  const found = findObstacle('hci0', system({ adapters: ['hci0'], rights: NO_RIGHTS }));
  assert.equal(found?.code, 'noRights');
  assert.match(found?.advice ?? '', /setcap cap_net_raw,cap_net_admin\+eip \/opt\/node/);
});

test('nothing is in the way', () => {
  assert.equal(findObstacle('hci0', system({ adapters: ['hci0'] })), null);
});

test('a serial device that is not there', () => {
  assert.equal(findObstacle(join(folder, 'ttyACM9'))?.code, 'noAdapter');
});
