// The gateway's schematic joins what the table of parts says, and its thresholds are those it was planned with.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { OUR_CIRCUIT } from '@kilowink/sim/winky';
import { kicadSchematic, listsOf, parseSexpr, readNets } from './lib/kicad.ts';
import { bomText, SCHEMATIC_TITLE } from './lib/winky-hardware.ts';
import { netsOf, PARTS } from './lib/winky-parts.ts';

const folder = join(import.meta.dirname, '../hardware/winky');
const schematic = readFileSync(join(folder, 'winky.kicad_sch'), 'utf8');

test('schematic and bill of materials are those of the table', () => {
  assert.equal(schematic, kicadSchematic(PARTS, SCHEMATIC_TITLE));
  assert.equal(readFileSync(join(folder, 'bom.csv'), 'utf8'), bomText());
});

test('wires and labels of the schematic join the pins that the table joins, and no others', () => {
  const sheet = parseSexpr(schematic);
  assert.equal(sheet[0], 'kicad_sch');
  assert.ok(Number(listsOf(sheet, 'version')[0]?.[1]) >= 20_230_121);
  const found = readNets(sheet);
  for (const [net, pins] of netsOf(PARTS)) {
    if (net.startsWith('NC')) assert.equal(found.has(net), false, net);
    else assert.deepEqual([...(found.get(net) ?? [])].sort(), [...pins].sort(), net);
  }
  const unconnected = listsOf(sheet, 'no_connect').length;
  assert.equal([...found.values()].flat().length + unconnected, PARTS.flatMap((part) => part.pins).length);
});

test('no net hangs on one pin, and no two symbols or identities are the same', () => {
  for (const [net, pins] of netsOf(PARTS)) assert.ok(pins.length > 1 || net.startsWith('NC'), net);
  assert.equal(new Set(PARTS.map((part) => part.ref)).size, PARTS.length);
  const identities = [...schematic.matchAll(/\(uuid ([0-9a-f-]{36})\)/g)].map((found) => found[1]);
  assert.equal(new Set(identities).size, identities.length);
});

function ohms(ref: string): number {
  const value = PARTS.find((part) => part.ref === ref)?.value ?? '';
  const found = /^([\d.]+) (k|M)?Ω$/.exec(value);
  return Number(found?.[1]) * ({ k: 1e3, M: 1e6 }[found?.[2] ?? ''] ?? 1);
}

test('the supervisor’s resistors set the thresholds of the plan, within its tolerance', () => {
  const [r1, r2, r3] = ['R1', 'R2', 'R3'].map(ohms) as [number, number, number];
  const sum = r1 + r2 + r3;
  const { startV, stopV } = OUR_CIRCUIT.supervisor;
  assert.ok(Math.abs((1.24 * sum) / r3 / startV - 1) < 0.02, `start ${(1.24 * sum) / r3} V`);
  assert.ok(Math.abs((1.24 * sum) / (r2 + r3) / stopV - 1) < 0.02, `stop ${(1.24 * sum) / (r2 + r3)} V`);
});

test('the converter’s input stays below its volt at full capacitors', () => {
  const [r4, r5] = ['R4', 'R5'].map(ohms) as [number, number];
  const fullV = (OUR_CIRCUIT.limiter.limitV * r5) / (r4 + r5);
  assert.ok(fullV > 0.85 && fullV < 0.98, `${fullV} V`);
});
