/** What taking in costs. Times are processor time. */
export interface FillFigures {
  readonly points: number;
  readonly diskBytes: number;
  /** A point of a bulk load. */
  readonly bulkUs: number;
  /** A window of a report, with its share of groups and sealing. */
  readonly liveUs: number;
}

/** What answering costs the store, processor time. */
export interface AskFigures {
  readonly openMs: number;
  readonly dayMs: number;
  readonly wholeMs: number;
}

/** One case of growth. */
export interface GrowthFigures extends FillFigures, AskFigures {
  readonly sensors: number;
  readonly days: number;
  /** Of a server on that store, after it answered questions of 100 series. */
  readonly residentMb: number;
}

interface Curve {
  readonly label: string;
  readonly values: readonly number[];
  /** Drawn in the neutral colour. */
  readonly isSecond?: boolean;
}

interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
  readonly digits: number;
}

const PANEL = { width: 208, height: 132, gap: 32, top: 96, rowHeight: 232, left: 16 };
const WIDTH = 4 * PANEL.width + 3 * PANEL.gap + 2 * PANEL.left;

/** Both ways a home can grow, in small panels: across, what it costs; down, sensors and years. */
export function drawGrowth(bySensors: readonly GrowthFigures[], byYears: readonly GrowthFigures[]): string {
  const height = PANEL.top + 2 * PANEL.rowHeight - 32;
  const sensorTicks = bySensors.map(({ sensors }) => sensors);
  const yearTicks = byYears.map(({ days }) => Math.round(days / 365));
  const days = bySensors[0]?.days ?? 0;
  const text = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="How cost grows with sensors and with years">`,
    `<style>
svg { --ground: #fff; --ink: #1b2126; --faint: #4a545c; --hair: #d5dadd; --power: #00696d; --second: #6b757c; font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; background: var(--ground); }
@media (prefers-color-scheme: dark) { svg { --ground: #12171a; --ink: #e9eef0; --faint: #b4bec3; --hair: #333c41; --power: #4fc3c4; --second: #98a3a9; } }
text { fill: var(--ink); } .faint { fill: var(--faint); } .hair { stroke: var(--hair); } .power { stroke: var(--power); } .second { stroke: var(--second); }
path { fill: none; stroke-width: 2; } circle.power { fill: var(--power); } circle.second { fill: var(--second); }
</style>`,
    `<rect width="${WIDTH}" height="${height}" style="fill: var(--ground)"/>`,
    `<text x="${PANEL.left}" y="24" font-size="16">Cost by number of sensors (${days} days each) and by years (one sensor)</text>`,
    `<text x="${PANEL.left}" y="44" class="faint">Processor time; every axis starts at 0, and a curve that stays level costs the same however much is stored.</text>`,
    ...drawRow(panelsOf(bySensors), { ticks: sensorTicks, unit: 'sensors', y: PANEL.top }),
    ...drawRow(panelsOf(byYears), { ticks: yearTicks, unit: 'years', y: PANEL.top + PANEL.rowHeight }),
  ];
  return `${text.join('\n')}\n</svg>\n`;
}

function panelsOf(all: readonly GrowthFigures[]): Panel[] {
  const column = (name: keyof GrowthFigures) => all.map((figures) => figures[name]);
  const bytesPerPoint = all.map(({ diskBytes, points }) => diskBytes / points);
  return [
    {
      title: 'to take in, µs',
      digits: 2,
      curves: [
        { label: 'a reported window', values: column('liveUs') },
        { label: 'an imported point', values: column('bulkUs'), isSecond: true },
      ],
    },
    {
      title: 'to answer, ms',
      digits: 2,
      curves: [
        { label: 'a day by minute', values: column('dayMs') },
        { label: 'all at 1,000 points', values: column('wholeMs'), isSecond: true },
      ],
    },
    {
      title: 'on disk, bytes a point',
      digits: 3,
      curves: [{ label: 'with minutes and hours', values: bytesPerPoint }],
    },
    {
      title: 'resident, MB',
      digits: 0,
      curves: [{ label: 'a server at rest', values: column('residentMb') }],
    },
  ];
}

interface Row {
  readonly ticks: readonly number[];
  readonly unit: string;
  readonly y: number;
}

function drawRow(panels: readonly Panel[], row: Row): string[] {
  return panels.flatMap((panel, index) =>
    drawPanel(panel, row, PANEL.left + index * (PANEL.width + PANEL.gap)),
  );
}

function drawPanel(panel: Panel, { ticks, unit, y: top }: Row, left: number): string[] {
  const most = Math.max(...panel.curves.flatMap(({ values }) => values)) * 1.2;
  const [first = 1, last = 1] = [ticks[0], ticks.at(-1)];
  const x = (tick: number) =>
    left + 16 + (Math.log(tick / first) / Math.log(last / first || Math.E)) * (PANEL.width - 32);
  const y = (value: number) => top + PANEL.height - (value / most) * (PANEL.height - 40);
  const bottom = top + PANEL.height;
  return [
    `<text x="${left}" y="${top}">${panel.title}</text>`,
    `<path class="hair" style="stroke-width: 1" d="M${left} ${bottom}h${PANEL.width}"/>`,
    ...ticks.map(
      (tick) =>
        `<text class="faint" x="${x(tick).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${tick.toLocaleString('en')}</text>`,
    ),
    `<text class="faint" x="${left + PANEL.width}" y="${bottom + 32}" text-anchor="end">${unit}</text>`,
    ...panel.curves.flatMap((curve, index) => {
      const style = curve.isSecond === true ? 'second' : 'power';
      const places = curve.values.map(
        (value, at) => [x(ticks[at] ?? first).toFixed(1), y(value).toFixed(1)] as const,
      );
      return [
        `<path class="${style}" style="stroke-width: 2" d="M${left + 2} ${top + 14 + 16 * index}h14"/>`,
        `<text class="faint" x="${left + 22}" y="${top + 18 + 16 * index}">${curve.label}</text>`,
        `<path class="${style}" d="M${places.map((place) => place.join(' ')).join('L')}"/>`,
        ...places.map(([cx, cy]) => `<circle class="${style}" cx="${cx}" cy="${cy}" r="3"/>`),
        ...curve.values.map(
          (value, at) =>
            `<text x="${places[at]?.[0]}" y="${Number(places[at]?.[1]) + labelOffset(panel, index, at)}" text-anchor="middle" font-size="11">${value.toFixed(digitsOf(panel, value))}</text>`,
        ),
      ];
    }),
  ];
}

/** Above the point; below it where the other curve runs above and there is room. */
function labelOffset(panel: Panel, curve: number, at: number): number {
  const value = panel.curves[curve]?.values[at] ?? 0;
  const other = panel.curves[1 - curve]?.values[at] ?? 0;
  const most = Math.max(...panel.curves.flatMap(({ values }) => values));
  return value < other && value > most / 10 ? 15 : -8;
}

function digitsOf({ digits }: Panel, value: number): number {
  return value >= 10 ? Math.min(digits, 1) : digits;
}
