import { findLabel, type TicFrame, type TicLabel, type TicMode, TicParser } from '@kilowink/core/tic';

/** A group as somebody passed it on. */
export interface PassedGroup {
  readonly label: string;
  readonly raw: string;
  readonly horodate: string | null;
}

const HORODATE = /^[EHeh ]\d{12}$/;

/**
 * The frame of groups that somebody else decoded, or null when none of them is one. It is written as the meter would
 * have, and read by the decoder: what comes over a network is checked just as what comes over the line.
 */
export function frameOf(
  groups: readonly PassedGroup[],
  state: 'complete' | 'incomplete' | 'interrupted',
): TicFrame | null {
  const mode = modeOf(groups);
  if (mode === null) return null;
  const lines = groups.flatMap((group) => lineOf(group, mode) ?? []);
  const end = { complete: '\x03', interrupted: '\x04', incomplete: '' }[state];
  const bytes = Buffer.from(`\x02${lines.join('')}${end}`, 'latin1');
  let longest: TicFrame | null = null;
  const sink = {
    frame: (frame: TicFrame) => {
      if (longest === null || frame.groups.length > longest.groups.length) longest = frame;
    },
  };
  PARSER.feed(bytes, sink);
  // What one message leaves does not reach the next.
  PARSER.end(sink);
  return longest;
}

/** One for all: its buffers cost more than a frame does. */
const PARSER = new TicParser();

/** The label's row, also where `+` or `-` was replaced to make a topic of it. */
export function labelOf(name: string): TicLabel | undefined {
  return (
    findLabel(name) ?? findLabel(name.replace(/_(?=1$)/, '+')) ?? findLabel(name.replace(/_(?=1$)/, '-'))
  );
}

/** A group out of a value that a program made of it: zeros that were taken away are put back. */
export function restoredGroup(name: string, value: unknown, horodate: unknown = null): PassedGroup | null {
  const label = labelOf(name.toUpperCase());
  if (label === undefined) return null;
  const time = typeof horodate === 'string' && HORODATE.test(horodate) ? horodate : null;
  if (label.isDated && time === null) return null;
  if (label.form === 'none') return { label: label.name, raw: '', horodate: time };
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return { label: label.name, raw: padded(label, String(value)), horodate: label.isDated ? time : null };
}

function padded({ form, size }: TicLabel, text: string): string {
  if (text.length >= size) return text;
  switch (form) {
    case 'text':
      return text.padEnd(size, ' ');
    case 'code':
    case 'option':
      return text.padEnd(size, '.');
    case 'number':
    case 'identity':
    case 'hex':
    case 'status':
    case 'relays':
      return text.padStart(size, '0');
    case 'mark':
    case 'profile':
    case 'none':
      return text;
  }
}

/** Labels are of one mode only: that of most of them. */
function modeOf(groups: readonly PassedGroup[]): TicMode | null {
  const known = groups.flatMap(({ label }) => labelOf(label)?.mode ?? []);
  if (known.length === 0) return null;
  const standard = known.filter((mode) => mode === 'standard').length;
  return 2 * standard > known.length ? 'standard' : 'historique';
}

/** Null for a label of the other mode. What is in no label's form is left to the decoder to refuse. */
function lineOf({ label: name, raw, horodate }: PassedGroup, mode: TicMode): string | null {
  const label = labelOf(name);
  if (label !== undefined && label.mode !== mode) return null;
  const shown = label?.name ?? name;
  const isClean = /^[ -~]*$/.test(raw) && /^[ -~]*$/.test(horodate ?? '') && /^[!-~]+$/.test(shown);
  // A byte that ends groups would make two of one.
  if (!isClean) return `\n${shown.replace(/[^!-~]/g, '?')} ?\r`;
  if (mode === 'historique') {
    const summed = `${shown} ${raw}`;
    return `\n${summed} ${checksumOf(summed)}\r`;
  }
  const summed = horodate === null ? `${shown}\t${raw}\t` : `${shown}\t${horodate}\t${raw}\t`;
  return `\n${summed}${checksumOf(summed)}\r`;
}

function checksumOf(text: string): string {
  let sum = 0;
  for (let at = 0; at < text.length; at += 1) sum += text.charCodeAt(at);
  return String.fromCharCode((sum & 0x3f) + 0x20);
}
