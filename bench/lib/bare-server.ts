// The least that a Node server can do with a report: read the body, answer `ok` as ours does.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tellProcessor } from './processor.ts';

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    Buffer.concat(chunks);
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'content-length': 2 });
    response.end('ok');
  });
});
const leave = tellProcessor();
process.on('SIGTERM', () => void leave());
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
