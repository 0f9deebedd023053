import { readAdvert } from '@kilowink/core/advert';
import { discoverMdns } from '@kilowink/link/discover';
import { listSerialPorts } from '@kilowink/link/serial';
import { loadConfig } from '@kilowink/server/config';
import { Command } from 'commander';
import { numberFrom } from '../smp/options.ts';
import { alignColumns } from '../term/format.ts';

/** Something that could be looked after. */
interface Found {
  /** How to name it in other commands. */
  readonly target: string;
  readonly name: string;
  readonly what: string;
}

interface DiscoverOptions {
  readonly for: number;
  readonly json?: boolean;
  readonly config?: string;
  readonly mdns: boolean;
  readonly ble: boolean;
  readonly serial: boolean;
}

/** `kilowink discover`: what is in the network, on air and plugged in. */
export function discoverCommand(): Command {
  return new Command('discover')
    .description('List devices: in the network (mDNS), on air (Bluetooth), plugged in (serial)')
    .option('--for <seconds>', 'how long to listen', numberFrom(0.2, 600), 5)
    .option('--no-mdns', 'not in the network')
    .option('--no-ble', 'not on air')
    .option('--no-serial', 'not plugged in')
    .option('--config <file>', 'configuration file (YAML), for the Bluetooth adapter')
    .option('--json', 'print JSON')
    .action(discover);
}

async function discover(options: DiscoverOptions): Promise<void> {
  const waitMs = options.for * 1_000;
  const lists = await Promise.all([
    options.mdns ? inNetwork(waitMs) : [],
    options.ble ? onAir(waitMs, options.config) : [],
    options.serial ? pluggedIn() : [],
  ]);
  const found = lists.flat();
  if (options.json === true) console.log(JSON.stringify(found, null, 2));
  else if (found.length === 0) console.error('Nothing was found.');
  else
    for (const line of alignColumns(found.map(({ target, name, what }) => [target, name, what])))
      console.log(line);
}

async function inNetwork(waitMs: number): Promise<Found[]> {
  const services = await discoverMdns({ waitMs });
  return services.map(({ name, service, host, port, addresses }) => {
    const scheme = service.startsWith('_telnet') ? 'telnet' : service.endsWith('_udp') ? 'udp' : 'tcp';
    return { target: `${scheme}://${addresses[0] ?? host}:${port}`, name, what: service };
  });
}

async function onAir(waitMs: number, configFile: string | undefined): Promise<Found[]> {
  const { BleReceiver } = await import('@kilowink/link/ble');
  const { bluetooth } = loadConfig({ env: process.env, file: configFile, options: {} }).config;
  const found = new Map<string, Found>();
  const { adapter, baudRate } = bluetooth;
  const receiver = new BleReceiver({
    ...{ adapter, baudRate, dutyPercent: 100 },
    onAdvert: ({ address, data, rssiDbm }) => {
      const { name, content } = readAdvert(data);
      const isOurs = content.kind !== 'other' || hasSmpService(data);
      if (!isOurs && name === null) return;
      const what = `${content.kind === 'other' ? 'Bluetooth device' : content.kind}, ${rssiDbm ?? '?'} dBm`;
      found.set(address, { target: `ble://${address}`, name: name ?? found.get(address)?.name ?? '', what });
    },
  });
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  const { obstacle } = receiver.status;
  receiver.close();
  if (obstacle !== null && found.size === 0) console.error(`Bluetooth: ${obstacle.message}`);
  return [...found.values()];
}

/** The SMP service, as it lies in an advertisement: little endian. */
const SMP_SERVICE = '84aa6074528a8b86d34cb71d1ddc538d';

function hasSmpService(data: Uint8Array): boolean {
  return Buffer.from(data).toString('hex').includes(SMP_SERVICE);
}

function pluggedIn(): Found[] {
  return listSerialPorts().map(({ path, device }) => ({
    target: `serial://${path}`,
    name: '',
    what: device,
  }));
}
