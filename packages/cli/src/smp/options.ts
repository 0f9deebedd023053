import { type Command, InvalidArgumentError } from 'commander';

/** A whole number within bounds, for an option. */
export function wholeFrom(low: number, high: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= low && number <= high) return number;
    throw new InvalidArgumentError(`expected a whole number from ${low} to ${high}`);
  };
}

/** A number within bounds, for an option. */
export function numberFrom(low: number, high: number): (text: string) => number {
  return (text) => {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (number >= low && number <= high) return number;
    throw new InvalidArgumentError(`expected a number from ${low} to ${high}`);
  };
}

/** What every command that talks to a device is told. */
export interface DeviceOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** Adds the device and what every such command understands. */
export function withDevice(command: Command): Command {
  return command
    .argument('<target>', 'the device: a sensor’s name, udp://host[:port], serial:///dev/…, ble://…')
    .option('--config <file>', 'configuration file (YAML), for the names of sensors')
    .option('--json', 'print JSON');
}
