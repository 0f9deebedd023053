import type { EpochMs } from '../time/index.ts';
import type { TicFrame, TicGroup } from './frame.ts';
import { decodeHorodate } from './horodate.ts';
import { estimateInjectedVa } from './injection.ts';
import { LABELS } from './labels.ts';
import { decodeProfile, type ProfileSlot, type ProfileTimes } from './profile.ts';
import type {
  TariffPeriod,
  TicDated,
  TicOverload,
  TicPeak,
  TicPhase,
  TicReading,
  TicRegister,
} from './reading.ts';
import { decodeStatus, type TicStatus } from './status.ts';
import {
  colourOfPeriod,
  contractOfName,
  decodeDemain,
  decodeOptarif,
  decodePtec,
  periodOfIndex,
  periodOfName,
} from './tariff.ts';
import type { TempoColour } from './tempo.ts';
import { collapseSpaces, groupAtMs } from './values.ts';

/** The voltage by which subscribed current and power are turned into each other. */
const NOMINAL_V = 200;
const RELAYS = 8;
const PHASES = [1, 2, 3] as const;
const PEAKS = [1, 2, 3] as const;

/** All that a short frame can hold. */
const SHORT_FRAME: ReadonlySet<string> = new Set([
  ...['ADIR1', 'ADIR2', 'ADIR3', 'ADCO'],
  ...['IINST1', 'IINST2', 'IINST3'],
]);

/** Any of these is sent by a meter with three phases only; a damaged frame may lack some. */
const TRI_MARKS: readonly string[] = LABELS.filter((label) => label.sentBy === 'tri').map(({ name }) => name);

/** Registers of the historic contracts: an index in all is their sum, when every one of a row was read. */
const CONTRACT_REGISTERS: readonly (readonly string[])[] = [
  ['BASE'],
  ['HCHC', 'HCHP'],
  ['EJPHN', 'EJPHPM'],
  ['BBRHCJB', 'BBRHPJB', 'BBRHCJW', 'BBRHPJW', 'BBRHCJR', 'BBRHPJR'],
];

/** By their number, from 1. */
const SUPPLIER_REGISTERS = LABELS.map(({ name }) => name).filter((name) => /^EASF\d\d$/.test(name));
const DISTRIBUTOR_REGISTERS = LABELS.map(({ name }) => name).filter((name) => /^EASD\d\d$/.test(name));

/** Numbers that have no field of their own in a reading. */
const OTHERS: ReadonlySet<string> = new Set([
  ...['IMAX', 'IMAX1', 'IMAX2', 'IMAX3', 'PMAX', 'VTIC', 'ERQ1', 'ERQ2', 'ERQ3', 'ERQ4'],
  ...['SMAXSN', 'SMAXSN1', 'SMAXSN2', 'SMAXSN3', 'SMAXSN-1', 'SMAXSN1-1', 'SMAXSN2-1', 'SMAXSN3-1'],
  ...['SMAXIN', 'SMAXIN-1', 'CCASN', 'CCASN-1', 'CCAIN', 'CCAIN-1', 'UMOY1', 'UMOY2', 'UMOY3'],
]);

/** How what the specification leaves open is read. */
export interface TicReadOptions {
  /** How the meter writes the times of its profiles; default `auto`. */
  readonly profileTimes?: ProfileTimes;
}

/** What a frame says; see `TicReading`. What its groups do not tell is null. */
export function readFrame(frame: TicFrame, options: TicReadOptions = {}): TicReading {
  const groups = new GroupMap(frame);
  const time = groups.time('DATE');
  const status = groups.status();
  const phases = readPhases(groups);
  const power = readPower(groups, { phases, status });
  return {
    mode: frame.mode,
    complete: frame.complete,
    isShort: isShortFrame(frame),
    meterId: groups.raw('ADCO') ?? groups.raw('ADSC'),
    deliveryPoint: groups.raw('PRM'),
    atMs: time?.atMs ?? null,
    clockDegraded: (time?.isDegraded ?? false) || (status?.isClockDegraded ?? false),
    ...readContract(groups, phases.length),
    registers: readRegisters(groups, status),
    distributorRegisters: keepUsed(groups, DISTRIBUTOR_REGISTERS, status?.distributorIndex ?? null),
    totalIndexWh: groups.number('EAST') ?? sumOfContract(groups),
    injectedIndexWh: groups.number('EAIT'),
    ...power,
    phases,
    ...readTariff(groups, status),
    peakNoticeMin: groups.number('PEJP'),
    peaks: readPeaks(groups),
    overload: readOverload(groups, status),
    status,
    relays: readRelays(groups.number('RELAIS')),
    calendarToday: groups.number('NJOURF'),
    calendarTomorrow: groups.number('NJOURF+1'),
    profileTomorrow: readProfile(groups.raw('PJOURF+1'), options.profileTimes),
    profilePeak: readProfile(groups.raw('PPOINTE'), options.profileTimes),
    message: groups.text('MSG1'),
    shortMessage: groups.text('MSG2'),
    others: readOthers(frame),
  };
}

