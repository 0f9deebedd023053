// Writes hardware/winky: schematic for KiCad, the same as a picture, bill of materials.
// node tools/make-winky-hardware.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kicadSchematic } from './lib/kicad.ts';
import {
  capacitor,
  chip,
  diodeUp,
  dot,
  flag,
  ground,
  lampAcross,
  resistor,
  resistorAcross,
  sheet,
  terminal,
  text,
  wire,
} from './lib/schematic-svg.ts';
import { bomText, SCHEMATIC_TITLE } from './lib/winky-hardware.ts';
import { PARTS } from './lib/winky-parts.ts';

const folder = join(import.meta.dirname, '../hardware/winky');
const RAIL = 110;
const GROUND = 320;

/** Bridge, limiting regulator, capacitors. */
function supply(): string[] {
  return [
    terminal(60, 180, 'A'),
    terminal(60, 230, 'I1'),
    wire([66, 180], [150, 180]),
    wire([66, 230], [230, 230]),
    diodeUp(150, RAIL, 180, { name: 'D1' }),
    diodeUp(150, 240, GROUND, { name: 'D3' }),
    wire([150, 180], [150, 240]),
    diodeUp(230, RAIL, 180, { name: 'D2' }),
    wire([230, 180], [230, 250]),
    diodeUp(230, 250, GROUND, { name: 'D4' }),
    text(150, 345, '4 × BAT85', { isFaint: true }),
    wire([150, RAIL], [430, RAIL]),
    wire([150, GROUND], [1190, GROUND]),
    diodeUp(300, RAIL, GROUND, { name: 'D5', isZener: true }),
    text(314, 234, '12 V', { isFaint: true }),
    capacitor(375, RAIL, GROUND, ['C1', '3.3 µF']),
    chip(
      { x: 430, y: 90, width: 90, height: 56 },
      ['U1', 'MCP1702-5002'],
      [
        { side: 'left', at: RAIL, name: 'IN' },
        { side: 'right', at: RAIL, name: 'OUT' },
        { side: 'bottom', at: 475, name: 'GND' },
      ],
    ),
    wire([475, 146], [475, GROUND]),
    wire([520, RAIL], [930, RAIL]),
    text(526, 100, '5 V', { isFaint: true }),
    capacitor(555, RAIL, GROUND, ['C2', '0.5 F']),
    capacitor(620, RAIL, GROUND, ['C3', '0.5 F']),
    capacitor(685, RAIL, GROUND, ['C4', '1 µF']),
    ground(262, GROUND + 12),
    wire([262, GROUND], [262, GROUND + 12]),
    dot([150, 180], [230, 230], [230, RAIL], [300, RAIL], [375, RAIL], [555, RAIL], [620, RAIL], [685, RAIL]),
    dot(
      [230, GROUND],
      [262, GROUND],
      [300, GROUND],
      [375, GROUND],
      [475, GROUND],
      [555, GROUND],
      [620, GROUND],
    ),
    dot([685, GROUND]),
  ];
}

/** Supervisor and the radio's regulator. */
function control(): string[] {
  return [
    resistor(750, RAIL, 170, ['R1', '1.91 MΩ']),
    resistor(750, 180, 240, ['R2', '86.6 kΩ']),
    resistor(750, 250, GROUND, ['R3', '1.00 MΩ']),
    wire([750, 170], [750, 180]),
    wire([750, 240], [750, 250]),
    wire([750, 175], [825, 175], [825, 190], [840, 190]),
    wire([750, 245], [825, 245], [825, 230], [840, 230]),
    chip(
      { x: 840, y: 165, width: 96, height: 90 },
      ['', ''],
      [
        { side: 'left', at: 190, name: 'LTH' },
        { side: 'left', at: 230, name: 'HTH' },
        { side: 'top', at: 888, name: 'VDD' },
        { side: 'bottom', at: 888, name: 'GND' },
        { side: 'right', at: 210, name: '/RST' },
      ],
    ),
    text(943, 262, 'U3'),
    text(943, 277, 'MIC2779L', { isFaint: true }),
    wire([888, RAIL], [888, 165]),
    wire([888, 255], [888, GROUND]),
    wire([936, 210], [975, 210], [975, 140], [990, 140]),
    text(982, 205, 'enable', { isFaint: true }),
    wire([930, RAIL], [990, RAIL]),
    chip(
      { x: 990, y: 90, width: 90, height: 70 },
      ['U2', 'RT9080-33'],
      [
        { side: 'left', at: RAIL, name: 'IN' },
        { side: 'left', at: 140, name: 'EN' },
        { side: 'right', at: RAIL, name: 'OUT' },
        { side: 'bottom', at: 1045, name: 'GND' },
      ],
    ),
    wire([1045, 160], [1045, GROUND]),
    wire([1080, RAIL], [1190, RAIL]),
    capacitor(1115, RAIL, GROUND, ['C5', '100 µF']),
    capacitor(1190, RAIL, GROUND, ['C6', '1 µF']),
    flag(1152, 92, '+3.3 V'),
    wire([1152, 92], [1152, RAIL]),
    dot([750, RAIL], [750, 175], [750, 245], [888, RAIL], [1115, RAIL], [1152, RAIL]),
    dot([750, GROUND], [888, GROUND], [1045, GROUND], [1115, GROUND]),
  ];
}

