import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { parseImage } from '@kilowink/core/image';
import { checkSignature, generateKeyPair } from '@kilowink/link/firmware';
import type { UploadProgress } from '@kilowink/link/smp-client';
import { UploadBar, uploadSummary } from '../fw/upload-progress.ts';
import { say, startDevice } from '../smp/testing.ts';
import { Workplace } from '../testing.ts';
import { fwCommand } from './fw.ts';

const place = new Workplace();
const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers) await close();
  place[Symbol.dispose]();
});

const fw = (...words: string[]) => say(fwCommand(), ...words);

async function start(options: Parameters<typeof startDevice>[0] = {}) {
  const running = await startDevice(options);
  closers.push(running.close);
  return running;
}

const pair = generateKeyPair('ecdsa-p256');
const [privateKey, publicKey, code] = [
  place.path('key.pem'),
  place.path('public.pem'),
  place.path('code.bin'),
];
writeFileSync(privateKey, pair.privatePem);
writeFileSync(publicKey, pair.publicPem);
writeFileSync(
  code,
  Uint8Array.from({ length: 30_000 }, (_, at) => (at * 7) & 0xff),
);

async function sign(version: string, ...more: string[]): Promise<string> {
  const output = place.path(`firmware-${version}.bin`);
  await fw('sign', '--key', privateKey, '--fw-version', version, '--pad-header', ...more, code, output);
  return output;
}

test('an image is signed, and its signature is right', async () => {
  const parsed = parseImage(readFileSync(await sign('1.2.3+4')));
  assert.ok(parsed.ok);
  assert.equal(checkSignature(parsed.value, pair.publicPem), 'right');
  assert.deepEqual(parsed.value.version, { major: 1, minor: 2, revision: 3, build: 4 });
});

test('code with room for its header keeps its size', async () => {
  const room = place.path('room.bin');
  writeFileSync(room, Buffer.concat([Buffer.alloc(512), readFileSync(code)]));
  const output = place.path('roomy.bin');
  await fw('sign', '--fw-version', '1.0', room, output);
  const parsed = parseImage(readFileSync(output));
  assert.ok(parsed.ok && parsed.value.bodyBytes === 30_000);
  await assert.rejects(fw('sign', '--fw-version', '1.0', code, output), /--pad-header puts the header/);
  await assert.rejects(fw('sign', '--fw-version', '1.0', '--pad-header', output, output), /an image already/);
});

test('a slot is filled, with its trailer', async () => {
  const file = readFileSync(await sign('1.0.1', '--slot-size', '65536', '--confirm'));
  assert.equal(file.length, 65_536);
  const parsed = parseImage(file);
  assert.ok(parsed.ok && parsed.value.trailer?.isConfirmed);
  await assert.rejects(sign('1.0.2', '--slot-size', '31000'), /does not fit a slot of 31000/);
  await assert.rejects(sign('1.0.2', '--pad'), /need --slot-size/);
  await assert.rejects(sign('1.x'), /--fw-version: expected/);
});

