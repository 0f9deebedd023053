import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { TruthSite } from '../truth/testing.ts';

const START_MS = Date.UTC(2026, 2, 1);
const WINDOW_MS = 5_000;
const COUNT = 10_000;
/** More than the system keeps for somebody who does not read. */
const ASKED = 40;

const site = await TruthSite.open();
after(() => site[Symbol.asyncDispose]());
const series = site.put(
  { source: 'optical/a/00' },
  { startMs: START_MS, durationMs: WINDOW_MS },
  Array.from({ length: COUNT }, (_, at) => (at * at) % 7),
);

function pathOf(question: number): string {
  const fromMs = START_MS + question * WINDOW_MS;
  return `/series/${series}/buckets?step=5s&from=${fromMs}&to=${fromMs + (COUNT - ASKED) * WINDOW_MS}`;
}

/** The answers to so many questions that were asked at once over one connection. */
async function readAnswers(socket: Socket, count: number): Promise<string[]> {
  const answers: string[] = [];
  let rest = Buffer.alloc(0);
  socket.resume();
  while (answers.length < count) {
    const headEnd = rest.indexOf('\r\n\r\n');
    const length =
      headEnd < 0
        ? Number.NaN
        : Number(/content-length: (\d+)/i.exec(rest.toString('latin1', 0, headEnd))?.[1]);
    const end = headEnd + 4 + length;
    if (rest.length >= end) {
      answers.push(rest.toString('utf8', headEnd + 4, end));
      rest = rest.subarray(end);
    } else {
      const [more] = (await once(socket, 'data')) as [Buffer];
      rest = Buffer.concat([rest, more]);
    }
  }
  return answers;
}

test('who reads slowly gets what was answered, whatever was answered to others meanwhile', async () => {
  const expected: string[] = [];
  for (let question = 0; question < ASKED; question += 1)
    expected.push(JSON.stringify(await site.get(pathOf(question))));
  const socket = connect(site.server.port, '127.0.0.1');
  socket.pause();
  await once(socket, 'connect');
  for (let question = 0; question < ASKED; question += 1)
    socket.write(`GET /api/v1${pathOf(question)} HTTP/1.1\r\nHost: site\r\n\r\n`);
  // Each of these is written where an answer before it was.
  for (let question = 0; question < ASKED; question += 1)
    await site.get(`${pathOf(question)}&columns=start,coverage`);
  assert.ok(JSON.stringify(await readAnswers(socket, ASKED)) === JSON.stringify(expected));
  socket.destroy();
});
