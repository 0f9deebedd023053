import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { decodeReportV1 } from '@kilowink/core/report';
import { constantLoad } from '@kilowink/sim/load';
import { rawPost } from './raw-post.ts';
import { runBlink } from './run-blink.ts';

interface Post {
  readonly url: string | undefined;
  readonly headers: readonly string[];
  readonly from: string | undefined;
  readonly body: Buffer;
}

/** A server that writes down every post; `isAway` makes it hang up instead. */
async function listen(isAway: (post: Post) => boolean = () => false) {
  const posts: Post[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const body = Buffer.concat(await request.toArray());
    const from = request.socket.remoteAddress;
    const post = { url: request.url, headers: request.rawHeaders, from, body };
    if (isAway(post)) {
      request.socket.destroy();
      return;
    }
    posts.push(post);
    response.end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { posts, port, target: { host: '127.0.0.1', port }, [Symbol.dispose]: () => void server.close() };
}

const FAST = { load: constantLoad(3_000), startMs: 0, seed: 1, speed: 200 };

describe('simulated sensor over HTTP', () => {
  it('posts what the firmware posts', async () => {
    using server = await listen();
    const run = runBlink({ ...FAST, target: server.target, durationMs: 60_000, sensorType: 7 });
    await run.done;
    equal(server.posts[0]?.url, '/sensor/up');
    equal(server.posts[0]?.body.length, 0);
    const report = server.posts.find((post) => post.url === '/sensor/report');
    ok(report);
    deepEqual(report.headers, ['Host', `127.0.0.1:${server.port}`, 'Content-Length', '17']);
    const decoded = decodeReportV1(report.body);
    ok(decoded.ok);
    equal(decoded.value.sensorType, 7);
    equal(run.status.answers, server.posts.length);
    equal(run.status.lastAnswer, 'ok');
  });

  it('sends from the address it is told', async () => {
    using server = await listen();
    const answer = await rawPost(
      { ...server.target, localAddress: '127.0.0.5' },
      '/sensor/up',
      new Uint8Array(0),
    );
    deepEqual(answer, { status: 200, text: 'ok' });
    equal(server.posts[0]?.from, '127.0.0.5');
  });

  it('goes on when a report gets no answer', async () => {
    let calls = 0;
    using server = await listen(() => calls++ % 2 === 1);
    const run = runBlink({ ...FAST, target: server.target, durationMs: 180_000 });
    await run.done;
    ok(run.status.failures > 0);
    ok(run.status.answers > 2);
    ok(server.posts.filter((post) => post.url === '/sensor/report').length > 2);
  });

  it('says up until somebody is there, and stops when told', async () => {
    const run = runBlink({ ...FAST, target: { host: '127.0.0.1', port: 1 } });
    while (run.status.failures < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    await run.stop();
    equal(run.status.windows, 0);
    match(run.status.lastAnswer, /ECONNREFUSED/);
  });

  it('nobody there is an error with the address', async () => {
    await rejects(rawPost({ host: '127.0.0.1', port: 1 }, '/sensor/up', new Uint8Array(0)), {
      code: 'sim/no-answer',
    });
  });
});
