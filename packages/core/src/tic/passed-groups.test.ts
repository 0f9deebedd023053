import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TicFrame, TicFrameState } from './frame.ts';
import { LABELS, type TicLabel, type TicMode } from './labels.ts';
import { frameOfGroups, labelOf, type PassedGroup } from './passed-groups.ts';
import { hear, historique, standard } from './testing.ts';

const CASES = 4_000;
const ENDS = { complete: '\x03', interrupted: '\x04', incomplete: '' };
const DATA: readonly string[] = ['0123456789', '0123456789ABCDEF', 'ABC.HC ', ' !azAZ~', '/\t\n\r\x02\x03Éı'];

/** Numbers from 0 to below `limit`, the same from one seed. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * limit);
  };
}

function pick<T>(from: readonly T[], random: (limit: number) => number): T {
  return from[random(from.length)] as T;
}

/** Mostly what the label's data may be: sizes and characters are seldom others. */
function randomGroup(mode: TicMode, random: (limit: number) => number): PassedGroup {
  const label = pick(LABELS, random);
  const name = random(30) === 0 ? pick(['', 'PAP', 'P P', 'CCASN_1', 'PJOURF_1'], random) : label.name;
  const size = random(12) === 0 ? random(16) : label.size;
  const characters = random(8) === 0 ? pick(DATA, random) : dataOf(label);
  const raw = Array.from({ length: size }, () => pick([...characters], random)).join('');
  const dated = mode === 'standard' && label.isDated === random(12) > 0;
  return {
    label: name,
    raw,
    horodate: dated ? pick(['H261121030405', 'E000000000000', ' 261341', 'H26112103040\n'], random) : null,
  };
}

function dataOf({ form }: TicLabel): string {
  return ['number', 'identity', 'relays', 'hex', 'status'].includes(form) ? '01' : 'HC';
}

/** The frame as the decoder of a line has it, of a meter that sends these groups: the longest, where they make several. */
function onTheLine(groups: readonly PassedGroup[], mode: TicMode, state: TicFrameState): TicFrame | null {
  const lines = groups.map(({ label: told, raw, horodate }) => {
    const label = labelOf(told);
    if (label !== undefined && label.mode !== mode) return '';
    const isClean = label !== undefined && /^[ -~]*$/.test(`${raw}${horodate ?? ''}`);
    if (!isClean) return '\n? ?\r';
    if (mode === 'historique') return historique(label.name, raw);
    return standard(...(horodate === null ? [label.name, raw] : [label.name, horodate, raw]));
  });
  const { frames } = hear(`\x02${lines.join('')}${ENDS[state]}`);
  return frames.reduce<TicFrame | null>(
    (best, frame) => (frame.groups.length > (best?.groups.length ?? 0) ? frame : best),
    null,
  );
}

function told(frame: TicFrame | null): unknown {
  if (frame === null) return null;
  const { mode, state, hasStart, hasEnd, badGroups, groups } = frame;
  return { mode, state, hasStart, hasEnd, badGroups, groups };
}

test('groups that were passed on are the frame that the decoder of a line makes of them', () => {
  const random = numbers(20_261_121);
  const seen = { none: 0, complete: 0, incomplete: 0, interrupted: 0, bad: 0, parted: 0 };
  for (let at = 0; at < CASES; at += 1) {
    const wanted = pick(['historique', 'standard'] as const, random);
    const groups = Array.from({ length: 1 + random(12) }, () => randomGroup(wanted, random));
    const known = groups.flatMap(({ label }) => labelOf(label)?.mode ?? []);
    const mode =
      2 * known.filter((each) => each === 'standard').length > known.length ? 'standard' : 'historique';
    const plain = mode === 'standard' ? groups : groups.map((group) => ({ ...group, horodate: null }));
    const state = pick(['complete', 'incomplete', 'interrupted'] as const, random);
    const frame = frameOfGroups(plain, state);
    assert.deepEqual(told(frame), told(onTheLine(plain, mode, state)), JSON.stringify(plain));
    seen[frame?.state ?? 'none'] += 1;
    if (frame !== null && frame.badGroups > 0) seen.bad += 1;
    if (frame !== null && (!frame.hasStart || (state === 'complete' && !frame.hasEnd))) seen.parted += 1;
  }
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, `no case of ${what}`);
});

test('a label is found also by what becomes of it as a level of a topic', () => {
  assert.equal(labelOf('PJOURF_1')?.name, 'PJOURF+1');
  assert.equal(labelOf('SMAXSN1_1')?.name, 'SMAXSN1-1');
  assert.equal(labelOf('SMAXSN1')?.name, 'SMAXSN1');
  assert.equal(labelOf('NOTHING'), undefined);
});
