/** The two languages of the meter's customer output: that of all meters, and the Linky's own. */
export const TIC_MODES = ['historique', 'standard'] as const;
export type TicMode = (typeof TIC_MODES)[number];

/**
 * What the data of a label looks like, which is what may stand in it.
 *
 * - `number`: digits, a number. `identity`: digits that are no number, such as a serial number.
 * - `hex`: upper-case hexadecimal digits. `status`: the same, the status register. `relays`: 000 to 255.
 * - `code`: capitals, dots, dashes. `option`: printable up to `_`. `mark`: a capital or a digit.
 * - `text`: printable. `profile`: eleven blocks of switching times. `none`: no data, the time says it all.
 */
export const TIC_FORMS = [
  'number',
  'identity',
  'hex',
  'status',
  'relays',
  'code',
  'option',
  'mark',
  'text',
  'profile',
  'none',
] as const;
export type TicForm = (typeof TIC_FORMS)[number];

/** Characters of a time in standard mode: season, then YYMMDDhhmmss. */
export const HORODATE_BYTES = 13;

/** One label of one mode: a row of the table that decoder, C header and docs/spec/tic.md all derive from. */
export interface TicLabel {
  readonly name: string;
  readonly mode: TicMode;
  /** Characters of the data, always exactly so many. */
  readonly size: number;
  readonly form: TicForm;
  /** Unit of the number, or an empty text. */
  readonly unit: string;
  /** Whether a time stands before the data. */
  readonly isDated: boolean;
  /** The phase it tells of, 1 to 3; 0 is the whole. */
  readonly phase: number;
  /** Sent by: any meter, those with one phase, those with three, or those that count injected energy. */
  readonly sentBy: 'all' | 'mono' | 'tri' | 'producer';
  readonly meaning: string;
  /** Where the meters' specification tells of it: 54E is Enedis-NOI-CPT_54E, 02E is ERDF-NOI-CPT_02E. */
  readonly section: string;
}

type Row = readonly [
  name: string,
  size: number,
  form: TicForm,
  unit: string,
  traits: string,
  meaning: string,
];

/** Traits: `h` dated, `m` one phase only, `T` three phases only, `P` producers only, 1 to 3 the phase. */
const HISTORIQUE: readonly Row[] = [
  ['ADIR1', 3, 'number', 'A', 'T1', 'Current of phase 1, while over its limit.'],
  ['ADIR2', 3, 'number', 'A', 'T2', 'Current of phase 2, while over its limit.'],
  ['ADIR3', 3, 'number', 'A', 'T3', 'Current of phase 3, while over its limit.'],
  ['ADCO', 12, 'identity', '', '', 'Serial number of the meter.'],
  ['OPTARIF', 4, 'option', '', '', 'Contract.'],
  ['ISOUSC', 2, 'number', 'A', '', 'Subscribed current.'],
  ['BASE', 9, 'number', 'Wh', '', 'Index of the contract with one price.'],
  ['HCHC', 9, 'number', 'Wh', '', 'Index of off-peak hours.'],
  ['HCHP', 9, 'number', 'Wh', '', 'Index of peak hours.'],
  ['EJPHN', 9, 'number', 'Wh', '', 'EJP: index of normal hours.'],
  ['EJPHPM', 9, 'number', 'Wh', '', 'EJP: index of mobile peak hours.'],
  ['BBRHCJB', 9, 'number', 'Wh', '', 'Tempo: index of off-peak hours of blue days.'],
  ['BBRHPJB', 9, 'number', 'Wh', '', 'Tempo: index of peak hours of blue days.'],
  ['BBRHCJW', 9, 'number', 'Wh', '', 'Tempo: index of off-peak hours of white days.'],
  ['BBRHPJW', 9, 'number', 'Wh', '', 'Tempo: index of peak hours of white days.'],
  ['BBRHCJR', 9, 'number', 'Wh', '', 'Tempo: index of off-peak hours of red days.'],
  ['BBRHPJR', 9, 'number', 'Wh', '', 'Tempo: index of peak hours of red days.'],
  ['PEJP', 2, 'number', 'min', '', 'Notice of a mobile peak, sent until its end.'],
  ['PTEC', 4, 'code', '', '', 'Tariff period in force.'],
  ['DEMAIN', 4, 'code', '', '', 'Tempo: colour of tomorrow.'],
  ['IINST', 3, 'number', 'A', 'm1', 'Current.'],
  ['IINST1', 3, 'number', 'A', 'T1', 'Current of phase 1.'],
  ['IINST2', 3, 'number', 'A', 'T2', 'Current of phase 2.'],
  ['IINST3', 3, 'number', 'A', 'T3', 'Current of phase 3.'],
  ['ADPS', 3, 'number', 'A', 'm1', 'Current, while over the subscribed power.'],
  ['IMAX', 3, 'number', 'A', 'm1', 'Highest current drawn.'],
  ['IMAX1', 3, 'number', 'A', 'T1', 'Highest current drawn on phase 1.'],
  ['IMAX2', 3, 'number', 'A', 'T2', 'Highest current drawn on phase 2.'],
  ['IMAX3', 3, 'number', 'A', 'T3', 'Highest current drawn on phase 3.'],
  ['PMAX', 5, 'number', 'W', 'T', 'Highest power reached; on a Linky that of yesterday, VA.'],
  ['PAPP', 5, 'number', 'VA', '', 'Apparent power; 0 while injecting.'],
  ['HHPHC', 1, 'mark', '', '', 'Group of the off-peak timetable.'],
  ['MOTDETAT', 6, 'hex', '', '', 'Status word, for the distributor.'],
  ['PPOT', 2, 'hex', '', 'T', 'Missing phases: bit n is set when phase n is.'],
];

