import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { listSerialPorts } from './list-ports.ts';
import { SerialLine, type SerialLineOptions } from './serial-line.ts';
import { PtyPair } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-serial-'));
const lines = new Set<SerialLine>();
const pairs = new Set<PtyPair>();
after(async () => {
  for (const line of lines) await line.close();
  for (const pair of pairs) await pair.close();
  rmSync(folder, { recursive: true });
});

let made = 0;
async function pairOf(name = `pair-${made++}`): Promise<PtyPair> {
  const pair = await PtyPair.open(folder, name);
  pairs.add(pair);
  return pair;
}

/** A line, with what it heard and what happened to it. */
function listen(path: string, options: Partial<SerialLineOptions> = {}) {
  const heard: number[] = [];
  const happened: string[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of waiting) look();
  };
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!condition()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const line = new SerialLine({
    path,
    ...{ baud: 9_600, dataBits: 8, parity: 'none', retryMs: 20, retryMsMax: 100 },
    ...options,
    onBytes: (bytes) => {
      heard.push(...bytes);
      wake();
    },
    onOpen: () => {
      happened.push('open');
      wake();
    },
    onClose: (reason) => {
      happened.push((reason as { code?: string }).code ?? reason.message);
      wake();
    },
  });
  lines.add(line);
  return { line, heard, happened, until };
}

test('bytes go both ways unchanged, all 256 of them', async () => {
  const pair = await pairOf();
  const [left, right] = [listen(pair.left), listen(pair.right)];
  await left.until(() => left.line.isOpen);
  await right.until(() => right.line.isOpen);
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  await left.line.write(all);
  await right.line.write(all.toReversed());
  await left.until(() => left.heard.length === 256);
  await right.until(() => right.heard.length === 256);
  assert.deepEqual(right.heard, [...all]);
  assert.deepEqual(left.heard, [...all.toReversed()]);
  assert.deepEqual(left.line.counters, { opens: 1, failures: 0, bytesIn: 256, bytesOut: 256 });
});

test('a device that vanishes and comes back is open again', async () => {
  const name = 'unplugged';
  const first = await pairOf(name);
  const { line, happened, heard, until } = listen(first.left);
  await until(() => line.isOpen);
  await first.close();
  await until(() => happened.includes('serial/gone'));
  await assert.rejects(line.write(Uint8Array.of(1)), { code: 'serial/closed' });
  await until(() => happened.includes('serial/missing'));
  assert.match(line.lastError?.message ?? '', /unplugged/);
  const second = await pairOf(name);
  await until(() => line.isOpen);
  assert.equal(line.lastError, null);
  const other = listen(second.right);
  await other.until(() => other.line.isOpen);
  await other.line.write(Uint8Array.of(7, 8, 9));
  await until(() => heard.length === 3);
  assert.equal(line.counters.opens, 2);
});

test('a change of speed opens the device again', async () => {
  const pair = await pairOf();
  const { line, happened, until } = listen(pair.left);
  await until(() => line.isOpen);
  await line.change({ baud: 1_200, dataBits: 8, parity: 'none' });
  await until(() => happened.length === 2);
  assert.deepEqual(happened, ['open', 'open']);
  assert.equal(line.settings.baud, 1_200);
});

test('a device another program holds is said to be busy', async () => {
  const pair = await pairOf();
  const first = listen(pair.left);
  await first.until(() => first.line.isOpen);
  const second = listen(pair.left);
  await second.until(() => second.happened.length > 0);
  assert.equal(second.happened[0], 'serial/busy');
});

test('a line that is closed stays closed', async () => {
  const { line, happened, until } = listen(join(folder, 'nothing-here'));
  await until(() => happened.length > 0);
  await line.close();
  const known = happened.length;
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(happened.length, known);
  assert.equal(happened[0], 'serial/missing');
});

test('ports are listed by identity, the same device once', () => {
  const devices = join(folder, 'dev');
  mkdirSync(join(devices, 'serial/by-id'), { recursive: true });
  for (const name of ['ttyUSB0', 'ttyACM1', 'ttyS0', 'tty1']) writeFileSync(join(devices, name), '');
  symlinkSync('../../ttyUSB0', join(devices, 'serial/by-id/usb-TIC_dongle-if00'));
  symlinkSync('../../ttyUSB9', join(devices, 'serial/by-id/usb-pulled-out'));
  const usb = join(devices, 'ttyUSB0');
  assert.deepEqual(listSerialPorts(devices), [
    { path: join(devices, 'serial/by-id/usb-TIC_dongle-if00'), device: usb },
    { path: join(devices, 'ttyACM1'), device: join(devices, 'ttyACM1') },
  ]);
  assert.deepEqual(listSerialPorts(join(folder, 'no-folder')), []);
});
