import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SerialLine } from '../serial/serial-line.ts';
import { PtyPair } from '../serial/testing.ts';
import { openConsole } from './console-line.ts';

const noBluetooth = () => Promise.reject(new TypeError('no Bluetooth in this test'));

test('a console over a serial port', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-console-'));
  const pair = await PtyPair.open(folder, 'console');
  const line = await openConsole({ kind: 'serial', path: pair.left, baud: 115_200 }, noBluetooth);
  let heard = '';
  line.onBytes((bytes) => {
    heard += Buffer.from(bytes).toString('latin1');
  });
  const device = new SerialLine({
    ...{ path: pair.right, baud: 115_200, dataBits: 8, parity: 'none' },
    onOpen: () => void device.write(Buffer.from('uart:~$ ')),
  });
  while (!heard.includes('uart:~$ ')) await new Promise((resolve) => setTimeout(resolve, 5));
  await line.close();
  await device.close();
  await pair.close();
  rmSync(folder, { recursive: true });
});
