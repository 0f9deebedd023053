import { TicFrame, type TicFrameState, type TicGroup } from './frame.ts';
import { bodyBytes, judgeBody } from './judge.ts';
import { HISTORIQUE_LABEL_COUNT, LABELS, type TicLabel, type TicMode } from './labels.ts';

/** A group as somebody passed it on. */
export interface PassedGroup {
  readonly label: string;
  readonly raw: string;
  readonly horodate: string | null;
}

const [TAB, SPACE, TILDE] = [0x09, 0x20, 0x7e];

/** By name, and by what becomes of one with `+` or `-` where it is made a level of a topic. */
const indexOfName = new Map<string, number>();
for (const [index, { name }] of LABELS.entries()) {
  const level = name.replace(/[+-](?=1$)/, '_');
  if (!indexOfName.has(level) || name.includes('+')) indexOfName.set(level, index);
  indexOfName.set(name, index);
}

/** The label's row, also where `+` or `-` was replaced to make a topic of it. */
export function labelOf(name: string): TicLabel | undefined {
  return LABELS[indexOfName.get(name) ?? LABELS.length];
}

/** A group's time and data as they stand on the line; one for all groups, which are looked at one after the other. */
const body = new Uint8Array(Math.max(...LABELS.map((_, index) => bodyBytes(index))));

/**
 * The frame of groups that somebody else decoded, or null when none of them is one. What comes over a network is checked just
 * as what comes over the line is: nothing gets in that a meter could not have sent, but for its checksum. Of groups that would
 * be several frames, for a label is in each once, the longest is taken.
 */
export function frameOfGroups(groups: readonly PassedGroup[], state: TicFrameState): TicFrame | null {
  const indexes = groups.map(({ label }) => indexOfName.get(label) ?? -1);
  const mode = modeOf(indexes);
  if (mode === null) return null;
  const parts: Part[] = [{ groups: [], badGroups: 0 }];
  const seen = new Set<number>();
  for (const [at, group] of groups.entries()) {
    const index = indexes[at] as number;
    if (index >= 0 && modeOfLabel(index) !== mode) continue;
    const part = parts.at(-1) as Part;
    const read = index < 0 ? null : readGroup(index, group, mode);
    if (read === null) part.badGroups += 1;
    else if (seen.has(index)) {
      parts.push({ groups: [read], badGroups: 0 });
      seen.clear();
    } else part.groups.push(read);
    if (read !== null) seen.add(index);
  }
  return longestOf(parts, { mode, state });
}

/** What stands between two frames' ends. */
interface Part {
  readonly groups: TicGroup[];
  badGroups: number;
}

function longestOf(parts: readonly Part[], of: { mode: TicMode; state: TicFrameState }): TicFrame | null {
  let longest: Part | null = null;
  for (const part of parts) if (part.groups.length > (longest?.groups.length ?? 0)) longest = part;
  if (longest === null) return null;
  const { groups, badGroups } = longest;
  const hasStart = longest === parts[0];
  const isLast = longest === parts.at(-1);
  const isWhole = of.state === 'complete' && hasStart && isLast && badGroups === 0;
  const ended = isLast && of.state === 'interrupted' ? 'interrupted' : 'incomplete';
  return new TicFrame(of.mode, groups, {
    ...{ state: isWhole ? 'complete' : ended, hasStart, badGroups },
    hasEnd: isLast && of.state === 'complete',
  });
}

/** Null for what is no group of that label. */
function readGroup(index: number, { raw, horodate }: PassedGroup, mode: TicMode): TicGroup | null {
  const label = LABELS[index] as TicLabel;
  // In historique there are no times: one that was passed on says nothing.
  const time = mode === 'standard' ? horodate : null;
  const size = raw.length + (time === null ? 0 : time.length + 1);
  if (size !== bodyBytes(index)) return null;
  let from = 0;
  if (time !== null) {
    if (!writeText(time, 0)) return null;
    body[time.length] = TAB;
    from = time.length + 1;
  }
  if (!writeText(raw, from) || judgeBody(index, body, 0) !== null) return null;
  return { label, raw, horodate: label.isDated ? time : null };
}

/** False where a character is none of a line's: a byte that ends groups would make two of one. */
function writeText(text: string, from: number): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < SPACE || code > TILDE) return false;
    body[from + at] = code;
  }
  return true;
}

/** Labels are of one mode only: that of most of them. */
function modeOf(indexes: readonly number[]): TicMode | null {
  let [known, standard] = [0, 0];
  for (const index of indexes) {
    if (index < 0) continue;
    known += 1;
    if (modeOfLabel(index) === 'standard') standard += 1;
  }
  if (known === 0) return null;
  return 2 * standard > known ? 'standard' : 'historique';
}

function modeOfLabel(index: number): TicMode {
  return index < HISTORIQUE_LABEL_COUNT ? 'historique' : 'standard';
}
