import { type CborValue, decodeCbor, decodeUtf8, isCborMap } from '../cbor/index.ts';
import { type Fault, fault, ok, type Result } from '../error/index.ts';
import {
  GATEWAY_BYTES_MAX,
  GATEWAY_VERSION,
  type GatewayGroup,
  type GatewayMessage,
  type GatewayPast,
  type GatewayVitals,
  PAST_MINUTES_MAX,
  VITAL_FIELDS,
} from './message.ts';

const UINT32_MAX = 0xffff_ffff;
/** No meter's output needs more, and no label or datum is longer. */
const GROUPS_MAX = 96;
const LABEL_CHARS_MAX = 9;
const DATA_CHARS_MAX = 98;
const TEXT_CHARS_MAX = 64;
const YEAR_MS = 366 * 86_400_000;
const AT_MS_MAX = 8.64e15;
/** A map in CBOR begins with one of these; JSON with a brace or a blank. */
const CBOR_MAP_FIRST = 0xa0;

type Tree = Readonly<Record<string, unknown>>;

/**
 * The message in the bytes, JSON or CBOR. Faults: `tic/message-size`, `tic/message-form`, `tic/message-version`,
 * `tic/message-field`. Unknown fields are left out, so that newer gateways are understood.
 */
export function decodeGatewayMessage(bytes: Uint8Array): Result<GatewayMessage, Fault> {
  if (bytes.length > GATEWAY_BYTES_MAX) {
    const message = `expected at most ${GATEWAY_BYTES_MAX} bytes, ${bytes.length} came`;
    return fault({ code: 'tic/message-size', message });
  }
  const tree = readTree(bytes);
  if (tree === null) {
    return fault({ code: 'tic/message-form', message: 'expected a map in JSON or CBOR' });
  }
  if (tree['v'] !== GATEWAY_VERSION) {
    const message = `expected version ${GATEWAY_VERSION}, ${JSON.stringify(tree['v'], speakable) ?? 'none'} came`;
    return fault({ code: 'tic/message-version', message });
  }
  const reader = new FieldReader();
  const message = readMessage(tree, reader);
  if (reader.wrong === null) return ok(message);
  return fault({ code: 'tic/message-field', message: reader.wrong });
}

function readMessage(tree: Tree, reader: FieldReader): GatewayMessage {
  const state = tree['state'] ?? 'complete';
  const isState = state === 'complete' || state === 'incomplete' || state === 'interrupted';
  if (!isState) reader.refuse('state', 'complete, incomplete or interrupted', state);
  return {
    boot: reader.whole('boot', tree['boot'], UINT32_MAX),
    sequence: reader.whole('seq', tree['seq'], UINT32_MAX),
    ageMs: reader.whole('age', tree['age'] ?? 0, YEAR_MS),
    atMs: tree['at'] === undefined || tree['at'] === null ? null : reader.whole('at', tree['at'], AT_MS_MAX),
    state: isState ? state : 'complete',
    groups: readGroups(tree['groups'], reader),
    vitals: tree['vitals'] === undefined ? null : readVitals(tree['vitals'], reader),
    past: tree['past'] === undefined ? null : readPast(tree['past'], reader),
  };
}

function readGroups(value: unknown, reader: FieldReader): Record<string, GatewayGroup> {
  const labels = isTree(value) ? Object.keys(value) : [];
  if (!isTree(value) || labels.length > GROUPS_MAX) {
    reader.refuse('groups', `a map of at most ${GROUPS_MAX} labels`, value);
    return {};
  }
  for (const label of labels) {
    const group = value[label];
    const isGroup = isData(group) || (Array.isArray(group) && group.length === 2 && group.every(isData));
    if (label.length > LABEL_CHARS_MAX || !isGroup) {
      reader.refuse(`groups.${label.slice(0, LABEL_CHARS_MAX)}`, 'data, or [time, data], as text', group);
    }
  }
  return value as Record<string, GatewayGroup>;
}

