import { type CoreDump, failedThread, likelyReturns } from '@kilowink/core/coredump';
import { alignLabels, formatCount } from '../term/format.ts';

/** Eight hex digits with their prefix. */
function hex(value: number | bigint): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

/** Everything that a dump says without the firmware's symbols, line by line. */
export function describeDump(dump: CoreDump): string[] {
  const { registers } = dump;
  const thread = failedThread(dump);
  const threadText =
    thread === null
      ? 'not dumped'
      : `${hex(thread.address)}${thread.name === null ? '' : ` (${thread.name})`}`;
  const rows: (readonly [string, string])[] = [
    ['reason', dump.reasonText],
    ['processor', dump.target],
    ['thread', threadText],
  ];
  if (thread?.stackUsedBytes != null)
    rows.push(['stack in use', `${formatCount(thread.stackUsedBytes)} bytes`]);
  if (registers?.cause != null) rows.push(['exception', registers.cause]);
  if (registers !== null) {
    rows.push(['failed at', hex(registers.programCounter)], ['called from', hex(registers.returnAddress)]);
  }
  const returns = likelyReturns(dump).map(hex).join(' ');
  if (returns !== '') rows.push(['on its stack', returns]);
  const bytes = dump.memory.reduce((sum, { bytes: each }) => sum + each.length, 0);
  rows.push(['memory', `${formatCount(bytes)} bytes in ${dump.memory.length} pieces`]);
  rows.push(['checksum', dump.checksum]);
  return [...alignLabels(rows), ...registerLines(dump)];
}

const PER_LINE = 4;

function registerLines({ registers }: CoreDump): string[] {
  const all = [...(registers?.values ?? [])].map(([name, value]) => `${name.padEnd(9)}${hex(value)}`);
  const lines: string[] = [];
  for (let at = 0; at < all.length; at += PER_LINE)
    lines.push(`  ${all.slice(at, at + PER_LINE).join('  ')}`);
  return lines;
}
