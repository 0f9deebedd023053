import { CONSOLE_BAUD, SMP_PORT } from '@kilowink/link/smp-client';
import { Command } from 'commander';
import { readBytes } from '../fw/firmware-file.ts';
import { numberFrom, wholeFrom } from '../smp/options.ts';
import { runDevice } from '../smp/run-device.ts';

interface SimSmpOptions {
  port: number;
  host: string;
  serial?: string;
  baud: number;
  image?: string;
  fwVersion: string;
  delay: number;
  jitter: number;
  loss: number;
  duplicate: number;
  buffer: number;
  buffers: number;
  slotSize: number;
  crashOn?: string;
  powerCutEvery?: number;
  seed: number;
}

const HELP = `
Examples:
  kilowink sim smp --delay 25 --loss 0.02 &
  kilowink fw update udp://127.0.0.1 firmware.bin
  socat -d -d pty,raw,echo=0,link=/tmp/device pty,raw,echo=0,link=/tmp/mine &
  kilowink sim smp --serial /tmp/device`;

/** `kilowink sim smp`: a device to look after that is not there. */
export function simSmpCommand(): Command {
  return new Command('smp')
    .description('A device with two image slots and an SMP server, over UDP or a serial port')
    .option(
      '-p, --port <number>',
      'UDP port to listen on; 0 takes a free one',
      wholeFrom(0, 65_535),
      SMP_PORT,
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--serial <path>', 'a serial port in place of UDP')
    .option('--baud <number>', 'speed of the serial port', wholeFrom(50, 4_000_000), CONSOLE_BAUD)
    .option('--image <file>', 'what it runs at first (default: noise)')
    .option('--fw-version <version>', 'version of the noise it runs at first', '1.0.0')
    .option('--delay <ms>', 'time a frame takes, each way', numberFrom(0, 60_000), 0)
    .option('--jitter <ms>', 'frames are late by up to this', numberFrom(0, 60_000), 0)
    .option('--loss <probability>', 'frames lost, each way', numberFrom(0, 1), 0)
    .option('--duplicate <probability>', 'frames that come twice', numberFrom(0, 1), 0)
    .option('--buffer <bytes>', 'longest frame it takes', wholeFrom(64, 65_535), 1_024)
    .option('--buffers <number>', 'frames it has room for', wholeFrom(1, 64), 4)
    .option('--slot-size <bytes>', 'size of a slot', wholeFrom(65_536, 16_777_216), 1_114_112)
    .option('--crash-on <version>', 'firmware of this version does not stay up')
    .option('--power-cut-every <seconds>', 'mean time between power cuts', numberFrom(0.1, 1e9))
    .option(
      '--seed <number>',
      'the same number gives the same faults',
      wholeFrom(0, Number.MAX_SAFE_INTEGER),
      1,
    )
    .addHelpText('after', HELP)
    .action(simulate);
}

async function simulate(options: SimSmpOptions): Promise<void> {
  const { crashOn, powerCutEvery } = options;
  const running = await runDevice({
    device: {
      ...{ bufferBytes: options.buffer, buffers: options.buffers },
      slotBytes: Math.ceil(options.slotSize / 4_096) * 4_096,
      ...(crashOn === undefined ? {} : { staysUp: (version: string) => version !== crashOn }),
    },
    ...{
      delayMs: options.delay,
      jitterMsMax: options.jitter,
      loss: options.loss,
      duplicate: options.duplicate,
    },
    ...{ version: options.fwVersion, seed: options.seed, udp: { host: options.host, port: options.port } },
    ...(options.serial === undefined ? {} : { serial: { path: options.serial, baud: options.baud } }),
    ...(options.image === undefined ? {} : { image: readBytes(options.image) }),
    ...(powerCutEvery === undefined ? {} : { powerCutEveryMs: powerCutEvery * 1_000 }),
  });
  console.log(`device at ${running.target}, runs ${running.device.version}`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await running.close();
  console.log(
    `${running.device.version} runs, ${running.device.counters.requests} requests, ${running.device.counters.boots} starts`,
  );
}
