import { z } from 'zod';

/** Whose messages pass Bluetooth advertisements on. */
export const GATEWAY_KINDS = ['openmqttgateway', 'esphome', 'tasmota'] as const;

const gateway = z
  .strictObject({
    kind: z
      .enum(GATEWAY_KINDS)
      .describe('openmqttgateway: also Theengs; esphome: as its how-to has it; tasmota: BLEDetails'),
    topic: z.string().min(1).describe('Topic filter'),
  })
  .describe('Topics of gateways that pass Bluetooth advertisements on');

/** Settings under `bluetooth`. */
export const bluetoothSchema = z.strictObject({
  enabled: z.boolean().default(false).describe('Hear sensors with this machine’s own Bluetooth adapter'),
  adapter: z
    .string()
    .regex(/^(hci\d+|\/.+)$/, 'expected hci0, hci1 … or the path of a serial device')
    .default('hci0')
    .describe('Adapter, or the path of a serial dongle that speaks HCI'),
  baudRate: z.int().min(9_600).max(4_000_000).default(1_000_000).describe('Speed of a serial dongle (bit/s)'),
  dutyPercent: z
    .int()
    .min(5)
    .max(100)
    .default(100)
    .describe('How much of the time it listens (%); less where it shares its antenna with Wi-Fi'),
  acceptUnknown: z
    .boolean()
    .default(false)
    .describe(
      'Store what any report by Bluetooth says, also of sensors that were not added: neighbours’, too',
    ),
  gateways: z
    .array(gateway)
    .default([
      { kind: 'openmqttgateway', topic: '+/+/BTtoMQTT/+' },
      { kind: 'openmqttgateway', topic: '+/BTtoMQTT/+' },
      { kind: 'esphome', topic: 'esphome/+/ble' },
      { kind: 'tasmota', topic: 'tele/+/BLE' },
    ])
    .describe('What gateways publish over MQTT'),
});

export type BluetoothConfig = z.infer<typeof bluetoothSchema>;
export type AdvertGateway = z.infer<typeof gateway>;
