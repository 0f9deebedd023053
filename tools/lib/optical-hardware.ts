import { kicadSchematic } from './kicad.ts';
import { collarDrawing, meterDrawing } from './optical-case-drawings.ts';
import { OPTICAL_BOARDS, opticalBom, opticalParts, opticalTitle } from './optical-parts.ts';
import { opticalSchematic, opticalWiring } from './optical-wiring.ts';

/** Every file of hardware/optical that is made from the table: name to text. */
export function opticalFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>([
    ['bom.csv', opticalBom()],
    ['collar.svg', collarDrawing()],
    ['meter.svg', meterDrawing()],
    ['schematic.svg', opticalSchematic(OPTICAL_BOARDS)],
  ]);
  for (const board of OPTICAL_BOARDS) {
    const name = `optical-${board.name}`;
    const project = { meta: { filename: `${name}.kicad_pro`, version: 1 } };
    files.set(`${name}.kicad_pro`, `${JSON.stringify(project, null, 2)}\n`);
    files.set(
      `${name}.kicad_sch`,
      kicadSchematic(opticalParts(board), opticalTitle(board), { name, paper: 'A3' }),
    );
    files.set(`wiring-${board.name}.svg`, opticalWiring(board));
  }
  return files;
}
