import { connect } from 'node:net';
import { cliError } from '../errors.ts';

/** Where a sensor sends to, and from which of this machine's addresses. */
export interface PostTarget {
  readonly host: string;
  readonly port: number;
  /** Any, when left out. */
  readonly localAddress?: string | undefined;
}

/** What a server said to one request. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

const ANSWER_WAIT_MS = 5_000;
const ANSWER_BYTES_MAX = 16_384;

/**
 * Posts as the firmware does: a connection of its own, HTTP/1.1 with nothing but `Host` and `Content-Length`, closed by
 * this side after the answer. Throws `sim/no-answer`.
 */
export function rawPost(target: PostTarget, path: string, body: Uint8Array): Promise<Answer> {
  const { host, port, localAddress } = target;
  const head = `POST ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) });
    let came = '';
    const fail = (reason: string, cause?: unknown) => {
      socket.destroy();
      reject(cliError('sim/no-answer', { host, port, reason }, cause));
    };
    socket.setTimeout(ANSWER_WAIT_MS, () => fail(`nothing within ${ANSWER_WAIT_MS / 1_000} s`));
    socket.on('error', (cause) => fail(cause.message, cause));
    socket.on('connect', () => socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body])));
    socket.on('data', (chunk) => {
      came += chunk.toString('latin1');
      const answer = parseAnswer(came);
      if (answer !== null) {
        socket.destroy();
        resolve(answer);
      } else if (came.length > ANSWER_BYTES_MAX) fail('an answer too long');
    });
    socket.on('end', () => fail('the connection was closed before the answer was whole'));
  });
}

/** The answer once it is whole, else null. */
function parseAnswer(came: string): Answer | null {
  const headEnd = came.indexOf('\r\n\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(came)?.[1];
  if (headEnd < 0 || status === undefined) return null;
  const lengthBytes = Number(/^content-length: *(\d+)/im.exec(came.slice(0, headEnd))?.[1] ?? 0);
  const text = came.slice(headEnd + 4);
  return text.length < lengthBytes ? null : { status: Number(status), text: text.slice(0, lengthBytes) };
}
