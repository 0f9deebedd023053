import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isSensorId, listKeys, removeKey } from '@kilowink/server/keys';
import {
  type Erased,
  eraseSources,
  openSqliteStore,
  openSqliteStoreReadOnly,
  type SeriesInfo,
} from '@kilowink/store';
import { Command } from 'commander';
import { machineClock } from '../clock.ts';
import { cliError } from '../errors.ts';
import { spanMs } from '../homes/span.ts';
import { describeSeries, findSeries } from '../import/find-series.ts';
import { type FolderOptions, folderOf, withFolderOptions } from '../options/folder.ts';
import { type AgreeOptions, isAgreed } from '../term/agree.ts';
import { formatCount, formatUtc } from '../term/format.ts';
import { alignColumns } from '../term/index.ts';

interface ListOptions extends FolderOptions {
  silentFor?: string;
  match?: string;
  json?: true;
}

const HELP = `
A series is what one source measures: optical/<identity> is a sensor, tic/<serial number> a meter. It is meant by its number, source
or name.

remove deletes everything that is stored of the sources it is given: what was measured, sums, readings, corrections, events, what is
remembered of each, and a sensor's key. It is overwritten in the file. The server must be stopped meanwhile, for it has measurements in
memory; sensors of version 2 keep theirs until it is back. Backups, exports and copies are yours to delete.`;

/** `kilowink series`: what is measured; names; and what has to go. */
export function seriesCommand(): Command {
  const list = withFolderOptions(new Command('list'))
    .description('Print the series, when each was measured last, and which are silent')
    .option('--silent-for <span>', 'only those without a measurement for so long, such as 30min, 6h or 2d')
    .option('--match <text>', 'only those whose name or source holds this')
    .option('--json', 'as JSON')
    .action(listSeries);
  const name = withFolderOptions(new Command('name'))
    .description('Call a series otherwise')
    .argument('<series>', 'its number, source or name')
    .argument('<name>', 'what people call it')
    .action(nameSeries);
  const remove = withFolderOptions(new Command('remove'))
    .description('Delete all that is stored of sources, for good')
    .argument('<series...>', 'their numbers, sources or names; every series of a source goes')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'only tell what would go')
    .action(removeSeries);
  return new Command('series')
    .description('What is measured: list it, name it, delete it for good')
    .addCommand(list)
    .addCommand(name)
    .addCommand(remove)
    .addHelpText('after', HELP);
}

function readSeries(folder: string): SeriesInfo[] {
  const store = openSqliteStoreReadOnly({ folder, clock: machineClock });
  try {
    return store.listSeries();
  } finally {
    store.close();
  }
}

function listSeries({ silentFor, match = '', json, ...place }: ListOptions): void {
  const latestMs =
    silentFor === undefined ? Number.POSITIVE_INFINITY : machineClock.wallMs() - spanMs(silentFor);
  const wanted = match.toLowerCase();
  const found = readSeries(folderOf(place)).filter(
    ({ name, source, lastMs }) =>
      (lastMs ?? 0) <= latestMs && `${name}\n${source}`.toLowerCase().includes(wanted),
  );
  if (json === true) {
    console.log(JSON.stringify(found, null, 2));
    return;
  }
  const rows = found.map(({ id, source, quantity, name, lastMs }) => [
    ...[String(id), source, quantity, lastMs === null ? 'never' : formatUtc(lastMs), name],
  ]);
  for (const line of alignColumns(rows)) console.log(line);
  console.error(`${formatCount(found.length)} series`);
}

function nameSeries(wanted: string, name: string, place: FolderOptions): void {
  const folder = folderOf(place);
  const series = findSeries(readSeries(folder), wanted);
  if (name.trim() === '') throw cliError('cli/usage', { reason: 'expected a name, nothing came' });
  const store = openSqliteStore({ folder, clock: machineClock, role: 'import' });
  try {
    store.renameSeries(series.id, name.trim());
  } finally {
    store.close();
  }
  console.error(`${describeSeries(series)} is called "${name.trim()}" now.`);
}

async function removeSeries(wanted: readonly string[], options: FolderOptions & AgreeOptions): Promise<void> {
  const folder = folderOf(options);
  const known = readSeries(folder);
  const sources = [...new Set(wanted.map((each) => homeOf(findSeries(known, each).source)))];
  const meant = known.filter(({ source }) => sources.includes(homeOf(source)));
  const keys = keysOf(folder, sources);
  for (const series of meant) console.log(`  ${describeSeries(series)} ${extentOf(series)}`);
  for (const id of keys) console.log(`  the key of ${id}`);
  if (!(await isAgreed('Delete all of this for good?', options))) return;
  const erased = eraseSources(folder, sources);
  for (const id of keys) removeKey(folder, id);
  console.log(erasedText(erased, keys.length));
  for (const line of elsewhere(folder, erased)) console.log(line);
}

/** A meter's series are below its own source; an optical sensor's are what it is called, or its address and type. */
function homeOf(source: string): string {
  return source.startsWith('tic/') ? source.split('/').slice(0, 2).join('/') : source;
}

function keysOf(folder: string, sources: readonly string[]): string[] {
  const ids = new Set(sources.map((source) => source.split('/')[1] ?? '').filter(isSensorId));
  return listKeys(folder).flatMap(({ id }) => (ids.has(id) ? id : []));
}

function extentOf({ firstMs, lastMs }: SeriesInfo): string {
  return firstMs === null || lastMs === null
    ? 'without a measurement'
    : `${formatUtc(firstMs)} to ${formatUtc(lastMs)}`;
}

function erasedText(
  { series, blocks, hotRows, readings, corrections, events }: Erased,
  keys: number,
): string {
  const parts = [
    `${formatCount(series)} series`,
    `${formatCount(blocks)} blocks`,
    `${formatCount(hotRows)} measurements that waited to be sealed`,
    `${formatCount(readings)} readings`,
    `${formatCount(corrections)} corrections`,
    `${formatCount(events)} events`,
    `${formatCount(keys)} keys`,
  ];
  return `Deleted and overwritten in the file: ${parts.join(', ')}.`;
}

/** Where something of it may still be: nothing is said to be gone that was not looked at. */
function elsewhere(folder: string, { setAside }: Erased): string[] {
  const files = readdirSync(folder).filter(
    (name) => name.includes('.damaged-') || name === 'mqtt-retained.json',
  );
  return [
    'Not touched: backups, exports and copies elsewhere, the configuration, and logs of the system.',
    ...files
      .filter((name) => existsSync(join(folder, name)))
      .map((name) => `Not touched, may hold some of it: ${join(folder, name)}`),
    ...(setAside === 0
      ? []
      : [
          `Not touched: ${setAside} damaged parts that were set aside and can not be read, in damaged_block.`,
        ]),
  ];
}
