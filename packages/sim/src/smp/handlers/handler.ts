import type { CborInput, CborMap } from '@kilowink/core/cbor';
import { type Command, type Fields, type ReplyOf, type RequestOf, struct } from '@kilowink/core/smp';
import { type Answer, type DeviceContext, type Refused, refuse } from '../context.ts';
import type { Work } from '../operation.ts';

/** A command as the device carries it out: entries of a request in, entries of an answer out. */
export interface Handler {
  readonly command: Command;
  run(device: DeviceContext, body: CborMap): Work<CborInput | Refused>;
}

/** Binds a row of the table to what the device does: requests are read, and replies written, as the row says. */
export function handler<C extends Command<Fields, unknown>>(
  command: C,
  work: (device: DeviceContext, request: RequestOf<C>) => Answer<ReplyOf<C>>,
): Handler {
  const request = struct(command.request);
  return {
    command,
    *run(device, body) {
      const taken = request.take(body);
      if ('misfit' in taken) return refuse(null, 3);
      const answer = yield* work(device, taken.value as RequestOf<C>);
      return isRefused(answer) ? answer : command.reply.give(answer);
    },
  };
}

/** Whether a handler refused. */
export function isRefused(answer: unknown): answer is Refused {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}
