/** Messages kept for one client that is away; the ones that come then are lost to it. */
const QUEUE_MAX = 1_000;

interface Subscription {
  readonly clientId: string;
}

/** What of aedes' persistence is used here. */
export interface Persistence {
  outgoingEnqueueCombi(subscriptions: readonly Subscription[], packet: unknown): Promise<unknown>;
  outgoingClearMessageId(client: { id: string }, packet: unknown): Promise<unknown>;
}

/**
 * Gives the sessions of the embedded broker's clients, which are in memory, an end: somebody who subscribed to everything and never
 * comes back would fill it otherwise.
 */
export function boundSessions(persistence: Persistence, queueMax = QUEUE_MAX): void {
  const queued = new Map<string, number>();
  const enqueue = persistence.outgoingEnqueueCombi.bind(persistence);
  const clear = persistence.outgoingClearMessageId.bind(persistence);
  persistence.outgoingEnqueueCombi = (subscriptions, packet) => {
    const room = subscriptions.filter(({ clientId }) => (queued.get(clientId) ?? 0) < queueMax);
    for (const { clientId } of room) queued.set(clientId, (queued.get(clientId) ?? 0) + 1);
    return enqueue(room, packet);
  };
  persistence.outgoingClearMessageId = async (client, packet) => {
    const cleared = await clear(client, packet);
    if (cleared !== undefined) queued.set(client.id, Math.max(0, (queued.get(client.id) ?? 0) - 1));
    return cleared;
  };
}
