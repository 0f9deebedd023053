// Draws the figure of docs/design/advertising-loss.md and prints its table: windows that are lost in a day by how many of
// the advertisements are not heard, computed, and as a simulated sensor and receiver have it. Takes half a minute.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Broadcaster, type BroadcastForm, hearBroadcasts, windowsLostPerDay } from '@kilowink/sim/advert';
import { constantLoad } from '@kilowink/sim/load';

const FILE = join(import.meta.dirname, '../docs/design/figures/advertising-loss.svg');
const DAY_MS = 86_400_000;
const WINDOW_MS = 5_000;
const START_MS = Date.UTC(2026, 2, 28);

interface Case {
  readonly name: string;
  readonly form: BroadcastForm;
  readonly intervalMs: number;
  readonly windowsOnAir: number;
  readonly colour: string;
  readonly tried: readonly number[];
}

const CASES: readonly Case[] = [
  {
    ...{ name: 'version 1, every 1 s', form: 'version1', intervalMs: 1_000, windowsOnAir: 10 },
    ...{ colour: '#c2410c', tried: [0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98] },
  },
  {
    ...{ name: 'short form, every 1 s', form: 'short', intervalMs: 1_000, windowsOnAir: 8 },
    ...{ colour: '#7c3aed', tried: [0.3, 0.75, 0.85, 0.95] },
  },
  {
    ...{ name: 'version 1, every 100 ms', form: 'version1', intervalMs: 100, windowsOnAir: 10 },
    ...{ colour: '#0369a1', tried: [0.3, 0.97, 0.98, 0.99] },
  },
  {
    ...{ name: 'version 2 of 90 windows, every 1 s', form: 'version2', intervalMs: 1_000, windowsOnAir: 90 },
    ...{ colour: '#15803d', tried: [0.3, 0.97, 0.98, 0.99] },
  },
];

/** Windows that a simulated day loses: sensor, air, advertisement, report, windows, each stored once. */
function simulate({ form, intervalMs }: Case, lossChance: number): number {
  const from = new Broadcaster({
    ...{ form, intervalMs, startMs: START_MS, seed: 7 },
    load: constantLoad(1_700),
    address: 'c0:de:00:00:00:01',
    sensorId: '00112233aabbccdd',
  });
  const heard = hearBroadcasts(from, { untilMs: START_MS + DAY_MS, lossChance, seed: 11 });
  return heard.measured - heard.windows;
}

function computed({ intervalMs, windowsOnAir }: Case, lossChance: number): number {
  return windowsLostPerDay({ lossChance, intervalMs, windowMs: WINDOW_MS, windowsOnAir });
}

/** Windows lost in a day, 1e-6 to 1e5, from bottom to top. */
function yOf(lost: number): number {
  return 406 - (360 * (Math.log10(Math.max(1e-6, lost)) + 6)) / 11;
}

function xOf(lossChance: number): number {
  return 70 + 640 * lossChance;
}

function draw(dots: ReadonlyMap<Case, readonly (readonly [number, number])[]>): string {
  const title = 'Windows lost in a day, of 17,280';
  const lines = [
    '<svg xmlns="http://www.w3.org/2000/svg" width="740" height="462" font-family="sans-serif" font-size="12" role="img">',
    `<title>${title}</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="70" y="20" font-size="14">${title}</text>`,
    '<text x="70" y="38" fill="#555">lines: computed; dots: a simulated day (none below 1)</text>',
    '<text x="710" y="446" text-anchor="end" fill="#555">advertisements not heard</text>',
  ];
  for (let power = -6; power <= 4; power += 2) {
    const y = yOf(10 ** power).toFixed(1);
    lines.push(`<path d="M70 ${y}h640" stroke="#ddd"/>`);
    lines.push(`<text x="62" y="${y}" text-anchor="end" dominant-baseline="middle">1e${power}</text>`);
  }
  for (let percent = 0; percent <= 100; percent += 10) {
    const x = xOf(percent / 100).toFixed(1);
    lines.push(`<path d="M${x} 46v360" stroke="${percent === 30 ? '#999' : '#eee'}"/>`);
    lines.push(`<text x="${x}" y="424" text-anchor="middle">${percent} %</text>`);
  }
  for (const [index, each] of CASES.entries()) {
    const points = Array.from({ length: 200 }, (_, step) => step / 200)
      .filter((lossChance) => computed(each, lossChance) >= 1e-6)
      .map((lossChance) => `${xOf(lossChance).toFixed(1)},${yOf(computed(each, lossChance)).toFixed(1)}`);
    lines.push(
      `<polyline points="${points.join(' ')}" fill="none" stroke="${each.colour}" stroke-width="2"/>`,
    );
    for (const [lossChance, lost] of dots.get(each) ?? []) {
      if (lost === 0) continue;
      lines.push(
        `<circle cx="${xOf(lossChance).toFixed(1)}" cy="${yOf(lost).toFixed(1)}" r="4" fill="${each.colour}"/>`,
      );
    }
    lines.push(`<text x="84" y="${70 + 18 * index}" fill="${each.colour}">${each.name}</text>`);
  }
  return `${lines.join('\n')}\n</svg>\n`;
}

console.log('not heard  computed a day  simulated day');
const dots = new Map<Case, (readonly [number, number])[]>();
for (const each of CASES) {
  console.log(each.name);
  const found = each.tried.map((lossChance) => [lossChance, simulate(each, lossChance)] as const);
  for (const [lossChance, lost] of found) {
    const expected = computed(each, lossChance).toExponential(1).padStart(14);
    console.log(`${String(100 * lossChance).padStart(7)} %  ${expected}  ${String(lost).padStart(13)}`);
  }
  dots.set(each, [...found]);
}
writeFileSync(FILE, draw(dots));
