import {
  BREAKER_STATES,
  decodeHorodate,
  decodePtec,
  decodeStatus,
  EURIDIS_STATES,
  PLC_STATES,
  TIC_MODES,
  TIC_REASONS,
  type TicCounters,
  type TicFrame,
  type TicGroup,
  TicParser,
  type TicParserOptions,
  type TicSink,
  type TicStatus,
} from '@kilowink/core/tic';

/** How bytes are fed: at once, or in pieces of these sizes and then the rest. */
export interface TicFeeding extends TicParserOptions {
  readonly chunkSizes?: Iterable<number>;
}

const PERIODS = ['TH', 'HC', 'HP', 'HN', 'PM', 'HCJB', 'HPJB', 'HCJW', 'HPJW', 'HCJR', 'HPJR'];
const COLOURS = [null, 'blue', 'white', 'red'];
const STATES = ['complete', 'incomplete', 'interrupted'];

/** What the TypeScript decoder says of a line, in the words of firmware/core/test/tic_host.c. */
export function ticLines(bytes: Uint8Array, feeding: TicFeeding = {}): string[] {
  const parser = new TicParser(feeding);
  const lines: string[] = [];
  const sink: TicSink = {
    group: (group) => lines.push(...groupLines(group)),
    frame: (frame) => lines.push(frameLine(frame)),
    discarded: ({ reason, size, burst, bytes: piece }) => {
      lines.push(
        `d ${1 + TIC_REASONS.indexOf(reason)} ${size} ${burst} ${Buffer.from(piece).toString('hex')}`,
      );
    },
  };
  let from = 0;
  for (const size of feeding.chunkSizes ?? []) {
    parser.feed(bytes.subarray(from, from + size), sink);
    from += size;
  }
  parser.feed(bytes.subarray(from), sink);
  parser.end(sink);
  lines.push(`c ${countersOf(parser.counters).join(' ')}`);
  return lines;
}

function countersOf(counters: Readonly<TicCounters>): number[] {
  const { bytes, parityErrors, groupsOk, badChecksum, unknownLabel, badFormat } = counters;
  const { framesComplete, framesIncomplete, framesInterrupted, resyncs, modeChanges } = counters;
  return [
    ...[bytes, parityErrors, groupsOk, badChecksum, unknownLabel, badFormat],
    ...[framesComplete, framesIncomplete, framesInterrupted, resyncs, modeChanges, counters.bytesSinceFrame],
  ];
}

function groupLines(group: TicGroup): string[] {
  const { label, raw } = group;
  const line = `g ${label.name} ${timeOf(group)} ${valueText(group)} ${Buffer.from(raw, 'latin1').toString('hex')}`;
  return label.form === 'status' ? [line, statusLine(decodeStatus(Number.parseInt(raw, 16)))] : [line];
}

function timeOf({ horodate }: TicGroup): string {
  if (horodate === null) return '-';
  const { atMs, isDegraded } = decodeHorodate(horodate);
  return `${atMs === null ? '?' : atMs / 1_000}${isDegraded ? 'd' : ''}`;
}

function valueText({ label, raw }: TicGroup): string {
  if (label.form === 'number' || label.form === 'relays') return String(Number(raw));
  if (label.form === 'hex' || label.form === 'status') return String(Number.parseInt(raw, 16));
  return label.name === 'PTEC' ? String(1 + PERIODS.indexOf(decodePtec(raw) ?? '')) : '-';
}

function statusLine(status: TicStatus): string {
  const fields = [
    ...[status.isContactOpen, BREAKER_STATES.indexOf(status.breaker), status.isCoverOpen],
    ...[status.isOverVoltage, status.isOverPower, status.isProducer, status.isInjecting],
    ...[status.supplierIndex, status.distributorIndex, status.isClockDegraded, status.isStandardMode],
    ...[EURIDIS_STATES.indexOf(status.euridis), PLC_STATES.indexOf(status.plc), status.isPlcSynchronised],
    ...[COLOURS.indexOf(status.tempoToday), COLOURS.indexOf(status.tempoTomorrow)],
    ...[status.peakNotice, status.peakRunning],
  ];
  return `s ${fields.map(Number).join(' ')}`;
}

function frameLine(frame: TicFrame): string {
  const { mode, state, hasStart, hasEnd, groups, badGroups } = frame;
  const flags = [hasStart, hasEnd].map(Number);
  return `f ${TIC_MODES.indexOf(mode)} ${STATES.indexOf(state)} ${flags.join(' ')} ${groups.length} ${badGroups}`;
}
