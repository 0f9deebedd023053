import type { TicReason } from './frame.ts';
import { isHorodate } from './horodate.ts';
import { endOfLabel, findLabelIndex, isStandardLabel } from './label-index.ts';
import { HORODATE_BYTES, LABELS, type TicForm } from './labels.ts';
import { isProfile } from './profile.ts';

const [TAB, SPACE] = [0x09, 0x20];
const CHECKSUM_BITS = 0x3f;
const RELAYS_MAX = 255;
/** No label's number; not -1, which is that of none. */
const UNKNOWN = -2;

/** What a byte may be part of, one bit each. */
const KIND = { digit: 1, hex: 2, code: 4, option: 8, mark: 16, text: 32 } as const;
const kinds = new Uint8Array(256);
for (let byte = SPACE; byte <= 0x7e; byte++) {
  const char = String.fromCharCode(byte);
  kinds[byte] =
    (/\d/.test(char) ? KIND.digit : 0) |
    (/[0-9A-F]/.test(char) ? KIND.hex : 0) |
    (/[A-Z._-]/.test(char) ? KIND.code : 0) |
    (byte <= 0x5f ? KIND.option : 0) |
    (/[0-9A-Z]/.test(char) ? KIND.mark : 0) |
    KIND.text;
}

const KIND_OF_FORM: Readonly<Record<TicForm, number>> = {
  number: KIND.digit,
  identity: KIND.digit,
  hex: KIND.hex,
  status: KIND.hex,
  relays: KIND.digit,
  code: KIND.code,
  option: KIND.option,
  mark: KIND.mark,
  text: KIND.text,
  profile: KIND.text,
  none: 0,
};

const kindOfLabel = Uint8Array.from(LABELS, (label) => KIND_OF_FORM[label.form]);
const isDatedLabel = Uint8Array.from(LABELS, (label) => Number(label.isDated));
const isProfileLabel = Uint8Array.from(LABELS, (label) => Number(label.form === 'profile'));
const RELAIS = LABELS.findIndex((label) => label.form === 'relays');
/** Bytes between the first separator and the last. */
const bodyOfLabel = Uint8Array.from(LABELS, (label) => label.size + (label.isDated ? HORODATE_BYTES + 1 : 0));

/**
 * Says of a piece of the line whether it is a group. The rule follows from the piece: with a tab in it, it can only be one of
 * standard mode, without one only of historique; the other rule is never tried, because it lets the ends of cut groups
 * pass. A piece is read from its end, because the checksum can be a space.
 *
 *   historique   label SP data SP checksum              sum of label, SP, data
 *   standard     label HT (time HT) data HT checksum    sum of all before the checksum
 *
 * Six bits of sum let much through: what follows it (label, length, characters, time) makes the difference.
 */
export class PieceJudge {
  /** Of the last piece that was a group: its label's number in `LABELS`. */
  labelIndex = 0;
  /** Where its time (if the label has one) and then its data stand. */
  bodyFrom = 0;
  dataFrom = 0;
  dataTo = 0;
  /** By label: the one that came after it the last time, which is looked for first. */
  readonly #followers = new Uint8Array(LABELS.length);

  /** Of the piece to be judged: the sum of its bytes, and how many of them are tabs. */
  sum = 0;
  tabs = 0;

  /** Sets `sum` and `tabs`, where whoever reads the line did not count along. */
  measure(bytes: Uint8Array, from: number, to: number): void {
    this.sum = 0;
    this.tabs = 0;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] as number;
      this.sum += byte;
      if (byte === TAB) this.tabs += 1;
    }
  }

  /** Null: the bytes at [from, to), already measured, are a group, and the fields tell which. */
  judge(bytes: Uint8Array, from: number, to: number): TicReason | null {
    const { sum, tabs } = this;
    const end = to - 2;
    const separator = tabs > 0 ? TAB : SPACE;
    if (end <= from || bytes[end] !== separator) return 'form';
    let index = this.#followers[this.labelIndex] as number;
    let labelTo = endOfLabel(index, bytes, from);
    if (labelTo < 0 || bytes[labelTo] !== separator) {
      index = UNKNOWN;
      labelTo = from;
      while (bytes[labelTo] !== separator) labelTo += 1;
    }
    if (labelTo === from || labelTo >= end) return 'form';
    const checksum = bytes[to - 1] as number;
    const summed = tabs > 0 ? sum - checksum : sum - checksum - SPACE;
    if ((summed & CHECKSUM_BITS) + SPACE !== checksum) return 'checksum';
    if (index === UNKNOWN) index = findLabelIndex(bytes, from, labelTo);
    if (index < 0 || isStandardLabel(index) !== tabs > 0) return 'label';
    this.#followers[this.labelIndex] = index;
    this.labelIndex = index;
    this.bodyFrom = labelTo + 1;
    this.dataTo = end;
    return this.#judgeBody(bytes);
  }

  #judgeBody(bytes: Uint8Array): TicReason | null {
    const { labelIndex, bodyFrom, dataTo } = this;
    if (dataTo - bodyFrom !== bodyBytes(labelIndex)) return 'length';
    this.dataFrom = isDatedLabel[labelIndex] === 1 ? bodyFrom + HORODATE_BYTES + 1 : bodyFrom;
    return judgeBody(labelIndex, bytes, bodyFrom);
  }
}

/** How many bytes a label's time, if it has one, a tab behind it, and its data are. */
export function bodyBytes(labelIndex: number): number {
  return bodyOfLabel[labelIndex] as number;
}

/** Null: the `bodyBytes` at `bodyFrom` are what the label's time and data may be. */
export function judgeBody(labelIndex: number, bytes: Uint8Array, bodyFrom: number): TicReason | null {
  const dataTo = bodyFrom + bodyBytes(labelIndex);
  const isDated = isDatedLabel[labelIndex] === 1;
  if (isDated && bytes[bodyFrom + HORODATE_BYTES] !== TAB) return 'horodate';
  const kind = kindOfLabel[labelIndex] as number;
  for (let at = isDated ? bodyFrom + HORODATE_BYTES + 1 : bodyFrom; at < dataTo; at++) {
    if (((kinds[bytes[at] as number] as number) & kind) === 0) return 'characters';
  }
  if (isDated && !isHorodate(bytes, bodyFrom)) return 'horodate';
  if (labelIndex === RELAIS && relaysOf(bytes, bodyFrom) > RELAYS_MAX) return 'characters';
  const isRight = isProfileLabel[labelIndex] === 0 || isProfile(bytes, bodyFrom);
  return isRight ? null : 'characters';
}

function relaysOf(bytes: Uint8Array, from: number): number {
  const digit = (at: number) => (bytes[from + at] as number) - 0x30;
  return 100 * digit(0) + 10 * digit(1) + digit(2);
}
