// The optical sensor's schematic and wiring as pictures.
import type { OpticalBoard, Pad } from './optical-parts.ts';
import { capacitor, chip, diodeUp, dot, flag, ground, resistor, sheet, text, wire } from './schematic-svg.ts';

const INK = '#1f2933';
const FAINT = '#5b6773';
const TEAL = '#0f6e6e';
const SUPPLY = '#9a5b00';
const PADS: Readonly<Record<string, string>> = { LIGHT: TEAL, '+3V3': SUPPLY, GND: INK };

type Place = readonly [x: number, y: number];

/** Light that falls on what is at this place. */
function rays([x, y]: Place): string {
  const ray = (dy: number) => `M${x - 34} ${y - 20 + dy}l22 12m-2 -7l2 7l-7 1`;
  return `<path d="${ray(0)}${ray(14)}" fill="none" stroke="${TEAL}" stroke-width="1.4"/>`;
}

function circuit(board: OpticalBoard, left: number): string[] {
  const [diode, node, end] = [left + 90, 230, 340];
  const box = { x: left + 330, y: 190, width: 130, height: 90 };
  return [
    text(left + 20, 76, board.title),
    flag(diode, 120, '+3.3 V'),
    diodeUp(diode, 120, 200, { name: 'D1 BPW34' }),
    rays([diode, 160]),
    wire([diode, 200], [diode, node], [box.x, node]),
    resistor(diode, node, end, ['R1', board.resistor]),
    capacitor(left + 210, node, end, ['C1', '1 nF']),
    dot([diode, node], [left + 210, node]),
    ground(diode, end),
    ground(left + 210, end),
    chip(
      box,
      ['', ''],
      [
        { side: 'left', at: node, name: board.signalPad },
        { side: 'top', at: box.x + 65, name: padOf(board, '+3V3') },
        { side: 'bottom', at: box.x + 65, name: padOf(board, 'GND') },
      ],
    ),
    text(box.x + 118, node + 5, 'U1', { anchor: 'end' }),
    wire([box.x + 65, 150], [box.x + 65, 190]),
    flag(box.x + 65, 150, '+3.3 V'),
    wire([box.x + 65, 280], [box.x + 65, end]),
    ground(box.x + 65, end),
    text(diode + 40, node - 8, 'LIGHT', { isFaint: true }),
  ];
}

function padOf(board: OpticalBoard, net: string): string {
  return [...board.left, ...board.right].find((pad) => pad[2] === net)?.[1] ?? '';
}

/** Both boards with the same circuit: more light, more volts. */
export function opticalSchematic(boards: readonly OpticalBoard[]): string {
  return sheet(
    { width: 520 * boards.length + 20, height: 400, title: 'Optical sensor: photodiode, resistor, board' },
    boards.flatMap((board, i) => circuit(board, 520 * i)),
  );
}

const ROW = 44;
const TOP = 140;
const BOARD = { left: 360, right: 560 } as const;

