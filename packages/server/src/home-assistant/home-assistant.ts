import type { Clock, EpochMs } from '@kilowink/core/time';
import type { HomeAssistantConfig } from '../config/index.ts';
import type { Publish } from '../mqtt/message.ts';
import { toTopicLevel } from '../mqtt/topic-filter.ts';
import type { Device, Entity } from './entities.ts';
import { FORGET_MS, KnownDevices } from './known-devices.ts';

export interface HomeAssistantOptions {
  readonly config: HomeAssistantConfig;
  /** First level of our topics. */
  readonly base: string;
  /** Where it is kept what was published. */
  readonly folder: string;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly version: string;
  readonly log: (line: string) => void;
}

interface Said {
  readonly value: string;
  readonly atMs: number;
}

/** A value is unavailable after three of the longest intervals without one. */
const EXPIRE_INTERVALS = 3;

/**
 * Publishes devices so that Home Assistant finds them by itself, and each value as a plain topic, which Jeedom and Domoticz
 * read as well. Discovery is device-based: one kept topic a device. A device that goes, or takes another name, has its
 * topic cleared, so that no ghost of it stays.
 */
export class HomeAssistant {
  readonly #options: HomeAssistantOptions;
  readonly #known: KnownDevices;
  readonly #devices = new Map<string, { readonly device: Device; readonly discovery: string }>();
  readonly #said = new Map<string, Said>();

  constructor(options: HomeAssistantOptions) {
    this.#options = options;
    this.#known = new KnownDevices(options.folder);
  }

  /** Home Assistant's own topic, on which it says that it has started. */
  get birthTopic(): string {
    return `${this.#options.config.prefix}/status`;
  }

  /**
   * A broker stands, or Home Assistant has started: everything is published anew, and what is no more is cleared. `isGone`
   * says of a device that was told of earlier whether it exists no more.
   */
  refresh(isGone: (device: string) => boolean = () => false): void {
    const { config, clock } = this.#options;
    const silent = new Set(this.#known.silentSince(clock.wallMs() - FORGET_MS));
    for (const topic of this.#known.topics) {
      const device = this.#deviceOf(topic);
      if (!config.enabled || device === null || silent.has(topic) || isGone(device)) this.#clear(topic);
    }
    this.#said.clear();
    const devices = [...this.#devices.values()];
    this.#devices.clear();
    for (const { device } of devices) this.show(device);
  }

  /** Publishes what of a device is new, changed enough, or due. */
  show(shown: Device): void {
    const { config, clock } = this.#options;
    if (!config.enabled) return;
    // What comes and goes with the frames, such as an estimate, stays told of.
    const unsaid = (this.#devices.get(shown.id)?.device.entities ?? [])
      .filter(({ key }) => !shown.entities.some((entity) => entity.key === key))
      .map((entity) => ({ ...entity, value: null }));
    const device = { ...shown, entities: [...shown.entities, ...unsaid].toSorted(byKey) };
    const discovery = this.#discoveryOf(device);
    if (this.#devices.get(device.id)?.discovery !== discovery) this.#announce(device, discovery);
    this.#devices.set(device.id, { device, discovery });
    for (const entity of device.entities) this.#say(device, entity, clock.monotonicMs());
  }

  #announce(device: Device, discovery: string): void {
    const topic = this.#topicOf(device.id);
    const components = Object.fromEntries(device.entities.map(({ key, platform }) => [key, platform]));
    const before = this.#known.componentsOf(topic);
    // A component that is left out stays; one with its platform alone goes.
    const gone = Object.entries(before).filter(([key]) => !(key in components));
    if (gone.length > 0) {
      const removing = JSON.parse(discovery) as { cmps: Record<string, unknown> };
      for (const [key, platform] of gone) removing.cmps[key] = { p: platform };
      this.#options.publish({ topic, payload: JSON.stringify(removing), retain: true });
    }
    this.#options.publish({ topic, payload: discovery, retain: true });
    this.#attempt(() => this.#known.set(topic, components, this.#options.clock.wallMs()));
  }

  #say({ id }: Device, entity: Entity, nowMs: number): void {
    const { config, publish, base } = this.#options;
    const { key, value } = entity;
    if (value === null) return;
    const topic = `${base}/${toTopicLevel(id)}/state/${toTopicLevel(key)}`;
    const said = this.#said.get(topic);
    if (said !== undefined && !isDue(entity, said, { nowMs, config })) return;
    this.#said.set(topic, { value, atMs: nowMs });
    publish({ topic, payload: value });
  }

  #discoveryOf(device: Device): string {
    const { base, config, version } = this.#options;
    const id = `${base}_${toTopicLevel(device.id)}`;
    const expireS = Math.ceil((EXPIRE_INTERVALS * config.maxIntervalMs) / 1_000);
    const components = device.entities.map((entity) => [
      entity.key,
      {
        p: entity.platform,
        unique_id: `${id}_${entity.key}`,
        default_entity_id: `${entity.platform}.${id}_${entity.key}`.toLowerCase(),
        name: entity.name,
        state_topic: `${base}/${toTopicLevel(device.id)}/state/${toTopicLevel(entity.key)}`,
        expire_after: expireS,
        ...entity.about,
      },
    ]);
    return JSON.stringify({
      dev: {
        ...{ ids: [id], name: device.name, mf: 'Kilowink', mdl: device.model },
        ...(device.firmware === null ? {} : { sw: device.firmware }),
      },
      o: { name: 'Kilowink', sw: version },
      availability: [{ topic: `${base}/server/status` }],
      cmps: Object.fromEntries(components),
      qos: 1,
    });
  }

  #topicOf(device: string): string {
    const { config, base } = this.#options;
    return `${config.prefix}/device/${base}_${toTopicLevel(device)}/config`;
  }

  /** The device of a topic of ours; null for one that was made with other settings. */
  #deviceOf(topic: string): string | null {
    const { config, base } = this.#options;
    const [start, end] = [`${config.prefix}/device/${base}_`, '/config'];
    return topic.startsWith(start) && topic.endsWith(end) ? topic.slice(start.length, -end.length) : null;
  }

  #clear(topic: string): void {
    this.#options.publish({ topic, payload: '', retain: true });
    this.#attempt(() => this.#known.forget(topic));
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.log(error instanceof Error ? error.message : String(error));
    }
  }
}

function byKey(a: Entity, b: Entity): number {
  return a.key < b.key ? -1 : 1;
}

function isDue(entity: Entity, said: Said, of: { nowMs: EpochMs; config: HomeAssistantConfig }): boolean {
  const { value, deadBand, isUrgent } = entity;
  const elapsedMs = of.nowMs - said.atMs;
  if (elapsedMs >= of.config.maxIntervalMs) return true;
  if (value === said.value) return false;
  if (isUrgent) return true;
  if (elapsedMs < of.config.minIntervalMs) return false;
  const change = Math.abs(Number(value) - Number(said.value));
  return Number.isNaN(change) || change >= deadBand;
}
