import { type CborInput, type CborMap, decodeCbor, encodeCbor, isCborMap } from '../cbor/index.ts';
import { type Fault, fault, ok, type Result } from '../error/index.ts';
import { type Command, OPERATION, type ReplyOf, type RequestOf } from './command.ts';
import { BASIC_GROUP } from './groups/basic.ts';
import { SETTINGS_GROUP } from './groups/settings.ts';
import { STATISTICS_GROUP } from './groups/statistics.ts';
import { encodeFrame, type SmpFrame, type SmpVersion } from './header.ts';
import { formatRefusal, type Refusal, refusalOf } from './refusals.ts';
import { type Fields, struct } from './wire-type.ts';

/** What a request's frame needs beside the command. */
export interface RequestFrame {
  /** 0 to 255; the answer carries the same. */
  readonly sequence: number;
  /** 2 unless the device is too old for it. */
  readonly version?: SmpVersion;
}

/** Why an answer is none: its form is wrong, or the device refused. */
export type ReplyFault = Fault &
  (
    | { readonly code: 'smp/refused'; readonly refusal: Refusal }
    | { readonly code: 'smp/other' | 'smp/body' | 'smp/reply' }
  );

/** The frame of a request, ready to be sent. */
export function encodeRequest<C extends Command<Fields, unknown>>(
  command: C,
  request: RequestOf<C>,
  { sequence, version = 2 }: RequestFrame,
): Uint8Array {
  const { group, id, operation } = command;
  const body = encodeCbor(struct(command.request).give(request));
  const header = { version, op: OPERATION[operation], flags: 0, group, sequence, command: id };
  return encodeFrame(header, body);
}

/** Whether a frame answers a request of this command with this number. */
export function isReplyTo(command: Command, sequence: number, { header }: SmpFrame): boolean {
  return (
    header.group === command.group &&
    header.command === command.id &&
    header.op === OPERATION[command.operation] + 1 &&
    header.sequence === sequence
  );
}

/** Reads the answer to a command: the reply as its row says, or why there is none. Never throws. */
export function decodeReply<C extends Command<Fields, unknown>>(
  command: C,
  frame: SmpFrame,
): Result<ReplyOf<C>, ReplyFault> {
  const { header } = frame;
  if (!isReplyTo(command, header.sequence, frame)) {
    const came = `operation ${header.op} of ${header.group}/${header.command}`;
    return fault({ code: 'smp/other', message: `${command.name}: expected its answer, ${came} came` });
  }
  // What the device prints need not be UTF-8: a shell's output may end within a character. Tasks without a name all have
  // the same one (seen with Zephyr 3.4).
  const decoded = decodeCbor(frame.body, { wrongText: 'replace', repeatedKeys: 'number' });
  if (!decoded.ok) {
    return fault({ code: 'smp/body', message: `${command.name}: ${decoded.fault.message}` });
  }
  if (!isCborMap(decoded.value)) {
    return fault({ code: 'smp/body', message: `${command.name}: expected a map` });
  }
  return decodeReplyMap(command, decoded.value);
}

function decodeReplyMap<C extends Command<Fields, unknown>>(
  command: C,
  body: CborMap,
): Result<ReplyOf<C>, ReplyFault> {
  const refusal = findRefusal(command, body);
  if (refusal !== null) {
    const message = `${command.name} was refused: ${formatRefusal(refusal)}`;
    return fault({ code: 'smp/refused', message, refusal });
  }
  const taken = command.reply.take(body);
  if ('value' in taken) return ok(taken.value as ReplyOf<C>);
  const { path, expected, came } = taken.misfit;
  const place = path === '' ? '' : `${path}: `;
  return fault({ code: 'smp/reply', message: `${command.name}: ${place}expected ${expected}, ${came} came` });
}

/** The refusal in either form: `rc` (version 1, and what concerns SMP itself), or `err` with its group (version 2). */
function findRefusal(command: Command, body: CborMap): Refusal | null {
  const error = body.get('err');
  if (isCborMap(error)) {
    const code = error.get('rc');
    const group = error.get('group');
    if (code === 0 || typeof code !== 'number' || typeof group !== 'number') return null;
    return withReason(refusalOf(trueGroup(command, group), code), body);
  }
  const code = body.get('rc');
  // The old shell group answers what the command returned as `rc`, beside its output.
  if (command.rcIsValue === true && body.has('o')) return null;
  if (typeof code !== 'number' || code === 0) return null;
  return withReason(refusalOf(null, code), body);
}

/** Zephyr 3.4 says that errors of statistics and settings are of its own group 63. */
function trueGroup(command: Command, group: number): number {
  const wasMistaken = command.group === STATISTICS_GROUP || command.group === SETTINGS_GROUP;
  return group === BASIC_GROUP && wasMistaken ? command.group : group;
}

function withReason(refusal: Refusal, body: CborMap): Refusal {
  const reason = body.get('rsn');
  return typeof reason === 'string' ? { ...refusal, reason } : refusal;
}

/** The frame of an answer, for devices that are simulated. It is written as Zephyr does: maps and lists with open ends. */
export function encodeReply(request: SmpFrame, body: CborInput): Uint8Array {
  const { version, op, group, sequence, command } = request.header;
  const bytes = encodeCbor(body, { openEnds: true });
  return encodeFrame({ version, op: op + 1, flags: 0, group, sequence, command }, bytes);
}
