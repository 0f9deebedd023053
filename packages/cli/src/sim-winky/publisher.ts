import { connectMqtt, type IClientOptions } from '@kilowink/server/mqtt-client';

/** Publishes once, at QoS 1. Null when the broker acknowledged, else why not. */
export type Publish = (topic: string, bytes: Uint8Array, clientId: string) => Promise<string | null>;

/** More connections at once than a small broker likes to open are made to wait. */
const CONNECTIONS_MAX = 32;

/** As the gateways do: a connection for each message, acknowledged, and a clean goodbye. */
export function createPublisher(url: string, options: Omit<IClientOptions, 'clientId'>): Publish {
  let free = CONNECTIONS_MAX;
  const waiting: (() => void)[] = [];
  const enter = async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return async (topic, bytes, clientId) => {
    await enter();
    try {
      return await publishOnce(url, { ...options, clientId }, { topic, bytes });
    } finally {
      leave();
    }
  };
}

async function publishOnce(
  url: string,
  options: IClientOptions,
  message: { topic: string; bytes: Uint8Array },
): Promise<string | null> {
  const giveUpMs = options.connectTimeout ?? 10_000;
  let client: Awaited<ReturnType<typeof connectMqtt>> | undefined;
  try {
    client = await connectMqtt(url, options);
    const connected = client;
    // A connection that breaks before the acknowledgement would otherwise be waited for without end.
    const broken = new Promise<never>((_, reject) => {
      connected.once('error', reject);
      connected.once('close', () => reject(new DOMException('the connection was closed')));
      setTimeout(() => reject(new DOMException('no acknowledgement')), giveUpMs).unref();
    });
    const published = connected.publishAsync(message.topic, Buffer.from(message.bytes), { qos: 1 });
    published.catch(() => {});
    await Promise.race([published, broken]);
    broken.catch(() => {});
    await connected.endAsync();
    return null;
  } catch (error) {
    client?.end(true);
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  const reason = inner instanceof Error ? inner.message : error.message;
  return reason === '' ? error.name : reason;
}
