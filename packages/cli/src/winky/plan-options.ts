import {
  ARTICLE_CIRCUIT,
  ARTICLE_DURATIONS,
  type CircuitOptions,
  ESP_01S,
  GUARANTEED_SUPPLY,
  OUR_CIRCUIT,
  OUR_DURATIONS,
  OUR_SCHEDULE,
  type PlanOptions,
  STRONGEST_SUPPLY,
} from '@kilowink/sim/winky';

/** What the command line changes of a circuit and its program. */
export interface PlanCommandOptions {
  circuit: 'ours' | 'article';
  supply?: 'guaranteed' | 'strongest';
  openVolts?: number;
  ohms?: number;
  capacitance?: number;
  esr?: number;
  leakage?: number;
  start?: number;
  stop?: number;
  full?: number;
  read: number;
  join?: number;
  publish?: number;
  sleep: number;
}

/** How far below the limiting regulator's voltage the capacitors count as full. */
const FULL_BELOW_MV = 50;

/** The circuit and the program that the options describe. */
export function planOptions(options: PlanCommandOptions): PlanOptions {
  const isArticle = options.circuit === 'article';
  const circuit = circuitOf(options, isArticle ? ARTICLE_CIRCUIT : OUR_CIRCUIT);
  const durations = isArticle ? ARTICLE_DURATIONS : OUR_DURATIONS;
  const joinMs = options.join === undefined ? durations.joinMs : options.join * 1_000;
  return {
    circuit,
    consumption: ESP_01S,
    durations: {
      ...durations,
      joinMs,
      coldJoinMs: Math.max(joinMs, durations.coldJoinMs),
      publishMs: options.publish === undefined ? durations.publishMs : options.publish * 1_000,
    },
    schedule: {
      ...OUR_SCHEDULE,
      stopMv: Math.round(circuit.supervisor.stopV * 1_000),
      fullMv: Math.round(circuit.limiter.limitV * 1_000) - FULL_BELOW_MV,
      marginMv: isArticle ? FULL_BELOW_MV : OUR_SCHEDULE.marginMv,
      sleepSMin: options.sleep,
      sleepSMax: Math.max(options.sleep, OUR_SCHEDULE.sleepSMax),
    },
    readMs: options.read * 1_000,
  };
}

function circuitOf(options: PlanCommandOptions, base: CircuitOptions): CircuitOptions {
  const { supply, openVolts, ohms, capacitance, esr, leakage, start, stop, full } = options;
  const given = supply === undefined ? {} : supply === 'strongest' ? STRONGEST_SUPPLY : GUARANTEED_SUPPLY;
  return {
    ...base,
    source: {
      ...base.source,
      ...given,
      ...(openVolts === undefined ? {} : { openVrms: openVolts }),
      ...(ohms === undefined ? {} : { resistanceOhm: ohms }),
    },
    limiter: { ...base.limiter, ...(full === undefined ? {} : { limitV: full }) },
    bank: {
      ...base.bank,
      ...(capacitance === undefined ? {} : { capacitanceF: capacitance }),
      ...(esr === undefined ? {} : { esrOhm: esr }),
      ...(leakage === undefined ? {} : { leakageOhm: leakage }),
    },
    supervisor: {
      ...base.supervisor,
      ...(start === undefined ? {} : { startV: start }),
      ...(stop === undefined ? {} : { stopV: stop }),
    },
  };
}
