import { createHash } from 'node:crypto';
import type { Part } from './winky-parts.ts';

/** An S-expression: words and lists. */
export type Sexpr = string | readonly Sexpr[];

const PITCH = 2.54;
/** From a symbol's middle to the end of its pins. */
const REACH = 12.7;
const STUB = 5.08;
const COLUMNS = 4;

/** Which project a schematic belongs to, and its sheet. */
export interface KicadProject {
  readonly name: string;
  readonly paper: string;
}

/** The schematic as KiCad 7 reads it: each part a box with its pins, each pin a wire that carries its net's label. */
export function kicadSchematic(
  parts: readonly Part[],
  title: string,
  project: KicadProject = { name: 'winky', paper: 'A2' },
): string {
  const root = uuid(project.name, title);
  const placed = parts.map((part, i) => {
    const x = 50.8 + (i % COLUMNS) * 91.44;
    const y = 38.1 + Math.floor(i / COLUMNS) * 38.1;
    return { part, x, y };
  });
  return `(kicad_sch (version 20230121) (generator eeschema)
  (uuid ${root})
  (paper ${quote(project.paper)})
  (title_block (title ${quote(title)}))
  (lib_symbols
${parts.map((part) => symbolText(part, project)).join('\n')}
  )
${placed.map((each) => instanceText(each, root, project)).join('\n')}
  (sheet_instances (path "/" (page "1")))
)
`;
}

interface Placed {
  readonly part: Part;
  readonly x: number;
  readonly y: number;
}

/** Pins of one half are at the left, of the other at the right. */
function pinPlaces(
  part: Part,
): readonly { readonly dx: number; readonly dy: number; readonly isLeft: boolean }[] {
  const left = Math.ceil(part.pins.length / 2);
  return part.pins.map((_, i) => {
    const isLeft = i < left;
    const row = isLeft ? i : i - left;
    return { dx: isLeft ? -REACH : REACH, dy: (row - (left - 1) / 2) * 2 * PITCH, isLeft };
  });
}

function symbolText(part: Part, project: KicadProject): string {
  const places = pinPlaces(part);
  const half = Math.ceil(part.pins.length / 2) * PITCH + PITCH;
  const pins = part.pins.map(([number, name], i) => {
    const { dx = 0, dy = 0, isLeft = true } = places[i] ?? {};
    // A symbol's axis points up, a sheet's down.
    return `        (pin passive line (at ${mm(dx)} ${mm(-dy)} ${isLeft ? 0 : 180}) (length 5.08) (name ${quote(name)} (effects (font (size 1.27 1.27)))) (number ${quote(number)} (effects (font (size 1.27 1.27)))))`;
  });
  return `    (symbol ${quote(`${project.name}:${part.ref}`)} (in_bom yes) (on_board yes)
      (property "Reference" ${quote(part.ref.replace(/\d+$/, ''))} (at 0 ${mm(half + 1.27)} 0) (effects (font (size 1.27 1.27))))
      (property "Value" ${quote(part.value)} (at 0 ${mm(-half - 1.27)} 0) (effects (font (size 1.27 1.27))))
      (symbol ${quote(`${part.ref}_0_1`)} (rectangle (start -7.62 ${mm(half)}) (end 7.62 ${mm(-half)}) (stroke (width 0.254) (type default)) (fill (type background))))
      (symbol ${quote(`${part.ref}_1_1`)}
${pins.join('\n')}
      )
    )`;
}

