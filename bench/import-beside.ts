// `kilowink import` of a year of the old server's file beside VictoriaMetrics' CSV import of the same windows, in turns, each
// time into an empty folder. Ours is the whole command as a user runs it, its start included. VictoriaMetrics runs already
// and gets lines of seconds and flashes, 4 MB a request. Processor time is of all threads. `--rounds=5`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, printTable } from './lib/figures.ts';
import { oldServerCsv, plainCsv, pointsOf, writeFile } from './lib/peers/data.ts';
import { getBody, postBody, processorMs, timed, untilAnswered } from './lib/peers/peer.ts';
import { VictoriaMetrics } from './lib/peers/servers.ts';

const MAIN = join(import.meta.dirname, '../packages/cli/src/main.ts');
const CSV_URL = '/api/v1/import/csv?format=1:time:unix_s,2:metric:flashes';
const rounds = Number(process.argv.find((argument) => argument.startsWith('--rounds='))?.slice(9) ?? '5');
const folder = mkdtempSync(join(tmpdir(), 'kilowink-import-'));
const file = join(folder, 'old.csv');
const points = pointsOf({ fromMs: Date.UTC(2025, 0, 1), hours: 8_760 });
const chunks = [...plainCsv(points)];
writeFile(file, oldServerCsv(points));

/** Wall and processor time, ms. */
interface Turn {
  readonly ms: number;
  readonly processorMs: number;
}

async function ours(): Promise<Turn> {
  const data = mkdtempSync(join(folder, 'kilowink-'));
  // `time` of the shell knows the processor time of its child.
  const command = `TIMEFORMAT='%U %S'; time "$0" "$@" > /dev/null`;
  let output = '';
  const ms = await timed(async () => {
    const args = ['-c', command, process.execPath, MAIN, 'import', file, '-d', data, '--yes'];
    const { status, stderr } = spawnSync('bash', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`kilowink import ended with ${status}: ${stderr}`);
    output = stderr;
  });
  const [user = 0, system = 0] = (output.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  rmSync(data, { recursive: true });
  return { ms, processorMs: (user + system) * 1_000 };
}

class CsvVictoria extends VictoriaMetrics {
  async turn(): Promise<Turn> {
    await this.start();
    await untilAnswered(() => getBody(`${this.url}/health`));
    const before = processorMs(this.pid);
    const ms = await timed(async () => {
      for (const chunk of chunks) await postBody(`${this.url}${CSV_URL}`, chunk);
      await getBody(`${this.url}/internal/force_flush`);
    });
    const spentMs = processorMs(this.pid) - before;
    await this.stop();
    rmSync(this.folder, { recursive: true });
    return { ms, processorMs: spentMs };
  }
}

const turns = { kilowink: [] as Turn[], victoria: [] as Turn[] };
for (let round = 0; round < rounds; round += 1) {
  turns.kilowink.push(await ours());
  turns.victoria.push(await new CsvVictoria(mkdtempSync(join(folder, 'victoria-'))).turn());
}
rmSync(folder, { recursive: true });
const count = points.starts.length;
const speed = (of: Turn[]) => count / median(of.map(({ ms }) => ms)) / 1_000;
const processorUs = (of: Turn[]) => (median(of.map((turn) => turn.processorMs)) / count) * 1_000;
const ratios = turns.kilowink.map(({ ms }, round) => (turns.victoria[round]?.ms ?? Number.NaN) / ms);
const { kilowink, victoria } = turns;
printTable([
  [`${(count / 1e6).toFixed(1)} M windows, ${rounds} turns`, 'kilowink import', 'VictoriaMetrics', 'times'],
  ['M windows/s', speed(kilowink).toFixed(2), speed(victoria).toFixed(2), median(ratios).toFixed(2)],
  [
    'processor, µs a window',
    processorUs(kilowink).toFixed(2),
    processorUs(victoria).toFixed(2),
    (processorUs(victoria) / processorUs(kilowink)).toFixed(2),
  ],
]);
console.log(`each turn: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`);
