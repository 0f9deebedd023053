import { parseHex, toHex } from '@kilowink/core/bytes';
import { cliError } from '../errors.ts';

const INTERRUPT = '\x03';
const ENDS = ['\r', '\n', '\x04', INTERRUPT];

/** Reads a key of so many bytes in hex from standard input; typed in at a terminal it is not shown. Throws `cli/usage`. */
export async function readKey(bytes: number, what: string): Promise<string> {
  const { stdin } = process;
  const text = stdin.isTTY ? await typed(`${what}, ${2 * bytes} hex digits (not shown): `) : await piped();
  const key = parseHex(text.trim());
  // What came is a secret, if a wrong one: it is not repeated in the message.
  if (key?.length !== bytes) {
    throw cliError('cli/usage', { reason: `expected ${2 * bytes} hex digits on standard input as ${what}` });
  }
  return toHex(key);
}

/** Reads a password from standard input; typed in at a terminal it is not shown. Throws `cli/usage` when none comes. */
export async function readPassword(): Promise<string> {
  const text = process.stdin.isTTY ? await typed('password (not shown): ') : await piped();
  const password = text.replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw cliError('cli/usage', { reason: 'expected a password on standard input, none came' });
}

async function piped(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function typed(prompt: string): Promise<string> {
  const { stdin } = process;
  process.stderr.write(prompt);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (keys: string) => {
      for (const key of keys) {
        if (ENDS.includes(key)) return done(key);
        text = key === '\x7f' ? text.slice(0, -1) : text + key;
      }
    };
    const done = (key: string) => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      process.stderr.write('\n');
      if (key === INTERRUPT) reject(cliError('cli/usage', { reason: 'interrupted' }));
      else resolve(text);
    };
    stdin.on('data', take);
  });
}
