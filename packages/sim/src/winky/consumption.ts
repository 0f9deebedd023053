/** What the module does. */
export type WinkyState = 'off' | 'boot' | 'calibrate' | 'read' | 'join' | 'publish' | 'sleep';

/** Mean currents at the regulator's input, in A. */
export type Consumption = Readonly<Record<WinkyState, number>>;

/**
 * An ESP-01S: deep sleep 20 µA, radio off 15 mA and more while it computes, receiving 56 mA, sending 120 to 170 mA for
 * a small part of the time (ESP8266EX data sheet, table "power consumption"); without power what leaks into it.
 */
export const ESP_01S: Consumption = {
  off: 0,
  boot: 0.03,
  calibrate: 0.075,
  read: 0.018,
  join: 0.075,
  publish: 0.08,
  sleep: 25e-6,
};

/** How long the parts of a cycle take, in ms. */
export interface Durations {
  /** From reset to the first line of the program. */
  readonly bootMs: number;
  /** What a start from cold takes besides: the radio is calibrated. */
  readonly calibrateMs: number;
  /** Wi-Fi with channel, access point and address remembered, and from nothing. */
  readonly joinMs: number;
  readonly coldJoinMs: number;
  /** To the broker, everything acknowledged, and goodbye. */
  readonly publishMs: number;
  /** It gives up a network or a broker after so long. */
  readonly giveUpMs: number;
}

export const OUR_DURATIONS: Durations = {
  bootMs: 200,
  calibrateMs: 130,
  joinMs: 1_000,
  coldJoinMs: 5_000,
  publishMs: 400,
  giveUpMs: 8_000,
};

/** The article's program: the radio is on for the whole of about 12 s. */
export const ARTICLE_DURATIONS: Durations = {
  bootMs: 150,
  calibrateMs: 130,
  joinMs: 8_600,
  coldJoinMs: 8_600,
  publishMs: 1_000,
  giveUpMs: 12_000,
};