/** The groups of a frame by label. */
class GroupMap {
  readonly #groups: ReadonlyMap<string, TicGroup>;

  constructor(frame: TicFrame) {
    this.#groups = new Map(frame.groups.map((group) => [group.label.name, group]));
  }

  has(name: string): boolean {
    return this.#groups.has(name);
  }

  raw(name: string): string | null {
    return this.#groups.get(name)?.raw ?? null;
  }

  text(name: string): string | null {
    const raw = this.raw(name);
    return raw === null ? null : collapseSpaces(raw);
  }

  number(name: string): number | null {
    const raw = this.raw(name);
    return raw === null ? null : Number(raw);
  }

  time(name: string): { atMs: EpochMs | null; isDegraded: boolean } | null {
    const horodate = this.#groups.get(name)?.horodate;
    return horodate == null ? null : decodeHorodate(horodate);
  }

  status(): TicStatus | null {
    const raw = this.raw('STGE');
    return raw === null ? null : decodeStatus(Number.parseInt(raw, 16));
  }
}

function isTri(groups: GroupMap): boolean {
  return TRI_MARKS.some((name) => groups.has(name));
}

/** Only the address and currents, of three phases. */
function isShortFrame(frame: TicFrame): boolean {
  const names = frame.groups.map((group) => group.label.name);
  return names.includes('IINST1') && names.every((name) => SHORT_FRAME.has(name));
}

function readPhases(groups: GroupMap): TicPhase[] {
  if (!isTri(groups)) {
    return [
      {
        currentA: groups.number('IINST') ?? groups.number('IRMS1'),
        voltageV: groups.number('URMS1'),
        apparentPowerVa: null,
      },
    ];
  }
  return PHASES.map((phase) => ({
    currentA: groups.number(`IINST${phase}`) ?? groups.number(`IRMS${phase}`),
    voltageV: groups.number(`URMS${phase}`),
    apparentPowerVa: groups.number(`SINSTS${phase}`),
  }));
}

function readPower(groups: GroupMap, of: { phases: readonly TicPhase[]; status: TicStatus | null }) {
  const apparentPowerVa = groups.number('PAPP') ?? groups.number('SINSTS');
  const injectedVa = groups.number('SINSTI');
  const isTold = injectedVa !== null || groups.has('EAIT') || of.status?.isProducer === true;
  return {
    apparentPowerVa,
    injectedVa,
    injectedEstimateVa: isTold ? null : estimateInjectedVa(apparentPowerVa, of.phases),
  };
}

function readContract(groups: GroupMap, phaseCount: number) {
  const [option, name] = [groups.raw('OPTARIF'), groups.text('NGTF')];
  const [subscribedA, subscribedKva, cutOffKva] = [
    groups.number('ISOUSC'),
    groups.number('PREF'),
    groups.number('PCOUP'),
  ];
  const contract = option === null ? (name === null ? null : contractOfName(name)) : decodeOptarif(option);
  return {
    contract,
    contractName: option ?? name,
    subscribedVa:
      subscribedKva === null
        ? subscribedA === null
          ? null
          : subscribedA * NOMINAL_V * phaseCount
        : subscribedKva * 1_000,
    cutOffVa: cutOffKva === null ? null : cutOffKva * 1_000,
  };
}

function readRegisters(groups: GroupMap, status: TicStatus | null): TicRegister[] {
  const historic = CONTRACT_REGISTERS.flat().flatMap((label) => {
    const indexWh = groups.number(label);
    return indexWh === null ? [] : [{ label, indexWh }];
  });
  const inForce = groups.number('NTARF') ?? status?.supplierIndex ?? null;
  return [...historic, ...keepUsed(groups, SUPPLIER_REGISTERS, inForce)];
}

