// The optical sensor's case as pictures: a section through the light's way, and the bar on a meter.
import { sheet, text } from './schematic-svg.ts';

const INK = '#1f2933';
const FAINT = '#5b6773';
const TEAL = '#0f6e6e';
const AMBER = '#9a5b00';
const FAULT = '#a3262e';

const PX_PER_MM = 14;
const MIDDLE = 262;

/** Out of the meter to the right, across it upwards; measures of case.scad. */
const atZ = (z: number) => Math.round((130 + (z + 12) * PX_PER_MM) * 10) / 10;
const atY = (y: number) => Math.round((MIDDLE - y * PX_PER_MM) * 10) / 10;

type Span = readonly [from: number, to: number];

function block([z0, z1]: Span, [y0, y1]: Span, fill: string): string {
  return `<rect x="${atZ(z0)}" y="${atY(y1)}" width="${((z1 - z0) * PX_PER_MM).toFixed(1)}" height="${((y1 - y0) * PX_PER_MM).toFixed(1)}" fill="${fill}" stroke="${INK}"/>`;
}

/** The same above and below the middle. */
function twice(z: Span, [y0, y1]: Span, fill: string): string {
  return block(z, [y0, y1], fill) + block(z, [-y1, -y0], fill);
}

function leader(from: readonly [number, number], to: readonly [number, number], words: string): string {
  const [x, y] = to;
  return (
    `<path d="M${from[0]} ${from[1]}L${x} ${y}" stroke="${FAINT}" fill="none"/><circle cx="${from[0]}" cy="${from[1]}" r="2.5" fill="${INK}"/>` +
    text(x, y > MIDDLE ? y + 16 : y - 7, words, { anchor: 'middle' })
  );
}

function line(colour: string, points: readonly (readonly [number, number])[], dashes: string): string {
  const path = points.map(([z, y], i) => `${i === 0 ? 'M' : 'L'}${atZ(z)} ${atY(y)}`).join('');
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.8" stroke-dasharray="${dashes}" stroke-linejoin="round"/>`;
}

const COLLAR = '#7b8794';
const HEAD = '#9fd0cc';
const BAR = '#d5dbe0';
const CAP = '#b3bcc5';

function bodiesCut(): string[] {
  return [
    block([-12, -2], [-15, 15], '#eef1f4'),
    block([-7, -2], [-2, 2], '#f6d9a8'),
    twice([-2, 0], [5, 12], '#3a424a'),
    twice([0, 5], [7.4, 12], COLLAR),
    twice([0, 16.5], [5, 7.4], COLLAR),
    twice([5.05, 10.05], [7.75, 14], BAR),
    twice([10.1, 12.5], [7.65, 13.9], HEAD),
    twice([12.5, 37.3], [11.5, 13.9], HEAD),
    twice([12.5, 17.5], [7.65, 9.25], HEAD),
    twice([22.5, 24.1], [3, 11.25], BAR),
    twice([24.1, 28.1], [7.4, 9.9], BAR),
    block([17.55, 22.15], [-11.1, 11.1], CAP),
    twice([12.9, 17.55], [9.5, 11.1], CAP),
    block([7.4, 17.55], [-4.75, 4.75], CAP),
    twice([4, 7.4], [2.9, 4.75], CAP),
    block([4, 7.2], [-2.7, 2.7], TEAL),
    block([28.15, 29.35], [-8.9, 8.9], '#e3b062'),
    block([37.4, 39.4], [-13.9, 13.9], BAR),
    twice([34.4, 37.4], [9.65, 11.25], BAR),
  ];
}

function lightWays(): string[] {
  const flash = [-1.5, 0, 1.5].map((y) =>
    line(
      AMBER,
      [
        [-2, y * 0.6],
        [3.8, y],
      ],
      'none',
    ),
  );
  const stray: readonly (readonly [number, number])[] = [
    [33, 10.6],
    [26, 10.6],
    [24.5, 11.38],
    [12.7, 11.38],
    [12.7, 9.38],
    [17.52, 9.38],
    [17.52, 7.52],
    [16.9, 7.52],
    [16.9, 4.88],
    [9, 4.88],
  ];
  return [...flash, line(FAULT, stray, '5 4')];
}

/** The light's way from the meter to the photodiode, and why no other light comes there. */
export function collarDrawing(): string {
  return sheet({ width: 1000, height: 560, title: 'Section through the collar, across the bar' }, [
    ...bodiesCut(),
    ...lightWays(),
    text(atZ(-11.5), atY(12.6), 'meter’s front', { isFaint: true }),
    text(atZ(-7.4), atY(-0.4), 'LED', { anchor: 'end' }),
    leader([atZ(-1), atY(-10)], [250, 480], 'foam, 3 mm, pressed to 2'),
    leader([atZ(2.5), atY(-9.5)], [350, 510], 'collar'),
    leader([atZ(7.5), atY(-12.5)], [415, 480], 'bar'),
    leader([atZ(15), atY(-13)], [490, 510], 'head'),
    leader([atZ(20), atY(-8)], [575, 480], 'cap, its stem in the tube'),
    leader([atZ(23.3), atY(-10)], [670, 510], 'tray'),
    leader([atZ(28.8), atY(-7)], [745, 510], 'board'),
    leader([atZ(38.4), atY(-9)], [850, 480], 'lid'),
    leader([atZ(5.6), atY(1.6)], [330, 60], 'photodiode'),
    leader(
      [atZ(24.5), atY(11.38)],
      [650, 60],
      'stray light from the cable’s opening turns round three edges',
    ),
  ]);
}

