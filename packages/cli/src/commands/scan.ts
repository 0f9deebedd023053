import { BleReceiver } from '@kilowink/link/ble';
import { AdvertSenders } from '@kilowink/server/advert';
import { KeyRing } from '@kilowink/server/keys';
import { Command } from 'commander';
import { cliError } from '../errors.ts';
import { folderConfig } from '../options/folder.ts';
import { readCapture } from '../scan/read-capture.ts';
import { ScanList } from '../scan/scan-list.ts';
import { scanLines } from '../scan/scan-table.ts';

const REDRAW_MS = 500;
/** Without an adapter within this, the command says why and ends. */
const PATIENCE_MS = 10_000;

interface ScanOptions {
  adapter?: string;
  seconds?: string;
  all?: boolean;
  json?: boolean;
  from?: string;
  data?: string;
  config?: string;
}

const HELP = `
Only listens: nothing is stored, and no sensor is asked. What is not added yet is listed with what to do. A server that
listens with the same adapter may go on meanwhile.`;

/** `kilowink scan`: which sensors are heard by Bluetooth. */
export function scanCommand(): Command {
  return new Command('scan')
    .description('Show the sensors that are heard by Bluetooth, live, and how to add them')
    .option('--adapter <name>', 'hci0, or the path of a serial dongle (default: bluetooth.adapter)')
    .option('--seconds <n>', 'stop after so long (default: until interrupted, or 15 s where no terminal is)')
    .option('--all', 'other Bluetooth devices too')
    .option('--json', 'what was heard as JSON, once, at the end')
    .option(
      '--from <file>',
      'read captured advertisements instead: HCI packets, or address, signal, data in hex',
    )
    .option(
      '-d, --data <folder>',
      'where the measurements and keys are (default: `dataDir` of the configuration)',
    )
    .option('--config <file>', 'configuration file (YAML)')
    .addHelpText('after', HELP)
    .action(scan);
}

async function scan(options: ScanOptions): Promise<void> {
  const config = folderConfig(options);
  const keys = new KeyRing(config.dataDir, (line) => console.error(line));
  const list = new ScanList(new AdvertSenders(config.sensors, keys), keys);
  const { from, all = false, json = false } = options;
  if (from !== undefined) {
    const nowMs = Date.now();
    for (const advert of readCapture(from)) list.take(advert, nowMs);
  } else
    await listen(list, { ...options, bluetooth: config.bluetooth, isLive: !json && process.stdout.isTTY });
  if (json) console.log(JSON.stringify(list.list(all), null, 2));
  else for (const line of scanLines(list.list(all), Date.now())) console.log(line);
}

async function listen(
  list: ScanList,
  of: ScanOptions & {
    bluetooth: { adapter: string; baudRate: number; dutyPercent: number };
    isLive: boolean;
  },
): Promise<void> {
  const { bluetooth, isLive, all = false } = of;
  const receiver = new BleReceiver({
    ...bluetooth,
    adapter: of.adapter ?? bluetooth.adapter,
    onAdvert: (advert) => list.take(advert, Date.now()),
  });
  const redraw = isLive
    ? setInterval(() => draw(scanLines(list.list(all), Date.now())), REDRAW_MS)
    : undefined;
  try {
    await heardEnough(receiver, secondsOf(of.seconds, isLive));
  } finally {
    clearInterval(redraw);
    if (isLive) draw([]);
    receiver.close();
  }
}

/** Until the time is over, or an interrupt; throws where there is nothing to listen with. */
function heardEnough(receiver: BleReceiver, seconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const beganMs = performance.now();
    let scanned = false;
    const end = (error?: Error) => {
      clearInterval(timer);
      process.removeListener('SIGINT', onInterrupt);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onInterrupt = () => end();
    process.on('SIGINT', onInterrupt);
    const timer = setInterval(() => {
      const { state, obstacle } = receiver.status;
      scanned ||= state === 'scanning';
      const elapsedMs = performance.now() - beganMs;
      const isHopeless = obstacle !== null && obstacle.code !== 'down' && obstacle.code !== 'failed';
      if (!scanned && obstacle !== null && (isHopeless || elapsedMs > PATIENCE_MS)) {
        end(cliError('scan/unavailable', { reason: obstacle.message, advice: obstacle.advice }));
      } else if (elapsedMs > 1_000 * seconds) end();
    }, 50);
  });
}

function secondsOf(text: string | undefined, isLive: boolean): number {
  if (text === undefined) return isLive ? Number.POSITIVE_INFINITY : 15;
  const seconds = Number(text);
  if (seconds > 0) return seconds;
  throw cliError('cli/usage', { reason: `--seconds: expected a number above 0, "${text}" came` });
}

/** In place of what was drawn before. */
function draw(lines: readonly string[]): void {
  process.stdout.write(
    `\x1b[H\x1b[J${lines.map((line) => line.slice(0, process.stdout.columns)).join('\n')}${lines.length > 0 ? '\n' : ''}`,
  );
}
