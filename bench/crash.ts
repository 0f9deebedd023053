// Kills the server again and again while it takes reports, seals days, imports, corrects, backs up and upgrades, and makes
// its writes fail; after each kill the store is opened and compared with what was acknowledged. There is no reference here:
// the goal is a column of zeros. CRASH_KILLS says how many kills (1,000), CRASH_SEED repeats a run,
// CRASH_ONLY runs the situations whose name contains it.
import './lib/help.ts';
import { KINDS, runCrashes } from '../e2e/lib/crash-run.ts';
import type { Tally } from '../e2e/lib/crash-site.ts';

const kills = Number(process.env['CRASH_KILLS'] ?? 1_000);
const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);
const only = process.env['CRASH_ONLY'] ?? '';
const COLUMNS = [
  'rounds',
  'kills',
  'acknowledged',
  'lost',
  'doubled',
  'wrong',
  'failedOpens',
  'faults',
] as const;

function row(name: string, tally: Tally): string {
  const cells = COLUMNS.map((column) => String(tally[column]).padStart(13));
  return `${name.padEnd(24)}${cells.join('')}${(tally.seconds / Math.max(1, tally.kills)).toFixed(2).padStart(13)}`;
}

console.log(`CRASH_SEED=${seed}`);
console.log(
  `${''.padEnd(24)}${[...COLUMNS.map((column) => (column === 'failedOpens' ? 'failed opens' : column)), 's a kill'].map((title) => title.padStart(13)).join('')}`,
);
const kinds = KINDS.filter(({ name }) => name.includes(only));
const tallies = await runCrashes({ kills, seed, kinds }, (name, tally) => {
  console.log(row(name, tally));
  for (const finding of tally.findings) console.log(`    ${finding}`);
});
const isGood = [...tallies.values()].every((tally) => tally.isGood);
const made = [...tallies.values()].reduce((sum, tally) => sum + tally.kills, 0);
console.log(`${made} kills: ${isGood ? 'nothing lost, nothing doubled, every store opened' : 'NOT good'}`);
process.exit(isGood ? 0 : 1);
