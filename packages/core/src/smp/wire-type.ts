import { type CborInput, type CborMap, type CborValue, formatCbor, isCborMap } from '../cbor/index.ts';

/** What a type says about a value that is not of it: where within the value, and what was expected. */
export interface Misfit {
  readonly path: string;
  readonly expected: string;
  readonly came: string;
}

/** The outcome of reading a value: the value as the program has it, or why it is none. */
export type Taken<T> = { readonly value: T } | { readonly misfit: Misfit };

/** How a value goes into CBOR and comes out of it. */
export interface WireType<T> {
  /** For the specification's tables: `text`, `list of number`. */
  readonly name: string;
  /** What stands within, for the tables: the fields of a map, or of each entry of a list. */
  readonly fields?: Fields;
  take(value: CborValue): Taken<T>;
  give(value: T): CborInput;
}

/** One entry of a map in a message. */
export interface Field<T = unknown, Optional extends boolean = boolean> {
  /** The key on the wire. */
  readonly wire: string;
  readonly type: WireType<T>;
  readonly isOptional: Optional;
  /** What the value is when the entry is not sent; without it, the property is absent. */
  readonly fallback?: T;
  /** Meaning and unit, for the specification's table. */
  readonly doc: string;
}

/** The entries of a map, by the names the program has for them. */
// biome-ignore lint/suspicious/noExplicitAny: a table holds fields of every type; each row keeps its own.
export type Fields = Readonly<Record<string, Field<any>>>;

type Simplify<T> = { readonly [K in keyof T]: T[K] };

/** The TypeScript value of a table of fields. Optional fields are optional properties. */
export type ValueOf<F extends Fields> = Simplify<
  {
    [K in keyof F as F[K]['isOptional'] extends true ? never : K]: F[K] extends Field<infer T> ? T : never;
  } & {
    [K in keyof F as F[K]['isOptional'] extends true ? K : never]?: F[K] extends Field<infer T>
      ? T | undefined
      : never;
  }
>;

function misfit(value: CborValue, expected: string, path = ''): { readonly misfit: Misfit } {
  const text = formatCbor(value);
  return { misfit: { path, expected, came: text.length > 60 ? `${text.slice(0, 60)}…` : text } };
}

function within<T>(taken: Taken<T>, place: string): Taken<T> {
  if ('value' in taken) return taken;
  const { path } = taken.misfit;
  const joined = path === '' || path.startsWith('[') ? `${place}${path}` : `${place}.${path}`;
  return { misfit: { ...taken.misfit, path: joined } };
}

/** A whole number. One beyond 2^53 is rounded to what a double holds: such are counters only. */
export const whole: WireType<number> = {
  name: 'number',
  take: (value) => {
    if (typeof value === 'bigint') return { value: Number(value) };
    return typeof value === 'number' && Number.isInteger(value) ? { value } : misfit(value, 'a whole number');
  },
  give: (value) => value,
};

/** A text in UTF-8. */
export const text: WireType<string> = {
  name: 'text',
  take: (value) => (typeof value === 'string' ? { value } : misfit(value, 'a text')),
  give: (value) => value,
};

/** Bytes, as they are. */
export const byteString: WireType<Uint8Array> = {
  name: 'bytes',
  take: (value) => (value instanceof Uint8Array ? { value } : misfit(value, 'bytes')),
  give: (value) => value,
};

/** True or false. */
export const truth: WireType<boolean> = {
  name: 'true or false',
  take: (value) => (typeof value === 'boolean' ? { value } : misfit(value, 'true or false')),
  give: (value) => value,
};

/** A number or bytes: a checksum is one, a hash the other. */
export const numberOrBytes: WireType<number | Uint8Array> = {
  name: 'number or bytes',
  take: (value) => (value instanceof Uint8Array ? { value } : whole.take(value)),
  give: (value) => value,
};

/** A map that is handed on as it came. */
export const anyMap: WireType<CborMap> = {
  name: 'map',
  take: (value) => (isCborMap(value) ? { value } : misfit(value, 'a map')),
  give: (value) => value,
};

/** A list of values of one type, in their order. */
export function listOf<T>(of: WireType<T>): WireType<readonly T[]> {
  return {
    name: `list of ${of.name}`,
    ...(of.fields === undefined ? {} : { fields: of.fields }),
    take: (value) => {
      if (!Array.isArray(value)) return misfit(value, 'a list');
      const items: T[] = [];
      for (const [index, each] of value.entries()) {
        const taken = within(of.take(each), `[${index}]`);
        if ('misfit' in taken) return taken;
        items.push(taken.value);
      }
      return { value: items };
    },
    give: (items) => items.map((each) => of.give(each)),
  };
}

/** A map whose keys are names that the device chose. */
export function namedMap<T>(of: WireType<T>): WireType<ReadonlyMap<string, T>> {
  return {
    name: `map by name of ${of.name}`,
    ...(of.fields === undefined ? {} : { fields: of.fields }),
    take: (value) => {
      if (!isCborMap(value)) return misfit(value, 'a map');
      const entries = new Map<string, T>();
      for (const [key, each] of value) {
        const taken = within(of.take(each), String(key));
        if ('misfit' in taken) return taken;
        entries.set(String(key), taken.value);
      }
      return { value: entries };
    },
    give: (entries) => new Map([...entries].map(([key, each]) => [key, of.give(each)])),
  };
}

/** As `namedMap`, without what is not of the type: a reply whose own entries stand beside `rc`. */
export function namedMapAmongOthers<T>(of: WireType<T>): WireType<ReadonlyMap<string, T>> {
  const strict = namedMap(of);
  return {
    ...strict,
    take: (value) => {
      if (!isCborMap(value)) return misfit(value, 'a map');
      const own = [...value].filter(([, each]) => 'value' in of.take(each));
      return strict.take(new Map(own));
    },
  };
}

/** A map with known keys. Others are passed over: newer firmware may say more. */
export function struct<F extends Fields>(fields: F): WireType<ValueOf<F>> {
  return {
    name: 'map',
    fields,
    take: (value) => {
      if (!isCborMap(value)) return misfit(value, 'a map');
      const taken: Record<string, unknown> = {};
      for (const [name, field] of Object.entries(fields)) {
        const each = takeField(field, value);
        if ('misfit' in each) return each;
        if (each.value !== undefined) taken[name] = each.value;
      }
      return { value: taken as ValueOf<F> };
    },
    give: (value) => {
      const given = new Map<string, CborInput>();
      for (const [name, field] of Object.entries(fields)) {
        const each = (value as Readonly<Record<string, unknown>>)[name];
        if (each !== undefined) given.set(field.wire, field.type.give(each));
      }
      return given;
    },
  };
}

function takeField(field: Field, map: CborMap): Taken<unknown> {
  if (map.has(field.wire)) return within(field.type.take(map.get(field.wire)), field.wire);
  if (field.fallback !== undefined || field.isOptional) return { value: field.fallback };
  return { misfit: { path: field.wire, expected: `${field.type.name}`, came: 'nothing' } };
}

/** A field that is always there. */
export function field<T>(wire: string, type: WireType<T>, doc: string): Field<T, false> {
  return { wire, type, doc, isOptional: false };
}

/** A field that may be left out. */
export function optional<T>(wire: string, type: WireType<T>, doc: string): Field<T, true> {
  return { wire, type, doc, isOptional: true };
}

/** A truth that is only sent where it is true. */
export function flag(wire: string, doc: string): Field<boolean, false> {
  return { wire, type: truth, doc, isOptional: false, fallback: false };
}
