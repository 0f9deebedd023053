import type { GattPort } from '../ble/index.ts';
import { linkError } from '../errors.ts';
import { SmpClient } from './client.ts';
import { formatTarget, type Target } from './target.ts';
import type { SmpTransport } from './transport.ts';

/** Where Bluetooth connections come from, when one is wanted. */
export type OpenGattPort = () => Promise<GattPort>;

/**
 * Opens the way to a device. Each way is loaded when it is wanted, so that nobody carries serial ports or Bluetooth for
 * nothing. Throws `smp/transport`, `serial/…`, `ble/…`.
 */
export async function openTransport(target: Target, openGattPort?: OpenGattPort): Promise<SmpTransport> {
  switch (target.kind) {
    case 'udp':
      return (await import('./udp-transport.ts')).openUdpTransport(target.host, target.port);
    case 'serial':
      return (await import('./serial-transport.ts')).openSerialTransport(target.path, target.baud);
    case 'ble': {
      if (openGattPort === undefined) throw noWay(target, 'Bluetooth is not available here');
      const port = await openGattPort();
      return (await import('./gatt-transport.ts')).openGattTransport(port, target.device);
    }
    case 'telnet':
      throw noWay(target, 'a telnet console carries no SMP');
  }
}

/** A client on an open way. */
export async function connectSmp(target: Target, openGattPort?: OpenGattPort): Promise<SmpClient> {
  return new SmpClient(await openTransport(target, openGattPort));
}

function noWay(target: Target, reason: string): Error {
  return linkError('smp/transport', { target: formatTarget(target), reason });
}
