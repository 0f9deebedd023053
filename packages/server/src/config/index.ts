export { type AdvertGateway, type BluetoothConfig, GATEWAY_KINDS } from './bluetooth-schema.ts';
export { type ConfigLine, describeConfig } from './describe.ts';
export {
  type ConfigSources,
  defaultConfigFile,
  defaultDataDir,
  type LoadedConfig,
  loadConfig,
  type Origin,
} from './load.ts';
export type { HomeAssistantConfig, MqttConfig, MqttMapping, TicMeterConfig } from './mqtt-schema.ts';
export { CONFIG_KEYS, type Config, type ConfigKey, configSchema, type SensorMapping } from './schema.ts';
export type { UsbConfig } from './usb-schema.ts';
