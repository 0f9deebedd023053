import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** A serial port of this machine. */
export interface SerialPortInfo {
  /** The path to open. A name by the device's identity stays the same whatever else is plugged in. */
  readonly path: string;
  /** The device the path leads to, for example `/dev/ttyUSB0`. */
  readonly device: string;
}

/** Devices that are serial ports of their own: USB adapters, USB modems and boards, the Raspberry Pi's, on-chip ones. */
const PORT = /^tty(USB|ACM|AMA|XRUSB|O|mxc)\d+$/;

/**
 * The serial ports of this machine, by the identity of their device where the system knows it. It reads the device folder
 * itself: a container or a small system has no `udevadm`, without which the usual listing fails. On-board ports (`ttyS*`)
 * are left out, since a PC has dozens that lead nowhere; they can be opened by path all the same.
 */
export function listSerialPorts(deviceFolder = '/dev'): SerialPortInfo[] {
  const named = namesIn(join(deviceFolder, 'serial/by-id'))
    .map((name) => join(deviceFolder, 'serial/by-id', name))
    .flatMap((path) => {
      const device = leadsTo(path);
      return device === null ? [] : [{ path, device }];
    });
  const known = new Set(named.map(({ device }) => device));
  const plain = namesIn(deviceFolder)
    .filter((name) => PORT.test(name))
    .map((name) => join(deviceFolder, name))
    .filter((path) => !known.has(path))
    .map((path) => ({ path, device: path }));
  return [...named, ...plain];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function leadsTo(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
