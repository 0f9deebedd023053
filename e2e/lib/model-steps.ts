// What may happen in a house, drawn at random.
import fc from 'fast-check';

/** How a sensor is heard while time passes: its last windows, reports lost and late. */
export interface Hearing {
  readonly windows: number;
  readonly lostShare: number;
  readonly lateShare: number;
}

export interface Span {
  readonly first: number;
  readonly newest: number;
}

export type SensorName = 'v1' | 'v2' | 'tic';
export type SourceName = SensorName | 'file';

/** The house, its zone, and where the server stands. */
export interface HousePlan {
  readonly zone: string;
  readonly startMs: number;
  /** By how much windows are out of step with the minutes. */
  readonly phaseMs: number;
  /** Of the version 2 sensor. */
  readonly windowMs: number;
  /** So many of the latest windows the version 2 sensor still holds. */
  readonly heldWindows: number;
  readonly groupMs: number;
  readonly subscribedVa: number | null;
  readonly sensors: readonly SourceName[];
  /** The sensors watch one meter. */
  readonly isJoined: boolean;
  readonly seed: number;
}

export type HouseStep =
  | {
      readonly kind: 'pass';
      readonly minutes: number;
      readonly heard: Readonly<Record<SensorName, Hearing>>;
      readonly maxCount: number;
      readonly lampShare: number;
      /** Of windows of the version 2 sensor that daylight hid. */
      readonly blindShare: number;
      readonly seed: number;
    }
  | { readonly kind: 'days'; readonly days: number }
  /** Measurements of a file that end so long ago. */
  | {
      readonly kind: 'import';
      readonly agoMinutes: number;
      readonly durationMs: number;
      readonly count: number;
    }
  | {
      readonly kind: 'boot';
      readonly sensor: SensorName;
      readonly isTold: boolean;
      readonly seconds: number;
    }
  | { readonly kind: 'backlog'; readonly at: number; readonly windows: number }
  | { readonly kind: 'repeat' }
  /** A backup is made; with `goBack` the last one takes the place of what there is. */
  | { readonly kind: 'restart' | 'restore' | 'kill' | 'backup' | 'goBack' }
  /** The server's clock is wrong for a while, and set. */
  | {
      readonly kind: 'wrongClock';
      readonly byMs: number;
      readonly isRestarted: boolean;
      readonly pass: Extract<HouseStep, { kind: 'pass' }>;
    }
  /** The house moves to another zone: what was measured stays as it is. */
  | { readonly kind: 'zone'; readonly zone: string }
  | {
      readonly kind: 'correct';
      readonly series: number;
      readonly at: number;
      readonly share: number;
      readonly alignMs: number;
      readonly what: 'bad' | 'scale' | 'shape' | 'gaps' | 'flat';
      readonly factor: number;
    }
  | { readonly kind: 'undo'; readonly which: number }
  /** Somebody reads the meter's display, which says a little else than was measured. */
  | { readonly kind: 'reading'; readonly series: number; readonly at: number; readonly share: number }
  /** What a comparison with the readings offers is taken. */
  | { readonly kind: 'mend'; readonly series: number };

/** Some evening before a clock changes, or a day is left out. */
const PLACES = [
  ['Europe/Paris', '2025-03-29T14:00Z'],
  ['Europe/Paris', '2025-10-25T09:00Z'],
  ['America/New_York', '2025-03-08T20:00Z'],
  ['America/New_York', '2025-11-01T20:00Z'],
  ['Australia/Lord_Howe', '2025-04-05T03:00Z'],
  ['Australia/Lord_Howe', '2025-10-04T03:00Z'],
  ['Pacific/Apia', '2011-12-29T06:00Z'],
  ['UTC', '2024-12-31T12:00Z'],
  ['Asia/Kathmandu', '2025-06-30T08:00Z'],
] as const;

/** What a house may have on its meter. */
const HOUSES: readonly (readonly SourceName[])[] = [
  ...([['v2'], ['v1'], ['v1', 'v2'], ['tic', 'v2'], ['tic', 'v1', 'v2']] as const),
  ...([
    ['v2', 'file'],
    ['v1', 'tic', 'file'],
  ] as const),
];

/** Hours and minutes to either side, seconds, and a clock that starts in 1970. */
const CLOCK_ERRORS_MS = [
  ...[-10_800_000, 10_800_000, -2_400_000, 2_400_000, 700_000, 30_000, -4_000],
  -1_700_000_000_000,
];

