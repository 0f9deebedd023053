// Draws the figures of docs/design/winky.md: the gateway's life, ours and the article's. Run it after a change of the
// energy simulator: node tools/make-winky-figures.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ARTICLE_CIRCUIT,
  ARTICLE_DURATIONS,
  ESP_01S,
  fixedSchedule,
  OUR_CIRCUIT,
  OUR_DURATIONS,
  OUR_SCHEDULE,
  recordScope,
  type ScopeOptions,
} from '@kilowink/sim/winky';
import { type ScopeMarks, scopeSvg } from '../packages/cli/src/winky/scope-svg.ts';

const folder = join(import.meta.dirname, '../docs/design/figures');
const MINUTE_MS = 60_000;

function levelsOf({ circuit }: Pick<ScopeOptions, 'circuit'>): ScopeMarks['levels'] {
  const { limiter, supervisor } = circuit;
  const isNear = supervisor.startV - supervisor.stopV < 0.2;
  const start = { volts: supervisor.startV, name: `start ${supervisor.startV} V` };
  const stop = { volts: supervisor.stopV, name: `stop ${supervisor.stopV} V` };
  return [{ volts: limiter.limitV, name: `full ${limiter.limitV} V` }, ...(isNear ? [stop] : [start, stop])];
}

function draw(name: string, options: ScopeOptions, marks: Omit<ScopeMarks, 'levels'>): void {
  const svg = scopeSvg(recordScope({ everyMs: 20, ...options }), {
    toMs: options.durationMs,
    ...marks,
    levels: levelsOf(options),
  });
  writeFileSync(join(folder, `winky-${name}.svg`), svg);
}

const ours = {
  circuit: OUR_CIRCUIT,
  consumption: ESP_01S,
  durations: OUR_DURATIONS,
  schedule: OUR_SCHEDULE,
  readMs: 2_100,
};
const slow = { ...OUR_DURATIONS, joinMs: 10_000, coldJoinMs: 10_000 };
const article = {
  ...{ circuit: ARTICLE_CIRCUIT, consumption: ESP_01S, durations: ARTICLE_DURATIONS, readMs: 2_100 },
  ...{ schedule: fixedSchedule(30), isMeterNoticed: false },
};

draw(
  'life',
  { ...ours, durationMs: 14 * MINUTE_MS, outage: { fromMs: 8 * MINUTE_MS, toMs: 11 * MINUTE_MS } },
  {
    title: 'Our circuit on the weakest meter that is allowed',
    phases: [
      { fromMs: 0, toMs: 126_800, name: 'first start' },
      { fromMs: 126_800, toMs: 8 * MINUTE_MS, name: 'life' },
      { fromMs: 8 * MINUTE_MS, toMs: 11 * MINUTE_MS, name: 'outage' },
      { fromMs: 11 * MINUTE_MS, toMs: 14 * MINUTE_MS, name: 'return' },
    ],
  },
);
draw(
  'slow-network',
  { ...ours, durations: slow, durationMs: 12 * MINUTE_MS },
  {
    title: 'The same where joining the Wi-Fi takes ten seconds',
    phases: [{ fromMs: 0, toMs: 12 * MINUTE_MS, name: '' }],
  },
);
draw(
  'article',
  { ...article, durationMs: 11 * MINUTE_MS, outage: { fromMs: 7 * MINUTE_MS, toMs: 9 * MINUTE_MS } },
  {
    title: 'The article’s circuit and program on a strong meter',
    phases: [
      { fromMs: 0, toMs: 71_000, name: 'first start' },
      { fromMs: 71_000, toMs: 7 * MINUTE_MS, name: 'life' },
      { fromMs: 7 * MINUTE_MS, toMs: 9 * MINUTE_MS, name: 'outage' },
      { fromMs: 9 * MINUTE_MS, toMs: 11 * MINUTE_MS, name: 'return' },
    ],
  },
);
draw(
  'article-outage',
  { ...article, durationMs: 8 * MINUTE_MS, outage: { fromMs: 7 * MINUTE_MS, toMs: 9 * MINUTE_MS } },
  {
    title: 'Its outage from near: the unloaded capacitors recover, and it starts again and again',
    phases: [],
    fromMs: 7 * MINUTE_MS - 10_000,
    toMs: 7 * MINUTE_MS + 40_000,
  },
);
