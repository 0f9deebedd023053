import type { ScopeTrace, WinkyState } from '@kilowink/sim/winky';

/** What a picture of a record shows besides it. */
export interface ScopeMarks {
  readonly title: string;
  /** Levels that are drawn as lines, in V. */
  readonly levels: readonly { readonly volts: number; readonly name: string }[];
  /** Names of stretches of time, in ms. */
  readonly phases: readonly { readonly fromMs: number; readonly toMs: number; readonly name: string }[];
  /** Part of the record; all of it by default. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

const LEFT = 72;
const RIGHT = 96;
const WIDTH = 880;
const TOP = 72;
const VOLTS_HEIGHT = 264;
const GAP = 24;
const PIN_HEIGHT = 40;
const STATE_HEIGHT = 24;
const INK = '#1f2933';
const FAINT = '#6b7785';
const LINE = '#0f6e6e';
const PIN = '#7a4a00';

const STATE_COLOURS: Readonly<Record<WinkyState, string>> = {
  off: 'none',
  sleep: '#d7dee4',
  boot: '#8aa0b0',
  calibrate: '#8aa0b0',
  read: '#4f9da0',
  join: '#c77d18',
  publish: '#a33d3d',
};
const STATE_NAMES = {
  sleep: 'asleep',
  boot: 'starting',
  read: 'listening to the meter, radio off',
  join: 'joining the Wi-Fi',
  publish: 'publishing',
} as const satisfies Partial<Record<WinkyState, string>>;

/** The record as an oscilloscope shows it: the capacitors' voltage, the enable pin, what the module does. */
export function scopeSvg(trace: ScopeTrace, marks: ScopeMarks): string {
  const fromMs = marks.fromMs ?? 0;
  const toMs = marks.toMs ?? trace.times.at(-1) ?? 1;
  const voltsMax = 5.5;
  const x = (atMs: number) =>
    LEFT + ((Math.min(Math.max(atMs, fromMs), toMs) - fromMs) / (toMs - fromMs)) * WIDTH;
  const y = (volts: number) => TOP + VOLTS_HEIGHT * (1 - volts / voltsMax);
  const shown = trace.times.flatMap((atMs, i) => (atMs >= fromMs && atMs <= toMs ? [i] : []));
  const pinTop = TOP + VOLTS_HEIGHT + GAP;
  const stateTop = pinTop + PIN_HEIGHT + 16;
  const height = stateTop + STATE_HEIGHT + 64;
  const messages = trace.messages.filter((atMs) => atMs >= fromMs && atMs <= toMs);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + RIGHT} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="${INK}" role="img">
<title>${escapeXml(marks.title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="24" font-size="16">${escapeXml(marks.title)}</text>
${phaseNames(marks, x)}${voltGrid(y, voltsMax)}${timeGrid({ fromMs, toMs }, x, stateTop + STATE_HEIGHT)}${levelLines(marks, y)}
<path d="${voltageLine(trace, shown, { x, y })}" fill="none" stroke="${LINE}" stroke-width="1.6" stroke-linejoin="round"/>
<path d="${messages.map((atMs) => `M${x(atMs).toFixed(1)} ${TOP + VOLTS_HEIGHT}l-4 8h8z`).join('')}" fill="${INK}"/>
<text x="${LEFT - 8}" y="${pinTop + PIN_HEIGHT / 2 + 5}" text-anchor="end">enable</text>
<path d="${pinLine(trace, shown, { x, pinTop })}" fill="none" stroke="${PIN}" stroke-width="1.4"/>
<text x="${LEFT - 8}" y="${stateTop + 17}" text-anchor="end">module</text>
${stateBars(trace, shown, { x, stateTop })}${legend(height - 12, messages.length)}
</svg>
`;
}

interface Places {
  readonly x: (atMs: number) => number;
  readonly y: (volts: number) => number;
}

/** One point a third of a pixel is enough; edges stay, because the lowest and highest of each are kept. */
function voltageLine(trace: ScopeTrace, shown: readonly number[], { x, y }: Places): string {
  const columns = new Map<number, { low: number; high: number; last: number }>();
  for (const i of shown) {
    const column = Math.round(x(trace.times[i] ?? 0) * 3);
    const volts = trace.voltagesV[i] ?? 0;
    const known = columns.get(column);
    if (known === undefined) columns.set(column, { low: volts, high: volts, last: volts });
    else {
      known.low = Math.min(known.low, volts);
      known.high = Math.max(known.high, volts);
      known.last = volts;
    }
  }
  const points = [...columns].flatMap(([column, { low, high, last }]) => {
    const place = (column / 3).toFixed(1);
    return (high - low < 0.004 ? [last] : [low, high, last]).map(
      (volts) => `${place} ${y(volts).toFixed(1)}`,
    );
  });
  return `M${points.join('L')}`;
}

function pinLine(
  trace: ScopeTrace,
  shown: readonly number[],
  { x, pinTop }: { x: Places['x']; pinTop: number },
): string {
  const [first = 0] = shown;
  let isHigh = trace.enabled[first] ?? false;
  const level = () => (isHigh ? pinTop + 4 : pinTop + PIN_HEIGHT - 4);
  let path = `M${x(trace.times[first] ?? 0).toFixed(2)} ${level()}`;
  for (const i of shown) {
    if (trace.enabled[i] === isHigh) continue;
    path += `H${x(trace.times[i] ?? 0).toFixed(2)}`;
    isHigh = !isHigh;
    path += `V${level()}`;
  }
  return `${path}H${x(trace.times[shown.at(-1) ?? 0] ?? 0).toFixed(2)}`;
}

function stateBars(
  trace: ScopeTrace,
  shown: readonly number[],
  { x, stateTop }: { x: Places['x']; stateTop: number },
): string {
  const bars: { from: number; to: number; state: WinkyState }[] = [];
  for (const i of shown) {
    const state = trace.states[i] ?? 'off';
    const from = x(trace.times[i - 1] ?? 0);
    const to = x(trace.times[i] ?? 0);
    const last = bars.at(-1);
    if (last !== undefined && last.state === state) last.to = to;
    else bars.push({ from, to, state });
  }
  return bars
    .filter(({ state }) => state !== 'off')
    .map(({ from, to, state }) => {
      const width = Math.max(0.6, to - from).toFixed(1);
      return `<rect x="${from.toFixed(1)}" y="${stateTop}" width="${width}" height="${STATE_HEIGHT}" fill="${STATE_COLOURS[state]}"/>`;
    })
    .join('\n');
}

function legend(y: number, messages: number): string {
  let x = LEFT;
  const parts = Object.entries(STATE_NAMES).map(([state, name]) => {
    const at = x;
    x += 28 + name.length * 7;
    return `<rect x="${at}" y="${y - 11}" width="12" height="12" fill="${STATE_COLOURS[state as WinkyState]}"/><text x="${at + 18}" y="${y}" fill="${FAINT}">${name}</text>`;
  });
  if (messages > 0) {
    parts.push(
      `<path d="M${x + 6} ${y - 10}l-5 9h10z"/><text x="${x + 18}" y="${y}" fill="${FAINT}">message</text>`,
    );
  }
  return parts.join('\n');
}

function phaseNames(marks: ScopeMarks, x: Places['x']): string {
  return marks.phases
    .map(({ fromMs, toMs, name }, i) => {
      const [from, to] = [x(fromMs), x(toMs)];
      const shade =
        i % 2 === 1
          ? `<rect x="${from}" y="${TOP}" width="${to - from}" height="${VOLTS_HEIGHT}" fill="#f1f5f6"/>`
          : '';
      return `${shade}<text x="${(from + to) / 2}" y="${TOP - 12}" text-anchor="middle" fill="${FAINT}">${escapeXml(name)}</text>\n`;
    })
    .join('');
}

function voltGrid(y: Places['y'], voltsMax: number): string {
  let out = '';
  for (let volts = 0; volts <= voltsMax; volts++) {
    const at = y(volts).toFixed(1);
    out += `<path d="M${LEFT} ${at}h${WIDTH}" stroke="#dde3e7"/><text x="${LEFT - 8}" y="${at}" text-anchor="end" dominant-baseline="middle" fill="${FAINT}">${volts} V</text>\n`;
  }
  return out;
}

function levelLines({ levels }: ScopeMarks, y: Places['y']): string {
  return levels
    .map(({ volts, name }) => {
      const at = y(volts).toFixed(1);
      return `<path d="M${LEFT} ${at}h${WIDTH}" stroke="${FAINT}" stroke-dasharray="4 4"/><text x="${LEFT + WIDTH + 8}" y="${at}" dominant-baseline="middle" fill="${FAINT}">${escapeXml(name)}</text>\n`;
    })
    .join('');
}

function timeGrid(range: { fromMs: number; toMs: number }, x: Places['x'], bottom: number): string {
  const stepMs = roundStepMs((range.toMs - range.fromMs) / 10);
  let out = '';
  for (let atMs = Math.ceil(range.fromMs / stepMs) * stepMs; atMs <= range.toMs; atMs += stepMs) {
    const at = x(atMs).toFixed(1);
    out += `<path d="M${at} ${TOP}V${bottom}" stroke="#eef1f3"/><text x="${at}" y="${bottom + 20}" text-anchor="middle" fill="${FAINT}">${timeName(atMs, stepMs)}</text>\n`;
  }
  return out;
}

function timeName(atMs: number, stepMs: number): string {
  if (stepMs >= 3_600_000) return `${Number((atMs / 3_600_000).toFixed(1))} h`;
  return stepMs >= 60_000 ? `${Math.round(atMs / 60_000)} min` : `${Number((atMs / 1_000).toFixed(1))} s`;
}

const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600];

function roundStepMs(valueMs: number): number {
  return 1_000 * (STEPS_S.find((step) => step * 1_000 >= valueMs) ?? 86_400);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