function coloured(colour: string, ...points: readonly Place[]): string {
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="3" stroke-linejoin="round" stroke-linecap="round"/>`;
}

function knot(colour: string, [x, y]: Place): string {
  return `<circle cx="${x}" cy="${y}" r="5" fill="${colour}"/>`;
}

function padRow(pads: readonly Pad[], side: 'left' | 'right'): string {
  const x = BOARD[side];
  const inwards = side === 'left' ? 1 : -1;
  return pads
    .map(([, name, net], i) => {
      const y = TOP + i * ROW;
      const colour = PADS[net];
      const circle = `<circle cx="${x}" cy="${y}" r="9" fill="${colour ?? '#fff'}" stroke="${colour ?? FAINT}" stroke-width="2"/>`;
      const weight = colour === undefined ? '' : ' font-weight="700"';
      return `${circle}<text x="${x + inwards * 18}" y="${y + 5}" text-anchor="${side === 'left' ? 'start' : 'end'}" fill="${colour ?? FAINT}"${weight}>${name}</text>`;
    })
    .join('');
}

function boardOf(board: OpticalBoard): string {
  const bottom = TOP + (board.left.length - 1) * ROW + 34;
  return [
    `<rect x="${BOARD.left}" y="${TOP - 36}" width="${BOARD.right - BOARD.left}" height="${bottom - TOP + 36}" rx="14" fill="#f4f7f8" stroke="${INK}" stroke-width="1.6"/>`,
    `<rect x="422" y="${TOP - 52}" width="76" height="46" rx="6" fill="#fff" stroke="${INK}" stroke-width="1.6"/>`,
    text(460, TOP - 24, 'USB', { anchor: 'middle' }),
    text(460, TOP + 1.5 * ROW, board.title, { anchor: 'middle' }),
    text(460, TOP + 1.5 * ROW + 18, 'chip side up', { anchor: 'middle', isFaint: true }),
    padRow(board.left, 'left'),
    padRow(board.right, 'right'),
  ].join('');
}

/** A part that stands between two wires: name beside it, on the free side. */
function upright(x: number, [top, bottom]: readonly [number, number], lines: readonly string[]): string {
  const middle = (top + bottom) / 2;
  return (
    coloured(FAINT, [x, top], [x, bottom]) +
    `<rect x="${x - 11}" y="${middle - 30}" width="22" height="60" rx="6" fill="#fff" stroke="${INK}" stroke-width="1.8"/>` +
    lines.map((line, i) => text(x + 20, middle - 6 + i * 17, line, { isFaint: i > 0 })).join('')
  );
}

/** A ceramic capacitor. */
function disc(x: number, [top, bottom]: readonly [number, number]): string {
  const middle = (top + bottom) / 2;
  return (
    coloured(FAINT, [x, top], [x, bottom]) +
    `<circle cx="${x}" cy="${middle}" r="20" fill="#fff" stroke="${INK}" stroke-width="1.8"/>` +
    text(x + 28, middle - 4, 'C1') +
    text(x + 28, middle + 13, '1 nF', { isFaint: true })
  );
}

function diodeBody(x: number, [top, bottom]: readonly [number, number], side: 1 | -1): string {
  const middle = (top + bottom) / 2;
  const anchor = side === 1 ? 'start' : 'end';
  return (
    coloured(FAINT, [x, top], [x, bottom]) +
    `<rect x="${x - 20}" y="${middle - 16}" width="40" height="32" rx="3" fill="#fff" stroke="${INK}" stroke-width="1.8"/>` +
    `<rect x="${x - 11}" y="${middle - 9}" width="22" height="18" fill="${TEAL}" fill-opacity="0.25" stroke="${TEAL}"/>` +
    text(x + side * 28, middle - 4, 'D1 BPW34', { anchor }) +
    text(x + side * 28, middle + 13, 'looks at the LED', { anchor, isFaint: true }) +
    text(x + side * 9, top + 16, 'cathode', { anchor, isFaint: true }) +
    text(x + side * 9, bottom - 8, 'anode', { anchor, isFaint: true })
  );
}

/** Wires cross without touching: this one goes round; the other one is drawn after it. */
function hop(colour: string, [x, y]: Place): string {
  return `<path d="M${x} ${y - 12}v24" stroke="#fff" stroke-width="9"/><path d="M${x} ${y - 12}c12 4 12 20 0 24" fill="none" stroke="${colour}" stroke-width="3"/>`;
}

function xiaoWires({ resistor: value }: OpticalBoard): string[] {
  const [d0, gnd, supply] = [TOP, TOP + ROW, TOP + 2 * ROW];
  const [high, low, node] = [62, 460, 270];
  return [
    coloured(TEAL, [BOARD.left, d0], [300, d0], [300, node], [90, node]),
    coloured(SUPPLY, [BOARD.right, supply], [612, supply], [612, high], [90, high], [90, high + 30]),
    hop(SUPPLY, [612, gnd]),
    coloured(INK, [BOARD.right, gnd], [652, gnd], [652, low], [90, low], [90, low - 30]),
    coloured(INK, [210, low], [210, low - 30]),
    diodeBody(90, [high + 30, node], 1),
    upright(90, [node, low - 20], ['R1', value]),
    disc(210, [node, low - 20]),
    knot(TEAL, [90, node]),
    knot(TEAL, [210, node]),
    knot(INK, [210, low]),
    text(100, high - 8, '+3.3 V'),
    text(312, d0 + 72, 'LIGHT'),
    text(470, low - 8, 'ground', { anchor: 'middle' }),
  ];
}

function trinketWires({ resistor: value }: OpticalBoard): string[] {
  const [gnd, signal, supply] = [TOP + ROW, TOP + 2 * ROW, TOP + 4 * ROW];
  const [low, node] = [460, signal];
  const [diode, other] = [150, 250];
  return [
    coloured(INK, [BOARD.left, gnd], [334, gnd], [334, low], [diode, low], [diode, low - 20]),
    coloured(INK, [other, low], [other, low - 20]),
    coloured(SUPPLY, [BOARD.right, supply], [652, supply], [652, 38], [diode, 38], [diode, 92]),
    hop(SUPPLY, [diode, 62]),
    coloured(
      TEAL,
      [BOARD.right, signal],
      [612, signal],
      [612, 62],
      [60, 62],
      [60, node + 30],
      [other, node + 30],
    ),
    diodeBody(diode, [88, node + 30], 1),
    upright(diode, [node + 30, low - 10], ['R1', value]),
    disc(other, [node + 30, low - 10]),
    knot(TEAL, [diode, node + 30]),
    knot(TEAL, [other, node + 30]),
    knot(INK, [other, low]),
    text(220, low + 20, 'ground', { anchor: 'middle' }),
    text(70, node + 22, 'LIGHT'),
    text(diode + 12, 30, '+3.3 V'),
  ];
}

const NOTES = [
  ['Join', ''],
  ['+3.3 V', 'cathode of D1'],
  ['LIGHT', 'anode of D1, R1, C1'],
  ['GND', 'the other ends of R1 and C1'],
  ['', ''],
  ['Which is the cathode?', ''],
  ['', 'Hold D1 into daylight, a multimeter'],
  ['', 'on 2 V across it: it shows some 0.3 V,'],
  ['', 'and the red probe is at the anode.'],
] as const;

function notes(): string {
  const colours: Readonly<Record<string, string>> = { '+3.3 V': SUPPLY, LIGHT: TEAL };
  return NOTES.map(([name, what], i) => {
    const y = 130 + i * 24;
    const isTitle = what === '' && name !== '';
    const head = `<text x="720" y="${y}" fill="${colours[name] ?? INK}"${isTitle ? ' font-size="15"' : ' font-weight="700"'}>${name}</text>`;
    return head + text(name === '' ? 720 : 784, y, what, { isFaint: name === '' });
  }).join('');
}

/** The parts as they lie beside the board, and what is joined in words. */
export function opticalWiring(board: OpticalBoard): string {
  const wires = board.name === 'xiao-esp32s3' ? xiaoWires(board) : trinketWires(board);
  const [first, ...rest] = sheet({ width: 1000, height: 500, title: '' }, [
    boardOf(board),
    ...wires,
    notes(),
  ]).split('<title></title>');
  return [first, `<title>Wiring of the optical sensor on ${board.title}</title>`, ...rest].join('');
}
