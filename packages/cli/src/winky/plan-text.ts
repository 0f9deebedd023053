import type { Plan, PlanOptions } from '@kilowink/sim/winky';

/** The answers in aligned lines, and what they mean where something can not go on. */
export function planText(plan: Plan, options: PlanOptions): string {
  const { circuit, schedule } = options;
  const { source, bank, supervisor } = circuit;
  const watts = source.openVrms ** 2 / (4 * source.resistanceOhm);
  const rows: readonly (readonly [string, string])[] = [
    [
      'supply',
      `${source.openVrms} Vrms behind ${source.resistanceOhm} Ω: at most ${Math.round(watts * 1_000)} mW`,
    ],
    ['capacitors', `${bank.capacitanceF} F, ${bank.esrOhm} Ω, full at ${circuit.limiter.limitV} V`],
    [
      'enable pin',
      `on at ${supervisor.startV} V after ${supervisor.delayMs} ms, off at ${supervisor.stopV} V`,
    ],
    ['', ''],
    ['first start', duration(plan.firstStartMs)],
    ['first message', duration(plan.firstMessageMs)],
    ['awake in a cycle', duration(plan.awakeMs)],
    ['a cycle takes', `${Math.round(plan.dropMv)} mV of ${plan.usableMv} mV`],
    ['shortest period', duration(plan.periodMs)],
    ['its own period', duration(Math.max(plan.periodMs, plan.awakeMs + schedule.sleepSMin * 1_000))],
    ['without supply', `on for ${duration(plan.rideThroughMs)}`],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(18)}${value}`.trimEnd());
  if (plan.periodMs === Infinity)
    lines.push('', 'The supply gives less than the module takes asleep: it never recovers.');
  if (!plan.isStorable) {
    lines.push(
      '',
      'A cycle takes more than the capacitors hold: it would be cut. Larger ones, or a shorter time on the air.',
    );
  }
  return `${lines.join('\n')}\n`;
}

function duration(ms: number): string {
  if (ms === Infinity) return 'never';
  const seconds = ms / 1_000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  if (seconds < 7_200) return `${(seconds / 60).toFixed(1)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
