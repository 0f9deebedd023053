// A firmware image of 1 MiB over simulated UDP with 50 ms round trip and 2 % loss each way, broken off three times, beside
// one request at a time over the same way in the same run.
import './lib/help.ts';
import { parseImage } from '@kilowink/core/image';
import { osEcho } from '@kilowink/core/smp';
import {
  openUdpTransport,
  SmpClient,
  type SmpTransport,
  type UploadProgress,
  uploadImage,
} from '@kilowink/link/smp-client';
import { peerNowMs, UdpHost } from '@kilowink/link/udp';
import { LossyLink, noiseImage, SmpDevice } from '@kilowink/sim/smp';
import { printTable } from './lib/figures.ts';

const IMAGE_BYTES = 1_048_576;
const FAULTS = { delayMs: 25, loss: 0.02 };
const BREAKS_AT = [0.25, 0.5, 0.75];
const file = noiseImage('2.0.0', IMAGE_BYTES);

interface Outcome {
  readonly seconds: number;
  readonly sentBytes: number;
  readonly breaks: number;
  readonly isExact: boolean;
}

/** One upload onto a fresh device; broken off by closing the connection at these shares, and taken up again. */
async function measure(
  breaksAt: readonly number[],
  change: (way: SmpTransport) => SmpTransport,
): Promise<Outcome> {
  const image = noiseImage('1.0.0', 100_000);
  const device = new SmpDevice({ startMs: peerNowMs(), image, bufferBytes: 1_024, buffers: 4 });
  const host = await UdpHost.open(new LossyLink(device, FAULTS, 42));
  const connect = async () => new SmpClient(change(await openUdpTransport('127.0.0.1', host.port)));
  const first = await connect();
  await first.request(osEcho, { text: '' }, { waitMs: 200, attempts: 50 });
  await first.close();
  const startMs = performance.now();
  let sentBytes = 0;
  for (const share of [...breaksAt, 1]) {
    const client = await connect();
    const stop = new AbortController();
    let last: UploadProgress | null = null;
    const onProgress = (progress: UploadProgress) => {
      last = progress;
      if (share < 1 && progress.doneBytes >= share * IMAGE_BYTES) stop.abort();
    };
    await uploadImage(client, file, { onProgress, signal: stop.signal }).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    sentBytes += (last as UploadProgress | null)?.sentBytes ?? 0;
    await client.close();
  }
  const seconds = (performance.now() - startMs) / 1_000;
  await host.close();
  const got = device.slots[1].bytes.subarray(0, IMAGE_BYTES);
  const isExact = Buffer.compare(got, file) === 0 && parseImage(got).ok;
  return { seconds, sentBytes, breaks: breaksAt.length, isExact };
}

function row(name: string, { seconds, sentBytes, breaks, isExact }: Outcome): string[] {
  const resent = 100 * (sentBytes / IMAGE_BYTES - 1);
  const rate = IMAGE_BYTES / 1_024 / seconds;
  return [
    name,
    seconds.toFixed(1),
    rate.toFixed(1),
    resent.toFixed(1),
    String(breaks),
    isExact ? 'yes' : 'NO',
  ];
}

const ours = await measure(BREAKS_AT, (way) => way);
const unbroken = await measure([], (way) => way);
const single = await measure([], (way) => ({ ...way, parallelMax: 1 }));
printTable([
  ['1 MiB over UDP, 50 ms, 2 % loss', 's', 'KiB/s', '% resent', 'breaks', 'byte-exact'],
  row('broken off three times', ours),
  row('not broken off', unbroken),
  row('one request at a time', single),
]);
console.log(`${(single.seconds / unbroken.seconds).toFixed(1)} times as fast as one request at a time`);
const isGood = ours.seconds < 60 && ours.sentBytes <= 1.1 * IMAGE_BYTES && ours.isExact;
if (!isGood) {
  console.error('expected under 60 s, at most 10 % resent, byte-exact');
  process.exitCode = 1;
}