function isData(value: unknown): boolean {
  return typeof value === 'string' && value.length <= DATA_CHARS_MAX;
}

function readVitals(value: unknown, reader: FieldReader): GatewayVitals {
  if (!isTree(value)) {
    reader.refuse('vitals', 'a map', value);
    return {};
  }
  const vitals: Record<string, string | number> = {};
  for (const { name, form } of VITAL_FIELDS) {
    const vital = value[name];
    if (vital === undefined || vital === null) continue;
    vitals[name] = form === 'text' ? reader.text(`vitals.${name}`, vital) : readVital(name, vital, reader);
  }
  return vitals;
}

function readVital(name: string, vital: unknown, reader: FieldReader): number {
  const isWhole = Number.isInteger(vital) && Math.abs(vital as number) <= UINT32_MAX;
  if (!isWhole) reader.refuse(`vitals.${name}`, 'a whole number', vital);
  return isWhole ? (vital as number) : 0;
}

function readPast(value: unknown, reader: FieldReader): GatewayPast {
  const none = { newest: 0, ageMs: 0, min: [], mean: [], max: [] };
  if (!isTree(value)) {
    reader.refuse('past', 'a map', value);
    return none;
  }
  const newest = reader.whole('past.newest', value['newest'], UINT32_MAX);
  const ageMs = reader.whole('past.age', value['age'] ?? 0, YEAR_MS);
  const [min, mean, max] = (['min', 'mean', 'max'] as const).map((name) => readMinutes(value, name, reader));
  if (min === undefined || mean === undefined || max === undefined) return none;
  if (min.length !== mean.length || max.length !== mean.length || mean.length > newest + 1) {
    reader.refuse('past', 'lists of one length, of minutes from 0 on', { newest, minutes: mean.length });
  }
  return { newest, ageMs, min, mean, max };
}

function readMinutes(past: Tree, name: string, reader: FieldReader): readonly (number | null)[] {
  const list = past[name];
  const isMinute = (value: unknown) => value === null || (Number.isInteger(value) && (value as number) >= 0);
  if (Array.isArray(list) && list.length <= PAST_MINUTES_MAX && list.every(isMinute)) return list;
  reader.refuse(`past.${name}`, `at most ${PAST_MINUTES_MAX} numbers ≥ 0 or nulls`, list);
  return [];
}

/** CBOR has whole numbers that JSON has no way to write. */
function speakable(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Reads fields, and keeps the first thing that was wrong. */
class FieldReader {
  wrong: string | null = null;

  refuse(name: string, expected: string, came: unknown): void {
    const shown = (JSON.stringify(came, speakable) ?? 'nothing').slice(0, TEXT_CHARS_MAX);
    this.wrong ??= `${name}: expected ${expected}, ${shown} came`;
  }

  whole(name: string, value: unknown, max: number): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
    this.refuse(name, `a whole number from 0 to ${max}`, value);
    return 0;
  }

  text(name: string, value: unknown): string {
    if (typeof value === 'string' && value.length <= TEXT_CHARS_MAX) return value;
    this.refuse(name, `text of at most ${TEXT_CHARS_MAX} characters`, value);
    return '';
  }
}

function readTree(bytes: Uint8Array): Tree | null {
  const value = (bytes[0] ?? 0) >= CBOR_MAP_FIRST ? readCbor(bytes) : readJson(bytes);
  return isTree(value) ? value : null;
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch {
    return null;
  }
}

function readCbor(bytes: Uint8Array): unknown {
  const decoded = decodeCbor(bytes, { depthMax: 4 });
  return decoded.ok ? plain(decoded.value) : null;
}

/** Maps with text keys as plain objects; what has no place in a message stays what it is, and is refused there. */
function plain(value: CborValue): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isCborMap(value)) return value;
  return Object.fromEntries([...value].map(([key, inner]) => [String(key), plain(inner)]));
}

function isTree(value: unknown): value is Tree {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}
