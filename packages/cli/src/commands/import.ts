import { AppError } from '@kilowink/core/error';
import { type BadLine, findFormat, IMPORT_FORMATS, type ImportFormat } from '@kilowink/core/import';
import { storeEnedisImport } from '@kilowink/server/import';
import {
  openSqliteStore,
  openSqliteStoreReadOnly,
  type PackedPoints,
  type StoreReader,
} from '@kilowink/store';
import { Command, Option } from 'commander';
import { machineClock } from '../clock.ts';
import {
  badRowLines,
  type EnedisImport,
  enedisLines,
  mayBeEnedis,
  readEnedisImport,
} from '../enedis/import-enedis.ts';
import { cliError } from '../errors.ts';
import { ImportSink } from '../import/import-sink.ts';
import { readImport } from '../import/read-import.ts';
import { lookAtFile, type SourceFile } from '../import/source-file.ts';
import { type SummaryText, summaryLines } from '../import/summary-text.ts';
import { assertUnitFits, chooseTarget, definitionOf } from '../import/target.ts';
import { type FolderOptions, folderConfig, withFolderOptions } from '../options/folder.ts';
import { zoneOf } from '../options/zone.ts';
import { type AgreeOptions, isAgreed } from '../term/agree.ts';
import { formatCount } from '../term/format.ts';
import { styleFor } from '../term/style.ts';

interface ImportOptions extends FolderOptions, AgreeOptions {
  series?: string;
  name?: string;
  zone?: string;
  format?: string;
  strict?: boolean;
  stamps?: 'start' | 'end';
}

const HELP = `
Formats, recognised by their first line; each may be packed with gzip:
${IMPORT_FORMATS.map((format) => `  ${format.name.padEnd(14)}  ${format.title}`).join('\n')}
  enedis          what Enedis and suppliers let you download, CSV or XLSX: load curves (mean power by 10 to 60 minutes),
                  energy by day, index by day. The number of your delivery point is not kept.

The file is read once; what it holds is stored when the summary is agreed to, whole or not at all. Importing a file again
adds nothing. It can be done while the server runs on the same folder.

Exit code: 0 done, 1 failed, 2 wrong use, 3 nothing was written for nobody agreed (give --yes).`;

/** `kilowink import`: takes in what another program measured. */
export function importCommand(): Command {
  return withFolderOptions(new Command('import'))
    .description('Take in a file of measurements, after a summary and a question')
    .argument('<file>', 'the file; see below for what it may be')
    .option('--series <name>', 'add to this series: its number, source or name (default: one for this file)')
    .option('--name <name>', 'what to call a series that is made (default: the file’s name)')
    .option(
      '--zone <zone>',
      'zone of the clock that dated the rows, or its offset (default: the site’s zone)',
    )
    .addOption(
      new Option('--format <format>', 'refuse the file unless it is of this format').choices(
        IMPORT_FORMATS.map((format) => format.name),
      ),
    )
    .addOption(
      new Option(
        '--stamps <side>',
        'whether the stamps of a load curve begin or end their interval (default: found out)',
      ).choices(['start', 'end']),
    )
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'summary only')
    .option('--strict', 'a bad line is an error: then nothing is written')
    .addHelpText('after', HELP)
    .action(importFile);
}

async function importFile(path: string, options: ImportOptions): Promise<void> {
  const { folder, zone } = settings(options);
  const file = lookAtFile(path);
  if (options.format === undefined && mayBeEnedis(file)) {
    const found = await readEnedisImport(file, { zone, stamps: options.stamps, name: options.name });
    return importEnedis(found, { folder, options });
  }
  const format = options.format === undefined ? undefined : findFormat(options.format);
  const { told, packed } = await check(file, { folder, zone, format, options });
  const style = styleFor(process.stdout);
  console.log(summaryLines(told, style).join('\n'));
  if (options.strict === true && told.summary.badLines > 0) {
    throw cliError('import/strict', { path, count: told.summary.badLines });
  }
  const fresh = told.summary.points - told.summary.repeated - told.overlap.stored;
  if (fresh === 0 && options.dryRun !== true) {
    return console.log('\nNothing is new: nothing was written.');
  }
  if (!(await isAgreed(questionOf(fresh), options))) return;
  const added = store(packed, { folder, told });
  console.log(`\n${style.good('Imported')} ${formatCount(added)} measurements into "${told.target.name}".`);
}

