import { frameOfGroups, type PassedGroup, readFrame, type TicReading } from '@kilowink/core/tic';
import type { MqttMapping } from '../config/index.ts';
import { restoredGroup } from './restored-group.ts';

/** How long a label that came alone counts as what the meter says now: longer than the longest frame lasts. */
const FRESH_MS = 4_000;
/** Labels of programs are few; more keys are none of theirs. */
const KEYS_MAX = 200;

/** What a message of another program's says of a meter; null where it says nothing. */
export type MappedReading = { readonly meter: string; readonly reading: TicReading } | null;

interface Mapped {
  readonly payload: Uint8Array;
  readonly topic: string;
  /** What stood at the filter's wildcards. */
  readonly levels: readonly string[];
  readonly receivedMs: number;
}

/** Reads what other programs publish. One for each mapping, since labels that come one by one are collected. */
export class MappedTopics {
  readonly #mapping: MqttMapping;
  readonly #labels = new Map<string, Map<string, { readonly group: PassedGroup; readonly atMs: number }>>();

  constructor(mapping: MqttMapping) {
    this.#mapping = mapping;
  }

  get filter(): string {
    return this.#mapping.topic;
  }

  read(message: Mapped): MappedReading {
    const { kind } = this.#mapping;
    if (kind === 'labels') return this.#readLabel(message);
    const tree = parseTree(message.payload);
    if (tree === null) return null;
    const meter = this.#mapping.meter ?? message.levels[0] ?? 'main';
    const groups = kind === 'tasmota' ? groupsIn(tree['TIC']) : groupsIn(tree);
    const frame = frameOfGroups(groups, 'complete');
    if (frame !== null) return { meter, reading: readFrame(frame) };
    const reading = kind === 'tasmota' ? readSections(tree) : null;
    return reading === null ? null : { meter, reading };
  }

  /** The labels of the last seconds together, so that an index in all can be made of its registers. */
  #readLabel({ topic, levels, payload, receivedMs }: Mapped): MappedReading {
    const name = topic.split('/').at(-1) ?? '';
    const text = Buffer.from(payload).toString('latin1');
    const value = text.startsWith('{') ? valueIn(parseTree(payload)) : { raw: text, horodate: null };
    const group = restoredGroup(name, value.raw, value.horodate);
    if (group === null) return null;
    const meter = this.#mapping.meter ?? (levels.length > 1 ? levels[0] : undefined) ?? 'main';
    const known = this.#labels.get(meter) ?? new Map();
    this.#labels.set(meter, known);
    known.set(group.label, { group, atMs: receivedMs });
    const fresh = [...known.values()].filter(({ atMs }) => Math.abs(receivedMs - atMs) <= FRESH_MS);
    const frame = frameOfGroups(
      fresh.map((each) => each.group),
      'incomplete',
    );
    return frame === null ? null : { meter, reading: readFrame(frame) };
  }
}

/** Labels as keys, with their data, or an object with `raw` or `value` and perhaps the meter's time; one level deep. */
function groupsIn(tree: unknown): PassedGroup[] {
  if (!isTree(tree)) return [];
  return Object.entries(tree)
    .slice(0, KEYS_MAX)
    .flatMap(([name, value]) => {
      if (!isTree(value)) return restoredGroup(name, value) ?? [];
      if (!('raw' in value) && !('value' in value)) return groupsIn(value);
      const { raw, horodate } = valueIn(value);
      return restoredGroup(name, raw, horodate) ?? [];
    });
}

function valueIn(tree: Readonly<Record<string, unknown>> | null): { raw: unknown; horodate: unknown } {
  return { raw: tree?.['raw'] ?? tree?.['value'], horodate: tree?.['timestamp'] ?? tree?.['horodate'] };
}

/**
 * The METER section of the Tasmota firmware for TIC: powers in VA, currents and voltages by phase. Its indexes have names of
 * their own that say no register, and are left alone.
 */
function readSections(tree: Readonly<Record<string, unknown>>): TicReading | null {
  const meter = tree['METER'];
  if (!isTree(meter)) return null;
  const of = (name: string) => wholeOf(meter[name]);
  const phaseCount = of('PH') === 3 ? 3 : 1;
  const empty = readFrame(
    frameOfGroups([{ label: 'PAPP', raw: '00000', horodate: null }], 'incomplete') ?? never(),
  );
  const at = (phase: number, name: string) => of(`${name}${phase}`) ?? (phaseCount === 1 ? of(name) : null);
  return {
    ...empty,
    apparentPowerVa: of('P'),
    injectedVa: of('PP'),
    injectedEstimateVa: null,
    subscribedVa: of('PSUB'),
    phases: Array.from({ length: phaseCount }, (_, index) => ({
      currentA: at(index + 1, 'I'),
      voltageV: at(index + 1, 'U'),
      apparentPowerVa: phaseCount === 1 ? null : of(`P${index + 1}`),
    })),
  };
}

function never(): never {
  throw new RangeError('a frame of one good group is one');
}

function wholeOf(value: unknown): number | null {
  const number = Number(value);
  if (value === undefined || value === null || value === '' || !Number.isFinite(number)) return null;
  return number < 0 || number > 1e6 ? null : Math.round(number);
}

function parseTree(payload: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const tree: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return isTree(tree) ? tree : null;
  } catch {
    return null;
  }
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