/** The information line to the receiver's input. */
function information(): string[] {
  return [
    wire([100, 230], [100, 460], [130, 460]),
    dot([100, 230]),
    resistorAcross(130, 210, 460, ['R6', '1.2 kΩ']),
    terminal(60, 510, 'I2'),
    wire([66, 510], [240, 510]),
    wire([210, 460], [240, 460]),
    chip(
      { x: 240, y: 435, width: 110, height: 100 },
      ['U5', 'SFH620A-3'],
      [
        { side: 'left', at: 460, name: 'LED' },
        { side: 'left', at: 510, name: 'LED' },
        { side: 'right', at: 460, name: 'C' },
        { side: 'right', at: 510, name: 'E' },
      ],
    ),
    wire([350, 510], [380, 510], [380, 530]),
    ground(380, 530),
    wire([350, 460], [840, 460]),
    resistor(430, 400, 460, ['R7', '4.7 kΩ']),
    flag(430, 400, '+3.3 V'),
    dot([430, 460]),
  ];
}

function radio(): string[] {
  return [
    chip(
      { x: 840, y: 435, width: 150, height: 230 },
      ['U4', 'ESP-01S'],
      [
        { side: 'left', at: 460, name: 'RXD' },
        { side: 'left', at: 500, name: 'RST' },
        { side: 'left', at: 530, name: 'GPIO16' },
        { side: 'left', at: 580, name: 'TOUT' },
        { side: 'left', at: 640, name: 'GND' },
        { side: 'right', at: 460, name: 'VCC' },
        { side: 'right', at: 490, name: 'EN' },
        { side: 'right', at: 540, name: 'GPIO0' },
        { side: 'right', at: 590, name: 'GPIO2' },
        { side: 'right', at: 640, name: 'TXD' },
      ],
    ),
    wire([840, 500], [805, 500], [805, 530], [840, 530]),
    wire([840, 640], [805, 640], [805, 655]),
    ground(805, 655),
    wire([990, 460], [1030, 460]),
    wire([990, 490], [1030, 490], [1030, 430]),
    dot([1030, 460]),
    flag(1030, 430, '+3.3 V'),
    wire([805, 515], [770, 515]),
    wire([770, 515], [738, 503]),
    wire([734, 515], [700, 515], [700, 527]),
    text(752, 495, 'S1', { anchor: 'middle' }),
    dot([805, 515], [770, 515], [734, 515]),
    ground(700, 527),
    wire([990, 590], [1010, 590]),
    lampAcross(1010, 1070, 590, 'D6'),
    resistorAcross(1070, 1150, 590, ['R8', '1 kΩ']),
    wire([1150, 590], [1180, 590], [1180, 575]),
    flag(1180, 575, '+3.3 V'),
    wire([990, 640], [1040, 640]),
    `<circle cx="1046" cy="640" r="6" fill="#fff" stroke="#1f2933" stroke-width="1.6"/>`,
    text(1060, 645, 'J2 console'),
  ];
}

/** The divider before the converter. */
function sense(): string[] {
  return [
    flag(620, 505, '5 V'),
    resistor(620, 505, 570, ['R4', '1.00 MΩ']),
    wire([620, 570], [620, 590]),
    resistor(620, 590, 655, ['R5', '220 kΩ']),
    wire([620, 580], [840, 580]),
    capacitor(720, 580, 655, ['C7', '100 nF']),
    ground(620, 655),
    ground(720, 655),
    dot([620, 580], [720, 580]),
  ];
}

const drawing = sheet({ width: 1240, height: 700, title: SCHEMATIC_TITLE }, [
  ...supply(),
  ...control(),
  ...information(),
  ...radio(),
  ...sense(),
]);
writeFileSync(join(folder, 'schematic.svg'), drawing);
writeFileSync(join(folder, 'winky.kicad_sch'), kicadSchematic(PARTS, SCHEMATIC_TITLE));
writeFileSync(
  join(folder, 'winky.kicad_pro'),
  `${JSON.stringify({ meta: { filename: 'winky.kicad_pro', version: 1 } }, null, 2)}\n`,
);
writeFileSync(join(folder, 'bom.csv'), bomText());
