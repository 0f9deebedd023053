import type { GattPort } from '../ble/index.ts';
import { NUS_GATT } from '../ble/index.ts';
import { linkError } from '../errors.ts';
import { SerialLine } from '../serial/serial-line.ts';
import { formatTarget, type Target } from '../smp-client/target.ts';
import { Listeners } from '../smp-client/transport.ts';
import type { ConsoleLine } from './line.ts';
import { openTelnet } from './telnet-line.ts';

/**
 * Opens the console of a device: a serial port, telnet, or the Nordic UART service over Bluetooth. Throws `serial/…`,
 * `smp/transport`, `ble/…`.
 */
export async function openConsole(
  target: Target,
  openGattPort: () => Promise<GattPort>,
): Promise<ConsoleLine> {
  switch (target.kind) {
    case 'serial':
      return openSerial(target.path, target.baud);
    case 'telnet':
      return await openTelnet(target.host, target.port);
    case 'ble':
      return await openNus(await openGattPort(), target.device);
    case 'udp':
      throw linkError('smp/transport', {
        target: formatTarget(target),
        reason: 'UDP carries no console; a device with one may answer to telnet://',
      });
  }
}

function openSerial(path: string, baud: number): ConsoleLine {
  const bytes = new Listeners<Uint8Array>();
  const away = new Listeners<Error>();
  const line = new SerialLine({
    ...{ path, baud, dataBits: 8, parity: 'none' },
    onBytes: (each) => bytes.tell(each),
    onClose: (reason) => away.tell(reason),
  });
  return {
    target: `serial://${path}`,
    write: (each) => line.write(each),
    onBytes: (listener) => bytes.add(listener),
    onAway: (listener) => away.add(listener),
    close: () => line.close(),
  };
}

async function openNus(port: GattPort, device: string): Promise<ConsoleLine> {
  const connection = await port.connect({ address: device, ...NUS_GATT });
  const target = `ble://${device}`;
  // What is typed while a longer text goes out comes after it, not within.
  let last: Promise<void> = Promise.resolve();
  const writePieces = async (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; at += connection.mtuBytes) {
      await connection.write(bytes.subarray(at, at + connection.mtuBytes));
    }
  };
  return {
    target,
    write: (bytes) => {
      const written = last.then(() => writePieces(bytes));
      last = written.catch(() => {});
      return written;
    },
    onBytes: (listener) => connection.onNotify(listener),
    onAway: (listener) => connection.onClose(() => listener(linkError('smp/closed', { target }))),
    close: () => connection.close(),
  };
}
