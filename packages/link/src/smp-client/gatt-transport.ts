import { FrameAssembler } from '@kilowink/core/smp';
import { type GattPort, SMP_GATT } from '../ble/index.ts';
import { linkError } from '../errors.ts';
import { Listeners, type SmpTransport } from './transport.ts';

/**
 * SMP over Bluetooth: frames are cut into what one write takes, and answers put together from notifications. Throws `ble/…`
 * when the device can not be connected.
 */
export async function openGattTransport(port: GattPort, address: string): Promise<SmpTransport> {
  const connection = await port.connect({ address, ...SMP_GATT });
  const target = `ble://${address}`;
  const frames = new Listeners<Uint8Array>();
  const closes = new Listeners<Error>();
  const assembler = new FrameAssembler();
  const stopNotify = connection.onNotify((bytes) => {
    for (const item of assembler.push(bytes)) if (item.kind === 'frame') frames.tell(item.bytes);
  });
  const stopClose = connection.onClose(() => closes.tell(linkError('smp/closed', { target })));
  // A frame's pieces must not be mixed with those of another that is sent meanwhile.
  let last: Promise<void> = Promise.resolve();
  const sendPieces = async (frame: Uint8Array) => {
    for (let at = 0; at < frame.length; at += connection.mtuBytes) {
      await connection.write(frame.subarray(at, at + connection.mtuBytes));
    }
  };
  return {
    target,
    frameBytesMax: 2_048,
    overheadBytes: 0,
    parallelMax: 2,
    // Bluetooth repeats by itself and keeps the order; what it does not deliver ends the connection.
    attempts: 1,
    wait: { firstMs: 20_000, leastMs: 20_000, mostMs: 40_000 },
    send: (frame) => {
      const sent = last.then(() => sendPieces(frame));
      last = sent.catch(() => {});
      return sent;
    },
    onFrame: (listener) => frames.add(listener),
    onClose: (listener) => closes.add(listener),
    close: async () => {
      stopNotify();
      stopClose();
      await connection.close();
    },
  };
}
