import { decodeLayout } from '../bytes/index.ts';
import { assert, type Fault, fault, ok, type Result } from '../error/index.ts';
import { areEqualBytes } from '../hash/index.ts';
import type { EpochMs } from '../time/index.ts';
import { offsetsOf, putU32 } from './fixed-part.ts';
import { answerV2Layout, FLAG_TAGGED, FORM, TAG_BYTES } from './layouts-v2.ts';
import { checkHead, type Sign, tagOf, wrongField } from './report-v2.ts';

/** What became of a report; the wire has the index. */
export const ANSWER_STATUSES = ['stored', 'refused', 'tagRefused', 'readOnly', 'retry'] as const;
export type AnswerStatus = (typeof ANSWER_STATUSES)[number];

/** What a server says to a full version 2 report. */
export interface AnswerV2 {
  readonly status: AnswerStatus;
  /** The boot that `acknowledged` is of; 0 where the report could not be read. */
  readonly bootId: number;
  /** All windows up to and with this one are stored for good; null when nothing is said of that. */
  readonly acknowledged: number | null;
  readonly serverMs: EpochMs;
}

/** The key that signs an answer, and the tag of the report it answers: an answer fits one report only. */
export interface AnswerProof {
  readonly sign: Sign;
  /** The last eight bytes of the report. */
  readonly reportTag: Uint8Array;
}

const AT = offsetsOf(answerV2Layout);
const { magic, version, serverMs: serverField } = answerV2Layout.fields;
const U32 = 2 ** 32;

/** Writes an answer, with a tag where a proof can be given. */
export function encodeAnswerV2(answer: AnswerV2, proof?: AnswerProof): Uint8Array {
  const { sizeBytes } = answerV2Layout;
  const { bootId, acknowledged, serverMs } = answer;
  assertWithin('bootId', bootId, U32 - 1);
  assertWithin('acknowledged', acknowledged ?? 0, U32 - 1);
  assertWithin('serverMs', serverMs, serverField.max);
  const bytes = new Uint8Array(sizeBytes + (proof === undefined ? 0 : TAG_BYTES));
  bytes[AT.magic] = magic.constant;
  bytes[AT.version] = version.constant;
  bytes[AT.form] = FORM.answer;
  bytes[AT.flags] = proof === undefined ? 0 : FLAG_TAGGED;
  bytes[AT.status] = ANSWER_STATUSES.indexOf(answer.status);
  bytes[AT.hasAcknowledged] = acknowledged === null ? 0 : 1;
  putU32(bytes, AT.bootId, bootId);
  putU32(bytes, AT.acknowledged, acknowledged ?? 0);
  putU32(bytes, AT.serverMs, Math.floor(serverMs / U32));
  putU32(bytes, AT.serverMs + 4, serverMs % U32);
  if (proof === undefined) return bytes;
  // What is signed is the answer and the report's tag: that stands for a moment where the answer's own is to be.
  bytes.set(proof.reportTag, sizeBytes);
  bytes.set(tagOf(bytes, proof.sign), sizeBytes);
  return bytes;
}

function assertWithin(name: string, value: number, max: number): void {
  const isWithin = Number.isInteger(value) && value >= 0 && value <= max;
  assert(isWithin, `${answerV2Layout.name}.${name}: ${value} is not 0 to ${max}`);
}

/**
 * Reads an answer. A sensor with a key gives `proof` and then takes nothing without the right tag. Faults: those of a
 * report's head, `report/field`, `report/untagged`, `report/tag`.
 */
export function decodeAnswerV2(bytes: Uint8Array, proof?: AnswerProof): Result<AnswerV2, Fault> {
  const head = checkHead(bytes, { layout: answerV2Layout, form: FORM.answer });
  if (head !== null) return fault(head);
  const value = decodeLayout(answerV2Layout, bytes);
  const wrong = wrongField(answerV2Layout, value) ?? wrongAnswer(bytes, value.flags);
  if (wrong !== null) return fault(wrong);
  const status = ANSWER_STATUSES[value.status];
  if (status === undefined || (value.hasAcknowledged === 0 && value.acknowledged !== 0)) {
    const message = `answer: status ${value.status}, acknowledged ${value.acknowledged} of ${value.hasAcknowledged} are not expected`;
    return fault({ code: 'report/field', message });
  }
  if (proof !== undefined) {
    const unproven = checkProof(bytes, value.flags, proof);
    if (unproven !== null) return fault(unproven);
  }
  const acknowledged = value.hasAcknowledged === 1 ? value.acknowledged : null;
  return ok({ status, bootId: value.bootId, acknowledged, serverMs: value.serverMs });
}

function wrongAnswer(bytes: Uint8Array, flags: number): Fault | null {
  const expected = answerV2Layout.sizeBytes + (flags === FLAG_TAGGED ? TAG_BYTES : 0);
  if (bytes.length === expected) return null;
  return { code: 'report/size', message: `answer: expected ${expected} bytes, ${bytes.length} came` };
}

function checkProof(bytes: Uint8Array, flags: number, proof: AnswerProof): Fault | null {
  if (flags !== FLAG_TAGGED) {
    return {
      code: 'report/untagged',
      message: 'answer: expected a tag, for the sensor has a key; none came',
    };
  }
  const { sizeBytes } = answerV2Layout;
  const tag = answerTag(bytes.subarray(0, sizeBytes), proof);
  if (areEqualBytes(bytes.subarray(sizeBytes), tag)) return null;
  return { code: 'report/tag', message: "answer: the tag is not that of the sensor's key and report" };
}

function answerTag(signed: Uint8Array, { sign, reportTag }: AnswerProof): Uint8Array {
  const message = new Uint8Array(signed.length + reportTag.length);
  message.set(signed);
  message.set(reportTag, signed.length);
  return tagOf(message, sign);
}