const share = fc.integer({ min: 0, max: 1_000 }).map((thousandths) => thousandths / 1_000);
const seed = fc.integer({ min: 1, max: 1_000_000 });
const hearing: fc.Arbitrary<Hearing> = fc.record({
  windows: fc.constantFrom(0, 30, 90, 300),
  lostShare: fc.constantFrom(0, 0.2, 0.6),
  lateShare: fc.constantFrom(0, 0.3),
});

export const housePlan: fc.Arbitrary<HousePlan> = fc
  .record({
    ...{ place: fc.constantFrom(...PLACES), seed, isJoined: fc.boolean() },
    phaseMs: fc.constantFrom(0, 0, 1_234),
    windowMs: fc.constantFrom(5_000, 7_000, 10_000, 60_000),
    heldWindows: fc.constantFrom(400, 100_000),
    groupMs: fc.constantFrom(0, 300_000),
    subscribedVa: fc.constantFrom(null, 3_000),
    sensors: fc.constantFrom(...HOUSES),
  })
  .map(({ place: [zone, start], ...plan }) => ({ zone, startMs: Date.parse(start), ...plan }));

const pass: fc.Arbitrary<Extract<HouseStep, { kind: 'pass' }>> = fc.record({
  kind: fc.constant('pass' as const),
  minutes: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 900 })),
  heard: fc.record({ v1: hearing, v2: hearing, tic: hearing }),
  maxCount: fc.constantFrom(1, 3, 11, 40),
  lampShare: fc.constantFrom(0, 0, 0.02),
  blindShare: fc.constantFrom(0, 0, 0.1),
  seed,
});

const step: fc.Arbitrary<HouseStep> = fc.oneof(
  { weight: 5, arbitrary: pass },
  fc.record({
    kind: fc.constant('import' as const),
    agoMinutes: fc.integer({ min: 0, max: 9_000 }),
    durationMs: fc.constantFrom(60_000, 600_000, 1_800_000, 3_600_000, 86_400_000),
    count: fc.constantFrom(1, 30, 200),
  }),
  fc.record({ kind: fc.constant('days' as const), days: fc.integer({ min: 1, max: 9 }) }),
  fc.record({
    kind: fc.constant('boot' as const),
    sensor: fc.constantFrom<SensorName>('v1', 'v2'),
    isTold: fc.boolean(),
    seconds: fc.integer({ min: 0, max: 4_000 }),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('backlog' as const),
      at: share,
      windows: fc.integer({ min: 0, max: 639 }),
    }),
  },
  fc.record({ kind: fc.constantFrom('repeat' as const, 'restart' as const, 'restore' as const) }),
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'backup' as const, 'goBack' as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wrongClock' as const),
      byMs: fc.constantFrom(...CLOCK_ERRORS_MS),
      isRestarted: fc.boolean(),
      pass,
    }),
  },
  fc.record({ kind: fc.constant('zone' as const), zone: fc.constantFrom(...PLACES.map(([zone]) => zone)) }),
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ kind: fc.constant('correct' as const), series: fc.nat(2), at: share, share },
      alignMs: fc.constantFrom(1, 60_000, 3_600_000),
      what: fc.constantFrom(
        'bad' as const,
        'scale' as const,
        'shape' as const,
        'gaps' as const,
        'flat' as const,
      ),
      factor: fc.constantFrom(0.5, 0.99, 1.01, 1.7, 3),
    }),
  },
  fc.record({ kind: fc.constant('undo' as const), which: fc.nat(5) }),
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ kind: fc.constant('reading' as const), series: fc.nat(2), at: share },
      share: fc.constantFrom(0.98, 1, 1, 1.03, 1.5),
    }),
  },
  fc.record({ kind: fc.constant('mend' as const), series: fc.nat(2) }),
);

/** A life of the house: time passes first, or there would be nothing to see. */
export const houseSteps: fc.Arbitrary<HouseStep[]> = fc
  .tuple(pass, fc.array(step, { minLength: 1, maxLength: 16, size: 'max' }))
  .map(([first, then]) => [first, ...then]);
/** Where answers are looked at: shares of the time from the first measurement to the last. */
export const houseCuts = fc.array(fc.tuple(share, share), { minLength: 3, maxLength: 6 });
