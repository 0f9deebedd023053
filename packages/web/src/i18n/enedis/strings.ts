import type { ImportPart } from '@kilowink/api';

type Stamps = ImportPart['stamps'];

/** The words for files of Enedis and suppliers, and for holding a series against them. */
export interface EnedisStrings {
  readonly file: {
    readonly title: string;
    readonly lead: string;
    readonly choose: string;
    readonly drop: string;
    readonly reading: string;
    readonly readOnly: string;
    readonly kinds: Readonly<Record<ImportPart['kind'], string>>;
    readonly injected: string;
    readonly meter: string;
    readonly what: string;
    readonly values: string;
    readonly valueKinds: Readonly<Record<ImportPart['values'], string>>;
    readonly dayEnergy: string;
    readonly interval: string;
    readonly intervalRows: string;
    readonly civilDays: string;
    readonly stamps: string;
    readonly sides: Readonly<Record<Stamps['side'], string>>;
    readonly sidesBy: Readonly<Record<Stamps['by'], string>>;
    readonly stampsChoice: string;
    readonly stampsFound: string;
    readonly clock: string;
    readonly offset: string;
    readonly time: string;
    readonly timeText: string;
    readonly energy: string;
    readonly rows: string;
    readonly rowsText: string;
    readonly readings: string;
    readonly series: string;
    readonly seriesNew: string;
    readonly seriesKnown: string;
    readonly callIt: string;
    readonly doubts: {
      readonly bad: string;
      readonly badRow: string;
      readonly more: string;
      readonly empty: string;
      readonly repeated: string;
      readonly contradicting: string;
      readonly overlapping: string;
      readonly skipped: string;
      readonly open: string;
    };
    /** What stands in place of the server's words for what a bad row should hold. */
    readonly expected: Readonly<Record<string, string>>;
    readonly nothingNew: string;
    readonly take: string;
    readonly takeAll: string;
    readonly taking: string;
    readonly leave: string;
    readonly taken: string;
    readonly takenReadings: string;
    readonly takenKnown: string;
    readonly tooLarge: string;
    readonly unreadable: string;
    /** What a refusal means and what to do, by the server's code. */
    readonly refusals: Readonly<Record<string, string>>;
  };
  readonly compare: {
    readonly title: string;
    readonly lead: string;
    readonly against: string;
    readonly readings: string;
    readonly imported: string;
    readonly others: string;
    readonly by: string;
    readonly periods: Readonly<Record<'day' | 'week' | 'month', string>>;
    readonly period: string;
    readonly reference: string;
    readonly share: string;
    readonly together: string;
    readonly summary: string;
    readonly agreeing: string;
    readonly allAgree: string;
    readonly none: string;
    readonly noneBy: string;
    readonly calibrateAll: string;
    readonly measurement: string;
    readonly differ: string;
    readonly plan: string;
    readonly planOne: string;
    readonly planEach: string;
    readonly nothing: string;
    readonly becomes: string;
    readonly make: string;
    readonly makeOne: string;
    readonly made: string;
    readonly madeOne: string;
    readonly undoMade: string;
    readonly undoMadeOne: string;
    readonly note: string;
    readonly undoGroup: string;
  };
}