function instanceText({ part, x, y }: Placed, root: string, { name: project }: KicadProject): string {
  const id = (what: string) => uuid(project, what);
  const half = Math.ceil(part.pins.length / 2) * PITCH + PITCH;
  const places = pinPlaces(part);
  const wires = part.pins.map(([number, , net], i) => {
    const { dx = 0, dy = 0, isLeft = true } = places[i] ?? {};
    const from = `${mm(x + dx)} ${mm(y + dy)}`;
    const endX = x + dx + (isLeft ? -STUB : STUB);
    if (net.startsWith('NC')) return `  (no_connect (at ${from}) (uuid ${id(`${part.ref}.${number} nc`)}))`;
    return `  (wire (pts (xy ${from}) (xy ${mm(endX)} ${mm(y + dy)})) (stroke (width 0) (type default)) (uuid ${id(`${part.ref}.${number} wire`)}))
  (label ${quote(net)} (at ${mm(endX)} ${mm(y + dy)} ${isLeft ? 180 : 0}) (effects (font (size 1.27 1.27)) (justify ${isLeft ? 'right' : 'left'})) (uuid ${id(`${part.ref}.${number} label`)}))`;
  });
  return `  (symbol (lib_id ${quote(`${project}:${part.ref}`)}) (at ${mm(x)} ${mm(y)} 0) (unit 1) (in_bom yes) (on_board yes) (dnp no) (uuid ${id(part.ref)})
    (property "Reference" ${quote(part.ref)} (at ${mm(x)} ${mm(y - half - 1.27)} 0) (effects (font (size 1.27 1.27))))
    (property "Value" ${quote(part.value)} (at ${mm(x)} ${mm(y + half + 1.27)} 0) (effects (font (size 1.27 1.27))))
    (property "Order" ${quote(part.order)} (at ${mm(x)} ${mm(y)} 0) (effects (font (size 1.27 1.27)) hide))
${part.pins.map(([number]) => `    (pin ${quote(number)} (uuid ${id(`${part.ref}.${number}`)}))`).join('\n')}
    (instances (project ${quote(project)} (path "/${root}" (reference ${quote(part.ref)}) (unit 1))))
  )
${wires.join('\n')}`;
}

function mm(value: number): string {
  return String(Math.round(value * 1_000) / 1_000);
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** The same name has the same identity, so that the file changes only where the circuit does. */
function uuid(project: string, name: string): string {
  const hex = createHash('sha256').update(`${project} ${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Reads one S-expression; what is after it is an error. */
export function parseSexpr(text: string): Sexpr {
  const words = text.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g) ?? [];
  let at = 0;
  const read = (): Sexpr => {
    const word = words[at++];
    if (word === undefined || word === ')') throw new TypeError(`unexpected ${word ?? 'end'} at word ${at}`);
    if (word !== '(') return word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word;
    const list: Sexpr[] = [];
    while (words[at] !== ')') list.push(read());
    at += 1;
    return list;
  };
  const value = read();
  if (at !== words.length) throw new TypeError(`${words.length - at} words after the end`);
  return value;
}

/** The lists of this name in a list. */
export function listsOf(list: Sexpr, name: string): readonly (readonly Sexpr[])[] {
  if (typeof list === 'string') return [];
  return list.filter((each): each is readonly Sexpr[] => typeof each !== 'string' && each[0] === name);
}

function numbersOf(list: Sexpr, name: string): readonly number[] {
  return (listsOf(list, name)[0] ?? []).slice(1).map(Number);
}

/** What a schematic joins, worked out from the places of its pins, wires and labels alone: label to pins as `U1.3`. */
export function readNets(sheet: Sexpr): ReadonlyMap<string, readonly string[]> {
  const joined = new Map<string, string>();
  const find = (place: string): string => {
    const next = joined.get(place);
    return next === undefined || next === place ? place : find(next);
  };
  const key = ([x = 0, y = 0]: readonly number[]) => `${mm(x)},${mm(y)}`;
  for (const wire of listsOf(sheet, 'wire')) {
    const [from, to] = listsOf(listsOf(wire, 'pts')[0] ?? [], 'xy').map((xy) => key(xy.slice(1).map(Number)));
    if (from !== undefined && to !== undefined) joined.set(find(from), find(to));
  }
  const names = new Map<string, string>();
  for (const label of listsOf(sheet, 'label')) names.set(find(key(numbersOf(label, 'at'))), String(label[1]));
  const library = new Map(
    listsOf(listsOf(sheet, 'lib_symbols')[0] ?? [], 'symbol').map((each) => [String(each[1]), each]),
  );
  const nets = new Map<string, string[]>();
  for (const instance of listsOf(sheet, 'symbol')) {
    const [x = 0, y = 0] = numbersOf(instance, 'at');
    const reference = listsOf(instance, 'property').find((each) => each[1] === 'Reference')?.[2];
    const symbol = library.get(String(listsOf(instance, 'lib_id')[0]?.[1])) ?? [];
    for (const pin of listsOf(symbol, 'symbol').flatMap((unit) => listsOf(unit, 'pin'))) {
      const [dx = 0, dy = 0] = numbersOf(pin, 'at');
      const name = names.get(find(key([x + dx, y - dy])));
      const number = String(listsOf(pin, 'number')[0]?.[1]);
      if (name !== undefined) nets.set(name, [...(nets.get(name) ?? []), `${String(reference)}.${number}`]);
    }
  }
  return nets;
}
