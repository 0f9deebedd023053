import type { Fault } from '@kilowink/core/error';
import { decodeGatewayMessage, type GatewayMessage } from '@kilowink/core/gateway';
import { frameOfGroups, type PassedGroup, readFrame } from '@kilowink/core/tic';
import type { EpochMs } from '@kilowink/core/time';
import type { MqttConfig } from '../config/index.ts';
import type { MeterInput, TicIngest } from '../ingest/tic-ingest.ts';
import { MappedTopics } from './mapped.ts';
import type { MqttMessage, TakeMessage, Taken } from './message.ts';
import { captureLevels } from './topic-filter.ts';

/** Somebody else's topics; the first whose filter fits takes the message. */
export interface TopicHandler {
  readonly filter: string;
  /** `levels`: what stood at the filter's wildcards. Never throws on what came. */
  take(message: MqttMessage, levels: readonly string[]): Taken;
}

/** A kind of message that was refused, since the server started. */
export interface MqttRefusal {
  readonly code: string;
  readonly count: number;
  readonly lastMessage: string;
  readonly lastMs: EpochMs;
}

export interface RouterOptions {
  readonly config: MqttConfig;
  readonly tic: TicIngest;
  readonly handlers?: readonly TopicHandler[];
  readonly log: (line: string) => void;
}

/** Where the messages of a topic go. */
interface Route {
  readonly handler: TopicHandler;
  readonly levels: readonly string[];
}

/** Topics remembered at most: anybody who may publish can invent them. */
const ROUTES_MAX = 1_000;

const METER = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/** Says of each message whose it is, and hands it on. */
export class MqttRouter {
  readonly counters = { messages: 0, taken: 0, repeated: 0 };
  readonly #options: RouterOptions;
  readonly #handlers: readonly TopicHandler[];
  readonly #refusals = new Map<string, MqttRefusal>();
  /** By topic, null where nobody takes it: a gateway publishes to the same one for years. */
  readonly #routes = new Map<string, Route | null>();
  /** By meter: two messages of one millisecond are two. */
  readonly #lastMs = new Map<string, EpochMs>();

  constructor(options: RouterOptions) {
    this.#options = options;
    const { config, handlers = [] } = options;
    this.#handlers = [
      ...handlers,
      {
        filter: `${config.topic}/+/tic`,
        take: (message, levels) => this.#takeGateway(message, levels[0] ?? ''),
      },
      ...config.mappings.map((mapping) => {
        const mapped = new MappedTopics(mapping);
        return {
          filter: mapped.filter,
          take: (message: MqttMessage, levels: readonly string[]) =>
            this.#takeMapped(message, mapped, levels),
        };
      }),
    ];
  }

  /** What must be subscribed to at an external broker. */
  get filters(): readonly string[] {
    return [...new Set(this.#handlers.map(({ filter }) => filter))];
  }

  get refusals(): readonly MqttRefusal[] {
    return [...this.#refusals.values()];
  }

  readonly take: TakeMessage = (message) => {
    const route = this.#routeOf(message.topic);
    if (route === null) return 'other';
    this.counters.messages += 1;
    return route.handler.take(message, route.levels);
  };

  #routeOf(topic: string): Route | null {
    const known = this.#routes.get(topic);
    if (known !== undefined) return known;
    let found: Route | null = null;
    for (const handler of this.#handlers) {
      const levels = captureLevels(topic, handler.filter);
      if (levels === null) continue;
      found = { handler, levels };
      break;
    }
    if (this.#routes.size >= ROUTES_MAX) this.#routes.clear();
    this.#routes.set(topic, found);
    return found;
  }

  #takeGateway(message: MqttMessage, sensor: string): Taken {
    // An empty message clears what a broker kept.
    if (message.payload.length === 0) return 'done';
    const decoded = decodeGatewayMessage(message.payload);
    if (!decoded.ok) return this.#refuse(message, decoded.fault);
    const { boot, sequence, ageMs, atMs, groups, state, vitals, past } = decoded.value;
    const frame = frameOfGroups(passedGroups(groups), state);
    if (frame === null) {
      return this.#refuse(message, {
        code: 'tic/message-empty',
        message: 'expected at least one good group',
      });
    }
    return this.#store(message, {
      ...{ meter: sensor, reading: readFrame(frame), way: 'mqtt', receivedMs: message.receivedMs },
      ...{ identity: { boot, sequence }, ageMs, gatewayMs: atMs, vitals, past },
    });
  }

  #takeMapped(message: MqttMessage, mapped: MappedTopics, levels: readonly string[]): Taken {
    // Nobody numbers these: of a kept one it is not known when it was true.
    if (message.isRetained || message.payload.length === 0) return 'done';
    const { topic, payload, receivedMs } = message;
    const found = mapped.read({ topic, payload, levels, receivedMs });
    if (found === null) return 'other';
    return this.#store(message, { ...found, way: 'mqtt', receivedMs: this.#after(found.meter, receivedMs) });
  }

  #store(message: MqttMessage, input: MeterInput): Taken {
    const { tic } = this.#options;
    if (!METER.test(input.meter)) {
      return this.#refuse(message, {
        code: 'tic/message-name',
        message: `expected a name, "${input.meter}" came`,
      });
    }
    if (!tic.hasRoom(input.meter)) {
      return this.#refuse(message, {
        code: 'tic/too-many-meters',
        message: `${input.meter} is one too many: ${tic.metersMax} meters are taken, as mqtt.metersMax says`,
      });
    }
    const { taken, group } = tic.take(input);
    this.counters[taken === 'new' ? 'taken' : 'repeated'] += 1;
    return group;
  }

  #after(meter: string, receivedMs: EpochMs): EpochMs {
    const last = this.#lastMs.get(meter) ?? 0;
    const isBurst = receivedMs <= last && last - receivedMs < 1_000;
    const afterMs = isBurst ? last + 1 : receivedMs;
    this.#lastMs.set(meter, afterMs);
    return afterMs;
  }

  #refuse({ topic, receivedMs }: MqttMessage, { code, message }: Fault): Taken {
    const before = this.#refusals.get(code);
    const lastMessage = `${topic}: ${message}`;
    this.#refusals.set(code, { code, count: (before?.count ?? 0) + 1, lastMessage, lastMs: receivedMs });
    if (before === undefined) this.#options.log(`MQTT ${lastMessage}`);
    return 'done';
  }
}

function passedGroups(groups: GatewayMessage['groups']): PassedGroup[] {
  const passed: PassedGroup[] = [];
  for (const label of Object.keys(groups)) {
    const group = groups[label];
    if (typeof group === 'string') passed.push({ label, raw: group, horodate: null });
    else if (group !== undefined) passed.push({ label, raw: group[1], horodate: group[0] });
  }
  return passed;
}
