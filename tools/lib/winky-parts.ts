// The gateway's circuit as a table: parts, their pins, and the nets that join them. Schematic, bill of materials and the
// check of both come from it.

/** A part. Pins are named by number, function and net, in the order in which a symbol shows them. */
export interface Part {
  readonly ref: string;
  readonly value: string;
  /** What to order, and what else will do. */
  readonly order: string;
  readonly instead: string;
  readonly pins: readonly (readonly [number: string, name: string, net: string])[];
}

function two(
  ref: string,
  value: string,
  order: string,
  instead: string,
  nets: readonly [string, string],
): Part {
  return {
    ...{ ref, value, order, instead },
    pins: [
      ['1', '1', nets[0]],
      ['2', '2', nets[1]],
    ],
  };
}

function diode(ref: string, anode: string, cathode: string): Part {
  return {
    ...{ ref, value: 'BAT85', order: 'Schottky diode BAT85, DO-34', instead: '1N4148: 0.5 mA less' },
    pins: [
      ['1', 'K', cathode],
      ['2', 'A', anode],
    ],
  };
}

const METAL_FILM = 'metal film, 0.25 W, 1 %';
const ANY_SIZE = 'any of this value';

export const PARTS: readonly Part[] = [
  {
    ...{
      ref: 'J1',
      value: 'I1 I2 A',
      order: 'screw terminal 3 × 3.5 mm (Phoenix PT 1,5/3-3.5-H)',
      instead: 'any that takes 0.4 to 1.4 mm wire',
    },
    pins: [
      ['1', 'I1', 'I1'],
      ['2', 'I2', 'I2'],
      ['3', 'A', 'A'],
    ],
  },
  diode('D1', 'A', 'RAW'),
  diode('D2', 'I1', 'RAW'),
  diode('D3', 'GND', 'A'),
  diode('D4', 'GND', 'I1'),
  {
    ...{ ref: 'D5', value: '12 V', order: 'Zener diode BZX55C12, 0.5 W', instead: 'BZX79C12' },
    pins: [
      ['1', 'K', 'RAW'],
      ['2', 'A', 'GND'],
    ],
  },
  two('C1', '3.3 µF', 'ceramic X7R 25 V, 5 mm', '2.2 to 10 µF, 25 V', ['RAW', 'GND']),
  {
    ...{
      ref: 'U1',
      value: 'MCP1702-5002',
      order: 'MCP1702-5002E/TO, TO-92',
      instead: 'MCP1703A-5002: bears 16 V',
    },
    pins: [
      ['1', 'GND', 'GND'],
      ['2', 'VIN', 'RAW'],
      ['3', 'VOUT', 'BANK'],
    ],
  },
  two(
    'C2',
    '0.5 F 5.5 V',
    'supercapacitor 5.5 V 0.5 F, below 1 Ω',
    '0.47 F; 1 F takes twice as long to the first start',
    ['BANK', 'GND'],
  ),
  two('C3', '0.5 F 5.5 V', 'as C2', 'as C2', ['BANK', 'GND']),
  two('C4', '1 µF', 'ceramic X7R 16 V', ANY_SIZE, ['BANK', 'GND']),
  {
    ...{
      ref: 'U3',
      value: 'MIC2779L',
      order: 'MIC2779L-2YM5, SOT-23-5 (-1YM5: 1 %)',
      instead: 'KA75330Z, with RT9080 EN on its output: hysteresis of 50 mV, bounces',
    },
    pins: [
      ['1', 'HTH', 'START'],
      ['2', 'GND', 'GND'],
      ['3', 'LTH', 'STOP'],
      ['4', '/RST', 'ENABLE'],
      ['5', 'VDD', 'BANK'],
    ],
  },
  two('R1', '1.91 MΩ', METAL_FILM, ANY_SIZE, ['BANK', 'STOP']),
  two('R2', '86.6 kΩ', METAL_FILM, ANY_SIZE, ['STOP', 'START']),
  two('R3', '1.00 MΩ', METAL_FILM, ANY_SIZE, ['START', 'GND']),
  {
    ...{
      ref: 'U2',
      value: 'RT9080-33',
      order: 'RT9080-33GJ5, TSOT-23-5',
      instead: 'XC6220B331MR: 8 µA instead of 2',
    },
    pins: [
      ['1', 'VIN', 'BANK'],
      ['2', 'GND', 'GND'],
      ['3', 'EN', 'ENABLE'],
      ['4', 'NC', 'NC-U2'],
      ['5', 'VOUT', '+3V3'],
    ],
  },
  two('C5', '100 µF', 'electrolytic 6.3 V, low resistance', '47 to 220 µF', ['+3V3', 'GND']),
  two('C6', '1 µF', 'ceramic X7R 16 V', ANY_SIZE, ['+3V3', 'GND']),
  {
    ...{
      ref: 'U4',
      value: 'ESP-01S',
      order: 'ESP-01S, changed as the assembly says',
      instead: 'ESP-12F: GPIO16 and ADC are at its edge',
    },
    pins: [
      ['1', 'GND', 'GND'],
      ['2', 'GPIO2', 'LAMP'],
      ['3', 'GPIO0', 'NC-U4'],
      ['4', 'RXD', 'TIC'],
      ['5', 'VCC', '+3V3'],
      ['6', 'RST', 'RESET'],
      ['7', 'EN', '+3V3'],
      ['8', 'TXD', 'CONSOLE'],
      ['9', 'GPIO16', 'RESET'],
      ['10', 'TOUT', 'SENSE'],
    ],
  },
  two('R4', '1.00 MΩ', METAL_FILM, ANY_SIZE, ['BANK', 'SENSE']),
  two('R5', '220 kΩ', METAL_FILM, ANY_SIZE, ['SENSE', 'GND']),
  two('C7', '100 nF', 'ceramic X7R', ANY_SIZE, ['SENSE', 'GND']),
  two('R6', '1.2 kΩ', METAL_FILM, '1.0 to 1.5 kΩ', ['I1', 'OPTO']),
  {
    ...{
      ref: 'U5',
      value: 'SFH620A-3',
      order: 'Vishay SFH620A-3, DIP-4',
      instead: 'LTV-814, PC814: too slow at 9600 Bd on some meters',
    },
    pins: [
      ['1', 'LED1', 'OPTO'],
      ['2', 'LED2', 'I2'],
      ['3', 'E', 'GND'],
      ['4', 'C', 'TIC'],
    ],
  },
  two('R7', '4.7 kΩ', METAL_FILM, '3.3 to 10 kΩ', ['+3V3', 'TIC']),
  two('S1', 'button', 'push button, 6 mm', 'a pair of pins and a wire', ['RESET', 'GND']),
  two('R8', '1 kΩ', METAL_FILM, ANY_SIZE, ['+3V3', 'LAMP-A']),
  {
    ...{
      ref: 'D6',
      value: 'lamp',
      order: 'LED, 3 mm, of high efficiency',
      instead: 'none: the module’s own, if it is left on',
    },
    pins: [
      ['1', 'K', 'LAMP'],
      ['2', 'A', 'LAMP-A'],
    ],
  },
  {
    ...{ ref: 'J2', value: 'console', order: 'pin header 1 × 2', instead: 'none' },
    pins: [
      ['1', 'TX', 'CONSOLE'],
      ['2', 'GND', 'GND'],
    ],
  },
];

/** What is joined, by net: pins as `U1.3`. */
export function netsOf(parts: readonly Part[]): ReadonlyMap<string, readonly string[]> {
  const nets = new Map<string, string[]>();
  for (const { ref, pins } of parts) {
    for (const [number, , net] of pins) nets.set(net, [...(nets.get(net) ?? []), `${ref}.${number}`]);
  }
  return nets;
}
