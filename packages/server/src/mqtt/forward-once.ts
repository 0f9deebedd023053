import type { Aedes, Client } from 'aedes';

/** So many messages back is looked whether a client got one already: they come at once, or not at all. */
const SEEN_MAX = 256;

/** What of a message of aedes is used here. */
interface Numbered {
  readonly brokerId?: string | null;
  readonly brokerCounter?: number;
}

/**
 * Sends a message once to a client whose subscriptions overlap, and never leaves one out. aedes 1.2.0 takes whatever is not newer
 * than the last message a client got for a repetition of it (`dedupe` in lib/client.js); but it hands on a kept or an acknowledged
 * message later than a plain one that came after it, and so dropped it. Returns what each new client is to be given to. Not
 * needed once aedes compares messages with those that went out.
 */
export function forwardOnce(aedes: Aedes): (client: Client) => void {
  const seen = new WeakMap<Client, Set<number>>();
  aedes.authorizeForward = (client, packet) => {
    const { brokerId, brokerCounter } = packet as Numbered;
    // What was kept for later subscribers is a message of its own each time.
    if (!brokerId || brokerCounter === undefined) return packet;
    const numbers = seen.get(client) ?? new Set();
    seen.set(client, numbers);
    if (numbers.has(brokerCounter)) return null;
    numbers.add(brokerCounter);
    const oldest = numbers.values().next().value;
    if (numbers.size > SEEN_MAX && oldest !== undefined) numbers.delete(oldest);
    return packet;
  };
  return (client) => {
    const last = {};
    Object.defineProperty(last, aedes.id, { get: () => 0, set: () => {}, configurable: true });
    (client as unknown as { duplicates: object }).duplicates = last;
  };
}
