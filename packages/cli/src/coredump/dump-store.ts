import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CoreDumpCollector, parseCoreDump } from '@kilowink/core/coredump';
import { cliError } from '../errors.ts';
import { writeBytes } from '../fw/firmware-file.ts';

/** What is known of a dump beside its bytes. */
export interface DumpOrigin {
  readonly target: string;
  /** ISO 8601, UTC: when it was collected. */
  readonly collected: string;
  /** Version and hash of the firmware that ran when it was collected; null where the device did not tell. */
  readonly firmware: { readonly version: string; readonly hash: string } | null;
}

/** Stores a dump with what is known of it beside, both named after the time; the path of the dump. Throws `cli/output`. */
export function storeDump(folder: string, bytes: Uint8Array, origin: DumpOrigin): string {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw cliError('cli/output', { path: folder, reason }, error);
  }
  const name = `coredump-${origin.collected.replace(/[:.]/g, '-')}`;
  const path = join(folder, `${name}.bin`);
  writeBytes(path, bytes);
  const parsed = parseCoreDump(bytes);
  const reason = parsed.ok ? parsed.value.reasonText : parsed.fault.message;
  writeBytes(join(folder, `${name}.json`), `${JSON.stringify({ ...origin, reason }, null, 2)}\n`);
  return path;
}

/** The last whole dump in a log. Throws `coredump/none`, or `coredump/broken` when all there are broke. */
export function dumpInLog(log: string, place: string): Uint8Array {
  const collector = new CoreDumpCollector();
  const items = log.split('\n').flatMap((line) => collector.push(line.replace(/\r$/, '')));
  const whole = items.findLast((item) => item.kind === 'dump');
  if (whole?.kind === 'dump') return whole.bytes;
  const broken = items.findLast((item) => item.kind === 'broken');
  if (broken?.kind === 'broken') throw cliError('coredump/broken', { place, reason: broken.reason });
  if (collector.isCollecting) throw cliError('coredump/broken', { place, reason: 'it does not end' });
  throw cliError('coredump/none', { place });
}
