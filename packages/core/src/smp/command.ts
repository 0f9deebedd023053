import type { Fields, ValueOf, WireType } from './wire-type.ts';

/** What a request does: look, or change something. The numbers are those of the header. */
export const OPERATION = { read: 0, write: 2 } as const;

/** What a request does. */
export type Operation = keyof typeof OPERATION;

/** What a command takes: a wide bound lets a slow flash be erased before anyone gives up. */
export type Duration = 'short' | 'long';

/** One row of the command tables: everything that is known of a command. Codec, client and specification follow from it. */
export interface Command<Request extends Fields = Fields, Reply = unknown> {
  /** Unique, `group command`, for messages and tables: `image upload`. */
  readonly name: string;
  readonly group: number;
  readonly id: number;
  readonly operation: Operation;
  readonly request: Request;
  readonly reply: WireType<Reply>;
  /** One sentence of what it does, for the specification. */
  readonly doc: string;
  /**
   * Whether the request may be sent again when no answer came: doing it twice must be the same as doing it once. False for
   * what runs a command of the device's shell.
   */
  readonly isRepeatable: boolean;
  /** `long` for what erases or verifies flash before it answers. */
  readonly duration: Duration;
  /** `rc` is a value of the reply beside others and no error of SMP (the shell group of old servers). */
  readonly rcIsValue?: boolean;
}

/** The request that a command takes, as a type. */
export type RequestOf<C> = C extends Command<infer F, infer _> ? ValueOf<F> : never;

/** What a command answers, as a type. */
export type ReplyOf<C> = C extends Command<infer _, infer R> ? R : never;

interface Row<Request extends Fields, Reply> {
  readonly name: string;
  readonly group: number;
  readonly id: number;
  readonly operation: Operation;
  readonly request: Request;
  readonly reply: WireType<Reply>;
  readonly doc: string;
  readonly isRepeatable?: boolean;
  readonly duration?: Duration;
  readonly rcIsValue?: boolean;
}

/** Makes a row: repeatable and short unless it says otherwise. */
export function command<const Request extends Fields, Reply>(
  row: Row<Request, Reply>,
): Command<Request, Reply> {
  return { isRepeatable: true, duration: 'short', ...row };
}
