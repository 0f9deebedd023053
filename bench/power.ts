// How near the drawn power comes to the true one: the measured house of Sceaux as flashes, at 5 s, 1 min and 15 min,
// from raw counts, from the one-minute mean that the old page drew, and ours from version 1 and version 2 reports.
import './lib/help.ts';
import type { Points } from '@kilowink/core/series';
import { powerFromFlashes } from '@kilowink/core/series/power';
import { median, printTable } from './lib/figures.ts';
import { flashedHouse } from './lib/flashed-house.ts';

const DAYS = 30;
const STEPS = [5_000, 60_000, 900_000] as const;
const LIMITS_W = [1_000, Number.POSITIVE_INFINITY] as const;

const house = flashedHouse(DAYS);
const version1: Points = { ...house.points, lastFlashes: null };

/** Counts spread evenly over each `stepMs`, as a plot of counts does. */
function countedPower(edges: Float64Array, stepMs: number): Float64Array {
  const { starts, values } = house.points;
  const startMs = starts[0] as number;
  const each = new Float64Array(Math.ceil((starts.length * 5_000) / stepMs));
  for (const [index, value] of values.entries()) {
    const place = Math.floor((index * 5_000) / stepMs);
    each[place] = (each[place] as number) + value;
  }
  return Float64Array.from({ length: edges.length - 1 }, (_, index) => {
    const [from, to] = [(edges[index] as number) - startMs, (edges[index + 1] as number) - startMs];
    let energyWh = 0;
    for (let at = from; at < to; ) {
      const place = Math.floor(at / stepMs);
      const until = Math.min((place + 1) * stepMs, to);
      energyWh += ((each[place] as number) * (until - at)) / stepMs;
      at = until;
    }
    return (energyWh / (to - from)) * 3_600_000;
  });
}

function errorsW(drawn: Float64Array, truth: Float64Array, limitW: number): { mean: number; p95: number } {
  const errors = [...drawn]
    .map((each, index) => Math.abs(each - (truth[index] as number)))
    .filter((_, index) => (truth[index] as number) < limitW)
    .sort((a, b) => a - b);
  const mean = errors.reduce((sum, each) => sum + each, 0) / errors.length;
  return { mean, p95: errors[Math.floor(errors.length * 0.95)] ?? Number.NaN };
}

const methods = [
  ['raw counts', (edges: Float64Array) => countedPower(edges, 5_000)],
  ['one-minute mean', (edges: Float64Array) => countedPower(edges, 60_000)],
  ['ours, version 1', (edges: Float64Array) => powerFromFlashes(version1, edges)],
  ['ours, version 2', (edges: Float64Array) => powerFromFlashes(house.points, edges)],
] as const;

for (const limitW of LIMITS_W) {
  console.log(
    limitW === Number.POSITIVE_INFINITY ? '\nat any power' : `\nwhere the house draws less than ${limitW} W`,
  );
  const rows = [['mean error / 95th percentile, W', ...STEPS.map((stepMs) => `${stepMs / 1_000} s`)]];
  for (const [name, draw] of methods) {
    const cells = STEPS.map((stepMs) => {
      const edges = house.edges(stepMs);
      const { mean, p95 } = errorsW(draw(edges), house.truePowerW(edges), limitW);
      return `${mean.toFixed(2)} / ${p95.toFixed(2)}`;
    });
    rows.push([name, ...cells]);
  }
  printTable(rows);
}

const edges = house.edges(60_000);
const times = [version1, house.points].map((points) =>
  median(
    Array.from({ length: 3 }, () => {
      const before = performance.now();
      powerFromFlashes(points, edges);
      return (performance.now() - before) / DAYS;
    }),
  ),
);
console.log(
  `\na day by the minute: version 1 ${times[0]?.toFixed(1)} ms, version 2 ${times[1]?.toFixed(1)} ms`,
);
