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
/** The labels of each phase. */
const PHASES = [1, 2, 3].map((phase) => ({
  ...{ iinst: `IINST${phase}`, irms: `IRMS${phase}`, urms: `URMS${phase}`, sinsts: `SINSTS${phase}` },
  adir: `ADIR${phase}`,
}));
const PEAKS = [1, 2, 3].map((number) => ({ number, from: `DPM${number}`, to: `FPM${number}` }));

/** All that a short frame can hold. */
const SHORT_FRAME: ReadonlySet<string> = new Set([
  ...['ADIR1', 'ADIR2', 'ADIR3', 'ADCO'],
  ...['IINST1', 'IINST2', 'IINST3'],
]);

/** Registers of the historic contracts: an index in all is their sum, when every one of a row was read. */
const CONTRACT_REGISTERS: readonly (readonly string[])[] = [
  ['BASE'],
  ['HCHC', 'HCHP'],
  ['EJPHN', 'EJPHPM'],
  ['BBRHCJB', 'BBRHPJB', 'BBRHCJW', 'BBRHPJW', 'BBRHCJR', 'BBRHPJR'],
];

/** Of any contract, in the order of the contracts. */
const HISTORIC_REGISTERS = CONTRACT_REGISTERS.flat();

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
  const isStandard = frame.mode === 'standard';
  const time = isStandard ? groups.time('DATE') : null;
  const status = isStandard ? groups.status() : null;
  const phases = readPhases(groups);
  const contract = readContract(groups, phases.length);
  const power = readPower(groups, { phases, status });
  const tariff = readTariff(groups, status);
  return {
    mode: frame.mode,
    complete: frame.complete,
    isShort: groups.isShort,
    meterId: groups.raw(isStandard ? 'ADSC' : 'ADCO'),
    deliveryPoint: groups.raw('PRM'),
    atMs: time?.atMs ?? null,
    clockDegraded: (time?.isDegraded ?? false) || (status?.isClockDegraded ?? false),
    contract: contract.contract,
    contractName: contract.contractName,
    subscribedVa: contract.subscribedVa,
    cutOffVa: contract.cutOffVa,
    registers: isStandard ? supplierRegisters(groups, status) : historicRegisters(groups),
    distributorRegisters: isStandard
      ? keepUsed(groups, DISTRIBUTOR_REGISTERS, status?.distributorIndex ?? null)
      : [],
    totalIndexWh: groups.number('EAST') ?? sumOfContract(groups),
    injectedIndexWh: groups.number('EAIT'),
    apparentPowerVa: power.apparentPowerVa,
    injectedVa: power.injectedVa,
    injectedEstimateVa: power.injectedEstimateVa,
    phases,
    tariffPeriod: tariff.tariffPeriod,
    tariffName: tariff.tariffName,
    tariffIndex: tariff.tariffIndex,
    tempoToday: tariff.tempoToday,
    tempoTomorrow: tariff.tempoTomorrow,
    peakNoticeMin: groups.number('PEJP'),
    peaks: isStandard ? readPeaks(groups) : [],
    overload: readOverload(groups, status),
    status,
    relays: readRelays(groups.number('RELAIS')),
    calendarToday: groups.number('NJOURF'),
    calendarTomorrow: groups.number('NJOURF+1'),
    profileTomorrow: readProfile(groups.raw('PJOURF+1'), options.profileTimes),
    profilePeak: readProfile(groups.raw('PPOINTE'), options.profileTimes),
    message: groups.text('MSG1'),
    shortMessage: groups.text('MSG2'),
    others: groups.others,
  };
}

/** The groups of a frame by label, and what is known of them once they were gone through. */
class GroupMap {
  /** A label is sent by meters with three phases only; a damaged frame may lack some. */
  isTri = false;
  /** Only the address and currents, of three phases. */
  readonly isShort: boolean;
  readonly others: Record<string, TicDated> = {};
  readonly #groups = new Map<string, TicGroup>();

  constructor(frame: TicFrame) {
    let shortCount = 0;
    for (const group of frame.groups) {
      const { name, sentBy } = group.label;
      this.#groups.set(name, group);
      if (sentBy === 'tri') this.isTri = true;
      if (SHORT_FRAME.has(name)) shortCount += 1;
      else if (OTHERS.has(name)) this.others[name] = { value: Number(group.raw), atMs: groupAtMs(group) };
    }
    this.isShort = shortCount === frame.groups.length && this.has('IINST1');
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

function readPhases(groups: GroupMap): TicPhase[] {
  if (!groups.isTri) {
    return [
      {
        currentA: groups.number('IINST') ?? groups.number('IRMS1'),
        voltageV: groups.number('URMS1'),
        apparentPowerVa: null,
      },
    ];
  }
  return PHASES.map(({ iinst, irms, urms, sinsts }) => ({
    currentA: groups.number(iinst) ?? groups.number(irms),
    voltageV: groups.number(urms),
    apparentPowerVa: groups.number(sinsts),
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

function historicRegisters(groups: GroupMap): TicRegister[] {
  const registers: TicRegister[] = [];
  for (const label of HISTORIC_REGISTERS) {
    const indexWh = groups.number(label);
    if (indexWh !== null) registers.push({ label, indexWh });
  }
  return registers;
}

function supplierRegisters(groups: GroupMap, status: TicStatus | null): TicRegister[] {
  return keepUsed(groups, SUPPLIER_REGISTERS, groups.number('NTARF') ?? status?.supplierIndex ?? null);
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
  return PEAKS.flatMap(({ number, ...labels }) => {
    const [from, to] = [groups.time(labels.from), groups.time(labels.to)];
    return from === null && to === null
      ? []
      : [{ number, fromMs: from?.atMs ?? null, toMs: to?.atMs ?? null }];
  });
}

function readOverload(groups: GroupMap, status: TicStatus | null): TicOverload | null {
  const overA = PHASES.map(({ adir }) => groups.number(adir));
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
  if (limitA === null || limitA === 0) return null;
  const currentsA = PHASES.map(({ iinst }) => groups.number(iinst) ?? 0);
  const phases = currentsA.map((currentA) => currentA > limitA);
  return phases.includes(true) ? { phases, overCurrentA: Math.max(...currentsA) } : null;
}

function readRelays(bits: number | null): boolean[] | null {
  return bits === null ? null : Array.from({ length: RELAYS }, (_, at) => ((bits >> at) & 1) === 1);
}

function readProfile(raw: string | null, times: ProfileTimes | undefined): readonly ProfileSlot[] | null {
  return raw === null ? null : decodeProfile(raw, times);
}