const METER = { x: 90, y: 70, width: 300, height: 430 } as const;

function box(
  place: { x: number; y: number; width: number; height: number },
  fill: string,
  stroke: string = INK,
): string {
  return `<rect x="${place.x}" y="${place.y}" width="${place.width}" height="${place.height}" rx="8" fill="${fill}" stroke="${stroke}" stroke-width="1.6"/>`;
}

function seal(x: number, y: number): string {
  return `<circle cx="${x}" cy="${y}" r="9" fill="#fff" stroke="${FAULT}" stroke-width="2"/><path d="M${x - 4} ${y - 4}l8 8m0 -8l-8 8" stroke="${FAULT}" stroke-width="2"/>`;
}

function meterFront(): string[] {
  const { x, y, width, height } = METER;
  return [
    box(METER, '#f4f7f8'),
    box({ x: x + 40, y: y + 120, width: width - 80, height: 70 }, '#dfe7df'),
    text(x + width / 2, y + 160, 'display', { anchor: 'middle', isFaint: true }),
    box({ x: x + 70, y: y + 206, width: 60, height: 26 }, '#fff'),
    box({ x: x + 170, y: y + 206, width: 60, height: 26 }, '#fff'),
    text(x + 100, y + 224, '−', { anchor: 'middle' }),
    text(x + 200, y + 224, '+', { anchor: 'middle' }),
    box({ x: x + 40, y: y + 252, width: width - 80, height: 50 }, '#e3f0e6', '#2f6b3f'),
    text(x + width / 2, y + 282, 'customer terminals', { anchor: 'middle' }),
    box({ x: x + 10, y: y + 322, width: width - 20, height: height - 334 }, '#f7e4e4', FAULT),
    text(x + width / 2, y + 374, 'terminal cover: mains', { anchor: 'middle' }),
    seal(x + 34, y + 346),
    seal(x + width - 34, y + 346),
  ];
}

function barOn(): string[] {
  const { x, y, width } = METER;
  const top = y + 34;
  return [
    `<rect x="${x - 32}" y="${top}" width="${width + 84}" height="58" rx="8" fill="${BAR}" stroke="${INK}" stroke-width="1.6"/>`,
    `<rect x="${x + 6}" y="${top + 14}" width="${width + 14}" height="30" rx="15" fill="#f4f7f8" stroke="${INK}"/>`,
    `<rect x="${x - 13}" y="${top}" width="13" height="58" fill="${COLLAR}" fill-opacity="0.6" stroke="${INK}"/>`,
    `<rect x="${x + width}" y="${top}" width="13" height="58" fill="${COLLAR}" fill-opacity="0.6" stroke="${INK}"/>`,
    `<rect x="${x + width - 8}" y="${top + 4}" width="42" height="50" rx="5" fill="${HEAD}" fill-opacity="0.8" stroke="${INK}"/>`,
    `<circle cx="${x + width + 13}" cy="${top + 29}" r="6" fill="#fff" stroke="${INK}"/>`,
    `<rect x="${x + 106}" y="${top}" width="88" height="58" rx="7" fill="${HEAD}" stroke="${INK}" stroke-width="1.6"/>`,
    `<rect x="${x + 194}" y="${top + 17}" width="54" height="24" fill="${HEAD}" stroke="${INK}"/>`,
    `<circle cx="${x + 150}" cy="${top + 29}" r="18" fill="#fff" fill-opacity="0.6" stroke="${AMBER}" stroke-width="2" stroke-dasharray="3 3"/>`,
    text(x + 150, top + 33, 'LED', { anchor: 'middle' }),
  ];
}

const WHOSE: readonly (readonly [colour: string, title: string, ...lines: string[]])[] = [
  [
    TEAL,
    'The sensor',
    'a bar across the front at the height of the LED,',
    'two jaws with rubber at the sides of the body,',
    'the head over the LED. No glue, no screw in the meter.',
  ],
  [
    '#2f6b3f',
    '✓ Yours',
    'the light of the LED, the display and its buttons;',
    'the customer terminals under their own small cover',
    '(not needed for this sensor).',
  ],
  [
    FAULT,
    '✕ Not yours, and mains',
    'whatever carries a seal: the terminal cover, its screws,',
    'the meter’s body, the panel, the breaker’s supply side.',
    'Do not cut, lift, pull or cover a seal.',
  ],
];

/** How the bar sits on a meter, and what of a meter is the customer's. */
export function meterDrawing(): string {
  const words = WHOSE.flatMap(([colour, title, ...lines], i) => {
    const y = 150 + i * 120;
    return [
      `<text x="500" y="${y}" font-size="15" font-weight="700" fill="${colour}">${title}</text>`,
      ...lines.map((each, j) => text(500, y + 22 + j * 20, each)),
    ];
  });
  return sheet(
    { width: 1000, height: 540, title: 'The sensor on a meter: a sketch, yours looks different' },
    [...meterFront(), ...barOn(), ...words],
  );
}