/** The same for an export of Enedis, which is read as a whole. */
async function importEnedis(
  found: EnedisImport,
  { folder, options }: { folder: string; options: ImportOptions },
): Promise<void> {
  if (options.series !== undefined) {
    throw cliError('cli/usage', { reason: '--series is not for these files: each makes series of its own' });
  }
  const style = styleFor(process.stdout);
  const stored = openIfThere(folder);
  try {
    console.log(enedisLines(found, stored, style).join('\n'));
  } finally {
    stored?.close();
  }
  for (const line of badRowLines(found)) console.error(line);
  const badCount = found.exports.reduce((count, { bad }) => count + bad.length, 0);
  if (options.strict === true && badCount > 0) {
    throw cliError('import/strict', { path: found.path, count: badCount });
  }
  const rows = found.exports.reduce(
    (count, each) => count + each.points.starts.length + each.readings.length,
    0,
  );
  if (!(await isAgreed(questionOf(rows), options))) return;
  const store = openSqliteStore({ folder, clock: machineClock, role: 'import' });
  try {
    const { added, repeated, overlapping, readings } = storeEnedisImport(store, found);
    const indexes = readings > 0 ? ` and ${formatCount(readings)} index readings` : '';
    const known = repeated > 0 ? `; ${formatCount(repeated)} were stored already` : '';
    const left =
      overlapping > 0 ? `; ${formatCount(overlapping)} lie over others there and were left out` : '';
    console.log(
      `\n${style.good('Imported')} ${formatCount(added)} measurements${indexes} into "${found.name}"${known}${left}.`,
    );
  } finally {
    store.close();
  }
}

function settings(options: ImportOptions): { folder: string; zone: string } {
  if (options.series !== undefined && options.name !== undefined) {
    throw cliError('cli/usage', {
      reason: '--name is for a new series, --series for one that is there: give one of them',
    });
  }
  const { dataDir, site } = folderConfig(options);
  return { folder: dataDir, zone: zoneOf(options.zone, site.zone) };
}

/** Reads the file without writing anything, packs what is to be stored, and compares it with what is stored. */
async function check(
  file: SourceFile,
  {
    folder,
    zone,
    format,
    options,
  }: { folder: string; zone: string; format: ImportFormat | undefined; options: ImportOptions },
): Promise<{ told: SummaryText; packed: PackedPoints }> {
  const stored = openIfThere(folder);
  try {
    const target = chooseTarget(stored, { path: file.path, series: options.series, name: options.name });
    const sink = new ImportSink(stored, target, { isPacked: options.dryRun !== true });
    const bad = new BadLineReport();
    const summary = await readImport(file, {
      zone,
      format,
      onBadLine: (line) => bad.note(line),
      onPoints: (points, found) => sink.add(points, found),
    });
    bad.end();
    assertUnitFits(summary.format, target.existing);
    const { overlap, packed } = sink.finish();
    return { told: { path: file.path, zone, summary, target, overlap }, packed };
  } finally {
    stored?.close();
  }
}

function openIfThere(folder: string): StoreReader | null {
  try {
    return openSqliteStoreReadOnly({ folder, clock: machineClock });
  } catch (error) {
    if (error instanceof AppError && error.code === 'store/missing') return null;
    throw error;
  }
}

/** Stores what was packed; returns how many points were new. */
function store(packed: PackedPoints, { folder, told }: { folder: string; told: SummaryText }): number {
  const target = openSqliteStore({ folder, clock: machineClock, role: 'import' });
  try {
    return target.addPacked(definitionOf(target, told), packed).added;
  } finally {
    target.close();
  }
}

function questionOf(rows: number): string {
  return `Import ${formatCount(rows)} rows?`;
}

/** Keeps the first bad lines to tell them when no progress line is in the way, and counts the others. */
class BadLineReport {
  static readonly #SHOWN = 20;
  readonly #first: BadLine[] = [];
  #more = 0;

  note(bad: BadLine): void {
    if (this.#first.length < BadLineReport.#SHOWN) this.#first.push(bad);
    else this.#more += 1;
  }

  end(): void {
    for (const { line, expected, found } of this.#first) {
      console.error(`line ${line}: expected ${expected}, found ${found}`);
    }
    if (this.#more > 0) console.error(`… and ${formatCount(this.#more)} more bad lines`);
  }
}
