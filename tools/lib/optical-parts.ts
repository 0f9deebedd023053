// The optical sensor's circuit as a table, once for each board. Schematics, wiring drawings, the list of parts and the check of
// them come from it.
import type { Part } from './winky-parts.ts';

/** A pad of a board: what is printed beside it, and the net it is joined to. */
export type Pad = readonly [number: string, name: string, net: string];

/** A board that the firmware knows (firmware/blink/boards). */
export interface OpticalBoard {
  /** As in file names. */
  readonly name: string;
  readonly title: string;
  readonly order: string;
  /** What is printed on the pads, USB upwards, seen from the side of the chip: downwards on each side. */
  readonly left: readonly Pad[];
  readonly right: readonly Pad[];
  /** How the firmware's device tree names the pad of the photodiode. */
  readonly adcChannel: number;
  readonly signalPad: string;
  /** Resistor to begin with: the first worked example of hardware/optical/README.md on this board. */
  readonly resistor: string;
}

const nc = (number: string, name: string): Pad => [number, name, `NC-${name}`];

export const XIAO: OpticalBoard = {
  name: 'xiao-esp32s3',
  title: 'XIAO ESP32-S3',
  order: 'Seeed Studio XIAO ESP32S3, 113991114, with its antenna',
  left: [
    ['1', 'D0', 'LIGHT'],
    ...['D1', 'D2', 'D3', 'D4', 'D5', 'D6'].map((name, i) => nc(String(i + 2), name)),
  ],
  right: [
    nc('14', '5V'),
    ['13', 'GND', 'GND'],
    ['12', '3V3', '+3V3'],
    ...['D10', 'D9', 'D8', 'D7'].map((name, i) => nc(String(11 - i), name)),
  ],
  adcChannel: 0,
  signalPad: 'D0',
  resistor: '390 kΩ',
};

export const TRINKET: OpticalBoard = {
  name: 'trinket-m0',
  title: 'Trinket M0',
  order: 'Adafruit Trinket M0, 3500',
  left: [nc('1', 'BAT'), ['2', 'GND', 'GND'], nc('3', '4'), nc('4', '3'), nc('5', 'RST')],
  right: [nc('10', 'USB'), nc('9', '0'), ['8', '1', 'LIGHT'], nc('7', '2'), ['6', '3V', '+3V3']],
  adcChannel: 0,
  signalPad: '1',
  resistor: '470 kΩ',
};

export const OPTICAL_BOARDS: readonly OpticalBoard[] = [XIAO, TRINKET];

/** The whole circuit on a board. */
export function opticalParts(board: OpticalBoard): readonly Part[] {
  return [
    {
      ref: 'U1',
      value: board.title,
      order: board.order,
      instead: 'any board with an overlay in firmware/blink/boards',
      pins: [...board.left, ...board.right],
    },
    {
      ref: 'D1',
      value: 'BPW34',
      order: 'PIN photodiode, clear: BPW34 (Vishay), BPW 34 Q62702P0073 (ams OSRAM)',
      instead: 'SFH 203 P, VEMD5510C, TEMT6000X01, TEPT5600: see README.md; never one with a daylight filter',
      pins: [
        ['1', 'K', '+3V3'],
        ['2', 'A', 'LIGHT'],
      ],
    },
    {
      ref: 'R1',
      value: board.resistor,
      order: 'metal film, 0.25 W, 1 %; and 120 kΩ, 1 MΩ, 3.3 MΩ beside it',
      instead: 'what kilowink photodiode says',
      pins: [
        ['1', '1', 'LIGHT'],
        ['2', '2', 'GND'],
      ],
    },
    {
      ref: 'C1',
      value: '1 nF',
      order: 'ceramic C0G or X7R, 2.5 or 5 mm',
      instead: '470 pF to 2.2 nF; 330 pF with R1 above 5 MΩ',
      pins: [
        ['1', '1', 'LIGHT'],
        ['2', '2', 'GND'],
      ],
    },
  ];
}

/** What is bought besides the circuit: reference, value, order, instead. */
const REST: readonly (readonly [string, string, string, string])[] = [
  [
    'M1',
    'case',
    'case.scad, printed in black PLA or PETG, 0.2 mm layers, 3 walls',
    'PETG where it gets warm',
  ],
  ['M2', '2 screws', 'M3 × 12, pan head, and 2 nuts', 'M3 × 12, cylinder head'],
  ['M3', '1 screw', 'M3 × 16, pan head, and 1 nut', 'a thumb screw'],
  [
    'M4',
    'foam',
    'cellular rubber (EPDM), black, 3 mm, adhesive on one side, 40 × 24 mm',
    'a draught strip, black',
  ],
  ['M5', 'pads', '2 pieces of rubber, 1.5 mm, 28 × 16 mm', 'an old inner tube'],
  ['M6', 'wire', '2 × 6 cm of 0.14 mm² (AWG 26), red and white', 'thinner, to AWG 30'],
  ['M7', 'sleeve', 'heat-shrink sleeve, black, 1.6 mm', 'none on a 5 mm diode'],
  [
    'P1',
    '5 V supply',
    'USB supply with CE mark, 5 V, 0.5 A or more, and a cable that fits',
    'a USB port of the server',
  ],
];

const SHARED_FROM = 1;

/** The list of parts as CSV, a line a part: both boards, of which one is taken. */
export function opticalBom(): string {
  const cell = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const boards = OPTICAL_BOARDS.map((board): readonly string[] => [
    'U1',
    board.title,
    board.order,
    `the other board (${board === XIAO ? 'USB instead of radio' : 'Wi-Fi or Bluetooth'})`,
  ]);
  const shared = opticalParts(XIAO)
    .slice(SHARED_FROM)
    .map(({ ref, value, order, instead }) => [
      ref,
      ref === 'R1' ? OPTICAL_BOARDS.map((board) => board.resistor).join(' or ') : value,
      order,
      instead,
    ]);
  const rows = [...boards, ...shared, ...REST].map((row) => row.map(cell).join(','));
  return ['part,value,order,instead', ...rows, ''].join('\n');
}

export function opticalTitle(board: OpticalBoard): string {
  return `Optical sensor on ${board.title}`;
}
