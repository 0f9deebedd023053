// `kilowink import` of a year of the old server's file beside VictoriaMetrics' CSV import of the same windows, in turns, each
// time into an empty folder. Ours is the whole command as a user runs it, its start included. VictoriaMetrics runs already
// and gets lines of seconds and flashes, 4 MB a request. Processor time is of all threads. `--rounds=5`.
import './lib/help.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, printTable } from './lib/figures.ts';
import { renderHouse } from './lib/house.ts';
import { oldServerCsv, plainCsv, writeFile } from './lib/peers/data.ts';
import { getBody, postBody, processorMs, type Spent, timed, untilAnswered } from './lib/peers/peer.ts';
import { importFile, VictoriaMetrics } from './lib/peers/servers.ts';

const CSV_URL = '/api/v1/import/csv?format=1:time:unix_s,2:metric:flashes';
const rounds = Number(process.argv.find((argument) => argument.startsWith('--rounds='))?.slice(9) ?? '5');
const folder = mkdtempSync(join(tmpdir(), 'kilowink-import-'));
const file = join(folder, 'old.csv');
const points = renderHouse({ fromMs: Date.UTC(2025, 0, 1), hours: 8_760, jitter: 0.02 });
const chunks = [...plainCsv(points)];
writeFile(file, oldServerCsv(points));

async function ours(): Promise<Spent> {
  const data = mkdtempSync(join(folder, 'kilowink-'));
  const spent = await importFile(file, data);
  rmSync(data, { recursive: true });
  return spent;
}

class CsvVictoria extends VictoriaMetrics {
  async turn(): Promise<Spent> {
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

const turns = { kilowink: [] as Spent[], victoria: [] as Spent[] };
for (let round = 0; round < rounds; round += 1) {
  turns.kilowink.push(await ours());
  turns.victoria.push(await new CsvVictoria(mkdtempSync(join(folder, 'victoria-'))).turn());
}
rmSync(folder, { recursive: true });
const count = points.starts.length;
const speed = (of: Spent[]) => count / median(of.map(({ ms }) => ms)) / 1_000;
const processorUs = (of: Spent[]) => (median(of.map((turn) => turn.processorMs)) / count) * 1_000;
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
