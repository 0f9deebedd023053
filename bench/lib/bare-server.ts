// The least that a Node server can do with a report: read the body, answer as ours does, `ok` or the bytes of version 2.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tellProcessor } from './processor.ts';

/** With its tag. */
const ANSWER_V2 = new Uint8Array(30);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    const content = body?.[1] === 2 ? ANSWER_V2 : 'ok';
    const type = typeof content === 'string' ? 'text/plain; charset=utf-8' : 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-length': content.length });
    response.end(content);
  });
});
const leave = tellProcessor();
process.on('SIGTERM', () => void leave());
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
