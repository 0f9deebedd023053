import { digits, type GroupText, indexDigits } from './group.ts';
import { overCurrentA, type TicSnapshot } from './snapshot.ts';

/** Groups of a long frame in the order of Enedis-NOI-CPT_54E § 6.1. */
export function historicGroups(snapshot: TicSnapshot): GroupText[] {
  const { contract, period, phases } = snapshot;
  const groups: GroupText[] = [
    { label: 'ADCO', data: snapshot.serial },
    { label: 'OPTARIF', data: contract.optarif },
    { label: 'ISOUSC', data: digits(overCurrentA(snapshot.subscribedKva, phases.length), 2) },
    ...indexGroups(snapshot),
  ];
  if (contract.name === 'ejp' && snapshot.mobilePeak !== null) groups.push({ label: 'PEJP', data: '30' });
  groups.push({ label: 'PTEC', data: contract.periods[period]?.ptec ?? 'TH..' });
  if (contract.name === 'tempo') groups.push({ label: 'DEMAIN', data: tomorrow(snapshot) });
  groups.push(...(phases.length === 1 ? monoCurrents(snapshot) : triCurrents(snapshot)));
  groups.push({ label: 'PAPP', data: papp(snapshot) });
  groups.push({ label: 'HHPHC', data: 'A' }, { label: 'MOTDETAT', data: '000000' });
  if (phases.length === 3) groups.push({ label: 'PPOT', data: '00' });
  return groups;
}

/** A short frame of a three-phase overload: which phases are over, and the currents. */
export function shortGroups(snapshot: TicSnapshot): GroupText[] {
  const over = overPhases(snapshot);
  const currents = snapshot.phases.map((phase) => digits(phase.currentA, 3));
  return [
    ...currents.flatMap((data, i) => (over[i] === true ? [{ label: `ADIR${i + 1}`, data }] : [])),
    { label: 'ADCO', data: snapshot.serial },
    ...currents.map((data, i) => ({ label: `IINST${i + 1}`, data })),
  ];
}

/** Which phases draw more than is subscribed, as the meter prints them: in whole amperes. */
export function overPhases({ phases, subscribedKva }: TicSnapshot): readonly boolean[] {
  const limitA = overCurrentA(subscribedKva, phases.length);
  return phases.map((phase) => phase.apparentVa > 0 && Math.round(phase.currentA) > limitA);
}

function indexGroups({ contract, suppliedWh, drawnWh }: TicSnapshot): GroupText[] {
  // A contract that this mode has no labels for is shown as BASE with the total.
  if (contract.periods.some((period) => period.historicLabel === null)) {
    return [{ label: 'BASE', data: indexDigits(drawnWh) }];
  }
  return contract.periods.flatMap(({ historicLabel }, i) =>
    historicLabel === null ? [] : [{ label: historicLabel, data: indexDigits(suppliedWh[i] ?? 0) }],
  );
}

function tomorrow({ tempoTomorrow }: TicSnapshot): string {
  return tempoTomorrow === null ? '----' : { blue: 'BLEU', white: 'BLAN', red: 'ROUG' }[tempoTomorrow];
}

function monoCurrents(snapshot: TicSnapshot): GroupText[] {
  const current = digits(snapshot.phases[0]?.currentA ?? 0, 3);
  const isOver = overPhases(snapshot)[0] === true;
  return [
    { label: 'IINST', data: current },
    ...(isOver ? [{ label: 'ADPS', data: current }] : []),
    { label: 'IMAX', data: '090' },
  ];
}

function triCurrents({ phases, yesterday }: TicSnapshot): GroupText[] {
  return [
    ...phases.map((phase, i) => ({ label: `IINST${i + 1}`, data: digits(phase.currentA, 3) })),
    ...phases.map((_, i) => ({ label: `IMAX${i + 1}`, data: '060' })),
    { label: 'PMAX', data: digits(yesterday.drawn[0]?.powerVa ?? 0, 5) },
  ];
}

/** To the nearest ten; while injecting, nothing. */
function papp({ apparentVa }: TicSnapshot): string {
  return digits(Math.round(Math.max(0, apparentVa) / 10) * 10, 5);
}