const STANDARD: readonly Row[] = [
  ['ADSC', 12, 'identity', '', '', 'Serial number of the meter.'],
  ['VTIC', 2, 'number', '', '', 'Version of the output.'],
  ['DATE', 0, 'none', '', 'h', 'The meter’s time.'],
  ['NGTF', 16, 'text', '', '', 'Name of the supplier’s contract.'],
  ['LTARF', 16, 'text', '', '', 'Name of the tariff period in force.'],
  ['EAST', 9, 'number', 'Wh', '', 'Energy drawn, in all.'],
  ['EASF01', 9, 'number', 'Wh', '', 'Energy drawn, supplier’s index 1.'],
  ['EASF02', 9, 'number', 'Wh', '', 'Energy drawn, supplier’s index 2.'],
  ['EASF03', 9, 'number', 'Wh', '', 'Energy drawn, supplier’s index 3.'],
  ['EASF04', 9, 'number', 'Wh', '', 'Energy drawn, supplier’s index 4.'],
  ['EASF05', 9, 'number', 'Wh', '', 'Energy drawn, supplier’s index 5.'],
  ['EASF06', 9, 'number', 'Wh', '', 'Energy drawn, supplier’s index 6.'],
  ['EASF07', 9, 'number', 'Wh', '', 'Energy drawn, supplier’s index 7.'],
  ['EASF08', 9, 'number', 'Wh', '', 'Energy drawn, supplier’s index 8.'],
  ['EASF09', 9, 'number', 'Wh', '', 'Energy drawn, supplier’s index 9.'],
  ['EASF10', 9, 'number', 'Wh', '', 'Energy drawn, supplier’s index 10.'],
  ['EASD01', 9, 'number', 'Wh', '', 'Energy drawn, distributor’s index 1.'],
  ['EASD02', 9, 'number', 'Wh', '', 'Energy drawn, distributor’s index 2.'],
  ['EASD03', 9, 'number', 'Wh', '', 'Energy drawn, distributor’s index 3.'],
  ['EASD04', 9, 'number', 'Wh', '', 'Energy drawn, distributor’s index 4.'],
  ['EAIT', 9, 'number', 'Wh', 'P', 'Energy injected, in all.'],
  ['ERQ1', 9, 'number', 'VArh', 'P', 'Reactive energy, quadrant 1.'],
  ['ERQ2', 9, 'number', 'VArh', 'P', 'Reactive energy, quadrant 2.'],
  ['ERQ3', 9, 'number', 'VArh', 'P', 'Reactive energy, quadrant 3.'],
  ['ERQ4', 9, 'number', 'VArh', 'P', 'Reactive energy, quadrant 4.'],
  ['IRMS1', 3, 'number', 'A', '1', 'Current of phase 1.'],
  ['IRMS2', 3, 'number', 'A', 'T2', 'Current of phase 2.'],
  ['IRMS3', 3, 'number', 'A', 'T3', 'Current of phase 3.'],
  ['URMS1', 3, 'number', 'V', '1', 'Voltage of phase 1.'],
  ['URMS2', 3, 'number', 'V', 'T2', 'Voltage of phase 2.'],
  ['URMS3', 3, 'number', 'V', 'T3', 'Voltage of phase 3.'],
  ['PREF', 2, 'number', 'kVA', '', 'Subscribed power.'],
  ['PCOUP', 2, 'number', 'kVA', '', 'Power at which the breaker opens.'],
  ['SINSTS', 5, 'number', 'VA', '', 'Apparent power drawn; 0 while injecting.'],
  ['SINSTS1', 5, 'number', 'VA', 'T1', 'Apparent power drawn on phase 1.'],
  ['SINSTS2', 5, 'number', 'VA', 'T2', 'Apparent power drawn on phase 2.'],
  ['SINSTS3', 5, 'number', 'VA', 'T3', 'Apparent power drawn on phase 3.'],
  ['SMAXSN', 5, 'number', 'VA', 'h', 'Highest apparent power drawn today.'],
  ['SMAXSN1', 5, 'number', 'VA', 'hT1', 'Highest apparent power drawn today on phase 1.'],
  ['SMAXSN2', 5, 'number', 'VA', 'hT2', 'Highest apparent power drawn today on phase 2.'],
  ['SMAXSN3', 5, 'number', 'VA', 'hT3', 'Highest apparent power drawn today on phase 3.'],
  ['SMAXSN-1', 5, 'number', 'VA', 'h', 'Highest apparent power drawn the day before.'],
  ['SMAXSN1-1', 5, 'number', 'VA', 'hT1', 'Highest apparent power drawn the day before on phase 1.'],
  ['SMAXSN2-1', 5, 'number', 'VA', 'hT2', 'Highest apparent power drawn the day before on phase 2.'],
  ['SMAXSN3-1', 5, 'number', 'VA', 'hT3', 'Highest apparent power drawn the day before on phase 3.'],
  ['SINSTI', 5, 'number', 'VA', 'P', 'Apparent power injected.'],
  ['SMAXIN', 5, 'number', 'VA', 'hP', 'Highest apparent power injected today.'],
  ['SMAXIN-1', 5, 'number', 'VA', 'hP', 'Highest apparent power injected the day before.'],
  ['CCASN', 5, 'number', 'W', 'h', 'Mean active power drawn in the last whole period of the load curve.'],
  ['CCASN-1', 5, 'number', 'W', 'h', 'The same for the period before.'],
  ['CCAIN', 5, 'number', 'W', 'hP', 'Mean active power injected in the last whole period of the load curve.'],
  ['CCAIN-1', 5, 'number', 'W', 'hP', 'The same for the period before.'],
  ['UMOY1', 3, 'number', 'V', 'h1', 'Mean voltage of phase 1.'],
  ['UMOY2', 3, 'number', 'V', 'hT2', 'Mean voltage of phase 2.'],
  ['UMOY3', 3, 'number', 'V', 'hT3', 'Mean voltage of phase 3.'],
  ['STGE', 8, 'status', '', '', 'Status register.'],
  ['DPM1', 2, 'hex', '', 'h', 'Start of mobile peak 1.'],
  ['FPM1', 2, 'hex', '', 'h', 'End of mobile peak 1.'],
  ['DPM2', 2, 'hex', '', 'h', 'Start of mobile peak 2.'],
  ['FPM2', 2, 'hex', '', 'h', 'End of mobile peak 2.'],
  ['DPM3', 2, 'hex', '', 'h', 'Start of mobile peak 3.'],
  ['FPM3', 2, 'hex', '', 'h', 'End of mobile peak 3.'],
  ['MSG1', 32, 'text', '', '', 'Short message.'],
  ['MSG2', 16, 'text', '', '', 'Very short message, sent once.'],
  ['PRM', 14, 'identity', '', '', 'Number of the delivery point.'],
  ['RELAIS', 3, 'relays', '', '', 'Relays: bit n - 1 is set when relay n is closed.'],
  ['NTARF', 2, 'number', '', '', 'Number of the supplier’s index in force.'],
  ['NJOURF', 2, 'number', '', '', 'Number of today in the supplier’s calendar.'],
  ['NJOURF+1', 2, 'number', '', '', 'Number of tomorrow in the supplier’s calendar.'],
  ['PJOURF+1', 98, 'profile', '', '', 'Switching times of tomorrow.'],
  ['PPOINTE', 98, 'profile', '', '', 'Switching times of the next mobile peak.'],
];

