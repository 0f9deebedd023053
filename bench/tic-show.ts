// An hour of a hundred and one simulated meters before a real server: a Linky on a pseudo terminal, fifty gateways at a real
// Mosquitto and fifty at the embedded broker. Mosquitto and the server are killed twice each. At the end every index of every
// meter beside the store. Time passes SPEED times as fast for meters and server alike (e2e/lib/fast-server.ts), so that a
// frame's own time, its arrival and the power it says are judged as in the field. `tic-show.ts [SPEED] [MINUTES] [GATEWAYS]`:
// 30, 60 and 50 where they are left out.
import './lib/help.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isExact, runShow } from '../e2e/lib/tic-show.ts';
import { printTable } from './lib/figures.ts';

const [speed = 30, minutes = 60, gateways = 50] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'kilowink-show-'));
const result = await runShow({ folder, gateways, speed, minutes, log: console.log });
const { indexes, messages, failed, frames, kills } = result;
const wrong = indexes.filter((index) => !isExact(index));
const held = indexes.reduce((sum, { corrections }) => sum + corrections, 0);
const sumOf = (key: 'firstWh' | 'lastWh' | 'storedWh') =>
  indexes.filter(({ label }) => label === 'total').reduce((sum, each) => sum + (each[key] ?? 0), 0);
printTable([
  [`${minutes} min of the meters, ${speed} times as fast`, ''],
  ['meters', String(new Set(indexes.map(({ meter }) => meter)).size)],
  ['frames on the serial line', String(frames)],
  ['messages acknowledged', String(messages)],
  ['messages that failed while a broker was away', String(failed)],
  ['kills', String(kills)],
  ['energy the meters counted, Wh', String(sumOf('lastWh') - sumOf('firstWh'))],
  ['energy in the store, Wh', String(sumOf('storedWh'))],
  ['indexes compared', String(indexes.length)],
  ['exact to the Wh', String(indexes.length - wrong.length)],
  ['stretches the server holds for more than the meter allows', String(held)],
]);
for (const each of wrong.slice(0, 20)) console.log(JSON.stringify(each));
rmSync(folder, { recursive: true });
process.exit(wrong.length === 0 ? 0 : 1);
