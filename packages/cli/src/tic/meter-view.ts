import { BreakerFilter, type TicCounters, type TicPhase, type TicReading } from '@kilowink/core/tic';
import {
  alignColumns,
  alignLabels,
  formatCount,
  formatDuration,
  formatEnergy,
  type Style,
} from '../term/index.ts';

const BAR_WIDTH = 30;
const CONTRACT_NAMES = { base: 'one price', offPeak: 'off-peak', ejp: 'EJP', tempo: 'Tempo', other: 'other' };

/** What a terminal shows of a meter, from its frames as they come. */
export class MeterView {
  readonly #style: Style;
  #reading: TicReading | null = null;
  #counters: Readonly<TicCounters> | null = null;
  #breaker: { cutOffVa: number; filter: BreakerFilter; atMs: number } | null = null;

  constructor(style: Style) {
    this.#style = style;
  }

  /** Takes in a frame. Of a short frame only currents and overload are news. */
  show(reading: TicReading, counters: Readonly<TicCounters>): void {
    this.#counters = counters;
    const before = this.#reading;
    const { phases, overload } = reading;
    this.#reading = reading.isShort && before !== null ? { ...before, phases, overload } : reading;
    this.#feedBreaker(reading);
  }

  /** The lines, without any that wraps. */
  lines(): string[] {
    const [reading, counters] = [this.#reading, this.#counters];
    if (reading === null || counters === null) return ['waiting for a frame …'];
    return [
      ...this.#headLines(reading),
      '',
      ...this.#powerLines(reading),
      '',
      ...registerLines(reading),
      '',
      this.#style.faint(counterLine(counters)),
    ];
  }

  /** Only standard mode tells when the breaker opens, and it has the meter's time. */
  #feedBreaker(reading: TicReading): void {
    const { cutOffVa, apparentPowerVa, atMs } = reading;
    if (!cutOffVa || apparentPowerVa === null || atMs === null) return;
    const known = this.#breaker;
    if (known === null || known.cutOffVa !== cutOffVa) {
      this.#breaker = { cutOffVa, filter: new BreakerFilter(cutOffVa), atMs };
      return;
    }
    known.filter.add(apparentPowerVa, Math.max(0, atMs - known.atMs) / 1_000);
    known.atMs = atMs;
  }

  #headLines(reading: TicReading): string[] {
    const { strong, warning } = this.#style;
    const time =
      reading.atMs === null ? 'not sent' : new Date(reading.atMs).toISOString().replace('.000', '');
    const contract = reading.contract === null ? 'not sent' : CONTRACT_NAMES[reading.contract];
    const period = [reading.tariffPeriod, reading.tariffName].filter((name) => name !== null).join(', ');
    return [
      strong(`Meter ${reading.meterId ?? 'without number'}, ${reading.mode}`),
      ...alignLabels([
        ['time', `${time}${reading.clockDegraded ? warning(' not to be trusted') : ''}`],
        ['contract', `${contract} (${reading.contractName ?? '–'}), ${kva(reading.subscribedVa)}`],
        ['period', period === '' ? 'not sent' : period],
        ...tempoRow(reading),
      ]),
    ];
  }

  #powerLines(reading: TicReading): string[] {
    const { apparentPowerVa, injectedVa, injectedEstimateVa, subscribedVa, overload } = reading;
    const { fault } = this.#style;
    const lines: [string, string][] = [['drawn', powerText(apparentPowerVa, subscribedVa)]];
    if (injectedVa !== null) lines.push(['injected', `${formatCount(injectedVa)} VA`]);
    if (injectedEstimateVa !== null) {
      lines.push(['injected', `about ${formatCount(injectedEstimateVa)} VA, estimated from the current`]);
    }
    if (overload !== null) lines.push(['overload', fault(this.#overloadText(reading))]);
    return [...alignLabels(lines), ...alignColumns(reading.phases.map(phaseRow))];
  }

  #overloadText(reading: TicReading): string {
    const seconds = this.#breaker?.filter.secondsUntilOpen(reading.apparentPowerVa ?? 0) ?? null;
    const current = reading.overload?.overCurrentA ?? null;
    const what = current === null ? 'more than is subscribed' : `${current} A`;
    return seconds === null ? what : `${what}: the breaker opens in ${formatDuration(1_000 * seconds)}`;
  }
}

function tempoRow(reading: TicReading): [string, string][] {
  const { tempoToday, tempoTomorrow } = reading;
  if (tempoToday === null && tempoTomorrow === null) return [];
  return [['Tempo', `today ${tempoToday ?? 'not known'}, tomorrow ${tempoTomorrow ?? 'not known'}`]];
}

function kva(powerVa: number | null): string {
  return powerVa === null ? 'subscribed power not sent' : `${powerVa / 1_000} kVA`;
}

function powerText(powerVa: number | null, subscribedVa: number | null): string {
  if (powerVa === null) return 'not sent';
  if (subscribedVa === null || subscribedVa === 0) return `${formatCount(powerVa)} VA`;
  const filled = Math.round(Math.min(1, powerVa / subscribedVa) * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${formatCount(powerVa)} VA`;
}

function phaseRow(phase: TicPhase, index: number): string[] {
  const cell = (value: number | null, unit: string) =>
    value === null ? '–' : `${formatCount(value)} ${unit}`;
  const { currentA, voltageV, apparentPowerVa } = phase;
  return [`  phase ${index + 1}`, cell(currentA, 'A'), cell(voltageV, 'V'), cell(apparentPowerVa, 'VA')];
}

function registerLines(reading: TicReading): string[] {
  const { registers, totalIndexWh, injectedIndexWh } = reading;
  const rows = registers.map(({ label, indexWh }): [string, string] => [label, formatEnergy(indexWh)]);
  if (totalIndexWh !== null) rows.push(['drawn in all', formatEnergy(totalIndexWh)]);
  if (injectedIndexWh !== null) rows.push(['injected in all', formatEnergy(injectedIndexWh)]);
  return alignLabels(rows);
}

function counterLine(counters: Readonly<TicCounters>): string {
  const { groupsOk, badChecksum, unknownLabel, badFormat, framesComplete, framesIncomplete } = counters;
  const bad = badChecksum + unknownLabel + badFormat;
  const frames = `${formatCount(framesComplete)} complete, ${formatCount(framesIncomplete)} not`;
  return `groups: ${formatCount(groupsOk)} ok, ${formatCount(bad)} bad; frames: ${frames}`;
}