/** Places in the specification of labels that it tells more of than their table. */
const SECTIONS: Readonly<Record<string, string>> = {
  DATE: '54E §6.2.3.3',
  SINSTS: '54E §6.2.3.10',
  STGE: '54E §6.2.3.14',
  RELAIS: '54E §6.2.3.19',
  NJOURF: '54E §6.2.3.21',
  'NJOURF+1': '54E §6.2.3.21',
  'PJOURF+1': '54E §6.2.3.22',
  PPOINTE: '54E §6.2.3.22',
  OPTARIF: '02E §2.3',
  MOTDETAT: '02E §2.3',
  ADIR1: '02E §2.5',
  ADIR2: '02E §2.5',
  ADIR3: '02E §2.5',
};

/** Every label of both modes, those of historique first, each mode in the order of its frame. No name is in both modes. */
export const LABELS: readonly TicLabel[] = [
  ...HISTORIQUE.map((row) => toLabel('historique', row)),
  ...STANDARD.map((row) => toLabel('standard', row)),
];

/** How many of `LABELS` are those of historique, which come first. */
export const HISTORIQUE_LABEL_COUNT: number = HISTORIQUE.length;

const byName = new Map(LABELS.map((label) => [label.name, label]));

/** The label of that name, which is of one mode only. */
export function findLabel(name: string): TicLabel | undefined {
  return byName.get(name);
}

function toLabel(mode: TicMode, row: Row): TicLabel {
  const [name, size, form, unit, traits, meaning] = row;
  const table = mode === 'standard' ? '54E §6.2.2' : traits.includes('T') ? '54E §6.1.2' : '54E §6.1.1';
  return {
    name,
    mode,
    size,
    form,
    unit,
    isDated: traits.includes('h'),
    phase: Number(/\d/.exec(traits)?.[0] ?? 0),
    sentBy: sentBy(traits),
    meaning,
    section: SECTIONS[name] ?? table,
  };
}

function sentBy(traits: string): TicLabel['sentBy'] {
  if (traits.includes('P')) return 'producer';
  if (traits.includes('T')) return 'tri';
  return traits.includes('m') ? 'mono' : 'all';
}