/** A meter sends all its registers: those that never counted are left out, but for the one in force. */
function keepUsed(groups: GroupMap, labels: readonly string[], inForce: number | null): TicRegister[] {
  const used: TicRegister[] = [];
  for (const [at, label] of labels.entries()) {
    const indexWh = groups.number(label);
    if (indexWh !== null && (indexWh > 0 || at + 1 === inForce)) used.push({ label, indexWh });
  }
  return used;
}

function sumOfContract(groups: GroupMap): number | null {
  const row = CONTRACT_REGISTERS.find((labels) => labels.every((label) => groups.has(label)));
  return row === undefined ? null : row.reduce((sum, label) => sum + (groups.number(label) ?? 0), 0);
}

function readTariff(groups: GroupMap, status: TicStatus | null) {
  const ptec = groups.raw('PTEC');
  const tariffIndex = groups.number('NTARF') ?? status?.supplierIndex ?? null;
  const tariffPeriod = ptec === null ? periodInStandard(groups, tariffIndex) : decodePtec(ptec);
  const demain = groups.raw('DEMAIN');
  const tempoToday: TempoColour | null = status?.tempoToday ?? colourOfPeriod(tariffPeriod);
  return {
    tariffPeriod,
    tariffName: ptec ?? groups.text('LTARF'),
    tariffIndex,
    tempoToday,
    tempoTomorrow: demain === null ? (status?.tempoTomorrow ?? null) : decodeDemain(demain),
  };
}

/** By its name, which is the supplier's free text, else by the index in force. */
function periodInStandard(groups: GroupMap, tariffIndex: number | null): TariffPeriod | null {
  const [name, contractName] = [groups.text('LTARF'), groups.text('NGTF')];
  const byName = name === null ? null : periodOfName(name);
  if (byName !== null || tariffIndex === null || contractName === null) return byName;
  return periodOfIndex(contractOfName(contractName), tariffIndex);
}

function readPeaks(groups: GroupMap): TicPeak[] {
  return PEAKS.flatMap((number) => {
    const [from, to] = [groups.time(`DPM${number}`), groups.time(`FPM${number}`)];
    return from === null && to === null
      ? []
      : [{ number, fromMs: from?.atMs ?? null, toMs: to?.atMs ?? null }];
  });
}

function readOverload(groups: GroupMap, status: TicStatus | null): TicOverload | null {
  const overA = PHASES.map((phase) => groups.number(`ADIR${phase}`));
  const adps = groups.number('ADPS');
  if (overA.some((currentA) => currentA !== null)) {
    return {
      phases: overA.map((currentA) => currentA !== null),
      overCurrentA: Math.max(...overA.map((currentA) => currentA ?? 0)),
    };
  }
  if (adps !== null) return { phases: [true], overCurrentA: adps };
  if (status?.isOverPower === true) return { phases: null, overCurrentA: null };
  return overloadOfCurrents(groups);
}

/** Long frames between the short ones of a three-phase overload do not say so, but their currents do. */
function overloadOfCurrents(groups: GroupMap): TicOverload | null {
  const limitA = groups.number('ISOUSC');
  const currentsA = PHASES.map((phase) => groups.number(`IINST${phase}`) ?? 0);
  if (limitA === null || limitA === 0) return null;
  const phases = currentsA.map((currentA) => currentA > limitA);
  return phases.includes(true) ? { phases, overCurrentA: Math.max(...currentsA) } : null;
}

function readRelays(bits: number | null): boolean[] | null {
  return bits === null ? null : Array.from({ length: RELAYS }, (_, at) => ((bits >> at) & 1) === 1);
}

function readProfile(raw: string | null, times: ProfileTimes | undefined): readonly ProfileSlot[] | null {
  return raw === null ? null : decodeProfile(raw, times);
}

function readOthers(frame: TicFrame): Record<string, TicDated> {
  const others = frame.groups.filter((group) => OTHERS.has(group.label.name));
  return Object.fromEntries(
    others.map((group) => [group.label.name, { value: Number(group.raw), atMs: groupAtMs(group) }]),
  );
}