test('a new private key is for its owner alone, and never overwritten', async () => {
  const path = place.path('new.pem');
  const child = place.start(['fw', 'keygen', path, '--kind', 'ed25519']);
  const chunks = child.stdout.toArray();
  await once(child, 'close');
  assert.match((await chunks).join(''), /^-----BEGIN PUBLIC KEY-----/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  await assert.rejects(fw('keygen', path), { code: 'cli/output' });
  chmodSync(path, 0o600);
});

test('what a file is', async () => {
  const file = await sign('1.2.4');
  const lines = (await fw('info', '--key', publicKey, file)).join('\n');
  assert.match(
    lines,
    /version +1\.2\.4\n +size +30 \d\d\d bytes \(header 512, code 30 000\)\n +hash +[0-9a-f]{64}/,
  );
  assert.match(lines, /signature +ECDSA-P256, right under the key given\n +key +[0-9a-f]{64}/);
  assert.match((await fw('info', file)).join('\n'), /ECDSA-P256, not checked/);
});

test('a wrong or damaged file is refused before anything is sent', async () => {
  const { target, device } = await start();
  const before = device.counters.requests;
  const other = place.path('other.pem');
  writeFileSync(other, generateKeyPair('ecdsa-p256').publicPem);
  const file = await sign('1.2.5');
  await assert.rejects(fw('upload', '--key', other, target, file), /signed with another key/);
  const damaged = readFileSync(file);
  damaged[5_000] = (damaged[5_000] ?? 0) ^ 1;
  writeFileSync(place.path('damaged.bin'), damaged);
  await assert.rejects(fw('upload', target, place.path('damaged.bin')), /the file is damaged/);
  await assert.rejects(fw('update', target, code), /not made for MCUboot/);
  await assert.rejects(fw('update', target, place.path('none.bin')), { code: 'cli/file' });
  assert.equal(device.counters.requests, before);
});

test('step by step: list, upload, test, reset, confirm, erase', async () => {
  const { target, device } = await start();
  const file = await sign('1.3.0', '--slot-size', '65536', '--pad');
  assert.match(
    (await fw('list', target)).join('\n'),
    /^image 0 slot 0 {2}1\.0\.0 {2}[0-9a-f]{16} {2}active, confirmed$/,
  );
  assert.match((await fw('upload', '--key', publicKey, target, file)).join('\n'), /^30 \d\d\d bytes \(/);
  assert.match((await fw('test', target))[1] ?? '', /1\.3\.0 .* pending on trial$/);
  await assert.rejects(fw('erase', target), /badState/);
  assert.deepEqual(await fw('reset', target), ['it starts anew']);
  while (device.version !== '1.3.0' || device.state !== 'running') {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.match((await fw('list', target))[0] ?? '', /1\.3\.0 .* active, on trial$/);
  assert.match((await fw('confirm', target))[0] ?? '', /1\.3\.0 .* active, confirmed$/);
  assert.deepEqual(await fw('erase', target), ['slot 1 is erased']);
  assert.equal((await fw('list', target)).length, 1);
  await assert.rejects(fw('test', target), /holds no image/);
  await assert.rejects(fw('test', target, 'ffff'), /0 images begin with ffff/);
});

test('update does it all, and a second one finds nothing to do', async () => {
  const { target, device } = await start({ loss: 0.02, delayMs: 2 });
  const file = await sign('1.4.0');
  const lines = await fw('update', '--key', publicKey, target, file);
  assert.equal(lines.at(-1), 'updated: 1.4.0 runs');
  assert.equal(device.version, '1.4.0');
  const [json] = [JSON.parse((await fw('update', '--json', target, file)).join('\n'))];
  assert.equal(json.kind, 'same');
});

test('what runs on a device', async () => {
  const { target } = await start();
  const lines = (await fw('info', target)).join('\n');
  assert.match(lines, /system +Zephyr .*\n +boot loader +MCUboot\n +slots +slot 0: 262 144 bytes, slot 1/);
});

test('firmware of the same version or an older one is refused where that is wanted', async () => {
  const { target } = await start({ version: '2.0.0' });
  await assert.rejects(fw('upload', '--upgrade-only', target, await sign('1.9.9')), /runningIsNewer/);
});

test('the bar tells the rate and the time left', () => {
  const notes: string[] = [];
  const bar = new UploadBar('', { update: (_done, _total, note = '') => void notes.push(note), end() {} });
  const at = (doneBytes: number): UploadProgress => ({
    doneBytes,
    totalBytes: 102_400,
    sentBytes: 0,
    resumedBytes: 0,
  });
  bar.show(at(0), 0);
  bar.show(at(20_480), 1_000);
  assert.deepEqual(notes, ['0 of 100 KiB', '20 of 100 KiB  20.0 KiB/s  4 s left']);
  const resumed = { doneBytes: 102_400, totalBytes: 102_400, sentBytes: 56_320, resumedBytes: 51_200 };
  assert.equal(
    uploadSummary(resumed, 10_000),
    '102 400 bytes, 51 200 of them were there already (10 s, 5.0 KiB/s, 10.0 % sent again)',
  );
});
