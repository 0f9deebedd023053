// The optical sensor's schematics join what the table says, on the pads the firmware reads; the examples of its page are what the
// command prints; its case can be printed and put together.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listsOf, parseSexpr, readNets } from './lib/kicad.ts';
import { CASE_PARTS, render } from './lib/openscad.ts';
import { opticalFiles } from './lib/optical-hardware.ts';
import { OPTICAL_BOARDS, opticalParts } from './lib/optical-parts.ts';
import { bodies, boundsOf, openEdges, parseStl, volumeMm3 } from './lib/stl.ts';
import { netsOf } from './lib/winky-parts.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'hardware/optical');
const caseFile = join(folder, 'case.scad');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const readme = read('README.md');
const OVERLAYS: Readonly<Record<string, string>> = {
  'xiao-esp32s3': 'xiao_esp32s3_procpu',
  'trinket-m0': 'adafruit_trinket_m0',
};

test('schematics, drawings and list of parts are those of the table, and the page shows each', () => {
  for (const [name, text] of opticalFiles()) {
    assert.equal(read(name), text, name);
    if (name.endsWith('.svg')) assert.ok(readme.includes(`(${name})`), name);
  }
});

for (const board of OPTICAL_BOARDS) {
  test(`${board.title}: wires and labels of the schematic join the pins that the table joins, and no others`, () => {
    const parts = opticalParts(board);
    const sheet = parseSexpr(read(`optical-${board.name}.kicad_sch`));
    assert.ok(Number(listsOf(sheet, 'version')[0]?.[1]) >= 20_230_121);
    const found = readNets(sheet);
    for (const [net, pins] of netsOf(parts)) {
      if (net.startsWith('NC')) assert.equal(found.has(net), false, net);
      else assert.deepEqual([...(found.get(net) ?? [])].sort(), [...pins].sort(), net);
    }
    const unconnected = listsOf(sheet, 'no_connect').length;
    assert.equal([...found.values()].flat().length + unconnected, parts.flatMap((part) => part.pins).length);
  });

  test(`${board.title}: more light gives more volts, on the pad that the firmware reads`, () => {
    const nets = netsOf(opticalParts(board));
    assert.ok(nets.get('+3V3')?.includes('D1.1'), 'the cathode is at the supply');
    assert.deepEqual(
      nets.get('LIGHT')?.filter((pin) => !pin.startsWith('U1')),
      ['D1.2', 'R1.1', 'C1.1'],
    );
    const pad = [...board.left, ...board.right].find(([, , net]) => net === 'LIGHT')?.[1];
    assert.equal(pad, board.signalPad);
    const overlay = readFileSync(join(root, `firmware/blink/boards/${OVERLAYS[board.name]}.overlay`), 'utf8');
    assert.match(overlay, new RegExp(`Photodiode on pad ${board.signalPad}\\b`));
    assert.match(overlay, new RegExp(`io-channels = <&adc0? ${board.adcChannel}>`));
  });
}

const EXAMPLES = [...readme.matchAll(/^\$ kilowink photodiode (.*)\n([^`]*)```/gm)];

test('the worked examples are what the command prints', () => {
  assert.ok(EXAMPLES.length >= 4);
  for (const [, words = '', printed = ''] of EXAMPLES) {
    const { stdout } = spawnSync(
      process.execPath,
      [join(root, 'packages/cli/src/main.ts'), 'photodiode', ...words.split(' ')],
      { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
    );
    assert.equal(stdout.trim(), printed.trim(), words);
  }
});

test('the resistors to begin with are those of the first example, for each board', () => {
  const chosen = (adc: string) =>
    EXAMPLES.find(([, words = '']) => words.includes(`--adc ${adc}`) && !words.includes('--resistor'))?.[2];
  assert.match(chosen('esp32s3') ?? '', /^resistor +390 kΩ$/m);
  assert.match(chosen('samd21') ?? '', /^resistor +470 kΩ$/m);
  assert.deepEqual(
    OPTICAL_BOARDS.map((board) => board.resistor),
    ['390 kΩ', '470 kΩ'],
  );
});

for (const part of CASE_PARTS) {
  test(`case: ${part} is one closed body that lies on the bed`, () => {
    const { triangles } = render(caseFile, { part, $fn: 24 });
    const [low, high] = boundsOf(triangles);
    assert.equal(openEdges(triangles), 0);
    assert.equal(bodies(triangles), 1);
    assert.ok(volumeMm3(triangles) > 1_000, `${volumeMm3(triangles)} mm³`);
    assert.ok(Math.abs(low[2]) < 0.001, `lowest ${low[2]} mm`);
    for (const axis of [0, 1, 2] as const) assert.ok(high[axis] - low[axis] < 220);
  });
}

for (const [board, diode] of [
  ['xiao', 'bpw34'],
  ['trinket', 'round5'],
] as const) {
  test(`case: nothing is in the way of anything with ${board} and ${diode}`, () => {
    assert.equal(render(caseFile, { part: 'clash', board, diode, $fn: 16 }).triangles.length, 0);
    assert.equal(render(caseFile, { part: 'way', board, diode, $fn: 16 }).triangles.length, 0);
  });
}

test('case: what is in the way is found', () => {
  const { triangles } = render(caseFile, { part: 'clash', play: -0.2, $fn: 16 });
  assert.ok(volumeMm3(triangles) > 1);
});

test('case: a meter wider than the printer is refused', () => {
  assert.throws(() => render(caseFile, { part: 'bar', meter_width: 400 }), /longer than the bed/);
});

test('an STL that is cut short, and a body with a hole, are found', () => {
  const { stl, triangles } = render(caseFile, { part: 'shoe', $fn: 16 });
  assert.throws(() => parseStl(stl.subarray(0, -1)), RangeError);
  assert.equal(openEdges(triangles.slice(1)), 3);
});
