import type { Contract } from './contract.ts';
import { digits, type GroupText, horodate, horodateOfDay, indexDigits } from './group.ts';
import type { LocalTime } from './local-clock.ts';
import type { Peak, TicSnapshot } from './snapshot.ts';

/** Groups of a frame in the order of Enedis-NOI-CPT_54E § 6.2.2. */
export function standardGroups(snapshot: TicSnapshot): GroupText[] {
  return [
    ...identity(snapshot),
    ...indexes(snapshot),
    ...instantaneous(snapshot),
    ...records(snapshot),
    ...state(snapshot),
  ];
}

function stamp({ isClockGood }: TicSnapshot, local: LocalTime): string {
  return horodate(local, isClockGood ? 'good' : 'degraded');
}

function identity(snapshot: TicSnapshot): GroupText[] {
  const { contract, period } = snapshot;
  return [
    { label: 'ADSC', data: snapshot.serial },
    { label: 'VTIC', data: '02' },
    { label: 'DATE', at: stamp(snapshot, snapshot.local), data: '' },
    { label: 'NGTF', data: contract.ngtf },
    { label: 'LTARF', data: contract.periods[period]?.ltarf ?? contract.ngtf },
  ];
}

function indexes(snapshot: TicSnapshot): GroupText[] {
  const two = (number: number) => String(number).padStart(2, '0');
  return [
    { label: 'EAST', data: indexDigits(snapshot.drawnWh) },
    ...snapshot.suppliedWh.map((wh, i) => ({ label: `EASF${two(i + 1)}`, data: indexDigits(wh) })),
    ...snapshot.distributedWh.map((wh, i) => ({ label: `EASD${two(i + 1)}`, data: indexDigits(wh) })),
    ...(snapshot.isProducer
      ? [
          { label: 'EAIT', data: indexDigits(snapshot.injectedWh) },
          ...snapshot.reactiveVarh.map((varh, i) => ({ label: `ERQ${i + 1}`, data: indexDigits(varh) })),
        ]
      : []),
  ];
}

function instantaneous(snapshot: TicSnapshot): GroupText[] {
  const { phases, apparentVa } = snapshot;
  return [
    ...phases.map((phase, i) => ({ label: `IRMS${i + 1}`, data: digits(phase.currentA, 3) })),
    ...phases.map((phase, i) => ({ label: `URMS${i + 1}`, data: digits(phase.voltageV, 3) })),
    { label: 'PREF', data: digits(snapshot.subscribedKva, 2) },
    { label: 'PCOUP', data: digits(snapshot.cutOffKva, 2) },
    { label: 'SINSTS', data: digits(apparentVa, 5) },
    ...(phases.length === 3
      ? phases.map((phase, i) => ({ label: `SINSTS${i + 1}`, data: digits(phase.apparentVa, 5) }))
      : []),
  ];
}

function records(snapshot: TicSnapshot): GroupText[] {
  const { today, yesterday, isProducer, curve, meanVoltages, apparentVa } = snapshot;
  const peak = (label: string, { powerVa, at }: Peak): GroupText => {
    return { label, at: stamp(snapshot, at), data: digits(powerVa, 5) };
  };
  // A mono meter has no groups of phase 1 beside the total.
  const places = snapshot.phases.length === 3 ? ['', '1', '2', '3'] : [''];
  const peaks = (suffix: string, from: readonly Peak[]) =>
    places.flatMap((place, i) => {
      const found = from[i];
      return found === undefined ? [] : [peak(`SMAXSN${place}${suffix}`, found)];
    });
  const points = (label: string, powerOf: (point: (typeof curve)[number]) => number) =>
    curve.map((point, i) => ({
      label: i === 0 ? label : `${label}-1`,
      at: stamp(snapshot, point.at),
      data: digits(powerOf(point), 5),
    }));
  return [
    ...peaks('', today.drawn),
    ...peaks('-1', yesterday.drawn),
    ...(isProducer
      ? [
          { label: 'SINSTI', data: digits(-apparentVa, 5) },
          peak('SMAXIN', today.injected),
          peak('SMAXIN-1', yesterday.injected),
        ]
      : []),
    ...points('CCASN', (point) => point.drawnW),
    ...(isProducer ? points('CCAIN', (point) => point.injectedW) : []),
    ...(meanVoltages?.voltagesV.map((voltageV, i) => ({
      label: `UMOY${i + 1}`,
      at: stamp(snapshot, meanVoltages.at),
      data: digits(voltageV, 3),
    })) ?? []),
  ];
}

