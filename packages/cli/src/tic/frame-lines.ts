import {
  groupAtMs,
  groupValue,
  type ProfileTimes,
  type TicCounters,
  type TicDiscarded,
  type TicFrame,
  type TicGroup,
} from '@kilowink/core/tic';

/** Thrown-away pieces that one line tells of; of more the counters tell. */
const DISCARDED_MAX = 64;

/** Makes of what a parser tells a line of JSON a frame. */
export class FrameLines {
  readonly #times: ProfileTimes;
  #discarded: TicDiscarded[] = [];

  constructor(times: ProfileTimes) {
    this.#times = times;
  }

  addDiscarded(piece: TicDiscarded): void {
    if (this.#discarded.length < DISCARDED_MAX) this.#discarded.push(piece);
  }

  /** The line of a frame; what was thrown away since the one before is in it. */
  lineOf(frame: TicFrame, counters: Readonly<TicCounters>): string {
    return this.#line({ mode: frame.mode, complete: frame.complete, groups: frame.groups }, counters);
  }

  /** The line for what was thrown away after the last frame; empty when there is nothing to tell. */
  lastLine(counters: Readonly<TicCounters>, mode: string | null): string {
    if (this.#discarded.length === 0) return '';
    return this.#line({ mode, complete: false, groups: [] }, counters);
  }

  #line(
    of: { mode: string | null; complete: boolean; groups: readonly TicGroup[] },
    counters: Readonly<TicCounters>,
  ): string {
    const discarded = this.#discarded.map(({ reason, size, bytes }) => ({
      reason,
      size,
      text: toText(bytes),
    }));
    this.#discarded = [];
    const groups = Object.fromEntries(of.groups.map((group) => [group.label.name, this.#groupOf(group)]));
    return `${JSON.stringify({ mode: of.mode, complete: of.complete, groups, discarded, counters })}\n`;
  }

  #groupOf(group: TicGroup): { value: unknown; at?: string; raw: string } {
    const atMs = groupAtMs(group);
    const value = groupValue(group, this.#times);
    if (atMs === null) return { value, raw: group.raw };
    return { value, at: new Date(atMs).toISOString(), raw: group.raw };
  }
}

/** Groups, thrown-away pieces and frames as lines of text for a person. */
export const rawLines = {
  group({ label, horodate, raw }: TicGroup): string {
    const time = horodate === null ? '' : `${horodate}  `;
    return `ok          ${label.name.padEnd(9)}  ${time}${raw}\n`;
  },
  discarded({ reason, bytes, size }: TicDiscarded): string {
    const rest = size > bytes.length ? ` … ${size} bytes` : '';
    return `${reason.padEnd(10)}  "${quoted(bytes)}"${rest}\n`;
  },
  frame({ mode, state, groups, badGroups }: TicFrame): string {
    return `--          ${mode}, ${state}: ${groups.length} groups, ${badGroups} bad\n`;
  },
};

/** A character a byte. */
function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function quoted(bytes: Uint8Array): string {
  return toText(bytes).replace(/[^ -~]|["\\]/g, (char) => {
    if (char === '"' || char === '\\') return `\\${char}`;
    return char === '\t' ? '\\t' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
