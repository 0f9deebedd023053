import { z } from 'zod';

/** What MQTT does, in `GET /api/v1/health`; left out where it is not configured. */
export const mqttHealth = z.object({
  broker: z
    .object({
      listeners: z.array(z.object({ kind: z.string(), port: z.int() })),
      clients: z.int().describe('Connected at the moment'),
      connections: z.int(),
      connectionsRefused: z.int(),
      loginsRefused: z.int(),
      messages: z.int(),
      messagesRefused: z.int(),
      protocolErrors: z.int(),
    })
    .nullable()
    .describe('The embedded broker'),
  external: z
    .object({
      url: z.string(),
      connected: z.boolean(),
      version: z.int(),
      connects: z.int(),
      messages: z.int(),
      lastError: z.string().nullable(),
      lastMessageMs: z.number().nullable(),
    })
    .nullable()
    .describe('The external broker'),
  messages: z.int().describe('Messages of ours and of mapped topics'),
  taken: z.int(),
  repeated: z.int().describe('Came again, and changed nothing'),
  waiting: z.int().describe('Acknowledgements held until the store has written'),
  refused: z.array(
    z.object({ code: z.string(), count: z.int(), lastMessage: z.string(), lastMs: z.number() }),
  ),
});

/** A serial line that an optical sensor reports on, in `GET /api/v1/health`. */
export const usbHealth = z.object({
  name: z.string(),
  path: z.string(),
  isOpen: z.boolean(),
  opens: z.int(),
  reports: z.int().describe('Whole frames'),
  answers: z.int(),
  damaged: z.int().describe('Frames whose sum or size was wrong'),
  skippedBytes: z.int().describe('Bytes outside of whole frames'),
  lastError: z.string().nullable().describe('Why it is not open; null while it is'),
});

/** A serial TIC receiver, in `GET /api/v1/health`. */
export const receiverHealth = z.object({
  meter: z.string(),
  path: z.string(),
  isOpen: z.boolean(),
  baud: z.int(),
  mode: z.enum(['historique', 'standard']).nullable().describe('null while neither was recognised'),
  counters: z.record(z.string(), z.number()).describe('Bytes, groups and frames, good and bad'),
  searches: z.int().describe('How often another speed was tried'),
  opens: z.int(),
  lastError: z.string().nullable(),
});
