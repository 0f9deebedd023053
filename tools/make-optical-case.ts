// Renders the optical sensor's case with OpenSCAD, says what each part needs, and draws how they go together.
// node tools/make-optical-case.ts FOLDER [NAME=VALUE ...]      parts as STL, with the variables of case.scad
// node tools/make-optical-case.ts --picture                    hardware/optical/case.png
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CASE_PARTS, render } from './lib/openscad.ts';
import { boundsOf, openEdges, type Point, type Triangle, volumeMm3 } from './lib/stl.ts';
import { pictureOf } from './lib/stl-picture.ts';

const hardware = join(import.meta.dirname, '../hardware/optical');
const file = join(hardware, 'case.scad');
const PLASTIC_G_PER_MM3 = 0.001_24;
const DARK = [60, 68, 76] as const;
const TEAL = [60, 150, 146] as const;
const GREY = [176, 184, 192] as const;
const AMBER = [214, 150, 50] as const;

/** How far each part is pulled out along the way it goes in, mm. */
const PULLED = [
  { part: 'collar', upMm: -34, colour: DARK },
  { part: 'bar', upMm: 0, colour: GREY },
  { part: 'jaw', upMm: -14, colour: TEAL },
  { part: 'shoe', upMm: 14, colour: TEAL },
  { part: 'head', upMm: 22, colour: TEAL },
  { part: 'cap', upMm: 46, colour: DARK },
  { part: 'tray', upMm: 58, colour: GREY },
  { part: 'board', upMm: 70, colour: AMBER },
  { part: 'lid', upMm: 88, colour: GREY },
] as const;

function settingOf(text: string): string | number {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function writeParts(folder: string, variables: Readonly<Record<string, string | number>>): void {
  mkdirSync(folder, { recursive: true });
  for (const part of CASE_PARTS) {
    const { stl, triangles } = render(file, { ...variables, part });
    const [low, high] = boundsOf(triangles);
    const size = ([0, 1, 2] as const).map((axis) => (high[axis] - low[axis]).toFixed(0)).join(' × ');
    const grams = (volumeMm3(triangles) * PLASTIC_G_PER_MM3).toFixed(1);
    const state = openEdges(triangles) === 0 ? 'closed' : `${openEdges(triangles)} open edges`;
    console.log(`${part.padEnd(8)}${size.padStart(16)} mm  ${grams.padStart(5)} g solid PLA  ${state}`);
    writeFileSync(join(folder, `${part}.stl`), stl);
  }
}

function writePicture(): void {
  const bodies = PULLED.map(({ part, upMm, colour }) => {
    const { triangles } = render(file, { part, place: 'meter' });
    const raised = triangles.map((each) =>
      each.map(([x, y, z]): Point => [x, y, z + upMm]),
    ) as unknown as Triangle[];
    return { triangles: raised, colour };
  });
  writeFileSync(
    join(hardware, 'case.png'),
    pictureOf(bodies, { width: 900, height: 820, turn: -28, tilt: 58 }),
  );
}

const [first = '', ...settings] = process.argv.slice(2);
if (first === '--picture') writePicture();
else if (first === '') console.error('usage: make-optical-case.ts FOLDER [NAME=VALUE ...] | --picture');
else
  writeParts(
    first,
    Object.fromEntries(
      settings.map((each) => [each.split('=')[0] ?? '', settingOf(each.split('=')[1] ?? '')]),
    ),
  );
