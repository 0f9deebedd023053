// What the server announces is what the firmware's search reads: the C core asks, and reads the answer.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Announcement } from '../packages/link/src/announce/index.ts';
import { C_WARNINGS } from './lib/core-c.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-mdns-c-'));
after(() => rmSync(folder, { recursive: true }));

/** Without anything on standard input it prints the question; else whom the answer there names. */
const MAIN = `
#include <stdio.h>
#include <kilowink/mdns.h>
int main(void)
{
	uint8_t bytes[1500];
	struct mdns_server server;
	size_t size = fread(bytes, 1, sizeof(bytes), stdin);
	int result;
	if (size == 0U) {
		result = mdns_query_encode(bytes, sizeof(bytes));
		(void)fwrite(bytes, 1, (size_t)result, stdout);
		return 0;
	}
	result = mdns_response_decode(&server, bytes, size);
	printf("%d %u.%u.%u.%u:%u", result, server.address[0], server.address[1], server.address[2], server.address[3], server.port);
	return 0;
}
`;

const core = join(import.meta.dirname, '../firmware/core');
const program = join(folder, 'mdns');
writeFileSync(join(folder, 'main.c'), MAIN);
const built = spawnSync('gcc', [
  ...C_WARNINGS,
  ...['-fsanitize=address,undefined', `-I${join(core, 'include')}`],
  ...[join(folder, 'main.c'), join(core, 'src/mdns.c'), '-o', program],
]);
assert.equal(built.status, 0, String(built.stderr ?? built.error));

test('the firmware finds the server by its own question, at the address of its own network', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.setMulticastInterface('127.0.0.1');
  const spare = createSocket('udp4').bind(0);
  await once(spare, 'listening');
  const { port } = spare.address();
  spare.close();
  const announcement = new Announcement({
    ...{
      service: '_kilowink._tcp',
      name: 'Les Tilleuls (cellar)',
      host: 'Cellar',
      port: 8_087,
      text: ['path=/stats'],
    },
    addresses: () => [
      { address: '198.51.100.4', netmask: '255.255.255.0' },
      { address: '127.0.0.9', netmask: '255.0.0.0' },
    ],
    socket: { port, interface: '127.0.0.1' },
    onObstacle: assert.fail,
  });
  const { stdout: question } = spawnSync(program, { input: '' });
  assert.equal(question.length, 38);
  const timer = setInterval(() => socket.send(question, port, '224.0.0.251'), 50);
  const [answer] = (await once(socket, 'message')) as [Buffer];
  clearInterval(timer);
  socket.close();
  await announcement.close();
  const read = spawnSync(program, { input: answer });
  assert.equal(read.stdout.toString(), '0 127.0.0.9:8087', String(read.stderr));
});
