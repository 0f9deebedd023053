import { accessSync, constants, existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Why Bluetooth cannot be used, and what to do about it. */
export interface Obstacle {
  /** For programs: stays the same. */
  readonly code: 'noModule' | 'noDriver' | 'noAdapter' | 'blocked' | 'noRights' | 'down' | 'failed';
  /** One sentence for people. */
  readonly message: string;
  /** What to do; one sentence, with the command where there is one. */
  readonly advice: string;
}

/** Where the system tells of its adapters and of this process; tests give their own folders. */
export interface SystemPlaces {
  readonly sys: string;
  readonly proc: string;
  /** The program that runs, which gets the rights. */
  readonly program: string;
}

const REAL: SystemPlaces = { sys: '/sys', proc: '/proc', program: process.execPath };

/** Bits of a capability set. Source: linux/capability.h. */
const CAP_NET_ADMIN = 12n;
const CAP_NET_RAW = 13n;

/** Whether an adapter is a serial device that speaks HCI, and not one of the system's. */
export function isSerialAdapter(adapter: string): boolean {
  return adapter.startsWith('/');
}

/** What keeps an adapter (`hci0`, or the path of a serial device) from being used, as far as can be seen beforehand; null when nothing. */
export function findObstacle(adapter: string, places: SystemPlaces = REAL): Obstacle | null {
  return isSerialAdapter(adapter) ? serialObstacle(adapter) : systemObstacle(adapter, places);
}

function serialObstacle(path: string): Obstacle | null {
  if (!existsSync(path)) {
    return {
      code: 'noAdapter',
      message: `There is no serial device ${path}.`,
      advice: 'Plug the Bluetooth dongle in, or set bluetooth.adapter to its path.',
    };
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return null;
  } catch {
    return {
      code: 'noRights',
      message: `The serial device ${path} may not be opened.`,
      advice: 'Add the user to the group that owns it: sudo usermod -aG dialout USER.',
    };
  }
}

function systemObstacle(adapter: string, places: SystemPlaces): Obstacle | null {
  const folder = join(places.sys, 'class/bluetooth');
  if (!existsSync(folder)) {
    return {
      code: 'noDriver',
      message: 'This system has no Bluetooth: its kernel knows of none.',
      advice:
        'Plug an adapter in, or load its driver (sudo modprobe btusb); a container needs the host’s network.',
    };
  }
  if (!existsSync(join(folder, adapter))) {
    const known = globSync('hci*', { cwd: folder }).filter((name) => /^hci\d+$/.test(name));
    return {
      code: 'noAdapter',
      message: `There is no Bluetooth adapter ${adapter}.`,
      advice:
        known.length === 0
          ? 'Plug one in; it is found by itself.'
          : `Set bluetooth.adapter to one that is there: ${known.sort().join(', ')}.`,
    };
  }
  return blockedObstacle(adapter, places) ?? rightsObstacle(places);
}

function blockedObstacle(adapter: string, { sys }: SystemPlaces): Obstacle | null {
  for (const folder of globSync(`class/bluetooth/${adapter}/rfkill*`, { cwd: sys })) {
    const says = (name: string) => readOr(join(sys, folder, name)).trim() === '1';
    if (!says('soft') && !says('hard')) continue;
    return {
      code: 'blocked',
      message: `The Bluetooth adapter ${adapter} is switched off.`,
      advice: says('hard')
        ? 'Switch it on: there is a switch or key for it on the machine.'
        : 'sudo rfkill unblock bluetooth',
    };
  }
  return null;
}

/** Without these rights the kernel hands the adapter’s packets to nobody. */
function rightsObstacle({ proc, program }: SystemPlaces): Obstacle | null {
  const found = /^CapEff:\s*([0-9a-f]+)/m.exec(readOr(join(proc, 'self/status')));
  if (found === null) return null;
  const rights = BigInt(`0x${found[1]}`);
  const has = (bit: bigint) => ((rights >> bit) & 1n) === 1n;
  if (has(CAP_NET_RAW) && has(CAP_NET_ADMIN)) return null;
  return {
    code: 'noRights',
    message: 'This process may not use the Bluetooth adapter.',
    advice: `sudo setcap cap_net_raw,cap_net_admin+eip ${program}, or in a systemd unit AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN (folder of the program: ${dirname(program)}).`,
  };
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