function state(snapshot: TicSnapshot): GroupText[] {
  const { contract, period, local, mobilePeak, shortMessage } = snapshot;
  const groups: GroupText[] = [{ label: 'STGE', data: stge(snapshot) }];
  if (mobilePeak !== null) {
    const { number, start, end } = mobilePeak;
    groups.push({ label: `DPM${number}`, at: horodateOfDay(start.day, start.minute), data: '00' });
    groups.push({ label: `FPM${number}`, at: horodateOfDay(end.day, end.minute), data: '00' });
  }
  groups.push({ label: 'MSG1', data: 'PAS DE          MESSAGE         ' });
  if (shortMessage !== null) groups.push({ label: 'MSG2', data: shortMessage });
  groups.push(
    { label: 'PRM', data: snapshot.prm },
    { label: 'RELAIS', data: contract.periods[period]?.isOffPeak === true ? '001' : '000' },
    { label: 'NTARF', data: digits(period + 1, 2) },
    { label: 'NJOURF', data: '00' },
    { label: 'NJOURF+1', data: '00' },
    { label: 'PJOURF+1', data: profileText(contract, contract.dayProfile(local.day + 1)) },
  );
  if (mobilePeak !== null && !mobilePeak.isRunning) {
    groups.push({ label: 'PPOINTE', data: profileText(contract, mobilePeak.profile) });
  }
  return groups;
}

const PROFILE_BLOCKS = 11;

/** Eleven blocks `HHMMSSSS`: when, and what: contact by the Tempo configuration, closed or open, and the index. */
function profileText(
  contract: Contract,
  profile: readonly { readonly minute: number; readonly period: number }[],
): string {
  const blocks = profile.map(({ minute, period }) => {
    const isOffPeak = contract.periods[period]?.isOffPeak === true;
    const contact = contract.name === 'tempo' ? 0x4000 : isOffPeak ? 0xc000 : 0x8000;
    const action = (contact | (period + 1)).toString(16).toUpperCase().padStart(4, '0');
    return digits(Math.floor(minute / 60), 2) + digits(minute % 60, 2) + action;
  });
  const unused = Array.from({ length: PROFILE_BLOCKS - blocks.length }, () => 'NONUTILE');
  return [...blocks, ...unused].join(' ');
}

/** The status register, Enedis-NOI-CPT_54E § 6.2.3.14, eight hex digits. */
function stge(snapshot: TicSnapshot): string {
  const { contract, period, apparentVa, mobilePeak } = snapshot;
  const colours = { blue: 1, white: 2, red: 3 };
  const colour = (name: keyof typeof colours | null) => (name === null ? 0 : colours[name]);
  const bit = (condition: boolean, place: number) => (condition ? 2 ** place : 0);
  const parts = [
    bit(contract.periods[period]?.isOffPeak !== true, 0),
    bit(apparentVa > snapshot.subscribedKva * 1_000, 7),
    bit(snapshot.isProducer, 8),
    bit(apparentVa < 0, 9),
    period * 2 ** 10,
    Math.min(period, 3) * 2 ** 14,
    bit(!snapshot.isClockGood, 16),
    // TIC in standard mode, Euridis port on and secured, power-line carrier new and locked.
    bit(true, 17) + 3 * 2 ** 19 + bit(true, 21),
    colour(snapshot.tempoToday) * 2 ** 24,
    colour(snapshot.tempoTomorrow) * 2 ** 26,
    mobilePeak === null ? 0 : mobilePeak.number * 2 ** (mobilePeak.isRunning ? 30 : 28),
  ];
  const register = parts.reduce((sum, part) => sum + part, 0);
  return register.toString(16).toUpperCase().padStart(8, '0');
}
